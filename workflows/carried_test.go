package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// A run with many events continues as new, and what it knows survives.
func TestPairContinuesAsNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	for n := range 3 {
		w.after(time.Second, func() {
			w.left.edit("IT1", ticket.Title, text("Printer "+itoa(n)))
			w.tell(w.left, "IT1", "alice")
			w.hear(w.left, "IT1", w.left.speak("IT1", "comment "+itoa(n)), "alice")
		})
		next := w.play(st)
		require.Equal(t, st.Replica, next.Replica)
		require.Equal(t, Linked, next.Phase)
		require.Len(t, next.Sync.Comments, n+1)
		require.Greater(t, len(next.Journal), len(st.Journal))
		require.Equal(t, st.Journal, next.Journal[:len(st.Journal)])
		require.Equal(t, "Printer "+itoa(n), w.right.get("ENG1").Text(ticket.Title))
		require.Empty(t, next.Dirty)
		st = next
		w.again(nil)
	}
	require.Len(t, w.right.get("ENG1").Comments, 3)
	require.Zero(t, w.right.called("create"))

	// An echo of what an earlier run wrote is still known.
	w.after(time.Second, func() { w.tell(w.right, "ENG1", "bot") })
	w.after(time.Second, func() { require.Empty(t, w.calls) })
	w.play(st)
}

// Signals that arrive while a run waits out its first second would be lost
// with it: they are carried over as flags.
func TestPairLosesNoHintWhileContinuing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.env.SetCurrentHistoryLength(manyEvents + 1)
	w.after(500*time.Millisecond, func() {
		w.left.edit("IT1", ticket.Title, text("in between"))
		w.tell(w.left, "IT1", "alice")
	})
	var next PairState
	w.continued(w.run(leftPair, Pair, st), addressing.Pair, &next)
	require.Empty(t, w.calls)
	require.Equal(t, Dirt{Fields: true, Others: true}, next.Dirty[ticket.Left])

	w.again(nil)
	w.play(next)
	require.Equal(t, "in between", w.right.get("ENG1").Text(ticket.Title))
}

// So are the wishes of an operator.
func TestPairLosesNoUpdateWhileContinuing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.env.SetCurrentHistoryLength(manyEvents + 1)
	w.after(500*time.Millisecond, func() { w.update(addressing.UpdateUnlink) })
	var next PairState
	w.continued(w.run(leftPair, Pair, st), addressing.Pair, &next)
	require.Equal(t, Resting, next.Phase)

	w.again(nil)
	w.play(next)
	require.Equal(t, ticket.Unlinked, w.left.get("IT1").Markers[0].State, "else a lost run would take the link up again")
	require.Equal(t, ticket.Unlinked, w.right.get("ENG1").Markers[0].State)
}

// A link that an operator asks for while the run finds that there is nothing
// to replicate is not lost with the run.
func TestFirstContactLosesNoLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	route := rules("it-to-eng")
	w.open(func(s *ticket.Snapshot) {
		s.Markers = []ticket.Marker{markerOf("pair/jira/ENG7/helpdesk", ticket.Linked)}
	})
	w.right.open("ENG", "Bug")
	w.played.answer = activities.Unlinked
	w.played.asking = func() { w.update(addressing.UpdateLink, LinkTo{Replica: engReplica, Rules: &route}) }
	st := w.play(PairState{})
	require.Equal(t, Linked, st.Phase)
	require.Equal(t, engReplica, st.Replica)
}

// Everything that waits goes on waiting, and heals, in the next run.
func TestPairCarriesItsHolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("fetch", trackers.Error{Kind: trackers.Unavailable}, forEver)
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(20*time.Minute, func() { w.stands(Syncing, ticket.Unavailable) })
	held := w.play(st)
	require.Equal(t, ticket.Unavailable, held.Hold.Reason)
	require.False(t, held.Hold.RetryAt.IsZero())
	require.True(t, held.dirty())

	w.again(nil)
	w.right.heals()
	w.after(time.Hour, func() { w.stands(IsLinked, "") })
	w.play(held)
	require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
}

