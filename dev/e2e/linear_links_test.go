package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// labelled makes a route replicate labels, and lets it make them or not.
func labelled(route int, create bool) option {
	return with(func(f *config.File) {
		f.Routes[route].Fields[ticket.Labels], f.Routes[route].CreateLabels = reconcile.Both, create
	})
}

// labels waits until an issue in Linear has these labels.
func (w *world) labels(id string, want ...string) {
	w.Helper()
	w.eventually("labels", func() error {
		i, err := w.linear.Get(w.ctx, id)
		got := i.LabelNames()
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			return fmt.Errorf("labels are %q %w", got, err)
		}
		return nil
	})
}

// In Linear a label is an object that exists or not: those that do not are left
// out and named, and stay where they are.
func TestLabelsThatExist(t *testing.T) {
	t.Parallel()
	w := newWorld(t, labelled(2, false))
	p := w.tie(opsBoard(w), pltTeam(w), "labelled", nil)
	before, err := w.linear.Labels(w.ctx)
	require.NoError(t, err)
	require.NoError(t, w.jira.Edit(w.ctx, p.id, map[string]any{"labels": []string{"bug", "nosuch"}}))
	w.labels(p.replica, "Bug")
	w.told(p.pair, string(ticket.LabelUnknown))
	w.quiet()
	i, err := w.jira.Get(w.ctx, p.id)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"bug", "nosuch"}, i.Fields.Labels, "what was left out there stays here")

	// A person's own label is not lost when another comes.
	label, err := w.linear.Label(w.ctx, "PLT", "db migration")
	require.NoError(t, err)
	require.NoError(t, w.linear.Edit(w.ctx, p.replica, map[string]any{"addedLabelIds": []string{label.ID}}))
	w.eventually("label in Jira", func() error {
		i, err := w.jira.Get(w.ctx, p.id)
		if err != nil || !slices.Contains(i.Fields.Labels, "db_migration") {
			return fmt.Errorf("labels are %q %w", i.Fields.Labels, err)
		}
		return nil
	})
	w.quiet()
	require.NoError(t, w.jira.Edit(w.ctx, p.id, map[string]any{"labels": []string{"feature", "db_migration"}}))
	w.labels(p.replica, "Feature", "db migration")
	w.settled(p.pair, workflows.IsLinked, "")
	after, err := w.linear.Labels(w.ctx)
	require.NoError(t, err)
	require.Len(t, after, len(before)+1, "none was made but the person's")
	w.silent()
}

// Two labels of one group exclude each other in Linear: the labels wait, and
// nothing else does.
func TestLabelsOfOneGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, labelled(2, false))
	p := w.tie(opsBoard(w), pltTeam(w), "labelled", nil)
	require.NoError(t, w.jira.Edit(w.ctx, p.id, map[string]any{"labels": []string{"frontend", "backend"}}))
	w.settled(p.pair, workflows.Attention, ticket.FieldRefused)
	p.sends(people.Values{ticket.Title: "goes on"})
	require.NoError(t, w.jira.Edit(w.ctx, p.id, map[string]any{"labels": []string{"backend"}}))
	w.labels(p.replica, "Backend")
	w.settled(p.pair, workflows.IsLinked, "")
}

func TestLabelsThatAreMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t, labelled(2, true))
	p := w.tie(opsBoard(w), pltTeam(w), "labelled", nil)
	w.faults(w.LinearURL, fault{Operation: "CreateLabel", Fault: "drop-after-commit", Times: 1})
	require.NoError(t, w.jira.Edit(w.ctx, p.id, map[string]any{"labels": []string{"bug", "fresh"}}))
	w.labels(p.replica, "Bug", "fresh")
	w.quiet()
	q := w.tie(opsBoard(w), pltTeam(w), "labelled too", nil)
	require.NoError(t, w.jira.Edit(w.ctx, q.id, map[string]any{"labels": []string{"fresh"}}))
	w.labels(q.replica, "fresh")
	all, err := w.linear.Labels(w.ctx)
	require.NoError(t, err)
	n := 0
	for _, l := range all {
		if l.Name == "fresh" {
			n++
		}
	}
	require.Equal(t, 1, n)
	w.silent()
}

// relink links a pair's origin with a ticket.
func (p tied) relink(route, replica string) {
	p.w.Helper()
	p.w.eventually("linked again", func() error {
		return p.w.update(p.pair, addressing.UpdateLink, workflows.LinkTo{
			Replica: ticket.Ref{Connection: p.there.Connection(), ID: replica}, Rules: p.w.rules(route),
		})
	})
	p.w.settled(p.pair, workflows.IsLinked, "")
	p.w.quiet() // the two are compared, and what differs is written
}

