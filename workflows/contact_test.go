package workflows

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestFirstContactReplicatesACoveredTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(func(s *ticket.Snapshot) { s.Fields[ticket.Assignee] = user("bob") })
	w.after(30*time.Second, func() { w.stands(IsLinked, "") })
	st := w.play(PairState{})

	replica := w.right.get("ENG1")
	require.Equal(t, "Printer", replica.Text(ticket.Title))
	require.Equal(t, "It is **on fire**.", replica.Text(ticket.Description))
	require.Equal(t, "bob@example.com", replica.Fields[ticket.Assignee].User.Email)
	require.Equal(t, "Bug", replica.Type)
	marker := ticket.Marker{Installation: "test", Pair: leftPair, Generation: 1, State: ticket.Linked}
	marker.URL = w.left.get("IT1").URL
	require.Contains(t, replica.Markers, marker)
	marker.URL = replica.URL
	require.Equal(t, []ticket.Marker{marker}, w.left.get("IT1").Markers)
	require.Equal(t, []activities.EnlistParams{{Replica: replica.Ref, Pair: leftPair}}, w.played.enlisted)
	require.Len(t, w.right.tickets, 1)
	require.Equal(t, replica.Ref, st.Replica)
	require.Equal(t, ticket.Left, st.Sync.Origin)
	require.Zero(t, w.right.called("update"), "what the create call wrote is not written again")
}

func TestFirstContactSkips(t *testing.T) {
	t.Parallel()
	off := false
	for name, c := range map[string]struct {
		reason ticket.Reason
		ticket func(*ticket.Snapshot)
		rules  func(*reconcile.Rules)
		gone   bool
		none   bool // no route at all
	}{
		"private":          {reason: ticket.Private, ticket: func(s *ticket.Snapshot) { s.Private = "private" }},
		"in the trash":     {reason: ticket.Deleted, ticket: func(s *ticket.Snapshot) { s.Trashed = true }},
		"elsewhere":        {reason: ticket.ReplicatedElsewhere, ticket: func(s *ticket.Snapshot) { s.Elsewhere = "sync" }},
		"too old":          {reason: ticket.TooOld, ticket: func(s *ticket.Snapshot) { s.Created = epoch.Add(-48 * time.Hour) }},
		"container":        {reason: ticket.NoRoute, ticket: func(s *ticket.Snapshot) { s.Container = ticket.Container{ID: "PROD"} }},
		"replica of other": {reason: ticket.IsReplica, ticket: replicaOf("linear")},
		"filter": {reason: ticket.Filtered, rules: func(r *reconcile.Rules) {
			r.Filter.Labels = reconcile.Choice{Any: []string{"sync"}}
		}},
		"type": {
			reason: ticket.WrongType, ticket: func(s *ticket.Snapshot) { s.Type = "Question" },
			rules: func(r *reconcile.Rules) { r.Left.Type = "Incident" },
		},
		"direction":    {reason: ticket.Direction, rules: func(r *reconcile.Rules) { r.Direction = reconcile.ToLeft }},
		"disabled":     {reason: ticket.Disabled, rules: func(r *reconcile.Rules) { r.Enabled = &off }},
		"paused":       {reason: ticket.Paused, rules: func(r *reconcile.Rules) { r.Paused = true }},
		"removed":      {reason: ticket.RouteRemoved, rules: func(r *reconcile.Rules) { r.Removed = true }},
		"not readable": {reason: ticket.AccessLost, gone: true},
		"no route":     {reason: ticket.NoRoute, none: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open()
			if c.ticket != nil {
				w.left.change("IT1", c.ticket)
			}
			if c.rules != nil {
				w.settings(c.rules)
			}
			if c.gone {
				w.left.remove("IT1")
			}
			if c.none {
				w.played.routes = nil
			}
			require.NoError(t, w.meet(leftPair))
			state, _ := w.attributes.GetKeyword(attrState)
			reason, _ := w.attributes.GetKeyword(attrReason)
			require.Equal(t, Skipped+" "+string(c.reason), state+" "+reason)
			require.Equal(t, []string{"Meet"}, w.calls)
			require.Empty(t, w.right.tickets)
		})
	}
}

func replicaOf(connection string) func(*ticket.Snapshot) {
	return func(s *ticket.Snapshot) {
		s.Ours = true
		pair := ticket.PairID(ticket.Ref{Connection: connection, ID: "7"}, s.Ref.Connection)
		s.Markers = []ticket.Marker{{Installation: "test", Pair: pair, Generation: 1, State: ticket.Linked}}
	}
}

