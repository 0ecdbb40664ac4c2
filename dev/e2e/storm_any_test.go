package e2e

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// strain is a pair in a storm, and what people wrote on it.
type strain struct {
	tied
	said []string
}

// People work on three trackers at once while webhooks get lost, doubled and
// shuffled, trackers are slow, the worker restarts and pairs are terminated. In
// the end all tickets agree, and every comment is everywhere once.
func TestStormAnyToAny(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{1, 2} {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, with(sweeping))
			w.patience = inFlight                       // Jira's limit on writes to one issue counts 30 s
			random := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // a reproducible storm
			var all []*strain
			for _, r := range routes[1:] {
				all = append(all, &strain{tied: w.tie(r.left(w), r.right(w), "from the left", nil)},
					&strain{tied: w.tie(r.right(w), r.left(w), "from the right", nil)})
			}
			for n := range 60 {
				one := all[random.IntN(len(all))]
				w.squall(random, one)
				one.strive(random, fmt.Sprintf("%d-%d", seed, n))
			}
			for _, root := range []string{w.RavennaURL, w.JiraURL, w.LinearURL} {
				w.faults(root)
			}
			w.webhooks("normal")
			for _, one := range all {
				w.eventually(one.key+" agrees", one.agrees)
				w.settled(one.pair, workflows.IsLinked, "")
				one.agree(one.said...)
				one.linkedOnce()
			}
			w.quiet()
			for _, one := range all {
				require.NoError(t, one.agrees())
				w.holds(one.here, 2)
				w.holds(one.there, 2)
			}
		})
	}
}

// squall changes what people have no say in.
func (w *world) squall(random *rand.Rand, one *strain) {
	w.Helper()
	switch random.IntN(12) {
	case 0:
		w.webhooks([]string{"normal", "drop", "duplicate", "shuffle", "hold"}[random.IntN(5)])
	case 1:
		for _, at := range []people.Place{one.here, one.there} {
			root, creates, updates, _ := w.calls(at)
			w.faults(root, of(append(creates, updates...), "delay:300ms")...)
		}
	case 2:
		w.StopWorker()
		w.StartWorker()
	case 3:
		// It may have been terminated a moment ago: that is as good.
		_ = w.Client.TerminateWorkflow(w.ctx, one.pair, "", "storm")
	}
}

// strive does one thing that a person may do, on either side.
func (one *strain) strive(random *rand.Rand, mark string) {
	p := one.tied
	if random.IntN(2) == 0 {
		p = p.flip()
	}
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	at := p.here.Connection()
	var act func() error
	switch random.IntN(6) {
	case 0:
		act = func() error { return p.here.Set(p.w.ctx, p.id, people.Values{ticket.Title: at + " " + mark}) }
	case 1:
		to := people.Values{ticket.Priority: pick("low", "medium", "high", "urgent"), ticket.Description: at + " **" + mark + "**"}
		act = func() error { return p.here.Set(p.w.ctx, p.id, to) }
	case 2:
		who := pick("alice", "bob", "")
		act = func() error { return p.here.Set(p.w.ctx, p.id, people.Values{ticket.Assignee: who}) }
	case 3:
		status := pick(map[string][]string{
			"helpdesk": {"Open", "In Progress", "Waiting", "Done", "Closed"}, "jira": {"To Do", "In Progress", "Done"},
			"linear": {"Backlog", "Todo", "In Progress", "Done"},
		}[at]...)
		act = func() error { return p.here.SetStatus(p.w.ctx, p.id, status) }
	default:
		said := "said " + mark + "."
		one.said = append(one.said, said)
		act = func() error {
			_, err := p.here.Say(p.w.ctx, p.id, said)
			return err
		}
	}
	// Jira limits the writes to one issue, those of people too: refused ones
	// are made again.
	p.w.eventually("a person's work", act)
}

// agrees reports whether both tickets say the same.
func (one *strain) agrees() error {
	here, err := one.here.Look(one.w.ctx, one.id)
	if err != nil {
		return err
	}
	there, err := one.there.Look(one.w.ctx, one.replica)
	if err != nil {
		return err
	}
	stages := map[string]int{
		"Open": 0, "Backlog": 0, "Todo": 0, "To Do": 0, "In Progress": 1, "Waiting": 1, "Done": 2, "Closed": 3, "Canceled": 3,
	}
	if a, b := stages[here.Status], stages[there.Status]; a != b {
		return fmt.Errorf("statuses %s and %s", here.Status, there.Status)
	}
	return check(there, people.Values{
		ticket.Title: here.Title, ticket.Description: people.Plain(here.Text), ticket.Priority: here.Priority, ticket.Assignee: here.Assignee,
	})
}
