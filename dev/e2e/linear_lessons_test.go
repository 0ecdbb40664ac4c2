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

// The lessons of echoes, on pairs with Linear.
func TestLinearLessonsOfEchoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ways(t, routes[1:], func(w *world, here, there people.Place) {
		before, err := here.All(w.ctx)
		require.NoError(w, err)
		made := len(before)

		// Our own create's webhook arrives before the link is stored.
		for _, at := range []people.Place{here, there} {
			root, creates, _, reads := w.calls(at)
			w.faults(root, append(of(creates[2:], "delay:1s"), of(reads, "delay:1s")...)...)
		}
		p := w.tie(here, there, "webhook first", nil)
		made++
		p.linkedOnce()
		w.holds(here, made)
		w.holds(there, made)

		// A restart within a minute of a create.
		fresh, err := here.Create(w.ctx, "restarted", "text", nil)
		require.NoError(w, err)
		w.one(there, "restarted")
		made++
		w.StopWorker()
		require.NoError(w, here.Set(w.ctx, fresh.ID, people.Values{ticket.Priority: "low"}))
		w.StartWorker()
		w.settled(ticket.PairID(ticket.Ref{Connection: here.Connection(), ID: fresh.ID}, there.Connection()), workflows.IsLinked, "")
		w.quiet()
		w.holds(here, made)
		w.holds(there, made)

		// Two edits of one field within seconds, on both sides.
		for _, p := range []tied{p, p.flip(), p, p.flip()} {
			require.NoError(w, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: "twice at " + p.here.Connection()}))
		}
		w.quiet()
		a, err := here.Look(w.ctx, p.id)
		require.NoError(w, err)
		w.reads(there, p.replica, people.Values{ticket.Title: a.Title})

		// An edit right after our own write is no echo of it.
		for n := range 4 {
			p.sends(people.Values{ticket.Title: fmt.Sprintf("here %d", n)})
			p.flip().sends(people.Values{ticket.Title: fmt.Sprintf("there %d", n)})
		}
		for n := range 2 {
			p.sends(people.Values{ticket.Description: fmt.Sprintf("here **%d**", n)})
			p.flip().sends(people.Values{ticket.Description: fmt.Sprintf("there **%d**", n)})
		}
		w.settled(p.pair, workflows.IsLinked, "")
		w.silent()
		w.holds(here, made)
		w.holds(there, made)
	})
}

// More comments and issues than one page holds.
func TestLinearLessonsOfPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with(sweeping), with(func(f *config.File) {
		f.Routes[1].Filter = reconcile.Filter{Priorities: reconcile.Choice{None: []string{"low"}}}
	}))
	w.patience = inFlight
	p := w.tie(productDesk(w), proTeam(w), "pages", nil)
	const page = 101
	w.webhooks("hold")
	for n := range page {
		_, err := p.there.Say(w.ctx, p.replica, fmt.Sprintf("number %d.", n))
		require.NoError(t, err)
	}
	w.webhooks("normal")
	w.eventually("all comments", func() error {
		list, err := p.here.Heard(w.ctx, p.id)
		if err != nil || len(list) != page {
			return fmt.Errorf("%d comments %w", len(list), err)
		}
		return nil
	})
	p.says("after all of them")
	w.eventually("edited", func() error { return w.heard(p.there, p.replica, "after all of them", 1) })
	w.quiet()
	list, err := p.here.Heard(w.ctx, p.id)
	require.NoError(t, err)
	require.Len(t, list, page+1)
	w.settled(p.pair, workflows.IsLinked, "")

	// Issues that nobody replicates fill the first pages of the sweep.
	w.webhooks("drop")
	const many = 260
	_, err = w.linear.Create(w.ctx, "PRO", "first of many", "text", nil)
	require.NoError(t, err)
	for n := range many {
		_, err = w.linear.Create(w.ctx, "PRO", fmt.Sprintf("low %d", n), "text", map[string]any{"priority": 4})
		require.NoError(t, err)
	}
	_, err = w.linear.Create(w.ctx, "PRO", "last of many", "text", nil)
	require.NoError(t, err)
	w.one(productDesk(w), "first of many")
	w.one(productDesk(w), "last of many")
	w.holds(productDesk(w), 3)
}

