package starter

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// route is one of a help desk's channel and a Jira project.
func route(name, channel, project string) reconcile.Rules {
	on := true
	return reconcile.Rules{
		Name: name, Direction: reconcile.Both, Enabled: &on,
		Left:   reconcile.End{Connection: "helpdesk", Name: channel},
		Right:  reconcile.End{Connection: "jira", Name: project, Type: "Bug"},
		Fields: map[ticket.Field]reconcile.Direction{ticket.Title: reconcile.Both},
		Status: []reconcile.StatusRule{{Left: "Open", Right: "To Do", Direction: reconcile.Both}, {Left: "Done", Right: "Done", Direction: reconcile.Both}},
	}
}

// applied is a route as it is in force.
func applied(r reconcile.Rules, version int) reconcile.Rules {
	r = found(r)
	r.Version, r.Since = version, time.Unix(8000, 0).UTC()
	return r
}

func fileOf(routes ...reconcile.Rules) *config.File {
	return &config.File{Installation: "test", Routes: routes}
}

type applyBench struct {
	temporal   *fakeTemporal
	out, notes bytes.Buffer
}

func (b *applyBench) apply(t *testing.T, file *config.File, change ...func(*ApplyOptions)) error {
	b.out.Reset()
	b.notes.Reset()
	o := ApplyOptions{Out: &b.out, Notes: &b.notes, Namespace: "default"}
	for _, c := range change {
		c(&o)
	}
	return Apply(t.Context(), b.temporal, file, o)
}

func dry(o *ApplyOptions) { o.DryRun = true }

func asJSON(o *ApplyOptions) { o.JSON = true }

func TestApplyNewChangedUnchanged(t *testing.T) {
	t.Parallel()
	changed := applied(route("changed", "HR", "PEOPLE"), 4)
	changed.Direction = reconcile.ToRight
	b := &applyBench{temporal: newTemporal(t, applied(route("same", "IT", "ENG"), 2), changed)}
	file := fileOf(route("same", "IT", "ENG"), route("changed", "HR", "PEOPLE"), route("fresh", "Ops", "OPS"))

	require.NoError(t, b.apply(t, file, dry))
	require.Empty(t, b.temporal.updates(addressing.UpdateApply))
	require.Contains(t, b.out.String(), "direction: to-right → both")
	require.Contains(t, b.out.String(), "not applied (--dry-run)")

	require.NoError(t, b.apply(t, file))
	require.Equal(t, []string{"route/changed", "route/fresh"}, b.temporal.updates(addressing.UpdateApply))
	require.Contains(t, b.out.String(), "route same: helpdesk IT ⇄ jira ENG Bug: unchanged, version 2")
	require.Contains(t, b.out.String(), "route changed: helpdesk HR ⇄ jira PEOPLE Bug: changed, applied as version 5")
	require.Contains(t, b.out.String(), "route fresh: helpdesk Ops (OPS) ⇄ jira OPS Bug: new, applied as version 1")
	require.Equal(t, "id-IT", b.temporal.routes["same"].Left.Container.ID)
	require.Equal(t, "id-Ops", b.temporal.routes["fresh"].Left.Container.ID, "what the trackers resolved is applied")

	// And once more: nothing differs now.
	require.NoError(t, b.apply(t, file))
	require.Len(t, b.temporal.updates(addressing.UpdateApply), 2)
}

// TestApplyAllOrNothing: every mistake of every route is told at once, and the
// valid routes are not applied either.
func TestApplyAllOrNothing(t *testing.T) {
	t.Parallel()
	b := &applyBench{temporal: newTemporal(t)}
	b.temporal.attributes = nil
	b.temporal.check = func(r reconcile.Rules) workflows.CheckResult {
		out := workflows.CheckResult{Rules: found(r)}
		if r.Name != "good" {
			out.Errors = []string{"left: first fault", "right: second fault"}
		}
		return out
	}
	err := b.apply(t, fileOf(route("good", "IT", "ENG"), route("bad", "HR", "OPS"), route("worse", "IT", "OTHER")))
	var refused *RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, []string{
		"route bad: left: first fault", "route bad: right: second fault",
		"route worse: left: first fault", "route worse: right: second fault",
		"routes good and worse both create tickets on jira from IT on helpdesk and neither has a filter: give each one, or let only one create",
	}, refused.Mistakes)
	require.ErrorContains(t, err, "nothing was changed")
	require.Empty(t, b.temporal.updates(addressing.UpdateApply))
	require.Empty(t, b.temporal.attributes, "nothing is registered either")
}

func TestApplyStrict(t *testing.T) {
	t.Parallel()
	b := &applyBench{temporal: newTemporal(t)}
	b.temporal.check = func(r reconcile.Rules) workflows.CheckResult {
		return workflows.CheckResult{Rules: found(r), Warnings: []string{`right (ENG): status "In Review" has no target on the other side`}}
	}
	file := fileOf(route("a", "IT", "ENG"))
	require.ErrorContains(t, b.apply(t, file, func(o *ApplyOptions) { o.Strict = true }), `"In Review" has no target`)
	require.Empty(t, b.temporal.updates(addressing.UpdateApply))
	require.NoError(t, b.apply(t, file))
	require.Contains(t, b.out.String(), `warning: route a: right (ENG): status "In Review" has no target`)
	require.Len(t, b.temporal.updates(addressing.UpdateApply), 1)
}

