package ravenna

import (
	"context"
	"net/url"
	"strconv"

	"github.com/ticketsync/ticketsync/trackers"
)

const (
	// perPage is the API's own default; asked for, lest the default changes.
	perPage = 100
	// maxPages bounds a list, should its cursors lead in a circle.
	maxPages = 1000
)

// position is where a page of a list starts. Cursors are used where the API
// gives them; a list that only counts is paged by offset.
type position struct {
	Cursor string `json:"cursor,omitempty"`
	Offset int    `json:"offset,omitempty"`
	// First is the id of the first item on the page before: an API that ignores
	// the offset gives itself away by it.
	First string `json:"first,omitempty"`
	Page  int    `json:"page,omitempty"`
}

func (p position) into(query url.Values) {
	query.Set("limit", strconv.Itoa(perPage))
	switch {
	case p.Cursor != "":
		query.Set("cursor", p.Cursor)
	case p.Offset > 0:
		query.Set("offset", strconv.Itoa(p.Offset))
	}
}

// repeats reports whether the page at p is the one before it once more.
func (p position) repeats(first string) bool {
	return p.Cursor == "" && p.Offset > 0 && p.First == first
}

// after returns where the next page starts; more is false after the last.
func (p position) after(count int, first, cursor string, total *float64) (next position, more bool, err error) {
	next = position{Cursor: cursor, Offset: p.Offset + count, First: first, Page: p.Page + 1}
	switch {
	case cursor != "" && cursor == p.Cursor, next.Page >= maxPages:
		// Stopping quietly would make what was not read look deleted.
		return next, false, &trackers.Error{Kind: trackers.Unavailable, Op: "list pages", Message: "the list does not end"}
	case cursor != "":
		return next, true, nil
	case p.Cursor != "" || count == 0 || total == nil:
		return next, false, nil
	}
	return next, *total > float64(next.Offset), nil
}

// list reads a list page by page until it ends or each says stop.
func list[T any](
	ctx context.Context, c *client, op, path string, query url.Values,
	id func(T) string, each func(items []T, a answer) (stop bool),
) error {
	if query == nil {
		query = url.Values{}
	}
	for p, more := (position{}), true; more; {
		query.Del("cursor")
		query.Del("offset")
		p.into(query)
		var answered page[T]
		a, err := c.get(ctx, op, path, query, &answered)
		if err != nil {
			return err
		}
		first := ""
		if len(answered.Items) > 0 {
			first = id(answered.Items[0])
		}
		if p.repeats(first) || each(answered.Items, a) {
			return nil
		}
		p, more, err = p.after(len(answered.Items), first, answered.Cursor, answered.Total)
		if err != nil {
			return err
		}
	}
	return nil
}