// A person's edit falls between our read and our write, and the bot loses its
// permission for a while.
func TestLinearLessonsOfRaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n, r := range routes[1:] {
		p := w.tie(r.left(w), r.right(w), "race", nil)
		w.faults(w.LinearURL, fault{Operation: "UpdateIssue", Fault: "delay:1s", Times: 1})
		require.NoError(t, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: "from elsewhere"}))
		w.spent(w.LinearURL)
		require.NoError(t, p.there.Set(w.ctx, p.replica, people.Values{ticket.Title: "meanwhile in Linear"}))
		line := w.told(p.pair, string(ticket.OverwrittenUnseen)+": title")
		require.Equal(t, "meanwhile in Linear", line.From)
		w.quiet()
		a, err := p.here.Look(w.ctx, p.id)
		require.NoError(t, err)
		w.reads(p.there, p.replica, people.Values{ticket.Title: a.Title})

		w.faults(w.LinearURL, fault{Operation: "UpdateIssue", Fault: "delay:1s", Times: 1})
		require.NoError(t, p.here.SetStatus(w.ctx, p.id, "In Progress"))
		w.spent(w.LinearURL)
		require.NoError(t, p.there.SetStatus(w.ctx, p.replica, "Done"))
		w.told(p.pair, string(ticket.OverwrittenUnseen)+": status")
		w.quiet()
		a, err = p.here.Look(w.ctx, p.id)
		require.NoError(t, err)
		w.reads(p.there, p.replica, people.Values{ticket.Status: a.Status})

		// A comment meanwhile, and another field, are nobody's loss.
		w.faults(w.LinearURL, fault{Operation: "UpdateIssue", Fault: "delay:1s", Times: 1})
		require.NoError(t, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: "with company"}))
		w.spent(w.LinearURL)
		require.NoError(t, p.there.Set(w.ctx, p.replica, people.Values{ticket.Priority: "urgent"}))
		w.reads(p.here, p.id, people.Values{ticket.Priority: "urgent", ticket.Title: "with company"})
		w.reads(p.there, p.replica, people.Values{ticket.Priority: "urgent", ticket.Title: "with company"})

		// The bot loses its permission for a while: nothing counts as deleted.
		team := []string{"PRO", "PLT"}[n]
		browse := func(may bool) {
			w.control(w.LinearURL, "/_sandbox/permission", map[string]any{"team": team, "user": "bot", "browse": may})
		}
		browse(false)
		require.NoError(t, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: "unreachable"}))
		w.settled(p.pair, workflows.Attention, ticket.AccessLost)
		browse(true)
		require.NoError(t, p.there.Set(w.ctx, p.replica, people.Values{ticket.Priority: "low"}))
		w.reads(p.there, p.replica, people.Values{ticket.Title: "unreachable"})
		w.reads(p.here, p.id, people.Values{ticket.Priority: "low"})
		w.settled(p.pair, workflows.IsLinked, "")
		w.holds(p.here, 1)
		w.holds(p.there, 1)
	}
}