// A create call whose answer is lost, and the run too: the next one still
// looks before it creates.
func TestPairCarriesItsIntent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.loses("create")
	w.right.fails("find", trackers.Error{Kind: trackers.Unavailable}, forEver)
	w.after(5*time.Minute, func() { w.stands(Syncing, ticket.Unavailable) })
	w.after(3*time.Hour, func() {
		require.LessOrEqual(t, w.right.called("find"), 10*6, "ever more rarely")
		require.Len(t, w.view().Journal, 3, "said once: %v", w.view().Journal)
	})
	st := w.play(PairState{})
	require.NotNil(t, st.Intent)
	require.Equal(t, Creating, st.Phase)

	w.again(nil)
	w.right.heals()
	w.after(2*time.Hour, func() { w.stands(IsLinked, "") })
	next := w.play(st)
	require.Equal(t, engReplica, next.Replica)
	require.Len(t, w.right.tickets, 1)
	require.Zero(t, w.right.called("create"))
}

// A paused pair continues as new too, and stays paused.
func TestPausedPairContinues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() { w.update(addressing.UpdatePause) })
	st = w.play(st)
	require.True(t, st.Paused)
	w.again(nil)
	w.left.edit("IT1", ticket.Title, text("Printer on fire"))
	w.after(time.Second, func() { w.tell(w.left, "IT1", "alice") })
	w.after(time.Second, func() {
		require.Empty(t, w.calls)
		w.update(addressing.UpdateResume)
	})
	w.play(st)
	require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
}

// Once it has a life of its own, a pair is nobody's alias, in no run.
func TestLinkedPairIgnoresTheAliasSignal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() { w.env.SignalWorkflow(addressing.SignalAlias, "pair/jira/ENG9/helpdesk") })
	require.Equal(t, Linked, w.play(st).Phase)
}

// Hints that came with the start are not lost when the run becomes an alias,
// and the pair is told that something may have happened before.
func TestPairBecomesAliasWithItsHints(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.right.open("ENG", "Bug")
	w.right.during["fetch"] = func() {
		w.env.SignalWorkflow(addressing.SignalAlias, leftPair)
		w.hint(ticket.Hint{Ref: engReplica, Kind: ticket.CommentEvent, Comment: "c1"})
	}
	w.played.answer = activities.Mine
	w.right.change("ENG1", func(s *ticket.Snapshot) { s.Ours, s.Markers = true, []ticket.Marker{markerOf(leftPair, ticket.Linked)} })
	w.unreachable = true
	var st AliasState
	w.continued(w.meet(aliasID), addressing.Alias, &st)
	require.Equal(t, leftPair, st.Pair)
	kinds := map[ticket.HintKind]bool{}
	for _, h := range st.Hints {
		kinds[h.Kind] = true
	}
	require.True(t, kinds[ticket.ChangeHint])
	require.True(t, kinds[ticket.CommentEvent])

	// The alias forwards them first of all.
	w.fresh(w.env.Now())
	w.unreachable = false
	w.crowd(time.Minute)
	var next AliasState
	w.continued(w.run(aliasID, Alias, st), addressing.Alias, &next)
	require.Len(t, w.forwarded, len(st.Hints)+1, "and the one that ends the run")
	require.Empty(t, next.Hints)
}

// What a run was told before it became an alias it passes on; that a ticket was
// deleted could not be found out by looking.
func TestPairBecomesAliasOfADeletedTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.right.open("ENG", "Bug")
	w.right.fails("fetch", trackers.Error{Kind: trackers.Unavailable}, forEver)
	w.unreachable = true
	w.after(time.Second, func() { w.hint(gone(engReplica)) })
	w.after(time.Minute, func() { w.env.SignalWorkflow(addressing.SignalAlias, leftPair) })
	var st AliasState
	w.continued(w.meet(aliasID), addressing.Alias, &st)
	require.Equal(t, []ticket.Hint{gone(engReplica)}, st.Hints)
}

