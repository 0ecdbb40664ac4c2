package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// Not one webhook arrives: sweep and audit find everything, on each route.
func TestAnyToAnyWithoutWebhooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with(sweeping))
	w.webhooks("drop")
	var all []*crowd
	for _, r := range routes[1:] {
		all = append(all, w.crowd(r, 1))
	}
	for _, c := range all {
		for n := range c.all {
			p := &c.all[n]
			p.replica = w.one(p.there, p.here.connection()+" 0").id
			p.agree("said at " + p.here.connection())
		}
		for _, p := range []tied{c.all[0], c.all[1], c.all[0].flip(), c.all[1].flip()} {
			p.sends(values{ticket.Title: "edited at " + p.here.connection(), ticket.Priority: "urgent"})
			// Not Done: the audit looks at open tickets only.
			from, to := "In Progress", "In Progress"
			if p.here.connection() == "linear" {
				from, to = "Todo", map[string]string{"helpdesk": "Open", "jira": "To Do"}[p.there.connection()]
			}
			require.NoError(t, p.here.status(p.id, from))
			w.reads(p.there, p.replica, values{ticket.Status: to})
		}
		p := c.all[0].flip()
		comment := p.says("only a sweep can tell")
		require.NoError(t, p.here.reword(p.id, comment, "only a sweep could tell"))
		w.eventually("edited", func() error { return heard(p.there, p.replica, "could tell", 1) })
		require.NoError(t, p.here.unsay(p.id, comment))
		w.eventually("deleted", func() error { return heard(p.there, p.replica, "could tell", 0) })
		require.NoError(t, w.linear.Archive(w.ctx, p.id))
		require.NoError(t, p.here.set(p.id, values{ticket.Title: "edited in the archive"}))
		w.reads(p.there, p.replica, values{ticket.Title: "edited in the archive"})
		for _, p := range c.all {
			w.settled(p.pair, workflows.IsLinked, "")
			p.linkedOnce()
		}
		w.holds(c.left, 2)
		require.NoError(t, w.linear.Restore(w.ctx, p.id))
		w.holds(c.right, 2)
	}
}

// Webhooks come twice, in any order, or long after.
func TestAnyToAnyUnreliableWebhooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n, mode := range []string{"duplicate", "shuffle", "hold"} {
		for _, r := range routes[1:] {
			w.webhooks(mode)
			var pairs []tied
			for _, at := range [][2]place{{r.left(w), r.right(w)}, {r.right(w), r.left(w)}} {
				made, err := at[0].create(mode+" "+at[0].connection(), "text", nil)
				require.NoError(t, err)
				require.NoError(t, at[0].set(made.id, values{ticket.Title: mode + " at " + at[0].connection()}))
				_, err = at[0].say(made.id, mode+" said")
				require.NoError(t, err)
				pairs = append(pairs, tied{w: w, here: at[0], there: at[1], id: made.id,
					pair: ticket.PairID(ticket.Ref{Connection: at[0].connection(), ID: made.id}, at[1].connection())})
			}
			if mode == "hold" {
				w.webhooks("normal")
			}
			for i := range pairs {
				p := &pairs[i]
				p.replica = w.one(p.there, mode+" at "+p.here.connection()).id

				// On the pair itself as well, both tickets at once.
				w.webhooks(mode)
				require.NoError(t, p.here.set(p.id, values{ticket.Priority: "high"}))
				require.NoError(t, p.there.set(p.replica, values{ticket.Title: mode + " edited " + p.there.connection()}))
				_, err := p.there.say(p.replica, mode+" answered")
				require.NoError(t, err)
				if mode == "hold" {
					w.webhooks("normal")
				}
				w.reads(p.there, p.replica, values{ticket.Priority: "high"})
				w.reads(p.here, p.id, values{ticket.Title: mode + " edited " + p.there.connection()})
				p.agree(mode+" said", mode+" answered")
				w.settled(p.pair, workflows.IsLinked, "")
				p.linkedOnce()
			}
			w.quiet()
			w.holds(r.left(w), 2*(n+1))
			w.holds(r.right(w), 2*(n+1))
		}
	}
}
