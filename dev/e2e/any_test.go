package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// Any tracker to any other, in both directions: the same machinery for all.
func TestAnyToAny(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ways(t, routes, func(w *world, here, there place) {
		before, err := here.all()
		require.NoError(w, err)
		p := w.tie(here, there, "created", values{ticket.Priority: "high", ticket.Assignee: "bob"})
		w.reads(there, p.replica, values{ticket.Description: "Since today.", ticket.Priority: "high", ticket.Assignee: "bob"})
		replica, err := there.look(p.replica)
		require.NoError(w, err)
		require.True(w, bolds(replica.text, "today"), replica.text)

		for _, p := range []tied{p, p.flip()} {
			from := "from " + p.here.connection()
			p.sends(values{ticket.Title: "edited " + from})
			p.sends(values{ticket.Description: "Text **" + from + "**."})
			p.sends(values{ticket.Priority: "urgent"})
			p.sends(values{ticket.Assignee: ""})
			p.sends(values{ticket.Priority: "low", ticket.Assignee: "alice", ticket.Title: "settled " + from})
		}
		for _, p := range []tied{p, p.flip()} {
			from := p.here.connection()
			kept, gone := p.says("kept **"+from+"**"), p.says("gone "+from)
			require.NoError(w, p.here.reword(p.id, kept, "better **"+from+"**"))
			w.eventually("edited", func() error { return heard(p.there, p.replica, "better "+from, 1) })
			require.NoError(w, p.here.unsay(p.id, gone))
			w.eventually("deleted", func() error { return heard(p.there, p.replica, "gone "+from, 0) })
		}
		p.agree("better "+here.connection(), "better "+there.connection())
		copies, err := there.heard(p.replica)
		require.NoError(w, err)
		require.Contains(w, plain(copies[0]+copies[1]), "Alice", "the author is named")

		w.settled(p.pair, workflows.IsLinked, "")
		w.silent()
		p.agree("better "+here.connection(), "better "+there.connection())
		w.holds(here, len(before)+1)
		w.holds(there, len(before)+1)
	})
}

// Who is unknown on the other side is nobody there, and stays who they are
// here.
func TestUnknownPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ways(t, routes[:2], func(w *world, here, there place) {
		if here.connection() != "helpdesk" {
			return // everybody is known at the help desk
		}
		p := w.tie(here, there, "carol's", values{ticket.Assignee: "carol"})
		w.stays(there, p.replica, values{ticket.Assignee: ""})
		w.stays(here, p.id, values{ticket.Assignee: "carol"})
		p.sends(values{ticket.Assignee: "bob"})
		require.NoError(w, here.set(p.id, values{ticket.Assignee: "carol"}))
		w.reads(there, p.replica, values{ticket.Assignee: ""})
		w.stays(here, p.id, values{ticket.Assignee: "carol"})
		p.flip().sends(values{ticket.Assignee: "alice"})
		w.silent()
	})
}

// A status becomes the one that means the same; where several do, none of them
// is pushed to another.
func TestStatusByMeaning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	type step struct{ set, becomes string }
	for _, c := range []struct {
		route
		toRight, toLeft []step
	}{
		{
			routes[1],
			[]step{{"In Progress", "In Progress"}, {"Waiting", "In Progress"}, {"Done", "Done"}, {"Closed", "Canceled"}, {"Waiting on customer", "In Progress"}, {"Open", "Backlog"}},
			[]step{{"Todo", "Open"}, {"In Progress", "In Progress"}, {"Canceled", "Closed"}, {"Done", "Done"}, {"Backlog", "Open"}},
		},
		{
			routes[2],
			[]step{{"In Progress", "In Progress"}, {"Done", "Done"}, {"To Do", "Todo"}},
			[]step{{"In Progress", "In Progress"}, {"Backlog", "To Do"}, {"Done", "Done"}, {"Todo", "To Do"}},
		},
	} {
		w.ways(t, []route{c.route}, func(w *world, here, there place) {
			p := w.tie(here, there, "statuses of "+here.connection(), nil)
			if there.connection() != "linear" {
				p = p.flip() // here is left now, whichever was there first
			}
			for n, steps := range [][]step{c.toRight, c.toLeft} {
				if n == 1 {
					p = p.flip()
				}
				for _, s := range steps {
					require.NoError(w, p.here.status(p.id, s.set))
					w.reads(p.there, p.replica, values{ticket.Status: s.becomes})
					w.stays(p.here, p.id, values{ticket.Status: s.set})
				}
			}
			w.settled(p.pair, workflows.IsLinked, "")
			w.silent()
		})
	}
}

// Jira has nothing that means canceled: the status waits, everything else goes
// on, and the next status that has a counterpart settles it.
func TestStatusWithoutCounterpart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.tie(opsBoard(w), pltTeam(w), "canceled", nil)
	require.NoError(t, p.there.status(p.replica, "Canceled"))
	v := w.settled(p.pair, workflows.Attention, ticket.StatusUnmapped)
	require.Contains(t, v.Detail, "Canceled")
	p.sends(values{ticket.Title: "goes on"})
	p.flip().sends(values{ticket.Title: "and back"})
	w.stays(p.here, p.id, values{ticket.Status: "To Do"})
	require.NoError(t, p.there.status(p.replica, "Done"))
	w.reads(p.here, p.id, values{ticket.Status: "Done"})
	w.settled(p.pair, workflows.IsLinked, "")

	// A route that ignores what has no counterpart shows nothing.
	w.File.Routes[2].Unmapped = "ignore"
	w.apply()
	w.quiet()
	require.NoError(t, p.there.status(p.replica, "Canceled"))
	p.flip().sends(values{ticket.Title: "while canceled"})
	w.stays(p.here, p.id, values{ticket.Status: "Done"})
	w.settled(p.pair, workflows.IsLinked, "")
}

// What is private on either side stays there.
func TestPrivateStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.tie(productDesk(w), proTeam(w), "with notes", nil)
	_, err := w.rav.Say(w.ctx, p.id, "<p>"+canary+"</p>", true)
	require.NoError(t, err)
	p.says("for everybody")
	p.agreeBut(1, "for everybody")

	q := w.tie(opsBoard(w), pltTeam(w), "with restricted comments", nil)
	require.NoError(t, w.jira.Call(w.ctx, "POST", "/issue/"+q.id+"/comment", map[string]any{
		"body": canary, "visibility": map[string]string{"type": "role", "value": "Administrators"},
	}, nil))
	q.says("for all")
	q.agreeBut(1, "for all")

	hidden, err := w.rav.Create(w.ctx, "Product", canary, "<p>x</p>", map[string]any{"private": true})
	require.NoError(t, err)
	w.quiet()
	w.holds(proTeam(w), 1)
	require.NoError(t, w.rav.Edit(w.ctx, hidden.ID, map[string]any{"private": false, "title": "public now"}))
	w.one(proTeam(w), "public now")
	found, err := w.linear.Titled(w.ctx, "PRO", canary)
	require.NoError(t, err)
	require.Equal(t, []people.LinearIssue(nil), found)
}

// agreeBut is agree for a ticket with so many comments that have to stay.
func (p tied) agreeBut(private int, parts ...string) {
	p.w.Helper()
	p.w.quiet()
	here, err := p.here.heard(p.id)
	require.NoError(p.w, err)
	require.Len(p.w, here, len(parts)+private)
	there, err := p.there.heard(p.replica)
	require.NoError(p.w, err)
	for n := range there {
		there[n] = plain(there[n])
	}
	require.NoError(p.w, matches(there, parts, nil))
}
