package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/dev/stack"
	"github.com/ticketsync/ticketsync/workflows"
)

// cost is what one edit took: requests on the tickets of each side, and
// events in the pair's history.
type cost struct {
	ravennaReads, ravennaWrites int
	jiraReads, jiraWrites       int
	linearReads, linearWrites   int
	events                      int
}

func (c cost) String() string {
	return fmt.Sprintf("Ravenna %d reads %d writes, Jira %d reads %d writes, Linear %d reads %d writes, %d events",
		c.ravennaReads, c.ravennaWrites, c.jiraReads, c.jiraWrites, c.linearReads, c.linearWrites, c.events)
}

// measure counts what an edit costs until everything is quiet again, echoes
// included.
func (w *world) measure(pair string, edit func()) cost {
	w.Helper()
	w.quiet()
	before := len(w.history(pair))
	w.forget()
	edit()
	w.quiet()
	var c cost
	c.ravennaReads, c.ravennaWrites = count(w.requests(w.RavennaURL))
	c.jiraReads, c.jiraWrites = count(w.requests(w.JiraURL))
	c.linearReads, c.linearWrites = count(w.requests(w.LinearURL))
	c.events = len(w.history(pair)) - before
	return c
}

func TestBudget(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("it-to-eng"))
	it, eng := w.linked("Budget")
	pair := ravennaPair(it.ID)

	t.Run("field edited at the origin", func(t *testing.T) {
		c := w.measure(pair, func() {
			require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"priority": "LOW"}))
			w.eventually("low in Jira", func() error { return w.jiraPriority(eng.Key, "Low") })
		})
		t.Log(c)
		require.LessOrEqual(t, c.ravennaReads+c.jiraReads, 2, c)
		require.Equal(t, 0, c.ravennaWrites, c)
		require.Equal(t, 1, c.jiraWrites, c)
		require.LessOrEqual(t, c.events, 26, c)
	})
	t.Run("field edited at the replica", func(t *testing.T) {
		c := w.measure(pair, func() {
			require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "Budget, edited"}))
			w.ticket("Budget, edited")
		})
		t.Log(c)
		require.LessOrEqual(t, c.ravennaReads+c.jiraReads, 2, c)
		require.Equal(t, 1, c.ravennaWrites, c)
		require.Equal(t, 0, c.jiraWrites, c)
		require.LessOrEqual(t, c.events, 26, c)
	})
	t.Run("status over three transitions", func(t *testing.T) {
		c := w.measure(pair, func() {
			require.NoError(t, w.rav.SetStatus(w.ctx, it.ID, "Done"))
			w.eventually("done in Jira", func() error { return w.jiraStatus(eng.Key, "Done") })
		})
		t.Log(c)
		const hops = 3
		require.Equal(t, hops, c.jiraWrites, c)
		require.LessOrEqual(t, c.ravennaReads+c.jiraReads, 2+hops, c)
		require.Equal(t, 0, c.ravennaWrites, c)
	})
	t.Run("20 edits in a second", func(t *testing.T) {
		c := w.measure(pair, func() {
			for i := range 20 {
				require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": fmt.Sprintf("Burst %d", i)}))
			}
			w.eventually("last edit in Jira", func() error {
				i, err := w.jira.Get(w.ctx, eng.Key)
				if err != nil || i.Fields.Summary != "Burst 19" {
					return fmt.Errorf("%q %w", i.Fields.Summary, err)
				}
				return nil
			})
		})
		t.Log(c)
		require.Less(t, c.jiraWrites, 20, c)
	})
	t.Run("comment", func(t *testing.T) {
		c := w.measure(pair, func() {
			_, err := w.rav.Say(w.ctx, it.ID, "<p>hello</p>", false)
			require.NoError(t, err)
			w.eventually("comment in Jira", func() error {
				list, err := w.jira.Comments(w.ctx, eng.Key)
				if err != nil || len(list) != 1 {
					return fmt.Errorf("%d comments %w", len(list), err)
				}
				return nil
			})
		})
		t.Log(c)
		require.Equal(t, 1, c.jiraWrites, c)
		require.Equal(t, 0, c.ravennaWrites, c)
	})
}

