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
	w.ways(t, routes, func(w *world, here, there people.Place) {
		before, err := here.All(w.ctx)
		require.NoError(w, err)
		p := w.tie(here, there, "created", people.Values{ticket.Priority: "high", ticket.Assignee: "bob"})
		w.reads(there, p.replica, people.Values{ticket.Description: "Since today.", ticket.Priority: "high", ticket.Assignee: "bob"})
		replica, err := there.Look(w.ctx, p.replica)
		require.NoError(w, err)
		require.True(w, bolds(replica.Text, "today"), replica.Text)

		for _, p := range []tied{p, p.flip()} {
			from := "from " + p.here.Connection()
			p.sends(people.Values{ticket.Title: "edited " + from})
			p.sends(people.Values{ticket.Description: "Text **" + from + "**."})
			p.sends(people.Values{ticket.Priority: "urgent"})
			p.sends(people.Values{ticket.Assignee: ""})
			p.sends(people.Values{ticket.Priority: "low", ticket.Assignee: "alice", ticket.Title: "settled " + from})
		}
		for _, p := range []tied{p, p.flip()} {
			from := p.here.Connection()
			kept, gone := p.says("kept **"+from+"**"), p.says("gone "+from)
			require.NoError(w, p.here.Reword(w.ctx, p.id, kept, "better **"+from+"**"))
			w.eventually("edited", func() error { return w.heard(p.there, p.replica, "better "+from, 1) })
			require.NoError(w, p.here.Unsay(w.ctx, p.id, gone))
			w.eventually("deleted", func() error { return w.heard(p.there, p.replica, "gone "+from, 0) })
		}
		p.agree("better "+here.Connection(), "better "+there.Connection())
		copies, err := w.plain(there, p.replica)
		require.NoError(w, err)
		require.Contains(w, copies[0]+copies[1], "Alice", "the author is named")

		w.settled(p.pair, workflows.IsLinked, "")
		w.silent()
		p.agree("better "+here.Connection(), "better "+there.Connection())
		w.holds(here, len(before)+1)
		w.holds(there, len(before)+1)
	})
}

// Who is unknown on the other side is nobody there, and stays who they are
// here.
func TestUnknownPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ways(t, routes[:2], func(w *world, here, there people.Place) {
		if here.Connection() != "helpdesk" {
			return // everybody is known at the help desk
		}
		p := w.tie(here, there, "carol's", people.Values{ticket.Assignee: "carol"})
		w.stays(there, p.replica, people.Values{ticket.Assignee: ""})
		w.stays(here, p.id, people.Values{ticket.Assignee: "carol"})
		p.sends(people.Values{ticket.Assignee: "bob"})
		require.NoError(w, here.Set(w.ctx, p.id, people.Values{ticket.Assignee: "carol"}))
		w.reads(there, p.replica, people.Values{ticket.Assignee: ""})
		w.stays(here, p.id, people.Values{ticket.Assignee: "carol"})
		p.flip().sends(people.Values{ticket.Assignee: "alice"})
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
		w.ways(t, []route{c.route}, func(w *world, here, there people.Place) {
			p := w.tie(here, there, "statuses of "+here.Connection(), nil)
			if there.Connection() != "linear" {
				p = p.flip() // here is left now, whichever was there first
			}
			for n, steps := range [][]step{c.toRight, c.toLeft} {
				if n == 1 {
					p = p.flip()
				}
				for _, s := range steps {
					require.NoError(w, p.here.SetStatus(w.ctx, p.id, s.set))
					w.reads(p.there, p.replica, people.Values{ticket.Status: s.becomes})
					w.stays(p.here, p.id, people.Values{ticket.Status: s.set})
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
	require.NoError(t, p.there.SetStatus(w.ctx, p.replica, "Canceled"))
	v := w.settled(p.pair, workflows.Attention, ticket.StatusUnmapped)
	require.Contains(t, v.Detail, "Canceled")
	p.sends(people.Values{ticket.Title: "goes on"})
	p.flip().sends(people.Values{ticket.Title: "and back"})
	w.stays(p.here, p.id, people.Values{ticket.Status: "To Do"})
	require.NoError(t, p.there.SetStatus(w.ctx, p.replica, "Done"))
	w.reads(p.here, p.id, people.Values{ticket.Status: "Done"})
	w.settled(p.pair, workflows.IsLinked, "")

	// A route that ignores what has no counterpart shows nothing.
	w.File.Routes[2].Unmapped = "ignore"
	w.apply()
	w.quiet()
	require.NoError(t, p.there.SetStatus(w.ctx, p.replica, "Canceled"))
	p.flip().sends(people.Values{ticket.Title: "while canceled"})
	w.stays(p.here, p.id, people.Values{ticket.Status: "Done"})
	w.settled(p.pair, workflows.IsLinked, "")
}

// What is private on either side stays there.
func TestPrivateStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.tie(productDesk(w), proTeam(w), "with notes", nil)
	_, err := p.here.Note(w.ctx, p.id, canary)
	require.NoError(t, err)
	p.says("for everybody")
	p.agreeBut(1, "for everybody")

	q := w.tie(opsBoard(w), pltTeam(w), "with restricted comments", nil)
	_, err = q.here.Note(w.ctx, q.id, canary)
	require.NoError(t, err)
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
	here, err := p.here.Heard(p.w.ctx, p.id)
	require.NoError(p.w, err)
	require.Len(p.w, here, len(parts)+private)
	there, err := p.w.plain(p.there, p.replica)
	require.NoError(p.w, err)
	require.NoError(p.w, matches(there, parts, nil))
}
