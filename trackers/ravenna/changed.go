package ravenna

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// channelQuery lists all tickets of a channel, closed ones too, newest first,
// with their metadata. Without an id the API would list every channel.
func channelQuery(id, sortBy string) (url.Values, error) {
	if id == "" {
		return nil, &trackers.Error{Kind: trackers.Invalid, Op: "list tickets", Message: "the channel has no id"}
	}
	q := url.Values{"queueId": {id}, "openFilter": {"false"}, "responseType": {"default"}}
	if sortBy != "" {
		q.Set("sortBy", sortBy)
		q.Set("sortDirection", "desc")
	}
	return q, nil
}

// sweepCursor is where a sweep goes on, as a text without meaning to others.
type sweepCursor struct {
	Channel int `json:"channel"`
	position
	// Now is the tracker's time at the sweep's first page. What changes while
	// later pages are read may move to a page that was read already; the next
	// sweep then finds it.
	Now time.Time `json:"now"`
	// Unsorted tells that the API refused to sort.
	Unsorted bool `json:"unsorted,omitempty"`
}

// sorting remembers whether lists really come sorted by updatedAt, which is
// undocumented. Zero is not known.
type sorting struct{ state atomic.Int32 }

const (
	sorted   = 1
	unsorted = 2
)

// Changed implements trackers.Lister, one page of one channel a call. since is
// the tracker's own time. Events are hints of kind change, which cover messages
// as well.
func (t *Tracker) Changed(ctx context.Context, containers []ticket.Container, since time.Time, cursor string) (trackers.ChangedPage, error) {
	var at sweepCursor
	if cursor != "" {
		if err := json.Unmarshal([]byte(cursor), &at); err != nil {
			return trackers.ChangedPage{}, &trackers.Error{Kind: trackers.Invalid, Op: "list changes", Message: "the cursor is not one of ours"}
		}
	}
	if at.Channel >= len(containers) {
		return trackers.ChangedPage{Now: t.client.now()}, nil
	}
	tickets, a, err := t.changedPage(ctx, containers[at.Channel].ID, &at)
	if err != nil {
		return trackers.ChangedPage{}, err
	}
	if at.Now.IsZero() {
		at.Now = a.date
	}
	out := trackers.ChangedPage{Now: at.Now}
	first := ""
	if len(tickets.Items) > 0 {
		first = tickets.Items[0].ID
	}
	for i := range tickets.Items {
		raw := &tickets.Items[i]
		if parseTime(raw.UpdatedAt).Before(since) {
			continue
		}
		out.Events = append(out.Events, ticket.Event{
			Kind: ticket.ChangeHint, ID: raw.ID, Version: version(raw.UpdatedAt),
			Container: raw.container(), Type: text(raw.Type), Created: a.ours(parseTime(raw.CreatedAt)),
		})
	}
	next, more, err := at.after(len(tickets.Items), first, tickets.Cursor, tickets.Total)
	if err != nil {
		return trackers.ChangedPage{}, err
	}
	if !more || at.repeats(first) || t.passed(tickets.Items, since, at.Unsorted) {
		next, at.Channel = position{}, at.Channel+1
	}
	if at.Channel == len(containers) {
		return out, nil
	}
	at.position = next
	encoded, err := json.Marshal(at)
	if err != nil {
		return trackers.ChangedPage{}, &trackers.Error{Kind: trackers.Invalid, Op: "list changes", Err: err}
	}
	out.Next = string(encoded)
	return out, nil
}

func (t *Tracker) changedPage(ctx context.Context, channel string, at *sweepCursor) (tickets page[rawTicket], a answer, err error) {
	const op = "list changes"
	sortBy := "updatedAt"
	if at.Unsorted {
		sortBy = ""
	}
	query, err := channelQuery(channel, sortBy)
	if err != nil {
		return tickets, a, err
	}
	at.into(query)
	a, err = t.client.get(ctx, op, "/tickets", query, &tickets)
	if trackers.Is(err, trackers.Invalid) && !at.Unsorted && at.Page == 0 {
		at.Unsorted = true
		return t.changedPage(ctx, channel, at)
	}
	if err == nil && at.Page == 0 && len(tickets.Items) == 0 {
		// The channel is a filter: that of one we may not see matches nothing.
		_, err = t.client.get(ctx, op, "/queues/"+url.PathEscape(channel), nil, &rawQueue{})
	}
	return tickets, a, err
}

// passed reports whether everything after this page is older than since. That
// holds only if the list is sorted, which a page proves when the order of
// changes differs from that of creation: an API that ignores sortBy would list
// by creation.
func (t *Tracker) passed(tickets []rawTicket, since time.Time, refused bool) bool {
	switch {
	case refused || !notRising(tickets, updated):
		t.sorting.state.Store(unsorted)
	case proves(tickets):
		t.sorting.state.Store(sorted)
	}
	return t.sorting.state.Load() == sorted && updatedBefore(tickets, since)
}

func created(r rawTicket) string { return r.CreatedAt }
func updated(r rawTicket) string { return r.UpdatedAt }

func notRising(tickets []rawTicket, at func(rawTicket) string) bool {
	return slices.IsSortedFunc(tickets, func(a, b rawTicket) int { return parseTime(at(b)).Compare(parseTime(at(a))) })
}

// falling reports whether a page runs from newer to older; one of equal times,
// as an import leaves them, proves nothing.
func falling(tickets []rawTicket, at func(rawTicket) string) bool {
	last := len(tickets) - 1
	return last > 0 && notRising(tickets, at) && parseTime(at(tickets[last])).Before(parseTime(at(tickets[0])))
}

// steps is how many times a page must step down to prove its order: an import
// leaves many equal times behind, among which one edit looks like an order.
const steps = 3

// proves reports whether a page is sorted by change and by nothing else.
func proves(tickets []rawTicket) bool {
	down, against := 0, false
	for i := 1; i < len(tickets); i++ {
		before, after := tickets[i-1], tickets[i]
		if parseTime(after.UpdatedAt).Before(parseTime(before.UpdatedAt)) {
			down++
			against = against || parseTime(after.CreatedAt).After(parseTime(before.CreatedAt))
		}
	}
	return down >= steps && against
}

func updatedBefore(tickets []rawTicket, since time.Time) bool {
	return len(tickets) > 0 && parseTime(tickets[len(tickets)-1].UpdatedAt).Before(since)
}

func olderThan(tickets []rawTicket, since time.Time) bool {
	return len(tickets) > 0 && parseTime(tickets[len(tickets)-1].CreatedAt).Before(since)
}