func TestBudgetDataCenter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("it-to-eng"), func(o *stack.Options) { o.Flavor = "datacenter" }, with(func(f *config.File) {
		for i := range f.Connections {
			if c := &f.Connections[i]; c.Kind == "jira" {
				c.Flavor, c.Email, c.Token = "datacenter", "", "pat_bot"
			}
		}
	}))
	it, eng := w.linked("Data Center")
	c := w.measure(ravennaPair(it.ID), func() {
		require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"priority": "LOW"}))
		w.eventually("low in Jira", func() error { return w.jiraPriority(eng.Key, "Low") })
	})
	t.Log(c)
	require.LessOrEqual(t, c.ravennaReads+c.jiraReads, 3, c)
	require.Equal(t, 1, c.jiraWrites, c)
}

func TestBudgetUncovered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("it-to-eng"))
	w.forget()

	// The payload shows that no route covers the project, or the type.
	for _, project := range []string{"OPS", "ENG"} {
		_, err := w.jira.Create(w.ctx, project, "Task", "Not ours", "", nil)
		require.NoError(t, err)
	}
	// Only a look shows that the channel is not covered.
	uncovered, err := w.rav.Create(w.ctx, "Product", "Not ours either", "<p>x</p>", nil)
	require.NoError(t, err)
	w.settledRun(ravennaPair(uncovered.ID), workflows.Skipped)
	w.quiet()

	reads, writes := count(w.requests(w.JiraURL))
	require.Zero(t, reads+writes)
	reads, writes = count(w.requests(w.RavennaURL))
	require.Equal(t, 1, reads)
	require.Zero(t, writes)
	require.Equal(t, []string{ravennaPair(uncovered.ID)}, listPairs(w.ctx, w.Client))
	t.Logf("a run that is started and skipped takes %d events", len(w.history(ravennaPair(uncovered.ID))))
}

func (w *world) jiraPriority(key, want string) error {
	i, err := w.jira.Get(w.ctx, key)
	if err != nil || i.Fields.Priority == nil || i.Fields.Priority.Name != want {
		return fmt.Errorf("%s has priority %v, not %s: %w", key, i.Fields.Priority, want, err)
	}
	return nil
}

// TestLatency edits five times a second, on both sides in turn, and waits for
// each edit on the other side.
func TestLatency(t *testing.T) {
	w := newWorld(t)
	const pairs, edits, gap = 10, 100, 200 * time.Millisecond
	type linkedPair struct {
		it  people.Ticket
		eng people.Issue
	}
	var all []linkedPair
	for i := range pairs {
		it, err := w.rav.Create(w.ctx, "IT Support", fmt.Sprintf("Latency %d", i), "<p>x</p>", nil)
		require.NoError(t, err)
		all = append(all, linkedPair{it: it, eng: w.issue(it.Title)})
	}
	w.quiet()
	took := make(chan time.Duration, edits)
	failed := make(chan error, edits)
	tick := time.NewTicker(gap)
	defer tick.Stop()
	for n := range edits {
		<-tick.C
		p := all[n%pairs]
		title := fmt.Sprintf("Latency %d edit %d", n%pairs, n)
		fromJira := n/pairs%2 == 1
		go func() {
			began := time.Now()
			var err error
			if fromJira {
				err = w.jira.Edit(w.ctx, p.eng.Key, map[string]any{"summary": title})
			} else {
				err = w.rav.Edit(w.ctx, p.it.ID, map[string]any{"title": title})
			}
			for err == nil && time.Since(began) < patience {
				var now string
				if fromJira {
					var it people.Ticket
					it, err = w.rav.Get(w.ctx, p.it.ID)
					now = it.Title
				} else {
					var eng people.Issue
					eng, err = w.jira.Get(w.ctx, p.eng.Key)
					now = eng.Fields.Summary
				}
				if now == title {
					took <- time.Since(began)
					return
				}
				time.Sleep(10 * time.Millisecond) // the interval of looking
			}
			failed <- fmt.Errorf("edit %d did not arrive: %w", n, err)
		}()
	}
	var list []time.Duration
	for range edits {
		select {
		case d := <-took:
			list = append(list, d)
		case err := <-failed:
			t.Fatal(err)
		}
	}
	p50, p99 := percentile(list, 50), percentile(list, 99)
	t.Logf("%d edits at %s intervals: p50 %s, p99 %s", edits, gap, p50.Round(time.Millisecond), p99.Round(time.Millisecond))
	require.Less(t, p99, 5*time.Second)
}

func percentile(list []time.Duration, p int) time.Duration {
	sorted := append([]time.Duration(nil), list...)
	for i := range sorted {
		for j := i; j > 0 && sorted[j] < sorted[j-1]; j-- {
			sorted[j], sorted[j-1] = sorted[j-1], sorted[j]
		}
	}
	return sorted[(len(sorted)-1)*p/100]
}
