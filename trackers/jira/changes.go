package jira

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const (
	// changesAtOnce bounds what one snapshot tells of the history.
	changesAtOnce = 50
	// longestAlteration is how many characters of an old or new value are told.
	longestAlteration = 200
)

// unheard are entries of the history that are nobody's news: links, which
// ticketsync makes as well, and comments, which may be internal.
var unheard = []string{"RemoteIssueLink", "RemoteWorkItemLink", "Link", "Comment"}

// story tells a part of what happened to an issue: the issue as it is, taken
// back change by change. It costs a call only where the history is longer than
// the answer holds.
func (t *Tracker) story(ctx context.Context, doc *document, s *ticket.Snapshot, want trackers.History) error {
	entries, err := t.entries(ctx, doc, want.After)
	if err != nil {
		return err
	}
	now := portrait(doc, s)
	var told []ticket.Change
	for _, h := range slices.Backward(entries) {
		// The entry's own word on what it set: the fields of the answer may have
		// been read a moment before it.
		h.set(&now, item.to)
		after := now
		h.set(&now, item.from)
		if c, ok := h.told(after, now.Private); ok {
			told = append(told, c)
		}
	}
	if want.After == "" {
		now.ID, now.At = ticket.Creation, parseTime(doc.text("created"))
		told = append(told, now)
	}
	slices.Reverse(told)
	for want.After == "" && len(told) > 1 && t.ours(told[0].At).Before(want.Since) {
		told = told[1:]
	}
	s.MoreChanges = len(told) > changesAtOnce
	s.Changes = told[:min(len(told), changesAtOnce)]
	return nil
}

// entries lists the history after the entry with an id, oldest first.
func (t *Tracker) entries(ctx context.Context, doc *document, after string) ([]history, error) {
	var all []history
	if doc.Changelog != nil {
		all = doc.Changelog.Histories
	}
	if doc.Changelog != nil && doc.Changelog.Total > len(all) && !slices.ContainsFunc(all, func(h history) bool { return h.ID == after }) {
		var err error
		if all, err = t.changelog(ctx, doc.ID); err != nil {
			return nil, err
		}
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b history) int {
		return cmp.Or(parseTime(a.Created).Compare(parseTime(b.Created)), cmp.Compare(a.number(), b.number()))
	})
	if at := slices.IndexFunc(all, func(h history) bool { return h.ID == after }); at >= 0 {
		all = all[at+1:]
	}
	return all, nil
}

// changelog reads the whole history, page by page: Cloud alone has the
// endpoint, and it alone leaves entries out of the answer.
func (t *Tracker) changelog(ctx context.Context, id string) ([]history, error) {
	const op = "read history"
	var all []history
	for {
		var page struct {
			Values []history `json:"values"`
			IsLast bool      `json:"isLast"`
			Total  int       `json:"total"`
		}
		query := url.Values{"startAt": {strconv.Itoa(len(all))}, "maxResults": {"100"}}
		if _, err := t.get(ctx, op, "issue/"+segment(id)+"/changelog", query, &page); err != nil {
			return nil, err
		}
		if page.Values == nil {
			return nil, without(op, "list of changes")
		}
		all = append(all, page.Values...)
		if page.IsLast || len(page.Values) == 0 || page.Total > 0 && len(all) >= page.Total {
			return all, nil
		}
	}
}

func (h history) number() int64 {
	n, _ := strconv.ParseInt(h.ID, 10, 64)
	return n
}

// portrait is the issue as it is now.
func portrait(doc *document, s *ticket.Snapshot) ticket.Change {
	person := func(field string) string {
		var u *gojira.User
		if doc.field(field, &u); u == nil {
			return ""
		}
		return u.DisplayName
	}
	var priority gojira.Priority
	doc.field("priority", &priority)
	return ticket.Change{
		Key: s.Key, Title: s.Text(ticket.Title), Status: s.Status(), Container: s.Container.Name, Type: s.Type, Priority: priority.Name,
		Creator: person("creator"), Reporter: person("reporter"), Assignee: person("assignee"), Labels: s.Fields[ticket.Labels].Names,
		Private: s.Private != "",
	}
}

// told is the change as news; ok is false for one that nobody is told of. What
// a change did to an issue that was private before it stays untold.
func (h history) told(after ticket.Change, wasPrivate bool) (c ticket.Change, ok bool) {
	after.ID, after.At = h.ID, parseTime(h.Created)
	for _, i := range h.Items {
		if slices.Contains(unheard, i.Field) {
			continue
		}
		ok = true
		if !wasPrivate {
			after.Altered = append(after.Altered, ticket.Alteration{Field: i.Field, From: curtail(i.FromString), To: curtail(i.ToString)})
		}
	}
	return after, ok
}

// set gives the issue the values that the change's items name.
func (h history) set(c *ticket.Change, value func(item) (id, name string)) {
	for _, i := range h.Items {
		id, name := value(i)
		switch cmp.Or(i.FieldID, strings.ToLower(i.Field)) {
		case "summary":
			c.Title = name
		case "status":
			c.Status = ticket.State{ID: id, Name: name}
		case "priority":
			c.Priority = name
		case "assignee":
			c.Assignee = name
		case "reporter":
			c.Reporter = name
		case "labels":
			c.Labels = slices.Sorted(slices.Values(strings.Fields(name)))
		case "issuetype":
			c.Type = name
		case "project":
			c.Container = name
		case "key":
			c.Key = name
		case "security":
			c.Private = name != ""
		}
	}
}

func (i item) from() (id, name string) { return i.From, i.FromString }
func (i item) to() (id, name string)   { return i.To, i.ToString }

func curtail(s string) string {
	runes := []rune(s)
	if len(runes) <= longestAlteration {
		return s
	}
	return string(runes[:longestAlteration-1]) + "…"
}
