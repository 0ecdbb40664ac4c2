package workflows

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// An unlink stops a round between two of its writes.
func TestUnlinkStopsTheRound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	at := 0
	w.after(time.Second, func() {
		var c *ticket.Comment
		for i := range 30 { // more than the pace lets through at once
			c = w.left.speak("IT1", fmt.Sprint("comment ", i))
		}
		w.hear(w.left, "IT1", c, "alice")
	})
	w.after(time.Second, func() {
		at = len(w.right.get("ENG1").Comments)
		w.update(addressing.UpdateUnlink)
	})
	w.after(10*time.Minute, func() {})
	w.play(st)
	require.Less(t, at, 30)
	require.Len(t, w.right.get("ENG1").Comments, at)
}

// A resolve that could not be carried out is not carried out on other values
// a day later.
func TestResolveDecidesOnlyWhatWasSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.left.edit("IT1", ticket.Priority, ticket.Value{Level: "weird"})
	w.after(time.Second, func() { w.tell(w.left, "IT1", "alice") })
	w.after(time.Minute, func() { w.update(addressing.UpdateResolve, Resolve{Field: ticket.Priority, Take: ticket.Left}) })
	w.after(24*time.Hour, func() {
		w.left.edit("IT1", ticket.Priority, ticket.Value{Level: ticket.Low})
		w.right.edit("ENG1", ticket.Priority, ticket.Value{Level: "odd"})
	})
	w.after(time.Hour, func() {
		w.right.edit("ENG1", ticket.Priority, ticket.Value{Level: ticket.High})
		w.tell(w.right, "ENG1", "bob")
	})
	w.after(time.Hour, func() {})
	w.play(st)
	require.Equal(t, ticket.High, w.right.get("ENG1").Fields[ticket.Priority].Level)
	require.Equal(t, ticket.High, w.left.get("IT1").Fields[ticket.Priority].Level)
}

// A pair follows only to a route that covers both of its tickets, and does not
// change its mind each round.
func TestMovedTicketDoesNotFlipRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	other := rules("prod-to-ops")
	other.Left.Container = ticket.Container{ID: "PROD", Key: "PROD", Name: "Product"}
	other.Right.Container = ticket.Container{ID: "OPS", Key: "OPS", Name: "Ops"}
	w.played.routes = append(w.played.routes, other)
	w.after(time.Second, func() {
		w.left.change("IT1", func(s *ticket.Snapshot) { s.Container = other.Left.Container })
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Minute, func() {
		w.left.edit("IT1", ticket.Title, text("x"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(10*time.Minute, func() { w.stands(Attention, ticket.MovedOut) })
	for _, e := range w.play(st).Journal {
		require.NotEqual(t, "route", e.What)
	}
}

// A comment behind a write that lost a race, or met an outage, is not lost.
func TestCommentBehindAFailedWrite(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]trackers.Error{
		"stale":       {Kind: trackers.Stale, Status: 409},
		"unavailable": {Kind: trackers.Unavailable, Status: 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			st := w.linked()
			w.after(time.Second, func() {
				w.right.fails("update", failure, 1)
				w.left.edit("IT1", ticket.Title, text("edited"))
				c := w.left.speak("IT1", "hello")
				w.tell(w.left, "IT1", "alice")
				w.hear(w.left, "IT1", c, "alice")
			})
			w.after(3*time.Hour, func() {})
			w.play(st)
			require.Equal(t, "edited", w.right.get("ENG1").Text(ticket.Title))
			require.Len(t, w.right.get("ENG1").Comments, 1)
		})
	}
}

// A state that grew too heavy for an input lets its oldest comments go.
func TestHeavyStateShrinks(t *testing.T) {
	t.Parallel()
	p := &pair{}
	for i := range 1100 {
		p.Sync.Comments = append(p.Sync.Comments, linkOf(i))
	}
	p.shrink()
	require.Less(t, len(p.Sync.Comments), 1100)
	require.NotEmpty(t, p.Sync.Comments)
	require.False(t, p.Sync.Settled.IsZero())
}

func linkOf(i int) (l reconcile.Link) {
	l.From, l.Source, l.At = ticket.Left, fmt.Sprint(i), int64(i+1)
	l.SourceFP, l.CopyFP = strings.Repeat("s", 300), strings.Repeat("c", 300)
	l.Copy = fmt.Sprint(i)
	return l
}
