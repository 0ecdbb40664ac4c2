package jira

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// sweep follows the cursor to its end.
func (b *bundle) sweep(since time.Time, containers ...ticket.Container) (map[string]ticket.Event, time.Time) {
	b.t.Helper()
	events := map[string]ticket.Event{}
	cursor := ""
	for range 50 {
		page, err := b.Changed(b.t.Context(), containers, since, cursor)
		require.NoError(b.t, err)
		for _, e := range page.Events {
			events[e.ID] = e
		}
		if cursor = page.Next; cursor == "" {
			return events, page.Now
		}
	}
	b.t.Fatal("the sweep does not end")
	return nil, time.Time{}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		eng, ops := ticket.Container{ID: "10000", Key: "ENG"}, ticket.Container{Key: "OPS"}
		first := b.issue("ENG", nil)
		second := b.issue("OPS", nil)
		b.issue("HELP", nil)
		events, now := b.sweep(time.Now().Add(-time.Minute), eng, ops)
		require.Len(t, events, 2)
		require.WithinDuration(t, time.Now(), now, 5*time.Second)
		for _, id := range []string{first, second} {
			s := b.fetch(id, trackers.FetchOptions{})
			require.Equal(t, ticket.Event{
				Kind: ticket.ChangeHint, ID: id, Version: s.Version, Container: s.Container, Type: s.Type, Created: s.Created,
			}, events[id])
		}
		events, _ = b.sweep(time.Now().Add(-time.Minute))
		require.Empty(t, events)
	})
}

func TestChangedFindsWhatChangedALittleEarlierThanSince(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		events, _ := b.sweep(time.Now().Add(time.Second), ticket.Container{Key: "ENG"})
		require.Contains(t, events, id, "JQL counts in minutes: rather one too many")
	})
}

func TestChangedReadsEveryPage(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		b.ahead.Store(-int64(2 * time.Hour))
		for range 2*searchPage + 30 {
			b.ahead.Add(int64(20 * time.Second))
			b.issue("OPS", nil)
		}
		b.ahead.Store(0)
		events, _ := b.sweep(time.Now().Add(-3*time.Hour), ticket.Container{Key: "OPS"})
		require.Len(t, events, 2*searchPage+30)
	})
}

func TestChangedRefusesAForeignCursor(t *testing.T) {
	t.Parallel()
	b := newBundle(t, Cloud)
	_, err := b.Changed(t.Context(), []ticket.Container{{Key: "ENG"}}, time.Now(), "?")
	require.Equal(t, trackers.Invalid, failure(t, err).Kind)
}

// A burst that fills more than a page within one minute cannot move the window
// and must not end the sweep or repeat it for ever.
func TestDataCenterCursor(t *testing.T) {
	t.Parallel()
	tracker, err := New(connection("http://jira.example.com", DataCenter), trackers.Options{})
	require.NoError(t, err)
	since := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	page := func(last time.Time, n, total int) *found {
		p := &found{Total: total}
		for range n {
			p.Issues = append(p.Issues, document{Fields: map[string]json.RawMessage{"updated": json.RawMessage(fmt.Sprintf("%q", last.Format(layouts[0])))}})
		}
		return p
	}
	next, more := tracker.next(cursor{Since: since}, page(since.Add(time.Hour), 100, 250))
	require.True(t, more)
	require.Equal(t, cursor{Since: since.Add(time.Hour - slack)}, next)
	next, more = tracker.next(cursor{Since: since}, page(since.Add(time.Minute), 100, 250))
	require.True(t, more)
	require.Equal(t, cursor{Since: since, Start: 100}, next)
	_, more = tracker.next(cursor{Since: since, Start: 200}, page(since.Add(time.Minute), 50, 250))
	require.False(t, more)
	_, more = tracker.next(cursor{Since: since}, page(since, 0, 250))
	require.False(t, more)
}
