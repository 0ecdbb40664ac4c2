package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/ticket"
)

const aliasID = "pair/jira/ENG1/helpdesk"

func TestAliasForwards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hint := ticket.Hint{Ref: engReplica, Kind: ticket.TicketEvent, Version: "v1", Actor: "bob"}
	w.after(time.Second, func() { w.hint(hint) })
	w.after(time.Second, func() {
		require.Equal(t, []string{leftPair + " hint ticket v1"}, w.forwarded)
		// A relink made the ticket another pair's replica.
		w.env.SignalWorkflow(addressing.SignalAlias, "pair/helpdesk/IT2/jira")
	})
	w.after(time.Second, func() {
		hint.Version = "v2"
		w.hint(hint)
	})
	w.after(time.Second, func() { require.Equal(t, "pair/helpdesk/IT2/jira hint ticket v2", w.forwarded[1]) })
	w.crowd(time.Second)
	var st AliasState
	w.continued(w.run(aliasID, Alias, AliasState{Pair: leftPair}), addressing.Alias, &st)
	require.Equal(t, "pair/helpdesk/IT2/jira", st.Pair)
	require.Empty(t, st.Hints)
}

// Without its pair the alias becomes a run that looks at the ticket itself.
func TestAliasOfALostPairMakesFirstContact(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.unreachable = true
	w.after(time.Second, func() { w.hint(ticket.Hint{Ref: engReplica, Kind: ticket.TicketEvent}) })
	var st PairState
	w.continued(w.run(aliasID, Alias, AliasState{Pair: leftPair}), addressing.Pair, &st)
	require.Zero(t, st, "it decides on what the ticket says, not on what the alias believed")
	require.Empty(t, w.calls)
}

func TestAliasPassesClaimsOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.answer = activities.NotMine
	c := activities.Claim{Ref: ticket.Ref{Connection: "helpdesk", ID: "IT5"}, Generation: 1}
	var answer activities.Answer
	w.after(time.Second, func() { w.claim(c, func(a activities.Answer) { answer = a }) })
	w.crowd(time.Minute)
	var st AliasState
	w.continued(w.run(aliasID, Alias, AliasState{Pair: leftPair}), addressing.Alias, &st)
	require.Equal(t, activities.NotMine, answer)
	require.Equal(t, []activities.AskParams{{Pair: leftPair, Claim: c}}, w.played.asked)
}

// Hints that came in while the alias could not forward stay few.
func TestAliasStateIsBounded(t *testing.T) {
	t.Parallel()
	st := AliasState{Pair: leftPair}
	for range 10_000 {
		st.add(ticket.Hint{Ref: engReplica, Kind: ticket.CommentEvent, Comment: "c1"})
	}
	require.LessOrEqual(t, len(st.Hints), 51)
	require.Equal(t, ticket.ChangeHint, st.Hints[0].Kind, "what was dropped is covered by one that says: anything")

	for range 2 {
		st.add(gone(engReplica))
		for range 100 {
			st.add(ticket.Hint{Ref: engReplica, Kind: ticket.CommentEvent, Comment: "c1"})
		}
		require.LessOrEqual(t, len(st.Hints), 51)
		require.Equal(t, ticket.DeleteEvent, st.Hints[0].Kind, "except that it was deleted")
	}
}