// The webhook of our own create arrives before its marker can be read.
func TestFirstContactWaitsForTheMarkerOfOurOwnTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.answer = activities.Mine
	w.right.open("ENG", "Bug", func(s *ticket.Snapshot) { s.Ours = true })
	w.after(5*time.Second, func() {
		require.Equal(t, []string{"Meet", "Meet"}, w.calls, "after 2 s it was looked at again")
		w.right.change("ENG1", func(s *ticket.Snapshot) { s.Markers = []ticket.Marker{markerOf(leftPair, ticket.Linked)} })
	})
	var st AliasState
	w.continued(w.meet("pair/jira/ENG1/helpdesk"), addressing.Alias, &st)
	require.Equal(t, leftPair, st.Pair)
	require.Empty(t, w.left.tickets)
}

func markerOf(pair string, state ticket.MarkerState) ticket.Marker {
	return ticket.Marker{Installation: "test", Pair: pair, Generation: 1, State: state}
}

func TestFirstContactNeverReplicatesOurOwnTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(func(s *ticket.Snapshot) { s.Ours = true })
	require.NoError(t, w.meet(leftPair))
	reason, _ := w.attributes.GetKeyword(attrReason)
	require.Equal(t, string(ticket.OwnUnmarked), reason)
	require.Len(t, w.calls, looks+1)
	require.Empty(t, w.right.tickets)
}

// Our own ticket that is the replica of a third tracker is replicated on when
// the route says so.
func TestFirstContactChains(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings(func(r *reconcile.Rules) { r.Chain = true })
	w.open(replicaOf("linear"))
	st := w.play(PairState{})
	require.Equal(t, Linked, st.Phase)
	require.Empty(t, w.played.asked, "the marker names another connection")
}

// What a replica's run does depends on the answer of the pair in its marker.
func TestFirstContactAsksThePairOfTheMarker(t *testing.T) {
	t.Parallel()
	const replicaPair = "pair/jira/ENG1/helpdesk"
	for name, c := range map[string]struct {
		answer activities.Answer
		broken bool
		reason ticket.Reason // of being skipped
	}{
		"unlinked":             {answer: activities.Unlinked, reason: ticket.UnlinkedByOperator},
		"duplicate":            {answer: activities.Duplicate, reason: ticket.DuplicateReplica},
		"pair cannot tell":     {answer: activities.Later, reason: ticket.Unavailable},
		"pair does not answer": {broken: true, reason: ticket.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.played.answer, w.played.broken["Ask"] = c.answer, c.broken
			w.right.open("ENG", "Bug", func(s *ticket.Snapshot) {
				s.Ours, s.Markers = true, []ticket.Marker{markerOf(leftPair, ticket.Linked)}
			})
			require.NoError(t, w.meet(replicaPair))
			reason, _ := w.attributes.GetKeyword(attrReason)
			require.Equal(t, string(c.reason), reason)
			require.Empty(t, w.left.tickets)
		})
	}

	t.Run("mine", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.played.answer = activities.Mine
		w.right.open("ENG", "Bug", func(s *ticket.Snapshot) {
			s.Ours, s.Markers = true, []ticket.Marker{markerOf(leftPair, ticket.Linked)}
		})
		w.after(0, func() {
			w.hint(ticket.Hint{Ref: ticket.Ref{Connection: "jira", ID: "ENG1"}, Kind: ticket.CommentEvent, Comment: "c9"})
		})
		var st AliasState
		w.continued(w.meet(replicaPair), addressing.Alias, &st)
		require.Equal(t, leftPair, st.Pair)
		require.Contains(t, w.forwarded, leftPair+" hint change ")
		require.Equal(t, []activities.AskParams{{Pair: leftPair, Claim: activities.Claim{
			Ref: ticket.Ref{Connection: "jira", ID: "ENG1"}, Generation: 1, Ours: true,
		}}}, w.played.asked)
	})
}

// A clone carries the marker of the ticket it was made from; the pair says
// that it is not its replica, and it is replicated in its own right.
func TestFirstContactReplicatesAClone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.answer = activities.NotMine
	w.right.open("ENG", "Bug", func(s *ticket.Snapshot) {
		s.Markers = []ticket.Marker{markerOf("pair/helpdesk/IT9/jira", ticket.Linked)}
	})
	w.crowd(time.Minute)
	var st PairState
	w.continued(w.run("pair/jira/ENG1/helpdesk", Pair, PairState{}), addressing.Pair, &st)
	require.Equal(t, ticket.Ref{Connection: "helpdesk", ID: "IT1"}, st.Replica)
	require.Equal(t, ticket.Right, st.Sync.Origin)
	require.Equal(t, "Printer", w.left.get("IT1").Text(ticket.Title))
}