// An operator terminates whatever there is. The next hint brings it back, with
// the ticket it had.
func TestLinearLessonsOfTermination(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ways(t, routes[1:2], func(w *world, here, there people.Place) {
		p := w.tie(here, there, "ended", nil)
		alias := ticket.PairID(ticket.Ref{Connection: there.Connection(), ID: p.replica}, here.Connection())
		p.says("said before")
		w.terminate(p.pair)
		p.sends(people.Values{ticket.Title: "the pair was ended"})
		w.terminate(alias)
		p.flip().sends(people.Values{ticket.Title: "the alias was ended"})
		w.quiet()
		w.terminate(p.pair, alias)
		p.flip().says("said after")
		w.quiet()
		w.terminate(p.pair)
		p.flip().sends(people.Values{ticket.Priority: "urgent"})
		p.agree("said before", "said after")

		// A comment was on its way when the pair was ended.
		root, creates, _, _ := w.calls(there)
		w.faults(root, of(creates[1:2], "delay:2s")...)
		_, err := here.Say(w.ctx, p.id, "said meanwhile")
		require.NoError(w, err)
		w.spent(root)
		w.terminate(p.pair)
		_, err = here.Say(w.ctx, p.id, "said thereupon")
		require.NoError(w, err)
		p.agree("said before", "said after", "said meanwhile", "said thereupon")
		w.settled(p.pair, workflows.IsLinked, "")

		// Ended when the replica was there, and nothing on the origin told of it.
		root, creates, _, _ = w.calls(here)
		w.webhooks("drop")
		late, err := here.Create(w.ctx, "ended at birth", "text", nil)
		require.NoError(w, err)
		w.webhooks("normal")
		w.faults(root, fault{Method: creates[2].Method, Path: creates[2].Path, Operation: creates[2].Operation, Fault: "drop-before-commit"})
		require.NoError(w, here.Set(w.ctx, late.ID, people.Values{ticket.Priority: "low"}))
		born := w.one(there, "ended at birth")
		w.terminate(ticket.PairID(ticket.Ref{Connection: here.Connection(), ID: late.ID}, there.Connection()))
		w.faults(root)
		q := tied{w: w, here: here, there: there, id: late.ID, replica: born.ID,
			pair: ticket.PairID(ticket.Ref{Connection: here.Connection(), ID: late.ID}, there.Connection())}
		q.sends(people.Values{ticket.Title: "grown up"})
		w.settled(q.pair, workflows.IsLinked, "")
		q.linkedOnce()
		p.linkedOnce()
		w.silent()
	})
	w.holds(productDesk(w), 4)
	w.holds(proTeam(w), 4)
}

// A map is written where there was none, and a route gets another name.
func TestLinearLessonsOfRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.tie(productDesk(w), proTeam(w), "mapped", nil)
	require.NoError(t, p.here.SetStatus(w.ctx, p.id, "Waiting"))
	w.reads(p.there, p.replica, people.Values{ticket.Status: "In Progress"})
	r := &w.File.Routes[1]
	r.Status = []reconcile.StatusRule{
		{Left: "Open", Right: "backlog"}, {Left: "Open", Right: "unstarted", Direction: reconcile.ToLeft},
		{Left: "Waiting", Right: "Todo", Direction: reconcile.ToRight}, {Left: "In Progress", Right: "started"}, {Left: "Done", Right: "completed"},
	}
	w.apply()
	w.quiet()
	p.sends(people.Values{ticket.Title: "a changed map takes effect at the next change"})
	w.reads(p.there, p.replica, people.Values{ticket.Status: "Todo"})
	w.stays(p.here, p.id, people.Values{ticket.Status: "Waiting"})
	require.NoError(t, p.there.SetStatus(w.ctx, p.replica, "Done"))
	w.reads(p.here, p.id, people.Values{ticket.Status: "Done"})
	require.NoError(t, p.here.SetStatus(w.ctx, p.id, "Closed"))
	w.settled(p.pair, workflows.Attention, ticket.StatusUnmapped)
	r.Status = append(slices.Clone(r.Status), reconcile.StatusRule{Left: "Closed", Right: "canceled"})
	w.apply()
	w.reads(p.there, p.replica, people.Values{ticket.Status: "Canceled"})
	w.settled(p.pair, workflows.IsLinked, "")

	r.Name = "desk-to-product"
	w.apply()
	require.NoError(t, w.update(addressing.RouteID("product-to-linear"), addressing.UpdateRemove))
	w.quiet()
	p.sends(people.Values{ticket.Title: "under another name"})
	p.flip().sends(people.Values{ticket.Title: "and back"})
	require.Equal(t, "desk-to-product", w.settled(p.pair, workflows.IsLinked, "").Route)
	w.tie(proTeam(w), productDesk(w), "made under the new name", nil)
	w.holds(p.here, 2)
	w.holds(p.there, 2)
}
