package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/dev/stack"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// twoWorkers share the work, as two processes would: what either of them is
// told of a limit the other does not hear.
func twoWorkers(o *stack.Options) { o.Workers = 2 }

// shared gives Jira's project a second route, to Linear: its issues have two
// pairs that write to them.
func shared(f *config.File) {
	f.Routes = f.Routes[:1]
	second := f.Routes[0]
	second.Name = "pro-to-eng"
	second.Left = reconcile.End{Connection: "linear", Name: "PRO", ByKey: true}
	second.Status = nil
	f.Routes = append(f.Routes, second)
}

// TestIssueLimitsOfTwoWorkers: two workers, two pairs on each issue and much
// to write to one of them. Jira takes 20 writes to an issue in 2 s and 100 in
// 30 s; nobody is refused, because nobody asks for more.
func TestIssueLimitsOfTwoWorkers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with(shared), twoWorkers)
	w.patience = inFlight // the limit counts 30 s
	const issues, hot = 5, 48
	ids := map[string]string{}
	for n := range issues {
		title := fmt.Sprintf("shared %d", n)
		made, err := engBoard(w).Create(w.ctx, title, "text", nil)
		require.NoError(t, err)
		ids[title] = made.ID
	}
	var desks, teams []people.Shown
	for n := range issues {
		title := fmt.Sprintf("shared %d", n)
		desks, teams = append(desks, w.one(itDesk(w), title)), append(teams, w.one(proTeam(w), title))
		for _, other := range []string{"helpdesk", "linear"} {
			w.settled(ticket.PairID(ticket.Ref{Connection: "jira", ID: ids[title]}, other), workflows.IsLinked, "")
		}
	}

	var talk sync.WaitGroup
	for _, side := range []struct {
		at  people.Place
		all []people.Shown
	}{{itDesk(w), desks}, {proTeam(w), teams}} {
		talk.Go(func() {
			for n := range hot {
				if _, err := side.at.Say(w.ctx, side.all[0].ID, fmt.Sprintf("said %d at %s", n, side.at.Connection())); err != nil {
					t.Error(err)
				}
				if n%8 == 0 {
					one := side.all[1+n/8%(issues-1)].ID
					if _, err := side.at.Say(w.ctx, one, fmt.Sprintf("said %d at %s", n, side.at.Connection())); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	talk.Wait()
	require.NoError(t, itDesk(w).Set(w.ctx, desks[0].ID, people.Values{ticket.Title: "renamed at the desk"}))
	w.reads(proTeam(w), teams[0].ID, people.Values{ticket.Title: "renamed at the desk"})
	for _, one := range []struct {
		at people.Place
		id string
	}{{engBoard(w), ids["shared 0"]}, {itDesk(w), desks[0].ID}, {proTeam(w), teams[0].ID}} {
		w.eventually("all that was said at "+one.at.Connection(), func() error {
			list, err := one.at.Heard(w.ctx, one.id)
			if err != nil || len(list) != 2*hot {
				return fmt.Errorf("%d comments %w", len(list), err)
			}
			return nil
		})
	}

	all, err := people.Requests(w.ctx, w.JiraURL)
	require.NoError(t, err)
	wrote := map[string][]time.Time{}
	for _, r := range all {
		require.NotEqual(t, http.StatusTooManyRequests, r.Status, "%s %s", r.Method, r.Path)
		if id := issueOf(r.Path); r.Kind == "write" && id != "" {
			wrote[id] = append(wrote[id], r.At)
		}
	}
	require.GreaterOrEqual(t, len(wrote), issues)
	for id, at := range wrote {
		t.Logf("issue %s: %d writes, at most %d in 2 s and %d in 30 s", id, len(at), within(at, 2*time.Second), within(at, 30*time.Second))
		require.LessOrEqual(t, within(at, 2*time.Second), 20, "issue %s", id)
		require.LessOrEqual(t, within(at, 30*time.Second), 100, "issue %s", id)
	}
	w.bothWorked()
}

// issueOf is the issue that a path of Jira's API is about, "" for none.
func issueOf(path string) string {
	_, rest, ok := strings.Cut(path, "/issue/")
	if !ok {
		return ""
	}
	return rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
}

// within is the largest number of times within any window of that length.
func within(at []time.Time, window time.Duration) (most int) {
	for from, first := range at {
		to := from
		for to < len(at) && at[to].Sub(first) < window {
			to++
		}
		most = max(most, to-from)
	}
	return most
}

// bothWorked requires that the pairs' activities were done by two workers.
func (w *world) bothWorked() {
	w.Helper()
	by := map[string]int{}
	for _, id := range listPairs(w.ctx, w.Client) {
		for _, e := range w.history(id) {
			if a := e.GetActivityTaskStartedEventAttributes(); a != nil {
				by[a.GetIdentity()]++
			}
		}
	}
	w.Logf("activities by worker: %v", by)
	require.Len(w, by, 2)
}

// TestLinearReserveOfTwoWorkers: somebody else has used up most of the account's
// hour. Each worker learns it from its first answer: sweeps, and what a sweep
// elsewhere found, wait; live edits pass, within what is left.
func TestLinearReserveOfTwoWorkers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("product-to-linear"), with(sweeping), twoWorkers)
	const tickets, budget, spent = 4, 200, 165
	var all []people.Shown
	for n := range tickets {
		made, err := productDesk(w).Create(w.ctx, fmt.Sprintf("reserve %d", n), "text", nil)
		require.NoError(t, err)
		all = append(all, made)
		w.settled(ticket.PairID(ticket.Ref{Connection: "helpdesk", ID: made.ID}, "linear"), workflows.IsLinked, "")
	}
	replica := w.one(proTeam(w), "reserve 0")

	w.StopWorker()
	w.control(w.LinearURL, "/_sandbox/limits", map[string]int{"requests": budget, "complexity": 1_000_000_000})
	for range spent {
		_, err := people.AtLinear(w.LinearURL, "bot").Comments(w.ctx, replica.ID)
		require.NoError(t, err)
	}
	w.forget()
	w.StartWorker()
	w.givesWay("linear")

	// Live edits pass, on either side.
	for n, it := range all {
		require.NoError(t, productDesk(w).Set(w.ctx, it.ID, people.Values{ticket.Title: fmt.Sprintf("edited %d", n)}))
	}
	for n := range all {
		w.asked("UpdateIssue", n+1)
	}
	require.NoError(t, proTeam(w).Set(w.ctx, replica.ID, people.Values{ticket.Priority: "urgent"}))
	w.reads(productDesk(w), all[0].ID, people.Values{ticket.Priority: "urgent"})

	// What only a sweep found waits, until somebody works on it.
	w.control(w.RavennaURL, "/_sandbox/webhooks", map[string]string{"mode": "drop"})
	late, err := productDesk(w).Create(w.ctx, "found by a sweep", "text", nil)
	require.NoError(t, err)
	latePair := ticket.PairID(ticket.Ref{Connection: "helpdesk", ID: late.ID}, "linear")
	w.settled(latePair, workflows.Syncing, ticket.RateLimited)
	w.control(w.RavennaURL, "/_sandbox/webhooks", map[string]string{"mode": "normal"})
	require.NoError(t, productDesk(w).Set(w.ctx, late.ID, people.Values{ticket.Title: "worked on"}))
	w.asked("CreateIssue", 1)

	by := w.operations()
	t.Logf("of %d left: %v", budget-spent, by)
	require.LessOrEqual(t, by["ChangedIssues"]+by["ChangedComments"], 2, "each worker's sweep learns it from one answer")
	for _, r := range w.requests(w.LinearURL) {
		require.Equal(t, http.StatusOK, r.Status, "nothing was refused: %s", r.Operation)
	}
	w.control(w.LinearURL, "/_sandbox/limits", map[string]int{"requests": 1_000_000, "complexity": 1_000_000_000})
	for n := range all {
		w.one(proTeam(w), fmt.Sprintf("edited %d", n))
	}
	w.one(proTeam(w), "worked on")
	w.bothWorked()
}

// TestLinearUsedUpForTwoWorkers: somebody else has used up the account's hour.
// Each pair asks once at most, both workers wait as long as they were told
// although there is room again before, and nothing that people did is lost.
func TestLinearUsedUpForTwoWorkers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("product-to-linear"), twoWorkers)
	w.patience = 4 * time.Minute // two of them, and up to half a one more
	const tickets, budget = 4, 20
	var all []people.Shown
	for n := range tickets {
		made, err := productDesk(w).Create(w.ctx, fmt.Sprintf("used up %d", n), "text", nil)
		require.NoError(t, err)
		all = append(all, made)
		w.settled(ticket.PairID(ticket.Ref{Connection: "helpdesk", ID: made.ID}, "linear"), workflows.IsLinked, "")
	}
	replica := w.one(proTeam(w), "used up 0")
	w.quiet()
	w.control(w.LinearURL, "/_sandbox/limits", map[string]int{"requests": budget, "complexity": 1_000_000_000})
	for range budget {
		_, err := people.AtLinear(w.LinearURL, "bot").Comments(w.ctx, replica.ID)
		require.NoError(t, err)
	}
	w.forget()
	for n, it := range all {
		require.NoError(t, productDesk(w).Set(w.ctx, it.ID, people.Values{ticket.Title: fmt.Sprintf("edited %d", n)}))
		_, err := productDesk(w).Say(w.ctx, it.ID, "said meanwhile")
		require.NoError(t, err)
	}
	require.NoError(t, proTeam(w).Set(w.ctx, replica.ID, people.Values{ticket.Priority: "urgent"}))
	w.eventually("refused", func() error {
		if len(w.requests(w.LinearURL)) == 0 {
			return errors.New("not asked yet")
		}
		return nil
	})
	w.quiet()
	w.control(w.LinearURL, "/_sandbox/limits", map[string]int{"requests": 1_000_000, "complexity": 1_000_000_000})
	for n := range all {
		there := w.one(proTeam(w), fmt.Sprintf("edited %d", n))
		w.eventually("said", func() error { return w.heard(proTeam(w), there.ID, "said meanwhile", 1) })
	}
	w.reads(productDesk(w), all[0].ID, people.Values{ticket.Priority: "urgent"})
	refused := 0
	for _, r := range w.requests(w.LinearURL) {
		if r.Status != http.StatusOK {
			refused++
		}
	}
	t.Logf("%d calls were refused", refused)
	require.Positive(t, refused)
	require.LessOrEqual(t, refused, tickets)
}

