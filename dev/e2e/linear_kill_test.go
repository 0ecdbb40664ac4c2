package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// Everything is killed at once in the middle of a create and an edit in Linear,
// with a comment waiting. Each thing exists once in the end.
func TestLinearKill(t *testing.T) {
	t.Parallel()
	w := newChild(t)
	p := w.tie(productDesk(w.world), proTeam(w.world), "linked", nil)
	w.faults(w.LinearURL, of([]fault{{Operation: "UpdateIssue"}, {Operation: "CreateIssue"}}, "delay:20s")...)
	made, err := w.rav.Create(w.ctx, "Product", "being made", "<p>text</p>", nil)
	require.NoError(t, err)
	require.NoError(t, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: "being edited"}))
	_, err = p.here.Say(w.ctx, p.id, "being said")
	require.NoError(t, err)
	w.spent(w.LinearURL)
	w.kill()
	w.start()
	w.faults(w.LinearURL)

	one := w.one(proTeam(w.world), "being made")
	q := tied{w: w.world, here: p.here, there: p.there, id: made.ID, replica: one.ID,
		pair: ticket.PairID(ticket.Ref{Connection: "helpdesk", ID: made.ID}, "linear")}
	for _, p := range []tied{p, q} {
		w.settled(p.pair, workflows.IsLinked, "")
		p.linkedOnce()
	}
	w.reads(p.there, p.replica, people.Values{ticket.Title: "being edited"})
	p.agree("being said")
	p.flip().sends(people.Values{ticket.Title: "after all"})
	w.quiet()
	p.agree("being said")
	w.holds(p.here, 2)
	w.holds(p.there, 2)
}
