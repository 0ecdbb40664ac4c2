package starter

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// ApplyOptions say how to apply.
type ApplyOptions struct {
	// Strict makes warnings keep the settings from being applied.
	Strict bool
	// DryRun prints the differences and changes nothing.
	DryRun bool
	// JSON prints one object instead of tables.
	JSON bool
	// Out takes what is printed.
	Out io.Writer
	// Notes takes what is not part of the result; nil is nowhere.
	Notes io.Writer
	// Namespace is the client's; "" is that of the environment.
	Namespace string
	Log       *slog.Logger
}

// Apply brings the routes of a file into force. It validates all of them
// against the live trackers, in workers, and changes nothing unless all are
// valid; then it changes those that differ. Every mistake is in one
// *RefusedError. A route that is not in the file is reported and stays.
func Apply(ctx context.Context, c client.Client, file *config.File, o ApplyOptions) error {
	o.Namespace = cmp.Or(o.Namespace, Namespace())
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Notes == nil {
		o.Notes = io.Discard
	}
	if err := awaitWorker(ctx, c, patience); err != nil {
		return err
	}
	// Before any route is asked: this also starts again what somebody ended.
	inForce, err := routing.NewRegistry(c, o.Log, 0).Rules(ctx)
	if err != nil {
		return plain(err)
	}
	checks, err := checkRoutes(ctx, c, file.Routes)
	if err != nil {
		return err
	}
	report := judgeAll(file, checks, inForce, o.Strict)
	if len(report.Errors) == 0 && !o.DryRun {
		if err := register(ctx, c, o.Namespace, o.Notes); err != nil {
			return err
		}
		if err := applyRoutes(ctx, c, checks, report); err != nil {
			report.print(o)
			return err
		}
	}
	report.DryRun = o.DryRun
	report.print(o)
	if len(report.Errors) > 0 {
		return &RefusedError{Mistakes: report.Errors}
	}
	return nil
}

// checkRoutes has every route validated by a worker, all at once.
func checkRoutes(ctx context.Context, c client.Client, routes []reconcile.Rules) ([]workflows.CheckResult, error) {
	results := make([]workflows.CheckResult, len(routes))
	errs := make([]error, len(routes))
	var all sync.WaitGroup
	for i, rules := range routes {
		all.Go(func() {
			err := askRoute(ctx, c, rules.Name, addressing.UpdateCheck, rules, &results[i])
			if text, _, ok := said(err); ok {
				results[i].Rules = rules
				results[i].Errors = append(results[i].Errors, text)
				err = nil
			}
			errs[i] = err
		})
	}
	all.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("check route %s: %w", routes[i].Name, plain(err))
		}
	}
	return results, nil
}

// askRoute asks a route, which begins to run if it is new.
func askRoute(ctx context.Context, c client.Client, name, update string, arg, out any) error {
	start := c.NewWithStartWorkflowOperation(routing.RouteOptions(name, nil), addressing.Route, reconcile.Rules{})
	return ask(ctx, c, question{workflow: addressing.RouteID(name), update: update, args: []any{arg}, start: start}, out)
}

// judgeAll sums up what the trackers said, and looks at the routes side by
// side, together with those in force that the file does not name.
func judgeAll(file *config.File, checks []workflows.CheckResult, inForce []reconcile.Rules, strict bool) *ApplyReport {
	report := &ApplyReport{Routes: []RouteReport{}, NotInFile: []LeftRoute{}, Errors: []string{}, Warnings: []string{}}
	var together []reconcile.Rules
	for i, check := range checks {
		name := file.Routes[i].Name
		current := check.Current
		if at := slices.IndexFunc(inForce, func(r reconcile.Rules) bool { return r.Name == name }); current == nil && at >= 0 {
			current = &inForce[at]
		}
		r := RouteReport{
			Route: name, Left: endReport(check.Rules.Left), Right: endReport(check.Rules.Right),
			Statuses: statusReport(check.Statuses), Differences: []Difference{},
			unmapped: check.Rules.Unmapped,
		}
		switch {
		case current == nil:
			r.Result = resultNew
		case current.Removed:
			r.Result, r.Version = resultBack, current.Version
		default:
			r.Result, r.Version = resultUnchanged, current.Version
		}
		if current != nil {
			r.Differences = Differences(current, resolved(&check.Rules, current))
			if r.Result == resultUnchanged && len(r.Differences) > 0 {
				r.Result = resultChanged
			}
		}
		for _, text := range check.Errors {
			report.Errors = append(report.Errors, "route "+name+": "+text)
		}
		for _, text := range check.Warnings {
			text = "route " + name + ": " + text
			if strict {
				report.Errors = append(report.Errors, text+" (--strict)")
			} else {
				report.Warnings = append(report.Warnings, text)
			}
		}
		report.Routes = append(report.Routes, r)
		together = append(together, check.Rules)
	}
	for _, r := range inForce {
		if r.Removed || slices.ContainsFunc(file.Routes, func(f reconcile.Rules) bool { return f.Name == r.Name }) {
			continue
		}
		left := LeftRoute{Route: r.Name}
		// A route that was renamed in the file overlaps with itself. That does
		// no harm: the id of a pair does not depend on its route.
		at := slices.IndexFunc(checks, func(c workflows.CheckResult) bool { return c.Rules.Joins(&r) })
		if at >= 0 {
			left.SameAs = checks[at].Rules.Name
		} else {
			together = append(together, r)
		}
		report.NotInFile = append(report.NotInFile, left)
	}
	report.Errors = append(report.Errors, reconcile.Overlaps(together)...)
	return report
}

// resolved is the settings with containers that were not found as they were,
// so that the difference shows what the file changed and nothing else.
func resolved(rules, current *reconcile.Rules) *reconcile.Rules {
	out := *rules
	if out.Left.Container.ID == "" {
		out.Left.Container, out.Left.Edges = current.Left.Container, current.Left.Edges
	}
	if out.Right.Container.ID == "" {
		out.Right.Container, out.Right.Edges = current.Right.Container, current.Right.Edges
	}
	return &out
}

// applyRoutes changes the routes that differ and notes their new versions.
func applyRoutes(ctx context.Context, c client.Client, checks []workflows.CheckResult, report *ApplyReport) error {
	for i := range report.Routes {
		r := &report.Routes[i]
		if r.Result == resultUnchanged {
			continue
		}
		var now reconcile.Rules
		if err := askRoute(ctx, c, r.Route, addressing.UpdateApply, checks[i].Rules, &now); err != nil {
			return fmt.Errorf("apply route %s: %w", r.Route, plain(err))
		}
		r.Version, r.Applied = now.Version, true
	}
	return nil
}

// endReport names a container as the file and as the tracker does.
func endReport(e reconcile.End) EndReport {
	return EndReport{Connection: e.Connection, Container: e.Label(), Key: e.Container.Key, Type: e.Type}
}

func statusReport(statuses map[ticket.Side][]workflows.StatusTarget) map[ticket.Side][]workflows.StatusTarget {
	out := map[ticket.Side][]workflows.StatusTarget{ticket.Left: {}, ticket.Right: {}}
	for side, list := range statuses {
		out[side] = append(out[side], list...)
	}
	return out
}
