package workflows

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/trackers"
)

func passes(n int) (*activities.SweepResult, error) {
	return &activities.SweepResult{
		Watermark: epoch.Add(time.Duration(n) * time.Minute), Hinted: map[string]string{"1": fmt.Sprint("v", n)},
		Interval: time.Minute, Audit: 30 * time.Minute,
	}, nil
}

// sweep runs a connection's sweep for a while.
func (w *world) sweep(st SweepState, d time.Duration) (out SweepState) {
	w.Helper()
	w.after(d, func() { w.env.SetCurrentHistoryLength(manyEvents + 1) })
	w.continued(w.run(addressing.SweepID("jira"), Sweep, st), addressing.Sweep, &out)
	return out
}

func TestSweepPasses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.sweep = passes
	st := w.sweep(SweepState{Connection: "jira", Watermark: epoch}, 10*time.Minute)
	require.Equal(t, len(w.played.sweeps), st.Passes)
	require.InDelta(t, 11, st.Passes, 1)
	require.Equal(t, epoch, w.played.sweeps[0].Watermark)
	for i, p := range w.played.sweeps[1:] {
		require.Equal(t, epoch.Add(time.Duration(i+1)*time.Minute), p.Watermark)
		require.Equal(t, map[string]string{"1": fmt.Sprint("v", i+1)}, p.Hinted)
	}
	require.Zero(t, w.played.audits)
}

// A pass that fails leaves the watermark where it was, so that the next one
// covers its time as well.
func TestSweepFailureKeepsTheWatermark(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.sweep = func(n int) (*activities.SweepResult, error) {
		if n > 1 {
			return nil, temporal.NewNonRetryableApplicationError("token refused", string(trackers.Auth), nil)
		}
		return passes(n)
	}
	st := w.sweep(SweepState{Connection: "jira", Watermark: epoch}, 5*time.Minute)
	require.Equal(t, epoch.Add(time.Minute), st.Watermark)
	require.Equal(t, 1, st.Passes)
	require.Equal(t, map[string]string{"1": "v1"}, st.Hinted)
	require.Contains(t, st.LastError, "token refused")
	require.Greater(t, len(w.played.sweeps), 4, "it goes on trying")
}

// What is hidden is handed to the next pass, and shown to people.
func TestSweepKeepsWhatIsHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hidden := map[string]activities.Hidden{"10001": {Name: "OPS", Since: epoch, Error: "list changes: not-found", First: epoch, Next: epoch}}
	w.played.sweep = func(n int) (*activities.SweepResult, error) {
		out, err := passes(n)
		if n < 4 {
			out.Hidden = hidden
		}
		return out, err
	}
	st := w.sweep(SweepState{Connection: "jira", Watermark: epoch}, 5*time.Minute)
	require.Empty(t, st.Hidden)
	for i := range 4 {
		require.Equal(t, i > 0, len(w.played.sweeps[i].Hidden) > 0)
	}
	require.Equal(t, hidden, w.played.sweeps[3].Hidden)
	require.Contains(t, sweepDetails(SweepState{Hidden: hidden}), "**OPS** cannot be read, known until "+epoch.Format(time.RFC3339)+": list changes: not-found")
}

func TestSweepAudits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.sweep = passes
	st := w.sweep(SweepState{Connection: "jira"}, 65*time.Minute)
	require.Equal(t, 2, w.played.audits)
	require.WithinDuration(t, epoch.Add(time.Hour), st.Audited, 3*time.Minute)
}

// A failed audit is made up for at the next pass.
func TestSweepRepeatsAFailedAudit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.sweep = passes
	w.played.broken["Audit"] = true
	st := w.sweep(SweepState{Connection: "jira", Audited: epoch.Add(-2 * time.Hour)}, 5*time.Minute)
	require.Greater(t, w.played.audits, 3)
	require.Equal(t, epoch.Add(-2*time.Hour), st.Audited)
}

func TestSweepCarriesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.sweep = passes
	st := w.sweep(SweepState{Connection: "jira", Watermark: epoch}, 5*time.Minute)
	before, audited := st.Passes, st.Audited
	w.fresh(w.env.Now())
	st = w.sweep(st, 5*time.Minute)
	require.Greater(t, st.Passes, before+4)
	require.Equal(t, audited, st.Audited, "the audit's clock goes on")
	require.Equal(t, "jira", st.Connection)
}
