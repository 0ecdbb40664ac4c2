package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// What an edit of a pair with Linear costs, echoes included, on both routes and
// from both sides.
func TestLinearBudget(t *testing.T) {
	t.Parallel()
	for _, r := range routes[1:] {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, only(r.name))
			p := w.tie(r.left(w), r.right(w), "budget", nil)
			// The first sweep, some seconds after a worker's start, is no edit's cost.
			w.running(addressing.SweepID(p.here.Connection()))
			w.running(addressing.SweepID(p.there.Connection()))
			p.budget("urgent", "In Progress", "bob")
			p.flip().budget("low", "Done", "alice")
			w.settled(p.pair, workflows.IsLinked, "")
		})
	}
}

// budget edits each field here, and says something.
func (p tied) budget(priority, status, assignee string) {
	w, from := p.w, p.here.Connection()
	spend := func(what string, edit func()) cost {
		w.Helper()
		c := w.measure(p.pair, edit)
		w.Logf("%s from %s: %s", what, from, c)
		return c
	}
	for what, to := range map[string]people.Values{
		"priority": {ticket.Priority: priority}, "title": {ticket.Title: "budget of " + from},
		"assignee": {ticket.Assignee: assignee}, "description": {ticket.Description: "a **new** text from " + from},
	} {
		c := spend(what, func() { p.sends(to) })
		require.LessOrEqual(w, c.reads(), 2, c)
		require.Equal(w, 1, c.writes(), c)
		require.LessOrEqual(w, c.events, 26, c)
	}
	c := spend("status", func() {
		require.NoError(w, p.here.SetStatus(w.ctx, p.id, status))
		w.reads(p.there, p.replica, people.Values{ticket.Status: status})
	})
	require.Equal(w, 1, c.writes(), c)
	reads := 2
	if p.there.Connection() == "jira" {
		reads++ // a transition is read back
	}
	require.LessOrEqual(w, c.reads(), reads, c)

	c = spend("comment", func() { p.says("said at " + from) })
	require.Equal(w, 1, c.writes(), c)
	require.LessOrEqual(w, c.reads(), 3, c) // Ravenna and Jira list comments apart

	const edits = 15 // Jira lets 20 writes to an issue pass in two seconds
	c = spend(fmt.Sprintf("%d titles", edits), func() {
		for i := range edits {
			require.NoError(w, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: fmt.Sprintf("burst %d of %s", i, from)}))
		}
		w.reads(p.there, p.replica, people.Values{ticket.Title: fmt.Sprintf("burst %d of %s", edits-1, from)})
	})
	require.Less(w, c.writes(), edits, c)
}

func (c cost) reads() int  { return c.ravennaReads + c.jiraReads + c.linearReads }
func (c cost) writes() int { return c.ravennaWrites + c.jiraWrites + c.linearWrites }

// An event of a team that no route covers costs nothing: the payload tells.
func TestLinearBudgetUncovered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("product-to-linear"))
	w.forget()
	made, err := w.linear.Create(w.ctx, "PLT", "not ours", "text", nil)
	require.NoError(t, err)
	_, err = w.linear.Say(w.ctx, made.ID, "said to nobody", "")
	require.NoError(t, err)
	require.NoError(t, w.linear.Edit(w.ctx, made.ID, map[string]any{"priority": 1}))
	w.quiet()
	reads, writes := count(w.requests(w.LinearURL))
	require.Zero(t, reads+writes)
	t.Logf("runs started: %v", listPairs(w.ctx, w.Client))
}
