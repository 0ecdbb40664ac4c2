package workflows

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// CheckResult is what the live trackers say about a route's settings.
type CheckResult struct {
	// Rules are the settings, completed by what the trackers resolved.
	Rules reconcile.Rules `json:"rules"`
	// Errors keep the settings from being applied; Warnings do not, unless
	// apply is strict.
	Errors   []string `json:"errors,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	// Statuses lists every status of both sides with its target.
	Statuses map[ticket.Side][]StatusTarget `json:"statuses,omitempty"`
	// Current are the settings in force, nil for a new route.
	Current *reconcile.Rules `json:"current,omitempty"`
}

// StatusTarget is a status and what it becomes on the other side ("" =
// unmapped, "-" = does not flow).
type StatusTarget struct {
	Status string `json:"status"`
	Group  string `json:"group,omitempty"`
	Target string `json:"target"`
}

// Judge asks for the verdicts on a ticket that is not linked.
type Judge struct {
	Side ticket.Side `json:"side"`
	Key  string      `json:"key"`
}

// Route holds one route's settings, versioned, changed only by updates, and
// published in its memo. A run that never gets any completes.
func Route(ctx workflow.Context, rules reconcile.Rules) error {
	// A run that carries settings wakes the pairs first: the run before it may
	// not have come to it.
	r := &route{ctx: ctx, Rules: rules, changed: rules.Version > 0}
	name, err := addressing.ParseRouteID(workflow.GetInfo(ctx).WorkflowExecution.ID)
	if err != nil {
		return err
	}
	r.Name = name
	if err := r.handleUpdates(); err != nil {
		return err
	}
	return r.run()
}

type route struct {
	reconcile.Rules
	ctx     workflow.Context
	changed bool // pairs that wait have to look again
	active  int  // updates seen
}

func (r *route) run() error {
	began := workflow.Now(r.ctx)
	for {
		workflow.SetCurrentDetails(r.ctx, r.details())
		err := workflow.Await(r.ctx, func() bool {
			return r.changed || r.active > 0 && workflow.AllHandlersFinished(r.ctx) && r.settled()
		})
		if err != nil {
			return err
		}
		if r.changed {
			r.changed = false
			ctx := paging(r.ctx, "wake the pairs that wait")
			err := workflow.ExecuteActivity(ctx, act.Rouse, activities.RouseParams{Route: r.Name, Version: r.Version}).Get(ctx, nil)
			if err == nil {
				continue
			}
			workflow.GetLogger(r.ctx).Warn("pairs not woken, tried again", "route", r.Name, "error", err)
			if !r.crowded() {
				r.changed = true
				if err := workflow.Sleep(r.ctx, firstRetry); err != nil {
					return err
				}
				continue
			} // else the next run begins with it
		}
		if r.Version == 0 {
			return nil // only looked at, never applied
		}
		if age := workflow.Now(r.ctx).Sub(began); age < shortRun {
			if err := workflow.Sleep(r.ctx, shortRun-age); err != nil {
				return err
			}
			continue
		}
		return workflow.NewContinueAsNewError(r.ctx, addressing.Route, r.Rules)
	}
}

// settled reports whether the run has nothing more to do: a draft after its
// check, or settings with a long history.
func (r *route) settled() bool {
	return r.Version == 0 || r.crowded()
}

func (r *route) crowded() bool {
	info := workflow.GetInfo(r.ctx)
	return info.GetContinueAsNewSuggested() || info.GetCurrentHistoryLength() > manyEvents
}

func (r *route) handleUpdates() error {
	set := func(name string, handler any) error { return workflow.SetUpdateHandler(r.ctx, name, handler) }
	return errors.Join(
		set(addressing.UpdateCheck, r.check),
		set(addressing.UpdateApply, r.apply),
		set(addressing.UpdateJudge, r.judge),
		set(addressing.UpdatePause, r.pause),
		set(addressing.UpdateResume, r.resume),
		set(addressing.UpdateRemove, r.remove),
		set(addressing.UpdateStop, r.halt),
	)
}

// check validates settings against the live trackers and changes nothing.
func (r *route) check(ctx workflow.Context, rules reconcile.Rules) (CheckResult, error) {
	defer func() { r.active++ }()
	out := CheckResult{Rules: rules, Statuses: map[ticket.Side][]StatusTarget{}}
	if r.Version > 0 {
		current := r.Rules
		out.Current = &current
	}
	found := map[ticket.Side]*trackers.Container{}
	for _, side := range bothSides {
		end := rules.End(side)
		var c trackers.Container
		actx := reading(ctx, "look at "+end.Label())
		err := workflow.ExecuteActivity(actx, act.Describe, activities.DescribeParams{End: end}).Get(actx, &c)
		if err != nil {
			out.Errors = append(out.Errors, fmt.Sprintf("%s: %s on connection %s: %s", side, end.Label(), end.Connection, activities.FailureOf(err).Message))
			continue
		}
		found[side] = &c
		if side == ticket.Left {
			out.Rules.Left.Container, out.Rules.Left.Edges = c.Container, c.Edges
		} else {
			out.Rules.Right.Container, out.Rules.Right.Edges = c.Container, c.Edges
		}
		if len(rules.Status) == 0 || end.Announces {
			out.categorize(side, c.Statuses)
		}
	}
	for _, side := range bothSides {
		if c := found[side]; c != nil {
			out.examine(side, c)
		}
	}
	return out, nil
}

// categorize keeps what a route without a status map goes by.
func (out *CheckResult) categorize(side ticket.Side, statuses []ticket.State) {
	var known []ticket.State
	for _, s := range statuses {
		known = append(known, ticket.State{Name: s.Name, Category: s.Category})
	}
	if side == ticket.Left {
		out.Rules.Left.Statuses = known
	} else {
		out.Rules.Right.Statuses = known
	}
}

// examine compares the settings with what one tracker offers.
func (out *CheckResult) examine(side ticket.Side, c *trackers.Container) {
	rules, end := &out.Rules, out.Rules.End(side)
	fault := func(format string, args ...any) {
		out.Errors = append(out.Errors, fmt.Sprintf("%s (%s): ", side, end.Label())+fmt.Sprintf(format, args...))
	}
	warn := func(format string, args ...any) {
		out.Warnings = append(out.Warnings, fmt.Sprintf("%s (%s): ", side, end.Label())+fmt.Sprintf(format, args...))
	}
	if c.Archived {
		fault("is archived")
	}
	if end.Type != "" && !reconcile.Listed(c.Types, end.Type) {
		fault("has no type %q; it has %s", end.Type, strings.Join(c.Types, ", "))
	}
	d := rules.Fields[ticket.Status].And(rules.Direction)
	targets := rules.Targets(side, c.Statuses)
	for i, s := range c.Statuses {
		if end.Announces {
			break // nothing comes from there
		}
		t := StatusTarget{Status: s.Name, Group: s.Group, Target: targets[i]}
		if !d.From(side) {
			t.Target = "-"
		} else if t.Target == "" {
			warn("status %q has no target on the other side", s.Name)
		}
		out.Statuses[side] = append(out.Statuses[side], t)
	}
	for _, rule := range rules.Status {
		if rule.Preset {
			continue
		}
		name := rule.Left
		if side == ticket.Right {
			name = rule.Right
		}
		if !slices.ContainsFunc(c.Statuses, func(s ticket.State) bool {
			return strings.EqualFold(s.Name, name) || strings.EqualFold(s.Group, name)
		}) {
			fault("the status map names %q, which does not exist", name)
		}
	}
	if rules.Direction.From(side.Other()) {
		constants := rules.Create.On(side)
		for _, field := range c.Required {
			if _, ok := constants[field]; !ok && !mapsTo(rules, side, field) {
				fault("creation demands the field %q: give it a value in create_fields", field)
			}
		}
	}
	for _, custom := range rules.CustomFields(side) {
		if len(c.CustomFields) > 0 && !slices.Contains(c.CustomFields, string(custom)) {
			fault("has no custom field %q", custom)
		}
	}
}

func mapsTo(rules *reconcile.Rules, side ticket.Side, field string) bool {
	return slices.ContainsFunc(rules.FieldRules(), func(f reconcile.FieldRule) bool { return string(f.On(side)) == field })
}

// catchUp is how long sweeps may take to find what a route has missed. One that
// rests again before that has rested all along to them.
const catchUp = 3 * time.Hour

// apply takes checked settings into force.
func (r *route) apply(ctx workflow.Context, rules reconcile.Rules) (reconcile.Rules, error) {
	defer func() { r.active++ }()
	rules.Name, rules.Version, rules.Since, rules.Resumed = r.Name, r.Version+1, r.Since, r.Resumed
	rules.Rested, rules.Restored = r.Rested, r.Restored
	// A stop is lifted like a pause, by resume alone: what was applied need not
	// have mended what it was for.
	rules.Paused, rules.Stopped, rules.Removed = r.Paused, r.Stopped, false
	if rules.Since.IsZero() {
		rules.Since = workflow.Now(ctx).UTC().Truncate(time.Millisecond)
	}
	err := r.take(ctx, rules)
	return r.Rules, err
}

func (r *route) pause(ctx workflow.Context) error  { return r.alter(ctx, func() { r.Paused = true }) }
func (r *route) remove(ctx workflow.Context) error { return r.alter(ctx, func() { r.Removed = true }) }
func (r *route) resume(ctx workflow.Context) error {
	return r.alter(ctx, func() { r.Paused, r.Stopped, r.Resumed = false, "", workflow.Now(ctx).UTC() })
}

// halt stops the route's writes until resume. One that rests already stays as
// it is, so a census may ask twice.
func (r *route) halt(ctx workflow.Context, why string) error {
	if r.Version > 0 && !r.IsEnabled() {
		r.active++
		return nil
	}
	return r.alter(ctx, func() { r.Stopped = why })
}

func (r *route) alter(ctx workflow.Context, change func()) error {
	defer func() { r.active++ }()
	if r.Version == 0 {
		return refusal("route %s was never applied", r.Name)
	}
	before := r.Rules
	change()
	rules := r.Rules
	r.Rules = before
	rules.Version++
	return r.take(ctx, rules)
}

// take publishes settings and has the pairs that wait look again.
func (r *route) take(ctx workflow.Context, rules reconcile.Rules) error {
	now := workflow.Now(ctx).UTC()
	switch was := r.IsEnabled(); {
	case r.Version == 0 || was == rules.IsEnabled():
	case was && now.Sub(r.Restored) < catchUp:
		// What was missed before may not have been caught up with yet.
	case was:
		rules.Rested = now
	default:
		rules.Restored = now
	}
	r.Rules = rules
	r.changed = true
	return workflow.UpsertMemo(ctx, map[string]any{addressing.MemoRules: rules})
}

// judge fetches a ticket and asks each rule.
func (r *route) judge(ctx workflow.Context, j Judge) (activities.JudgeResult, error) {
	defer func() { r.active++ }()
	var out activities.JudgeResult
	actx := reading(ctx, "judge "+j.Key)
	err := workflow.ExecuteActivity(actx, act.Judge, activities.JudgeParams{Rules: r.Rules, Side: j.Side, Key: j.Key}).Get(actx, &out)
	return out, err
}

func (r *route) details() string {
	if r.Version == 0 {
		return "Not applied yet."
	}
	state := "in force"
	switch {
	case r.Removed:
		state = "removed"
	case r.Paused:
		state = "paused"
	case r.Stopped != "":
		state = "in attention, writes stopped until resume (" + r.Stopped + ")"
	case !r.IsEnabled():
		state = "disabled"
	}
	return fmt.Sprintf("**%s** %s ⇄ %s, %s, version %d, since %s.", r.Name, r.Left.Label(), r.Right.Label(), state,
		r.Version, r.Since.Format(time.RFC3339))
}
