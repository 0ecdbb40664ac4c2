package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// DescribeParams asks what a container on a live tracker looks like.
type DescribeParams struct {
	End reconcile.End `json:"end"`
}

// Describe resolves one end of a route. It changes nothing.
func (a *Activities) Describe(ctx context.Context, p DescribeParams) (*trackers.Container, error) {
	checker, _, err := use[trackers.Checker](a, p.End.Connection, "describe container")
	if err != nil {
		return nil, err
	}
	c, err := checker.Describe(ctx, trackers.Place{Container: p.End.Name, Part: p.End.Part, Type: p.End.Type})
	return c, fail(err)
}

// JudgeParams asks for each rule's verdict on a ticket.
type JudgeParams struct {
	Rules reconcile.Rules `json:"rules"`
	Side  ticket.Side     `json:"side"`
	Key   string          `json:"key"`
}

// JudgeResult is what show prints for a ticket that is not linked.
type JudgeResult struct {
	Ref      ticket.Ref          `json:"ref"`
	Key      string              `json:"key"`
	URL      string              `json:"url"`
	Verdicts []reconcile.Verdict `json:"verdicts"`
}

// Judge fetches a ticket by its key and asks every rule of a route. It changes
// nothing.
func (a *Activities) Judge(ctx context.Context, p JudgeParams) (*JudgeResult, error) {
	end := p.Rules.End(p.Side)
	reader, conn, err := use[trackers.Reader](a, end.Connection, "fetch ticket")
	if err != nil {
		return nil, err
	}
	id, err := reader.Lookup(ctx, p.Key)
	if err != nil {
		return nil, fail(err)
	}
	snap, err := reader.Fetch(ctx, id, trackers.FetchOptions{Links: true})
	if err != nil {
		return nil, fail(err)
	}
	out := &JudgeResult{Ref: snap.Ref, Key: snap.Key, URL: snap.URL, Verdicts: reconcile.Judge(&p.Rules, p.Side, snap)}
	linked := reconcile.Verdict{Rule: "unlinked", OK: true}
	other := p.Rules.End(p.Side.Other()).Connection
	for _, m := range snap.Markers {
		origin, to, err := ticket.ParsePairID(m.Pair)
		if err != nil || m.Installation != conn.Installation || m.State != ticket.Unlinked {
			continue
		}
		if origin.Connection == other || to == other {
			linked = reconcile.Verdict{Rule: "unlinked", Reason: ticket.UnlinkedByOperator, Detail: m.Pair}
		}
	}
	out.Verdicts = append(out.Verdicts, linked)
	return out, nil
}

// RouseParams asks for pairs that wait to look again.
type RouseParams struct {
	Route   string `json:"route"`
	Version int    `json:"version"` // of the new settings
}

// Rouse hints the pairs of a route that hold something: their settings are
// new. Repeating it costs reads and nothing else.
func (a *Activities) Rouse(ctx context.Context, p RouseParams) error {
	a.routes.Forget()
	var page []byte
	for {
		answer, err := a.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			NextPageToken: page,
			Query: fmt.Sprintf("WorkflowType = '%s' AND ExecutionStatus = 'Running' AND %s = '%s' AND %s IN ('attention', 'paused', 'syncing')",
				addressing.Pair, addressing.AttrRoute, p.Route, addressing.AttrState),
		})
		if err != nil {
			return fail(unavailable("list pairs", err))
		}
		for _, e := range answer.GetExecutions() {
			d := addressing.Delivery{WorkflowID: e.GetExecution().GetWorkflowId(), Hint: ticket.Hint{
				Kind: ticket.ChangeHint, Source: "apply", Version: strconv.Itoa(p.Version),
			}}
			if _, err := routing.Send(ctx, a.temporal, d); err != nil {
				return fail(unavailable("hint pair", err))
			}
		}
		if page = answer.GetNextPageToken(); len(page) == 0 {
			return nil
		}
		if activity.IsActivity(ctx) {
			activity.RecordHeartbeat(ctx)
		}
	}
}

// SettingsParams asks for a route's settings without a look at any tracker.
type SettingsParams struct {
	Route string        `json:"route"`
	Left  reconcile.End `json:"left"` // as the pair knows them
	Right reconcile.End `json:"right"`
	// Expect is the version that must exist by now, 0 for any.
	Expect int `json:"expect,omitempty"`
}

// Settings returns the settings now in force, nil when the route is unknown.
// Those of a removed route are another's that covers the same containers: a
// route is renamed by adding it under the new name.
func (a *Activities) Settings(ctx context.Context, p SettingsParams) (*reconcile.Rules, error) {
	routes, err := a.between(ctx, p.Left.Connection, p.Right.Connection, expect{p.Route, p.Expect})
	if err != nil {
		return nil, fail(err)
	}
	at := slices.IndexFunc(routes, func(r reconcile.Rules) bool { return r.Name == p.Route })
	if at < 0 || routes[at].Removed {
		heir := slices.IndexFunc(routes, func(r reconcile.Rules) bool {
			return r.IsEnabled() && r.Left.Connection == p.Left.Connection &&
				r.Covers(ticket.Left, p.Left.Container) && r.Covers(ticket.Right, p.Right.Container)
		})
		if heir >= 0 {
			at = heir
		}
	}
	if at < 0 {
		return nil, nil
	}
	return &routes[at], nil
}

// ReadableParams asks whether a container can still be read.
type ReadableParams struct {
	End reconcile.End `json:"end"`
}

// Readable reports whether our account still reads a route's container, so
// that a ticket which cannot be found there is gone and not hidden.
func (a *Activities) Readable(ctx context.Context, p ReadableParams) (bool, error) {
	checker, _, err := use[trackers.Checker](a, p.End.Connection, "check container")
	if err != nil {
		return false, err
	}
	_, err = checker.Describe(ctx, trackers.Place{Container: p.End.Name})
	var e *trackers.Error
	if errors.As(err, &e) && (e.Kind == trackers.NotFound || e.Kind == trackers.Forbidden || e.Kind == trackers.Invalid) {
		return false, nil
	}
	return err == nil, fail(err)
}
