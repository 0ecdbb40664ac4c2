package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() { w.update(addressing.UpdatePause) })
	w.after(time.Second, func() {
		w.stands(IsPaused, ticket.Paused)
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(24*time.Hour, func() {
		require.Empty(t, w.calls, "nothing is asked while paused")
		w.update(addressing.UpdateResume)
	})
	w.after(time.Second, func() { w.stands(IsLinked, "") })
	st = w.play(st)
	require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
	journaled(t, st, "paused")
	journaled(t, st, "resumed")
}

// Pause cancels a write in flight. What the write did is not known, so resume
// looks at both tickets again.
func TestPauseCancelsAWriteInFlight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.during["update"] = func() {
		done := make(chan struct{})
		w.env.UpdateWorkflow(addressing.UpdatePause, "", &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: func(error) { close(done) }, OnComplete: func(any, error) { close(done) },
		})
		<-done
	}
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Minute, func() {
		w.stands(IsPaused, ticket.Paused)
		require.Equal(t, []string{"Fetch", "Update"}, w.calls)
		require.Equal(t, []string{"Update"}, w.cancelled)
		w.left.edit("IT1", ticket.Title, text("Printer put out"))
		w.update(addressing.UpdateResume)
	})
	w.after(10*time.Second, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Equal(t, "Printer put out", w.left.get("IT1").Text(ticket.Title))
	require.Equal(t, "Printer put out", w.right.get("ENG1").Text(ticket.Title))
}

func TestRetryTriesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("update", trackers.Error{Kind: trackers.Forbidden, Status: 403}, forEver)
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(5*time.Second, func() {
		w.stands(Attention, ticket.Forbidden)
		w.right.heals()
		w.update(addressing.UpdateRetry)
	})
	w.after(time.Second, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
}

func TestResolveAConflict(t *testing.T) {
	t.Parallel()
	for _, take := range []ticket.Side{ticket.Left, ticket.Right} {
		t.Run(string(take), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			st := w.linked()
			w.settings(func(r *reconcile.Rules) { r.Conflict.Default = reconcile.HoldConflict })
			w.after(time.Second, func() {
				w.left.edit("IT1", ticket.Title, text("left"))
				w.right.edit("ENG1", ticket.Title, text("right"))
				w.tell(w.left, "IT1", "alice")
			})
			w.after(time.Second, func() {
				w.stands(Attention, ticket.Conflict)
				w.refused(addressing.UpdateResolve, "left or right", Resolve{Field: ticket.Title, Take: "up"})
				w.refused(addressing.UpdateResolve, "not replicated", Resolve{Field: "mood", Take: ticket.Left})
				w.update(addressing.UpdateResolve, Resolve{Field: ticket.Title, Take: take})
			})
			w.after(time.Second, func() { w.stands(IsLinked, "") })
			st = w.play(st)
			require.Equal(t, string(take), w.left.get("IT1").Text(ticket.Title))
			require.Equal(t, string(take), w.right.get("ENG1").Text(ticket.Title))
			require.Empty(t, st.Sync.Fields[ticket.Title].Take, "an operator's word holds once")
		})
	}
}

// Unlink says so in both markers, so that nothing takes the link up again, and
// rests the pair for good.
func TestUnlink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() { w.update(addressing.UpdateUnlink) })
	w.after(time.Second, func() {
		w.stands(Unlinked, ticket.UnlinkedByOperator)
		require.Equal(t, []string{"Mark", "Mark"}, w.calls)
		require.Equal(t, ticket.Unlinked, w.left.get("IT1").Markers[0].State)
		require.Equal(t, ticket.Unlinked, w.right.get("ENG1").Markers[0].State)
		w.left.edit("IT1", ticket.Title, text("after the unlink"))
		w.tell(w.left, "IT1", "alice")
		w.refused(addressing.UpdateRetry, "rests")
	})
	var answer, clone, linked activities.Answer
	w.after(time.Hour, func() {
		require.Len(t, w.calls, 2)
		w.claim(activities.Claim{Ref: st.Replica, Generation: 1, Ours: true}, func(a activities.Answer) { answer = a })
		w.claim(activities.Claim{Ref: st.Replica, Generation: 1}, func(a activities.Answer) { linked = a })
		w.claim(activities.Claim{Ref: ticket.Ref{Connection: "jira", ID: "ENG2"}, Generation: 1}, func(a activities.Answer) { clone = a })
	})
	carried := w.play(st)
	require.Equal(t, activities.Unlinked, answer)
	require.Equal(t, activities.Unlinked, linked, "a replica that a person made")
	require.Equal(t, activities.NotMine, clone, "a clone of the replica is a ticket like any other")
	require.Equal(t, Resting, carried.Phase)
	require.Equal(t, "Printer", w.right.get("ENG1").Text(ticket.Title))
}

