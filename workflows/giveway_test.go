package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

// swept is the hint by which a sweep found a ticket.
func (w *world) swept(k *tracker, id string) {
	w.hint(ticket.Hint{Ref: ticket.Ref{Connection: k.name, ID: id}, Kind: ticket.ChangeHint, Version: k.get(id).Version, Source: "sweep"})
}

// audited asks for a look at every ticket of a connection.
func (w *world) audited(k *tracker) {
	w.hint(ticket.Hint{Ref: ticket.Ref{Connection: k.name}, Kind: ticket.ChangeHint, Source: "audit"})
}

// What an audit asks for waits while the quota is low. A live edit does not,
// and it ends the pair's wait.
func TestAuditGivesWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.low = true
	w.after(time.Second, func() { w.audited(w.right) })
	w.after(time.Minute, func() {
		w.stands(Syncing, ticket.RateLimited)
		require.Zero(t, w.right.called("fetch")+w.right.called("comments"))
		w.audited(w.right)
	})
	w.after(time.Minute, func() {
		require.Zero(t, w.right.called("fetch")+w.right.called("comments"), "another audit waits as well")
		w.left.edit("IT1", ticket.Title, text("edited meanwhile"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Second, func() {
		require.Equal(t, "edited meanwhile", w.right.get("ENG1").Text(ticket.Title))
		w.stands(IsLinked, "")
	})
	w.play(st)
}

// A sweep may be faster than the webhook, and read one of the two tickets before
// it gives way: the live edit is known by then, and does not wait either.
func TestLiveEditAfterItsSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.low = true
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("swept first"))
		w.swept(w.left, "IT1")
	})
	w.after(time.Minute, func() {
		w.stands(Syncing, ticket.RateLimited)
		w.tell(w.left, "IT1", "") // whose it is, not every tracker says
	})
	w.after(time.Second, func() {
		require.Equal(t, "swept first", w.right.get("ENG1").Text(ticket.Title))
		w.stands(IsLinked, "")
	})
	w.play(st)
}

// Once the quota is whole again, the look is taken.
func TestAuditIsMadeUpFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.low = true
	w.after(time.Second, func() { w.audited(w.right) })
	w.after(time.Minute, func() {
		w.right.edit("ENG1", ticket.Title, text("no webhook told"))
		w.right.low = false
	})
	w.after(time.Hour, func() { require.Equal(t, "no webhook told", w.left.get("IT1").Text(ticket.Title)) })
	w.play(st)
}

// A ticket that only a sweep found is neither read nor replicated while the
// quota is low, on either side; one that somebody works on is at once.
func TestBackfillGivesWay(t *testing.T) {
	t.Parallel()
	for name, low := range map[string]func(*world) *tracker{
		"origin's quota":  func(w *world) *tracker { return w.left },
		"replica's quota": func(w *world) *tracker { return w.right },
	} {
		for how, live := range map[string]bool{"until it is whole": false, "until an edit": true} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				k := low(w)
				k.low = true
				w.open()
				w.after(0, func() { w.swept(w.left, "IT1") })
				w.after(time.Minute, func() {
					require.Zero(t, k.called("fetch")+k.called("create"))
					if live {
						w.tell(w.left, "IT1", "alice")
					} else {
						k.low = false
						w.swept(w.left, "IT1")
					}
				})
				wait := time.Second
				if !live {
					wait = time.Hour
				}
				w.after(wait, func() { w.stands(IsLinked, "") })
				require.Equal(t, Linked, w.play(PairState{}).Phase)
				require.Equal(t, 1, w.right.called("create"))
			})
		}
	}
}
