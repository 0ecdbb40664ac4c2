package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// The answer to a create or an update is lost, or the call itself is: each
// takes effect once.
func TestLinearLostAnswers(t *testing.T) {
	t.Parallel()
	for _, r := range routes[1:] {
		for _, hooks := range []string{"normal", "drop"} {
			t.Run(r.name+", webhooks "+hooks, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.StopWorker()
				c := w.crowd(r, 2)
				c.started()
				w.webhooks(hooks)
				for _, at := range []people.Place{c.left, c.right} {
					root, creates, _, _ := w.calls(at)
					w.faults(root, of(creates, "drop-after-commit", "drop-before-commit")...)
				}
				w.StartWorker()
				for _, at := range []people.Place{c.left, c.right} {
					root, _, _, _ := w.calls(at)
					w.spent(root)
				}
				c.settle()

				w.webhooks("normal")
				for _, p := range []tied{c.all[0], c.all[0].flip()} {
					root, _, updates, _ := w.calls(p.there)
					for _, kind := range []string{"drop-after-commit", "drop-before-commit"} {
						w.faults(root, of(updates, kind)...)
						p.sends(people.Values{ticket.Title: kind + " from " + p.here.Connection(), ticket.Priority: "low"})
						w.spent(root)
						p.sends(people.Values{ticket.Priority: "high", ticket.Assignee: "bob"})
					}
				}
				w.settled(c.all[0].pair, workflows.IsLinked, "")
				w.silent()
			})
		}
	}
}

// Errors of every kind on creates, reads and writes cost time, and nothing else.
func TestLinearErrors(t *testing.T) {
	t.Parallel()
	for _, r := range routes[1:] {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.StopWorker()
			c := w.crowd(r, len(whims))
			c.started()
			for _, at := range []people.Place{c.left, c.right} {
				root, creates, _, _ := w.calls(at)
				w.faults(root, of(creates, whims...)...)
			}
			w.StartWorker()
			for _, at := range []people.Place{c.left, c.right} {
				root, _, _, _ := w.calls(at)
				w.spent(root)
			}
			c.settle()
			for _, back := range []bool{false, true} {
				p := c.all[0]
				if back {
					p = p.flip()
				}
				root, _, updates, reads := w.calls(p.there)
				w.faults(root, append(of(updates, whims...), of(reads, whims...)...)...)
				for n, p := range c.all {
					if (p.here.Connection() == c.all[0].here.Connection()) == back {
						p = p.flip()
					}
					require.NoError(w, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: fmt.Sprintf("edited %d %v", n, back)}))
				}
				w.spent(root)
				for n, p := range c.all {
					for _, p := range []tied{p, p.flip()} {
						w.reads(p.here, p.id, people.Values{ticket.Title: fmt.Sprintf("edited %d %v", n, back)})
					}
				}
			}
			w.holds(c.left, len(c.all))
			w.holds(c.right, len(c.all))
		})
	}
}

// An answer with half of its data, or without the issue it is about, is no
// answer: nothing is lost and nothing is made twice.
func TestLinearHalfAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	quirk := func(name string) {
		w.control(w.LinearURL, "/_sandbox/quirks", map[string]bool{name: true})
	}
	quirk("null_issue")
	p := w.tie(productDesk(w), proTeam(w), "half", nil)
	w.told(p.pair, "create call ended without a clear answer")
	p.linkedOnce()
	for n, name := range []string{"null_issue", "partial"} {
		quirk(name)
		title := fmt.Sprintf("half %d", n)
		require.NoError(t, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: title}))
		w.eventually("written", func() error { // an unclear write is made again: until then nobody edits
			v, err := w.view(p.pair)
			for _, e := range v.Journal {
				if e.To == title && strings.HasPrefix(e.What, "title → ") {
					return nil
				}
			}
			return fmt.Errorf("not in %d lines %w", len(v.Journal), err)
		})
		w.reads(p.there, p.replica, people.Values{ticket.Title: title})
		p.flip().sends(people.Values{ticket.Title: title + ", edited"})
	}
	w.settled(p.pair, workflows.IsLinked, "")
	w.quiet()
	w.holds(p.there, 1)
}

// A revoked token stops the pairs that need it and says so. Linear says it with
// a code, whatever the status.
func TestLinearTokenRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.tie(productDesk(w), proTeam(w), "token", nil)
	w.faults(w.LinearURL, always("*", "*", "status:401"))
	require.NoError(t, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: "token, edited"}))
	w.settled(p.pair, workflows.Attention, ticket.Auth)
	w.faults(w.LinearURL)
	require.NoError(t, w.update(p.pair, "retry"))
	w.reads(p.there, p.replica, people.Values{ticket.Title: "token, edited"})
	w.settled(p.pair, workflows.IsLinked, "")
}

// The worker ends in the middle of creates, comments and edits, on every route
// and in both directions.
func TestRestartInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []*crowd
	for _, r := range routes {
		for _, at := range []people.Place{r.left(w), r.right(w)} {
			root, creates, _, _ := w.calls(at)
			w.faults(root, of(creates, "delay:500ms")...)
		}
	}
	for _, r := range routes {
		all = append(all, w.crowd(r, 1))
	}
	w.spentSome()
	w.StopWorker()
	w.StartWorker()
	for _, c := range all {
		c.settle()
	}
	for _, c := range all {
		for n, p := range c.all {
			root, _, updates, _ := w.calls(p.there)
			w.faults(root, of(updates, "delay:500ms")...)
			require.NoError(t, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: fmt.Sprintf("restarted %d", n), ticket.Priority: "urgent"}))
			w.spent(root)
			w.StopWorker()
			_, err := p.here.Say(w.ctx, p.id, "said without a worker")
			require.NoError(t, err)
			w.StartWorker()
			w.reads(p.there, p.replica, people.Values{ticket.Title: fmt.Sprintf("restarted %d", n), ticket.Priority: "urgent"})
			p.agree("said at "+p.here.Connection(), "said without a worker")
		}
	}
	w.silent()
}

// spentSome waits until some create is under way.
func (w *world) spentSome() {
	w.Helper()
	w.eventually("a create under way", func() error {
		for _, root := range w.Trackers() {
			for _, r := range w.requests(root) {
				if r.Kind == "write" {
					return nil
				}
			}
		}
		return fmt.Errorf("none yet")
	})
}