func TestFirstContactIgnoresAnotherInstallation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(func(s *ticket.Snapshot) {
		m := markerOf("pair/jira/ENG9/helpdesk", ticket.Linked)
		m.Installation = "production"
		s.Markers = []ticket.Marker{m}
	})
	st := w.play(PairState{})
	require.Equal(t, Linked, st.Phase)
	require.Empty(t, w.played.asked)
}

// An alias signal that comes before first contact is over makes the run that
// pair's alias, even when the ticket cannot be read.
func TestFirstContactYieldsToAnAliasSignal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.right.open("ENG", "Bug")
	w.after(0, func() { w.env.SignalWorkflow(addressing.SignalAlias, leftPair) })
	w.right.fails("fetch", trackers.Error{Kind: trackers.Unavailable}, forEver)
	var st AliasState
	w.continued(w.meet("pair/jira/ENG1/helpdesk"), addressing.Alias, &st)
	require.Equal(t, leftPair, st.Pair)
	require.Empty(t, w.left.tickets)
}

// A run that was terminated is found again by the markers it left.
func TestFirstContactAdoptsAnExistingLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.linked()
	c := w.left.speak("IT1", "Any news?")
	w.after(time.Second, func() { w.hear(w.left, "IT1", c, "alice") })
	before = w.play(before)
	require.Len(t, w.right.get("ENG1").Comments, 1)

	w.again(func(r *reconcile.Rules) { r.Filter.Labels = reconcile.Choice{Any: []string{"none has it"}} })
	w.right.edit("ENG1", ticket.Title, text("Printer on fire"))
	st := w.play(PairState{})
	require.Equal(t, before.Replica, st.Replica)
	require.Len(t, w.right.tickets, 1, "linked tickets are exempt from the filter")
	require.Len(t, w.right.get("ENG1").Comments, 1, "copies are known by their tokens")
	require.Equal(t, w.left.get("IT1").Text(ticket.Title), w.right.get("ENG1").Text(ticket.Title))
	require.Equal(t, before.Sync.Comments[0].Copy, st.Sync.Comments[0].Copy)
	journaled(t, st, "link taken up again")
}

// The operator had unlinked it, and only one of the tickets could be told.
func TestFirstContactBelievesTheReplicaThatItIsUnlinked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(w.linked())
	w.right.change("ENG1", func(s *ticket.Snapshot) { s.Markers[0].State = ticket.Unlinked })
	require.Equal(t, ticket.Linked, w.left.get("IT1").Markers[0].State)

	w.again(nil)
	w.right.edit("ENG1", ticket.Title, text("Printer on fire"))
	st := w.play(PairState{})
	require.Equal(t, Resting, st.Phase)
	require.Equal(t, ticket.UnlinkedByOperator, st.Rest)
	require.Equal(t, "Printer", w.left.get("IT1").Text(ticket.Title))
	require.Equal(t, ticket.Unlinked, w.left.get("IT1").Markers[0].State, "now both say so")
}

// The one that was told may be hidden when the link is taken up, for longer than a
// run lasts.
func TestFirstContactBelievesTheReplicaLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(w.linked())
	w.right.change("ENG1", func(s *ticket.Snapshot) { s.Markers[0].State = ticket.Unlinked })

	w.again(nil)
	w.right.fails("fetch", trackers.Error{Kind: trackers.NotFound, Status: 404}, forEver)
	st := w.play(PairState{})
	require.Equal(t, Linked, st.Phase)
	require.NotNil(t, st.Hold)

	w.again(nil)
	w.right.heals()
	w.right.edit("ENG1", ticket.Title, text("Printer on fire"))
	w.after(time.Second, func() { w.hint(ticket.Hint{Ref: st.Replica, Kind: ticket.TicketEvent, Actor: "bob"}) })
	w.after(2*time.Minute, func() {})
	st = w.play(st)
	require.Equal(t, Resting, st.Phase)
	require.Equal(t, ticket.UnlinkedByOperator, st.Rest)
	require.Equal(t, "Printer", w.left.get("IT1").Text(ticket.Title))
}

// What an operator links anew after that is linked, whatever the tickets say of
// the link before.
func TestFirstContactLinksWhatWasUnlinked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.play(w.linked())
	for _, s := range []struct {
		k  *tracker
		id string
	}{{w.left, "IT1"}, {w.right, "ENG1"}} {
		s.k.change(s.id, func(t *ticket.Snapshot) { t.Markers[0].State = ticket.Unlinked })
	}
	w.again(nil)
	route := w.played.routes[0]
	w.left.during["fetch"] = func() { w.update(addressing.UpdateLink, LinkTo{Replica: engReplica, Rules: &route}) }
	st := w.play(PairState{})
	require.Equal(t, Linked, st.Phase)
	require.Equal(t, ticket.Linked, w.left.get("IT1").Markers[0].State)
	require.Equal(t, ticket.Linked, w.right.get("ENG1").Markers[0].State)
}