func TestApplyRemovedRouteComesBack(t *testing.T) {
	t.Parallel()
	removed := applied(route("a", "IT", "ENG"), 3)
	removed.Removed = true
	b := &applyBench{temporal: newTemporal(t, removed)}
	require.NoError(t, b.apply(t, fileOf(route("a", "IT", "ENG"))))
	require.False(t, b.temporal.routes["a"].Removed)
	require.Contains(t, b.out.String(), "in the file again, applied as version 4")
}

// TestApplyLeavesOthers: a route that the file does not name is told of, stays,
// and counts when routes are looked at side by side.
func TestApplyLeavesOthers(t *testing.T) {
	t.Parallel()
	gone := applied(route("gone", "Old", "OLD"), 1)
	gone.Removed = true
	b := &applyBench{temporal: newTemporal(t, applied(route("other", "IT", "OPS"), 1), gone)}
	require.NoError(t, b.apply(t, fileOf(route("a", "HR", "PEOPLE"))))
	require.Contains(t, b.out.String(), "route other is in force but not in the file: it stays as it is")
	require.NotContains(t, b.out.String(), "route gone")
	require.Equal(t, 1, b.temporal.routes["other"].Version)

	require.ErrorContains(t, b.apply(t, fileOf(route("a", "IT", "ENG"))), "routes a and other both create tickets on jira")
}

// TestApplyRenamedRoute: a route under a new name overlaps with itself, and
// may.
func TestApplyRenamedRoute(t *testing.T) {
	t.Parallel()
	b := &applyBench{temporal: newTemporal(t, applied(route("before", "IT", "ENG"), 1))}
	for range 2 {
		require.NoError(t, b.apply(t, fileOf(route("after", "IT", "ENG"))))
		require.Contains(t, b.out.String(), "route before is in force but not in the file: it stays as it is\n  after joins the same containers")
	}
	require.Equal(t, 1, b.temporal.routes["after"].Version)
}

func TestApplyRegistersSearchAttributes(t *testing.T) {
	t.Parallel()
	b := &applyBench{temporal: newTemporal(t)}
	delete(b.temporal.attributes, addressing.AttrSyncedAt)
	require.NoError(t, b.apply(t, fileOf(route("a", "IT", "ENG")), dry))
	require.NotContains(t, b.temporal.attributes, addressing.AttrSyncedAt, "a dry run changes nothing")

	require.NoError(t, b.apply(t, fileOf(route("a", "IT", "ENG"))))
	require.Contains(t, b.temporal.attributes, addressing.AttrSyncedAt)
	require.Equal(t, "registered search attributes: TicketsyncSyncedAt\n", b.notes.String())
}

// TestApplyWhereAttributesAreRefused: the commands to run are in the error, and
// the routes wait for them.
func TestApplyWhereAttributesAreRefused(t *testing.T) {
	t.Parallel()
	b := &applyBench{temporal: newTemporal(t)}
	delete(b.temporal.attributes, addressing.AttrState)
	b.temporal.closed = serviceerror.NewPermissionDenied("Request unauthorized.", "")
	err := b.apply(t, fileOf(route("a", "IT", "ENG")))
	require.ErrorContains(t, err, "tcld namespace search-attributes add --namespace default")
	require.ErrorContains(t, err, "--search-attribute TicketsyncState=Keyword")
	require.ErrorContains(t, err, "temporal operator search-attribute create --namespace default --type Keyword --name TicketsyncRoute")
	require.ErrorContains(t, err, "--type Datetime --name TicketsyncSyncedAt")
	require.Empty(t, b.temporal.updates(addressing.UpdateApply))
}

// TestApplyWithoutWorker: said after ten seconds, whether none ever polled or
// the last one was killed.
func TestApplyWithoutWorker(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*fakeTemporal){
		"never there": func(f *fakeTemporal) { f.noWorker = true },
		"killed":      func(f *fakeTemporal) { f.lost = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newTemporal(t)
				lose(f)
				began := time.Now()
				err := Apply(context.Background(), f, fileOf(route("a", "IT", "ENG")), ApplyOptions{Out: &bytes.Buffer{}, Namespace: "default"})
				require.ErrorIs(t, err, ErrNoWorker)
				require.ErrorContains(t, err, "no-worker")
				require.InDelta(t, 10, time.Since(began).Seconds(), 1)
			})
		})
	}
}

func TestApplyJSON(t *testing.T) {
	t.Parallel()
	b := &applyBench{temporal: newTemporal(t, applied(route("left-out", "HR", "PEOPLE"), 1))}
	b.temporal.check = func(r reconcile.Rules) workflows.CheckResult {
		return workflows.CheckResult{Rules: found(r), Statuses: map[ticket.Side][]workflows.StatusTarget{
			ticket.Left: {{Status: "Open", Group: "Open", Target: "To Do"}},
		}}
	}
	require.NoError(t, b.apply(t, fileOf(route("a", "IT", "ENG")), asJSON))
	var report map[string]any
	require.NoError(t, json.Unmarshal(b.out.Bytes(), &report))
	require.ElementsMatch(t, []string{"routes", "not_in_file", "warnings", "errors", "dry_run"}, keys(report))
	require.Equal(t, []any{map[string]any{"route": "left-out"}}, report["not_in_file"])
	first := report["routes"].([]any)[0].(map[string]any)
	require.Equal(t, "new", first["result"])
	require.Equal(t, true, first["applied"])
	require.Equal(t, map[string]any{
		"left":  []any{map[string]any{"status": "Open", "group": "Open", "target": "To Do"}},
		"right": []any{},
	}, first["statuses"])
}

func keys(m map[string]any) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}