// The pair that made a ticket may hear of it only after it was deleted: the run
// that was told waits for that pair, and not for ever.
func TestDeletedTicketAwaitsItsOwner(t *testing.T) {
	t.Parallel()
	for name, told := range map[string]func(*world, func()){
		"told first":                   func(w *world, tell func()) { w.after(0, tell) },
		"told while it was looked for": func(w *world, tell func()) { w.right.during["fetch"] = tell },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			told(w, func() { w.hint(gone(engReplica)) })
			w.after(2*time.Minute, func() { w.env.SignalWorkflow(addressing.SignalAlias, leftPair) })
			w.unreachable = true
			var st AliasState
			w.continued(w.meet(aliasID), addressing.Alias, &st)
			require.Equal(t, []ticket.Hint{gone(engReplica)}, st.Hints)
		})
	}
	t.Run("no owner comes", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.after(0, func() { w.hint(gone(engReplica)) })
		w.after(2*time.Minute, func() { w.hint(gone(engReplica)) })
		require.NoError(t, w.meet(aliasID))
		require.LessOrEqual(t, w.env.Now().Sub(epoch), 4*time.Minute)
		require.LessOrEqual(t, w.right.called("fetch"), 3)
	})
	t.Run("nobody said it was deleted", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.after(0, func() { w.tell(w.right, "ENG1", "bob") })
		require.NoError(t, w.meet(aliasID))
		require.Less(t, w.env.Now().Sub(epoch), time.Minute)
	})
}

// A run within a second of another's start is delayed: until then the run that
// found out does the alias's work, so that nobody waits.
func TestNewAliasForwardsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.answer = activities.Mine
	w.right.open("ENG", "Bug", func(s *ticket.Snapshot) { s.Ours, s.Markers = true, []ticket.Marker{markerOf(leftPair, ticket.Linked)} })
	w.after(500*time.Millisecond, func() {
		require.Len(t, w.forwarded, 1, "that something may have happened before")
		w.hint(ticket.Hint{Ref: engReplica, Kind: ticket.TicketEvent, Version: "v7"})
	})
	w.after(time.Millisecond, func() { require.Len(t, w.forwarded, 2) })
	var st AliasState
	w.continued(w.meet(aliasID), addressing.Alias, &st)
	require.Equal(t, leftPair, st.Pair)
	require.Empty(t, st.Hints)
	require.Contains(t, w.forwarded[1], "v7")
}

func TestAliasLosesNoHintWhileContinuing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env.SetCurrentHistoryLength(manyEvents + 1)
	w.after(500*time.Millisecond, func() { w.hint(ticket.Hint{Ref: engReplica, Kind: ticket.TicketEvent, Version: "v7"}) })
	var st AliasState
	w.continued(w.run(aliasID, Alias, AliasState{Pair: leftPair}), addressing.Alias, &st)
	require.Len(t, st.Hints, 1)
	require.Equal(t, "v7", st.Hints[0].Version)
}

// An alias whose pair is gone hands its ticket to first contact, which finds
// the marker, brings the pair back by its question, and is its alias again.
func TestAliasFindsItsPairAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.unreachable = true
	w.right.open("ENG", "Bug", func(s *ticket.Snapshot) { s.Ours, s.Markers = true, []ticket.Marker{markerOf(leftPair, ticket.Linked)} })
	w.after(time.Second, func() { w.hint(ticket.Hint{Ref: engReplica, Kind: ticket.TicketEvent}) })
	var pair PairState
	w.continued(w.run(aliasID, Alias, AliasState{Pair: leftPair}), addressing.Pair, &pair)

	w.fresh(w.env.Now())
	w.unreachable, w.played.answer = false, activities.Mine
	var alias AliasState
	w.continued(w.run(aliasID, Pair, pair), addressing.Alias, &alias)
	require.Equal(t, leftPair, alias.Pair)
	require.NotEmpty(t, w.forwarded, "the pair hears of what the alias could not forward")
}

// A route's run that just took an update waits out its second, and takes what
// comes in meanwhile.
func TestRouteContinuesAsNew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env.SetCurrentHistoryLength(manyEvents + 1)
	w.after(0, func() { ask(w, addressing.UpdateApply, rules(""), func(reconcile.Rules) {}) })
	w.after(500*time.Millisecond, func() { w.update(addressing.UpdatePause) })
	var st reconcile.Rules
	w.continued(w.run(routeID, Route, rules("it-to-eng")), addressing.Route, &st)
	require.Equal(t, 3, st.Version)
	require.True(t, st.Paused)
	require.Equal(t, 3, w.played.roused[len(w.played.roused)-1].Version)
}
