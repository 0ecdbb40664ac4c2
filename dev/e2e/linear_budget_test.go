package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
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
			newWorld(t, only(r.name)).budget(t, r)
		})
	}
}

func (w *world) budget(t *testing.T, r route) {
	// The first sweep, some seconds after a worker's start, is no edit's cost.
	for _, at := range []place{r.left(w), r.right(w)} {
		w.running(addressing.SweepID(at.connection()))
	}
	w.ways(t, []route{r}, func(w *world, here, there place) {
		p := w.tie(here, there, "budget", nil)
		for _, p := range []tied{p, p.flip()} {
			from := p.here.connection()
			level, status, who := "urgent", "In Progress", "bob"
			if from == there.connection() {
				level, status, who = "low", "Done", "alice"
			}
			spend := func(what string, edit func()) cost {
				c := w.measure(p.pair, edit)
				w.Logf("%s edited at %s: %s", what, from, c)
				return c
			}
			field := func(c cost) {
				require.LessOrEqual(w, c.reads(), 2, c)
				require.Equal(w, 1, c.writes(), c)
				require.LessOrEqual(w, c.events, 26, c)
			}
			field(spend("priority", func() { p.sends(values{ticket.Priority: level}) }))
			field(spend("title", func() { p.sends(values{ticket.Title: "budget of " + from}) }))
			field(spend("assignee", func() { p.sends(values{ticket.Assignee: who}) }))
			field(spend("description", func() { p.sends(values{ticket.Description: "a **new** text from " + from}) }))
			c := spend("status", func() {
				require.NoError(w, p.here.status(p.id, status))
				w.reads(p.there, p.replica, values{ticket.Status: status})
			})
			require.Equal(w, 1, c.writes(), c)
			hops := 0
			if p.there.connection() == "jira" {
				hops = 1 // a transition is read back
			}
			require.LessOrEqual(w, c.reads(), 2+hops, c)
			c = spend("comment", func() { p.says("said at " + from) })
			require.Equal(w, 1, c.writes(), c)
			require.LessOrEqual(w, c.reads(), 3, c) // Ravenna and Jira list comments apart
			const edits = 15                        // Jira lets 20 writes to an issue pass in two seconds
			c = spend(fmt.Sprintf("%d titles", edits), func() {
				for i := range edits {
					require.NoError(w, p.here.set(p.id, values{ticket.Title: fmt.Sprintf("burst %d", i)}))
				}
				w.reads(p.there, p.replica, values{ticket.Title: fmt.Sprintf("burst %d", edits-1)})
			})
			require.Less(w, c.writes(), edits, c)
			require.NoError(w, p.here.set(p.id, values{ticket.Title: "budget"}))
			w.reads(p.there, p.replica, values{ticket.Title: "budget"})
		}
		w.settled(p.pair, workflows.IsLinked, "")
		require.NoError(w, p.here.remove(p.id))
		w.settled(p.pair, workflows.Unlinked, ticket.Deleted)
		require.NoError(w, p.there.remove(p.replica))
		w.quiet()
	})
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
