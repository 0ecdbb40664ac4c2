package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// What is in the trash counts as deleted once that is confirmed, and does to the
// other what the route says. What is archived, or taken out of the trash in
// time, stays linked.
func TestLinearTrash(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with(func(f *config.File) {
		for i := range f.Connections {
			f.Connections[i].ConfirmDelete = 4 * time.Second
		}
	}))
	w.ways(t, routes[1:], func(w *world, here, there people.Place) {
		p := w.tie(here, there, "trashed from "+here.Connection(), nil)
		lin, other, issue, elsewhere := p.here, p.there, p.id, p.replica
		if lin.Connection() != "linear" {
			lin, other, issue, elsewhere = p.there, p.here, p.replica, p.id
		}
		require.NoError(w, w.linear.Archive(w.ctx, issue))
		w.quiet()
		w.settled(p.pair, workflows.IsLinked, "")
		require.NoError(w, other.Set(w.ctx, elsewhere, people.Values{ticket.Title: "archived"}))
		w.reads(lin, issue, people.Values{ticket.Title: "archived"})
		require.NoError(w, w.linear.Restore(w.ctx, issue))
		w.quiet()

		require.NoError(w, w.linear.Trash(w.ctx, issue))
		w.settled(p.pair, workflows.Attention, ticket.AccessLost)
		require.NoError(w, w.linear.Restore(w.ctx, issue))
		w.settled(p.pair, workflows.IsLinked, "")
		require.NoError(w, other.Set(w.ctx, elsewhere, people.Values{ticket.Title: "restored"}))
		w.reads(lin, issue, people.Values{ticket.Title: "restored"})
		w.quiet()
		said, err := other.Heard(w.ctx, elsewhere)
		require.NoError(w, err)
		require.Empty(w, said, "nothing was said about a deletion")

		gone, err := lin.Look(w.ctx, issue)
		require.NoError(w, err)
		require.NoError(w, w.linear.Trash(w.ctx, issue))
		w.settled(p.pair, workflows.Unlinked, ticket.Deleted)
		w.eventually("notice", func() error { return w.heard(other, elsewhere, gone.Key+" was deleted", 1) })
		// What is left starts nothing new, nor does the issue when it comes back.
		require.NoError(w, other.Set(w.ctx, elsewhere, people.Values{ticket.Title: "left over"}))
		require.NoError(w, w.linear.Restore(w.ctx, issue))
		require.NoError(w, lin.Set(w.ctx, issue, people.Values{ticket.Title: "back from the trash"}))
		w.stays(other, elsewhere, people.Values{ticket.Title: "left over"})
		w.stays(lin, issue, people.Values{ticket.Title: "back from the trash"})
	})
	w.quiet()
	for _, at := range []people.Place{productDesk(w), proTeam(w), opsBoard(w), pltTeam(w)} {
		w.holds(at, 2)
	}
}

// What is deleted elsewhere does to the issue in Linear what the route says.
func TestDeletedElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n, rule := range []string{"comment", "close", "ignore"} {
		for i := range w.File.Routes {
			w.File.Routes[i].OnDelete = rule
		}
		w.apply()
		w.quiet() // the worker reads settings again
		for _, r := range routes[1:] {
			p := w.tie(r.left(w), r.right(w), rule+" "+r.name, nil)
			require.NoError(t, p.here.Remove(w.ctx, p.id))
			w.settled(p.pair, workflows.Unlinked, ticket.Deleted)
			w.quiet()
			said, status := 0, "Backlog"
			if r.name == "ops-to-linear" {
				status = "Todo" // To Do in Jira
			}
			switch rule {
			case "comment":
				said = 1
			case "close":
				status = "Done"
			}
			require.NoError(t, w.heard(p.there, p.replica, "was deleted", said))
			w.stays(p.there, p.replica, people.Values{ticket.Status: status})
			require.NoError(t, p.there.Set(w.ctx, p.replica, people.Values{ticket.Title: "left over " + rule}))
			w.quiet()
			w.holds(p.here, 0)
			w.holds(p.there, n+1)
		}
	}
	// Deleted for good, where nothing can be read any more.
	p := w.tie(productDesk(w), proTeam(w), "for good", nil)
	require.NoError(t, w.linear.Ask(w.ctx, `mutation ($id: String!) { issueDelete(id: $id, permanentlyDelete: true) { success } }`,
		map[string]any{"id": p.replica}, nil))
	w.settled(p.pair, workflows.Unlinked, ticket.Deleted)
	w.quiet()
	w.holds(p.here, 1)
}