// What is unlinked stays so whatever happens, even in Linear's trash, until it
// is linked again: with the ticket it had, or with another.
func TestLinearUnlinking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, r := range routes[1:] {
		p := w.tie(r.left(w), r.right(w), "unlinked "+r.name, nil)
		p.says("said before")
		p.flip().says("answered before")
		w.quiet()
		require.NoError(t, w.update(p.pair, addressing.UpdateUnlink))
		w.settled(p.pair, workflows.Unlinked, ticket.UnlinkedByOperator)
		w.quiet()
		apart := func(text string) {
			w.forget()
			require.NoError(t, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: text + " here only"}))
			require.NoError(t, p.there.Set(w.ctx, p.replica, people.Values{ticket.Title: text + " there only"}))
			w.quiet()
			for _, root := range w.Trackers() {
				require.Empty(t, w.writes(root))
			}
			w.holds(p.here, 1)
			w.holds(p.there, 1)
		}
		apart("unlinked")
		w.terminate(p.pair, ticket.PairID(ticket.Ref{Connection: "linear", ID: p.replica}, p.here.Connection()))
		apart("forgotten")

		// In the trash and out of it.
		require.NoError(t, w.linear.Trash(w.ctx, p.replica))
		w.quiet()
		require.NoError(t, w.linear.Restore(w.ctx, p.replica))
		apart("restored")

		p.relink(r.name, p.replica)
		p.sends(people.Values{ticket.Title: "together again"})
		p.says("said after")
		p.flip().says("answered after")
		w.quiet()
		p.agree("said before", "answered before", "said after", "answered after")
		p.linkedOnce()

		// The issue goes to the trash for good, another takes its place.
		require.NoError(t, w.update(p.pair, addressing.UpdateUnlink))
		w.settled(p.pair, workflows.Unlinked, ticket.UnlinkedByOperator)
		require.NoError(t, w.linear.Trash(w.ctx, p.replica))
		w.quiet()
		w.control(w.LinearURL, "/_sandbox/webhooks", map[string]string{"mode": "drop"})
		other, err := p.there.Create(w.ctx, "made by hand", "text", nil)
		require.NoError(t, err)
		p.relink(r.name, other.ID)
		w.webhooks("normal")
		old := p.replica
		p.replica = other.ID
		p.sends(people.Values{ticket.Title: "with another"})
		p.says("said to another")
		p.flip().sends(people.Values{ticket.Title: "and back"})
		w.eventually("said", func() error { return w.heard(p.there, other.ID, "said to another", 1) })
		w.quiet()
		w.holds(p.here, 1)
		w.holds(p.there, 1)
		trashed, err := w.linear.Get(w.ctx, old)
		require.NoError(t, err)
		require.True(t, trashed.Trashed)
		p.linkedOnce()
		require.NoError(t, p.here.Remove(w.ctx, p.id))
		w.settled(p.pair, workflows.Unlinked, ticket.Deleted)
		require.NoError(t, w.linear.Trash(w.ctx, other.ID))
		w.quiet()
	}
}

// Linear's own Jira sync on the same issues: nothing is replicated next to it,
// unless the route says so.
func TestLinearReplicatedElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.webhooks("hold")
	theirs, err := w.linear.Create(w.ctx, "PRO", "theirs", "text", nil)
	require.NoError(t, err)
	w.control(w.LinearURL, "/_sandbox/replicated", map[string]string{"id": theirs.ID, "service": "jira"})
	w.webhooks("normal")
	p := w.tie(productDesk(w), proTeam(w), "ours at first", nil)
	w.holds(productDesk(w), 1)
	w.control(w.LinearURL, "/_sandbox/replicated", map[string]string{"id": p.replica, "service": "jira"})
	w.terminate(p.pair) // links are looked at when a pair begins, and by the audit
	require.NoError(t, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: "theirs too"}))
	w.settled(p.pair, workflows.Attention, ticket.ReplicatedElsewhere)
	w.stays(p.there, p.replica, people.Values{ticket.Title: "ours at first"})

	for i := range w.File.Routes {
		w.File.Routes[i].Elsewhere = "ignore"
	}
	w.apply()
	w.reads(p.there, p.replica, people.Values{ticket.Title: "theirs too"})
	w.settled(p.pair, workflows.IsLinked, "")
	require.NoError(t, w.linear.Edit(w.ctx, theirs.ID, map[string]any{"priority": 2}))
	w.one(productDesk(w), "theirs")
	w.quiet()
	w.holds(productDesk(w), 2)
	w.holds(proTeam(w), 2)
}