// givesWay waits until a connection's sweep was held back for live edits. Whose
// answer told its worker that little is left, the sweep's own or that of a pair
// that was quicker, makes no difference.
func (w *world) givesWay(connection string) {
	w.Helper()
	w.eventually("the sweep of "+connection+" gives way", func() error {
		about, err := w.Client.DescribeWorkflowExecution(w.ctx, addressing.SweepID(connection), "")
		if err != nil {
			return err
		}
		for _, a := range about.GetPendingActivities() {
			if strings.Contains(a.GetLastFailure().GetMessage(), "to leave the rest of the quota to live edits") {
				return nil
			}
		}
		return fmt.Errorf("pending: %v", about.GetPendingActivities())
	})
}

// operations counts what ticketsync asked Linear.
func (w *world) operations() map[string]int {
	w.Helper()
	by := map[string]int{}
	for _, r := range w.requests(w.LinearURL) {
		by[r.Operation]++
	}
	return by
}

// asked waits until Linear was asked for an operation so often. It looks into
// the log: people's looks count against a budget of their own.
func (w *world) asked(operation string, times int) {
	w.Helper()
	w.eventually(operation, func() error {
		if n := w.operations()[operation]; n < times {
			return fmt.Errorf("%d times", n)
		}
		return nil
	})
}
