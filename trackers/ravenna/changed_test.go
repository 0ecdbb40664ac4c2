package ravenna

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/steer"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// sweep reads all pages and returns the keys' numbers of the events in order.
func (d *desk) sweep(tracker *Tracker, containers []ticket.Container, since time.Time) (events []ticket.Event, pages int, now time.Time) {
	d.t.Helper()
	cursor := ""
	for {
		page, err := tracker.Changed(d.t.Context(), containers, since, cursor)
		require.NoError(d.t, err)
		events = append(events, page.Events...)
		pages++
		require.Less(d.t, pages, 20)
		if cursor = page.Next; cursor == "" {
			return events, pages, page.Now
		}
	}
}

// history fills the channel with tickets of last year.
func (d *desk) history(n int) {
	d.t.Helper()
	var batch []any
	for i := range n {
		at := at8().AddDate(-1, 0, i).Format(timeFormat)
		batch = append(batch, map[string]any{"title": fmt.Sprint("old ", i), "priority": "LOW", "queueId": d.channel.ID, "createdAt": at})
		if len(batch) == 100 || i == n-1 {
			d.as("alice", http.MethodPost, "/tickets/import", map[string]any{"tickets": batch})
			batch = nil
		}
	}
}

func TestChangedListsEveryChannel(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	product, err := d.tracker.Describe(t.Context(), trackers.Place{Container: "PROD"})
	require.NoError(t, err)
	closed, err := d.tracker.Describe(t.Context(), trackers.Place{Container: d.channel.ID})
	require.NoError(t, err)
	var done string
	for _, s := range closed.Statuses {
		if s.Name == "Closed" {
			done = s.ID
		}
	}
	since := time.Now().Add(-time.Minute)
	a := d.report("alice", map[string]any{"statusId": done, "type": "SERVICE"})
	b := d.report("alice", map[string]any{"queueId": product.ID})
	events, pages, now := d.sweep(d.tracker, []ticket.Container{d.channel, product.Container}, since)
	require.Equal(t, 2, pages)
	require.Len(t, events, 2)
	require.Equal(t, a, events[0].ID, "closed tickets too")
	require.Equal(t, ticket.ChangeHint, events[0].Kind)
	require.Equal(t, "SERVICE", events[0].Type)
	require.Equal(t, d.channel, events[0].Container)
	require.Equal(t, d.fetch(a, trackers.FetchOptions{}).Version, events[0].Version)
	require.WithinDuration(t, time.Now(), events[0].Created, time.Minute)
	require.Equal(t, b, events[1].ID)
	require.WithinDuration(t, time.Now(), now, 5*time.Second)

	events, _, _ = d.sweep(d.tracker, []ticket.Container{d.channel}, time.Now().Add(time.Minute))
	require.Empty(t, events)
	page, err := d.tracker.Changed(t.Context(), nil, since, "")
	require.NoError(t, err)
	require.Empty(t, page.Next)
	_, err = d.tracker.Changed(t.Context(), []ticket.Container{d.channel}, since, "garbage")
	require.True(t, trackers.Is(err, trackers.Invalid))
	_, err = d.tracker.Changed(t.Context(), []ticket.Container{{Name: "IT Support"}}, since, "")
	require.True(t, trackers.Is(err, trackers.Invalid), "every channel would be listed")
}

func TestChangedFindsTheOldestTicketWhateverTheOrder(t *testing.T) {
	t.Parallel()
	for _, quirk := range []string{"on", "off"} {
		d := newDesk(t)
		oldest := d.report("alice", nil)
		d.history(250)
		d.Put("quirks", map[string]any{"sort": quirk})
		edited := d.as("bob", http.MethodPut, "/tickets/"+oldest, map[string]any{"data": map[string]any{"title": "edited"}})
		at, _ := edited["updatedAt"].(string)
		events, pages, _ := d.sweep(d.open(), []ticket.Container{d.channel}, parseTime(at))
		require.True(t, slices.ContainsFunc(events, func(e ticket.Event) bool { return e.ID == oldest && e.Version == at }), "sort %s", quirk)
		if quirk == "off" {
			require.Equal(t, 3, pages, "an unsorted list is read whole")
		}
	}
}

func TestChangedStopsOnceTheOrderIsProved(t *testing.T) {
	t.Parallel()
	since := parseTime("2026-03-02T12:00:00Z")
	// page makes tickets by the days of March they were created and changed on.
	page := func(days ...[2]int) (tickets []rawTicket) {
		for _, day := range days {
			tickets = append(tickets, rawTicket{CreatedAt: at8().AddDate(0, 0, day[0]).Format(timeFormat), UpdatedAt: at8().AddDate(0, 0, day[1]).Format(timeFormat)})
		}
		return tickets
	}
	bothWays := page([2]int{9, 9}, [2]int{8, 8}, [2]int{7, 7}, [2]int{0, 0})
	proof := page([2]int{2, 9}, [2]int{3, 8}, [2]int{1, 7}, [2]int{0, 0})
	rising := page([2]int{2, 2}, [2]int{1, 8})
	imported := page([2]int{-9, 8}, [2]int{-8, 0}, [2]int{-7, 0}, [2]int{-6, 0}, [2]int{-5, 0})
	tracker := &Tracker{}
	require.False(t, tracker.passed(bothWays, since, false), "could be in order of creation")
	require.False(t, tracker.passed(imported, since, false), "one edit after an import, in order of creation")
	require.True(t, tracker.passed(proof, since, false))
	require.True(t, tracker.passed(bothWays, since, false), "proved before")
	require.False(t, tracker.passed(proof, parseTime("2026-02-01T00:00:00Z"), false), "more to come")
	require.False(t, tracker.passed(rising, since, false))
	require.False(t, tracker.passed(bothWays, since, false), "no longer believed")
	require.True(t, tracker.passed(proof, since, false))
	require.False(t, tracker.passed(proof, since, true), "the API refused to sort")
}

func TestChangedWhereSortingIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	d.Break(steer.Fault{"method": "GET", "path": "/api/tickets", "fault": "status:400", "times": 1})
	events, _, _ := d.sweep(d.tracker, []ticket.Container{d.channel}, time.Now().Add(-time.Minute))
	require.Len(t, events, 1)
	require.Equal(t, id, events[0].ID)
}

func TestPositions(t *testing.T) {
	t.Parallel()
	total := 250.0
	p, more, err := position{}.after(100, "a", "", &total)
	require.NoError(t, err)
	require.True(t, more)
	require.Equal(t, position{Offset: 100, First: "a", Page: 1}, p)
	require.True(t, p.repeats("a"), "the API ignores offsets")
	require.False(t, p.repeats("b"))
	_, more, err = p.after(0, "", "", &total)
	require.NoError(t, err)
	require.False(t, more, "an empty page ends a list that counts too much")
	p, more, err = position{}.after(100, "a", "c1", &total)
	require.NoError(t, err)
	require.True(t, more)
	_, more, err = p.after(100, "b", "", &total)
	require.NoError(t, err)
	require.False(t, more, "a list with cursors ends with them")
	_, _, err = p.after(100, "b", "c1", &total)
	require.True(t, trackers.Is(err, trackers.Unavailable), "a cursor that stands still")
	_, _, err = position{Page: maxPages - 1}.after(1, "b", "c9", nil)
	require.True(t, trackers.Is(err, trackers.Unavailable), "cursors in a circle")
}
