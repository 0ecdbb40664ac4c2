package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// found is a census of one route.
func found(lost, storms int) *activities.CensusResult {
	by := map[ticket.Reason]int{}
	if lost > 0 {
		by[ticket.AccessLost] = lost
	}
	if storms > 0 {
		by[ticket.WriteStorm] = storms
	}
	return &activities.CensusResult{Known: map[string]time.Time{leftPair: epoch}, Newly: map[string]map[ticket.Reason]int{"it-to-eng": by}}
}

func TestCensusStopsARoute(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lost, storms int
		why          string
	}{
		"five lost":              {5, 0, ""},
		"six lost":               {6, 0, "6 pairs newly access-lost"},
		"six storms":             {0, 6, "6 pairs newly write-storm"},
		"three lost, two storms": {3, 2, ""},
		"six together":           {4, 2, "4 pairs newly access-lost, 2 pairs newly write-storm"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.played.sweep = passes
			w.played.census = func(n int) *activities.CensusResult {
				if n == 2 {
					return found(c.lost, c.storms)
				}
				return found(0, 0)
			}
			st := w.sweep(SweepState{Connection: "jira"}, 5*time.Minute)
			require.Len(t, w.played.counted, len(w.played.sweeps), "one with each pass")
			require.Equal(t, found(0, 0).Known, st.Troubled)
			for n, p := range w.played.counted {
				require.Equal(t, n == 0, p.First, "what the first one finds may be old")
				require.Equal(t, n > 0, p.Known != nil)
				require.WithinDuration(t, epoch.Add(time.Duration(n)*time.Minute), p.Now, 10*time.Second)
			}
			if c.why == "" {
				require.Empty(t, w.played.stopped)
				return
			}
			require.Equal(t, []activities.StopParams{{Route: "it-to-eng", Why: c.why}}, w.played.stopped)
		})
	}
}

// The memory of a census is carried to the next run.
func TestCensusCarriesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.sweep = passes
	w.played.census = func(int) *activities.CensusResult { return found(1, 0) }
	st := w.sweep(SweepState{Connection: "jira"}, 5*time.Minute)
	before := len(w.played.counted)
	w.fresh(w.env.Now())
	w.sweep(st, 5*time.Minute)
	require.False(t, w.played.counted[before].First)
	require.Equal(t, found(1, 0).Known, w.played.counted[before].Known)
}

// A route that could not be stopped is stopped at a later pass, and a census
// that could not be made is made then, on what is known.
func TestCensusTriesAgain(t *testing.T) {
	t.Parallel()
	for _, broken := range []string{"StopRoute", "Census"} {
		t.Run(broken, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.played.sweep = passes
			w.played.broken[broken] = true
			w.played.census = func(int) *activities.CensusResult { return found(6, 0) }
			known := map[string]time.Time{"another": epoch}
			w.after(150*time.Second, func() {
				require.NotEmpty(t, w.played.counted)
				w.played.broken[broken] = false
			})
			st := w.sweep(SweepState{Connection: "jira", Counted: epoch, Troubled: known}, 5*time.Minute)
			require.NotEmpty(t, w.played.stopped)
			require.Equal(t, found(6, 0).Known, st.Troubled)
			if broken == "Census" {
				require.Equal(t, known, w.played.counted[1].Known)
			}
		})
	}
}

// Passes that fail keep nothing from being audited and counted, nor from being
// so as often as the connection says.
func TestCensusAndAuditWithoutAPass(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.sweep = func(int) (*activities.SweepResult, error) {
		return nil, temporal.NewNonRetryableApplicationError("no such project", string(trackers.Invalid), nil)
	}
	w.played.census = func(n int) *activities.CensusResult { return found(min(n, 2)*3, 0) }
	st := w.sweep(SweepState{Connection: "jira", Interval: time.Minute, Audit: 5 * time.Minute}, 12*time.Minute)
	require.Zero(t, st.Passes)
	require.Equal(t, 2, w.played.audits)
	require.NotEmpty(t, w.played.stopped)
}

// Only resume lifts a stop; a route that rests already is not stopped again.
func TestRouteIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	step := func(do func()) { w.after(10*time.Second, do) }
	step(func() { w.update(addressing.UpdateStop, "6 pairs newly access-lost") })
	step(func() {
		require.Equal(t, 2, w.played.roused[len(w.played.roused)-1].Version, "pairs that wait learn it at once")
		w.update(addressing.UpdateStop, "7 pairs newly access-lost")
	})
	step(func() {
		ask(w, addressing.UpdateApply, draft(), func(r reconcile.Rules) {
			require.Equal(t, 3, r.Version, "the second stop changed nothing")
			require.Equal(t, "6 pairs newly access-lost", r.Stopped)
			require.False(t, r.IsEnabled())
		})
	})
	step(func() { w.update(addressing.UpdateResume) })
	step(func() { w.update(addressing.UpdateApply, draft()) })
	st := w.route(rules("it-to-eng"))
	require.Equal(t, 5, st.Version)
	require.True(t, st.IsEnabled())
	require.WithinDuration(t, epoch.Add(40*time.Second), st.Resumed, time.Second, "what was counted before is no cause any more")

	w.fresh(w.env.Now())
	w.after(time.Second, func() { w.update(addressing.UpdatePause) })
	w.after(time.Second, func() { w.update(addressing.UpdateStop, "6 pairs newly access-lost") })
	st = w.route(st)
	require.Equal(t, 6, st.Version)
	require.Empty(t, st.Stopped, "a paused route writes nothing as it is")
}

// A pair learns at its next event that its route was stopped, writes nothing,
// and makes up for it once the route is resumed.
func TestPairOfAStoppedRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.again(func(r *reconcile.Rules) { r.Stopped = "6 pairs newly access-lost" })
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Hour, func() {
		w.stands(IsPaused, ticket.RouteStopped)
		require.Equal(t, "it-to-eng: 6 pairs newly access-lost", w.view().Detail)
		require.Zero(t, w.right.called("update"))
		w.settings(func(r *reconcile.Rules) { r.Stopped = "" })
		w.hint(ticket.Hint{Kind: ticket.ChangeHint, Source: "apply", Version: "3"})
	})
	w.after(time.Second, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
}