// A link after an unlink has a new generation, and compares everything.
func TestLinkAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	route := rules("it-to-eng")
	w.after(time.Second, func() {
		w.refused(addressing.UpdateLink, "unlink it first", LinkTo{Replica: ticket.Ref{Connection: "jira", ID: "ENG2"}, Rules: &route})
		w.refused(addressing.UpdateLink, "want a replica", LinkTo{Replica: st.Replica})
		w.update(addressing.UpdateUnlink)
	})
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("edited while unlinked"))
		w.update(addressing.UpdateLink, LinkTo{Replica: st.Replica, Rules: &route})
	})
	w.after(10*time.Second, func() { w.stands(IsLinked, "") })
	carried := w.play(st)
	require.Equal(t, 2, carried.Generation)
	require.Equal(t, w.left.get("IT1").Text(ticket.Title), w.right.get("ENG1").Text(ticket.Title))
	for _, s := range []*ticket.Snapshot{w.left.get("IT1"), w.right.get("ENG1")} {
		require.Len(t, s.Markers, 1)
		require.Equal(t, 2, s.Markers[0].Generation)
		require.Equal(t, ticket.Linked, s.Markers[0].State)
	}
	require.Len(t, w.right.tickets, 1)
}

// Two tickets that exist are linked by an operator, whatever the filter says.
func TestLinkOfExistingTickets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings(func(r *reconcile.Rules) { r.Filter.Labels = reconcile.Choice{Any: []string{"none has it"}} })
	w.open()
	w.right.open("ENG", "Bug", func(s *ticket.Snapshot) { s.Fields[ticket.Title] = text("The printer") })
	route := w.played.routes[0]
	w.left.during["fetch"] = func() { w.update(addressing.UpdateLink, LinkTo{Replica: engReplica, Rules: &route}) }
	w.after(10*time.Second, func() { w.stands(IsLinked, "") })
	st := w.play(PairState{})
	require.Equal(t, engReplica, st.Replica)
	require.Equal(t, 1, st.Generation)
	require.Len(t, w.right.tickets, 1)
	require.Equal(t, w.left.get("IT1").Text(ticket.Title), w.right.get("ENG1").Text(ticket.Title))
	journaled(t, st, "linked by an operator")
}

// While one write is refused for want of permission, unlink still works.
func TestUnlinkWhileHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("fetch", trackers.Error{Kind: trackers.Auth, Status: 401}, forEver)
	w.after(time.Second, func() { w.tell(w.left, "IT1", "alice") })
	w.after(time.Second, func() {
		w.stands(Attention, ticket.Auth)
		w.update(addressing.UpdateUnlink)
	})
	w.after(time.Hour, func() { w.stands(Unlinked, ticket.UnlinkedByOperator) })
	require.Equal(t, Resting, w.play(st).Phase)
}

// A tracker that is away while the pair is unlinked gets its marker later.
func TestUnlinkWritesItsMarkersLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("mark", trackers.Error{Kind: trackers.Unavailable}, forEver)
	w.after(time.Second, func() { w.update(addressing.UpdateUnlink) })
	w.after(30*time.Minute, func() {
		w.stands(Unlinked, ticket.UnlinkedByOperator)
		require.Contains(t, w.view().Detail, "not every ticket says so yet: ENG-1")
		require.Equal(t, ticket.Linked, w.right.get("ENG1").Markers[0].State)
		w.right.heals()
	})
	w.after(time.Hour, func() {
		require.Empty(t, w.view().Detail)
		require.Equal(t, ticket.Unlinked, w.right.get("ENG1").Markers[0].State)
	})
	st = w.play(st)
	require.Nil(t, st.LinkHold)
	require.Zero(t, w.left.called("fetch")+w.right.called("fetch"), "nothing else is looked at")
}

// A ticket that cannot be found when it is unlinked may be hidden, and is told once
// it shows. One that is gone needs no marker: it is not waited for without end.
func TestUnlinkOfATicketThatCannotBeFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	hidden := w.right.tickets["ENG1"]
	w.right.remove("ENG1")
	w.after(time.Second, func() { w.update(addressing.UpdateUnlink) })
	w.after(10*time.Minute, func() {
		w.stands(Unlinked, ticket.UnlinkedByOperator)
		require.Contains(t, w.view().Detail, "not every ticket says so yet: ENG-1")
		w.right.mu.Lock()
		defer w.right.mu.Unlock()
		w.right.tickets["ENG1"] = hidden
	})
	w.after(10*time.Minute, func() { require.Empty(t, w.view().Detail) })
	require.Nil(t, w.play(st).LinkHold)
	require.Equal(t, ticket.Unlinked, w.right.get("ENG1").Markers[0].State)

	w.again(nil)
	w.right.remove("ENG1")
	w.calls = nil
	w.after(time.Second, func() { w.update(addressing.UpdateUnlink) })
	w.after(24*time.Hour, func() {
		w.stands(Unlinked, ticket.UnlinkedByOperator)
		require.Empty(t, w.view().Detail)
		require.Len(t, w.calls, 2*13)
	})
	require.Nil(t, w.play(st).LinkHold)
}
