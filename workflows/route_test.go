package workflows

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const routeID = "route/it-to-eng"

// ask sends an update to a route and reads its answer.
func ask[T any](w *world, name string, arg any, answered func(T)) {
	w.env.UpdateWorkflow(name, "", &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { w.Errorf("%s refused: %v", name, err) },
		OnComplete: func(v any, err error) {
			require.NoError(w, err, name)
			var out T
			data, err := json.Marshal(v)
			require.NoError(w, err)
			require.NoError(w, json.Unmarshal(data, &out))
			answered(out)
		},
	}, arg)
}

// route runs a route through its steps and returns the settings it carries.
func (w *world) route(st reconcile.Rules) (out reconcile.Rules) {
	w.Helper()
	w.after(time.Minute, func() {
		w.env.SetCurrentHistoryLength(manyEvents + 1)
		ask(w, addressing.UpdateJudge, Judge{Side: ticket.Left, Key: "IT-1"}, func(activities.JudgeResult) {})
	})
	w.open()
	w.continued(w.run(routeID, Route, st), addressing.Route, &out)
	return out
}

// draft are settings as the file gives them.
func draft() reconcile.Rules {
	r := rules("")
	r.Version, r.Since, r.Left.Container, r.Right.Container = 0, time.Time{}, ticket.Container{}, ticket.Container{}
	return r
}

func named(name string) reconcile.Rules {
	r := draft()
	r.Name = name
	return r
}

func TestRouteOnlyCheckedCompletes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var got CheckResult
	w.after(0, func() { ask(w, addressing.UpdateCheck, draft(), func(c CheckResult) { got = c }) })
	require.NoError(t, w.run(routeID, Route, reconcile.Rules{}))
	require.Empty(t, got.Errors)
	require.Nil(t, got.Current)
	require.Equal(t, "IT", got.Rules.Left.Container.ID)
	require.Equal(t, "ENG", got.Rules.Right.Container.ID)
	require.Contains(t, got.Statuses[ticket.Left], StatusTarget{Status: "Done", Target: "Done"})
	require.Contains(t, got.Statuses[ticket.Left], StatusTarget{Status: "Waiting", Target: ""})
	require.Equal(t, []string{`left (IT Support): status "Waiting" has no target on the other side`}, got.Warnings)
	require.Empty(t, w.played.roused)
}

func TestRouteCheckFindsMistakes(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*world, *reconcile.Rules){
		`the status map names "Nirvana"`: func(_ *world, r *reconcile.Rules) {
			r.Status = append(r.Status, reconcile.StatusRule{Left: "Nirvana", Right: "Done"})
		},
		`has no type "Epic"`:                      func(_ *world, r *reconcile.Rules) { r.Right.Type = "Epic" },
		`creation demands the field "customfi`:    func(_ *world, r *reconcile.Rules) { r.Right.Type = "Change" },
		`right: ENG on connection jira: describe`: func(w *world, _ *reconcile.Rules) { w.right.closed = true },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			d := draft()
			change(w, &d)
			var got CheckResult
			w.after(0, func() { ask(w, addressing.UpdateCheck, d, func(c CheckResult) { got = c }) })
			require.NoError(t, w.run(routeID, Route, reconcile.Rules{}))
			require.NotEmpty(t, got.Errors)
			require.Contains(t, got.Errors[0], want)
		})
	}
}

func TestRouteLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	step := func(name string, do func()) {
		w.after(10*time.Second, func() { t.Log(name); do() })
	}
	var since time.Time
	step("apply", func() {
		ask(w, addressing.UpdateApply, named("another name"), func(r reconcile.Rules) {
			require.Equal(t, "it-to-eng", r.Name, "the route's own id names it")
			require.Equal(t, 1, r.Version)
			require.False(t, r.Since.IsZero())
			since = r.Since
		})
	})
	step("apply again", func() {
		require.Equal(t, []activities.RouseParams{{Route: "it-to-eng", Version: 1}}, w.played.roused)
		ask(w, addressing.UpdateApply, draft(), func(r reconcile.Rules) {
			require.Equal(t, 2, r.Version)
			require.Equal(t, since, r.Since, "tickets older than the route are those older than its first settings")
		})
	})
	step("check shows what is in force", func() {
		ask(w, addressing.UpdateCheck, draft(), func(c CheckResult) { require.Equal(t, 2, c.Current.Version) })
	})
	step("pause", func() { w.update(addressing.UpdatePause) })
	step("apply while paused", func() {
		ask(w, addressing.UpdateApply, draft(), func(r reconcile.Rules) { require.True(t, r.Paused, "only resume ends a pause") })
	})
	step("resume", func() { w.update(addressing.UpdateResume) })
	step("remove", func() { w.update(addressing.UpdateRemove) })
	st := w.route(reconcile.Rules{})
	require.Equal(t, 20*time.Second, st.Restored.Sub(st.Rested), "the removal came before the pause was caught up with")
	require.Equal(t, 6, st.Version)
	require.True(t, st.Removed)
	require.False(t, st.Paused)
	require.Len(t, w.played.roused, 6)
	require.Equal(t, 6, w.played.roused[5].Version)

	// The next run goes on from there; to apply a removed route brings it back.
	w.fresh(w.env.Now())
	w.after(time.Second, func() {
		ask(w, addressing.UpdateApply, draft(), func(r reconcile.Rules) {
			require.Equal(t, 7, r.Version)
			require.False(t, r.Removed)
			require.Equal(t, since, r.Since)
			require.Equal(t, st.Rested, r.Rested)
			require.NotEqual(t, st.Restored, r.Restored)
		})
	})
	require.Equal(t, 7, w.route(st).Version)
}

// Waking the pairs is tried again; the route stays usable meanwhile.
func TestRouteSurvivesAFailedRouse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.played.broken["Rouse"] = true
	w.after(0, func() { ask(w, addressing.UpdateApply, rules(""), func(reconcile.Rules) {}) })
	w.after(time.Minute, func() { w.update(addressing.UpdatePause) })
	require.Equal(t, 2, w.route(reconcile.Rules{}).Version)
}

func TestRouteThatWasNeverApplied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var refusal error
	w.after(0, func() {
		w.env.UpdateWorkflow(addressing.UpdatePause, "", &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: func(error) {}, OnComplete: func(_ any, err error) { refusal = err },
		})
	})
	require.NoError(t, w.run(routeID, Route, reconcile.Rules{}))
	require.ErrorContains(t, refusal, "never applied")
}

func TestRouteJudges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(func(s *ticket.Snapshot) {
		s.Private, s.Markers = "private", []ticket.Marker{markerOf(leftPair, ticket.Unlinked)}
	})
	verdicts := map[string]ticket.Reason{}
	w.after(time.Second, func() {
		ask(w, addressing.UpdateJudge, Judge{Side: ticket.Left, Key: "IT-1"}, func(j activities.JudgeResult) {
			require.Equal(t, ticket.Ref{Connection: "helpdesk", ID: "IT1"}, j.Ref)
			for _, v := range j.Verdicts {
				verdicts[v.Rule] = v.Reason
			}
		})
	})
	w.route(rules("it-to-eng"))
	require.Equal(t, map[string]ticket.Reason{
		"enabled": "", "direction": "", "container": "", "type": "", "trash": "", "private": ticket.Private, "elsewhere": "", "age": "",
		"replica": "", "filter": "", "unlinked": ticket.UnlinkedByOperator,
	}, verdicts)
}

// A tracker that cannot be reached fails the check in words, not the workflow.
func TestRouteCheckWithoutATracker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.left.fails("describe", trackers.Error{Kind: trackers.Auth, Status: 401, Message: "token expired"}, forEver)
	var got CheckResult
	w.after(0, func() { ask(w, addressing.UpdateCheck, draft(), func(c CheckResult) { got = c }) })
	require.NoError(t, w.run(routeID, Route, reconcile.Rules{}))
	require.Len(t, got.Errors, 1)
	require.Contains(t, got.Errors[0], "token expired")
}