// What became of comments while the run was lost becomes of their copies.
func TestFirstContactFindsWhatBecameOfComments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	kept, reworded, withdrawn := w.left.speak("IT1", "It burns."), w.left.speak("IT1", "Any news?"), w.left.speak("IT1", "Never mind.")
	w.after(time.Second, func() { w.hear(w.left, "IT1", kept, "alice") })
	w.play(st)
	copies := slices.Clone(w.right.get("ENG1").Comments)
	require.Len(t, copies, 3)

	w.again(nil)
	_, err := w.left.EditComment(t.Context(), "IT1", reworded.ID, trackers.CommentDraft{Body: "Any news, please?"})
	require.NoError(t, err)
	require.NoError(t, w.left.DeleteComment(t.Context(), "IT1", withdrawn.ID))
	w.play(PairState{})
	now := w.right.get("ENG1").Comments
	require.Len(t, now, 2)
	require.Equal(t, copies[0], now[0], "untouched")
	require.Equal(t, []string{copies[1].ID, "Any news, please?"}, []string{now[1].ID, now[1].Body})
}

func TestFirstContactRestsOnItsOwnUnlinkedMarker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(func(s *ticket.Snapshot) { s.Markers = []ticket.Marker{markerOf(leftPair, ticket.Unlinked)} })
	w.after(time.Second, func() { w.stands(Unlinked, ticket.UnlinkedByOperator) })
	w.after(time.Second, func() { w.left.edit("IT1", ticket.Title, text("edited after unlink")); w.tell(w.left, "IT1", "alice") })
	st := w.play(PairState{})
	require.Equal(t, Resting, st.Phase)
	require.Empty(t, w.right.tickets)
	require.Equal(t, []string{"Meet"}, w.calls)
}

// The replica that the marker names is hidden from us: it is looked for until
// it shows, and not made again.
func TestFirstContactWaitsForItsReplica(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.linked()
	w.right.fails("lookup", trackers.Error{Kind: trackers.NotFound, Status: 404}, forEver)
	w.after(30*time.Second, func() { w.stands(Attention, ticket.AccessLost) })
	w.after(30*time.Second, func() { w.right.heals() })
	w.after(2*time.Hour, func() { w.stands(IsLinked, "") })
	require.Equal(t, Linked, w.play(PairState{}).Phase)
	require.Len(t, w.right.tickets, 1)
}

// A retry in first contact looks once more, not without end.
func TestFirstContactRetriesOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.left.fails("fetch", trackers.Error{Kind: trackers.Auth, Status: 401}, forEver)
	calls := 0
	w.after(10*time.Second, func() {
		calls = len(w.calls)
		w.update(addressing.UpdateRetry)
	})
	w.after(10*time.Second, func() { require.Len(t, w.calls, calls+1) })
	w.after(time.Second, func() { w.left.heals() })
	w.after(2*time.Hour, func() { w.stands(IsLinked, "") })
	require.Equal(t, Linked, w.play(PairState{}).Phase)
}

// A tracker that is down for long is waited for, visibly.
func TestFirstContactWaitsForTheTracker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.left.fails("fetch", trackers.Error{Kind: trackers.Auth, Status: 401}, forEver)
	w.after(30*time.Second, func() { w.stands(Attention, ticket.Auth) })
	w.after(30*time.Second, func() { w.left.heals() })
	w.after(2*time.Hour, func() { w.stands(IsLinked, "") })
	require.Equal(t, Linked, w.play(PairState{}).Phase)
}

// A claim that comes while first contact goes on is answered at its end.
func TestFirstContactAnswersClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.linked()
	w.left.change("IT1", func(s *ticket.Snapshot) { s.Markers = nil }) // the origin's link was removed
	var answer activities.Answer
	w.after(0, func() {
		w.claim(activities.Claim{Ref: ticket.Ref{Connection: "jira", ID: "ENG1"}, Generation: 1, Ours: true}, func(a activities.Answer) { answer = a })
	})
	st := w.play(PairState{})
	require.Equal(t, activities.Mine, answer)
	require.Equal(t, ticket.Ref{Connection: "jira", ID: "ENG1"}, st.Replica)
	require.Len(t, w.right.tickets, 1)
	require.Len(t, w.left.get("IT1").Markers, 1, "the marker is written again")
}
