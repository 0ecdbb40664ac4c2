package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
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
	return &activities.CensusResult{Known: []string{leftPair}, Newly: map[string]map[ticket.Reason]int{"it-to-eng": by}}
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
			st := w.sweep(SweepState{Connection: "jira"}, 65*time.Minute)
			require.Equal(t, [][]string{nil, {leftPair}, {leftPair}}, w.played.known, "one at the start, one after each audit")
			require.Equal(t, []string{leftPair}, st.Troubled)
			require.False(t, st.Counting)
			if c.why == "" {
				require.Empty(t, w.played.stopped)
				return
			}
			require.Equal(t, []activities.StopParams{{Route: "it-to-eng", Why: c.why}}, w.played.stopped)
		})
	}
}

// What the first census finds may be old, and stops nothing.
func TestFirstCensusStopsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.sweep = passes
	w.played.census = func(int) *activities.CensusResult { return found(100, 0) }
	st := w.sweep(SweepState{Connection: "jira"}, 10*time.Minute)
	require.Empty(t, w.played.stopped)
	require.Equal(t, []string{leftPair}, st.Troubled)

	// The next run goes on from there, with a count of its own after an audit.
	w.fresh(w.env.Now())
	w.sweep(st, 35*time.Minute)
	require.Len(t, w.played.known, 2)
	require.Len(t, w.played.stopped, 1)
}

// A route that could not be stopped is stopped at the next pass, for the same
// pairs: they are not known before.
func TestCensusTriesAgain(t *testing.T) {
	t.Parallel()
	for _, broken := range []string{"StopRoute", "Census"} {
		t.Run(broken, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.played.sweep = passes
			w.played.broken[broken] = true
			w.played.census = func(int) *activities.CensusResult { return found(6, 0) }
			st := w.sweep(SweepState{Connection: "jira", Counted: epoch, Counting: true}, 5*time.Minute)
			require.Greater(t, len(w.played.known), 3)
			require.True(t, st.Counting)
			require.Empty(t, st.Troubled)
		})
	}
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
	st := w.route(rules("it-to-eng"))
	require.Equal(t, 4, st.Version)
	require.True(t, st.IsEnabled())

	w.fresh(w.env.Now())
	w.after(time.Second, func() { w.update(addressing.UpdatePause) })
	w.after(time.Second, func() { w.update(addressing.UpdateStop, "6 pairs newly access-lost") })
	st = w.route(st)
	require.Equal(t, 5, st.Version)
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
