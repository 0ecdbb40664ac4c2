package activities

import (
	"context"
	"fmt"
	"time"

	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

// CensusParams asks which pairs are in trouble.
type CensusParams struct {
	Connection string `json:"connection"`
	// Known are the pairs that the census before this one found, and when each
	// was first counted: zero for one that may have been in trouble long before.
	Known map[string]time.Time `json:"known,omitempty"`
	// Now is the workflow's time; First tells that there was no census before.
	Now   time.Time `json:"now"`
	First bool      `json:"first,omitempty"`
}

// CensusResult counts pairs in trouble by route and reason.
type CensusResult struct {
	Counts map[string]map[ticket.Reason]int `json:"counts,omitempty"`
	// Newly counts those that were first counted a short while ago.
	Newly map[string]map[ticket.Reason]int `json:"newly,omitempty"`
	// Known are the pairs counted, for the next census.
	Known map[string]time.Time `json:"known,omitempty"`
}

const (
	// counted bounds Known. While more pairs than that are in trouble, none
	// counts as new: better no stop than one for what was known long ago.
	counted = 1000
	// newly is how long a pair counts as newly in trouble, unless audits are
	// further apart: one cause shows in parts, first where people work, then
	// where an audit looks.
	newly = time.Hour
)

// Census counts the pairs that lost a ticket or that paused themselves, on the
// routes that are the connection's to count: each route is one connection's,
// so that there is one memory of it. What was counted before the route was last
// resumed is not new, and a pair stays known while its route is stopped, so that
// resume is not undone by the pairs it was given for. It changes nothing.
//
// The listing lags by seconds. A pair that it misses is counted the next time.
func (a *Activities) Census(ctx context.Context, p CensusParams) (*CensusResult, error) {
	routes, err := a.routes.Rules(ctx)
	if err != nil {
		return nil, fail(err)
	}
	out := &CensusResult{
		Counts: map[string]map[ticket.Reason]int{}, Newly: map[string]map[ticket.Reason]int{}, Known: map[string]time.Time{},
	}
	ours := map[string]*reconcile.Rules{}
	for i := range routes {
		if r := &routes[i]; counts(r, p.Connection) {
			ours[r.Name] = r
		}
	}
	found := p.Now
	if p.First || len(p.Known) >= counted {
		found = time.Time{}
	}
	var page []byte
	for {
		answer, err := a.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			NextPageToken: page,
			Query: fmt.Sprintf("WorkflowType = '%s' AND ExecutionStatus = 'Running' AND %s IN ('%s', '%s', '%s')",
				addressing.Pair, addressing.AttrReason, ticket.AccessLost, ticket.WriteStorm, ticket.RouteStopped),
		})
		if err != nil {
			return nil, fail(unavailable("list pairs", err))
		}
		for _, e := range answer.GetExecutions() {
			route, reason := keyword(e, addressing.AttrRoute), ticket.Reason(keyword(e, addressing.AttrReason))
			r := ours[route]
			if r == nil {
				continue
			}
			id := e.GetExecution().GetWorkflowId()
			first, known := p.Known[id]
			if !known {
				first = found
			}
			if reason == ticket.RouteStopped && !known {
				continue // well until its route was stopped
			}
			if len(out.Known) < counted {
				out.Known[id] = first
			}
			if reason == ticket.RouteStopped {
				continue
			}
			count(out.Counts, route, reason)
			if r.IsEnabled() && first.After(p.Now.Add(-a.lately(r))) && first.After(r.Resumed) {
				count(out.Newly, route, reason)
			}
		}
		if page = answer.GetNextPageToken(); len(page) == 0 {
			return out, nil
		}
		if activity.IsActivity(ctx) {
			activity.RecordHeartbeat(ctx)
		}
	}
}

// counts reports whether a connection's sweep counts a route's pairs: the
// left one's, unless that is only told and has no sweep.
func counts(r *reconcile.Rules, connection string) bool {
	if r.Left.Announces {
		return r.Right.Connection == connection
	}
	return r.Left.Connection == connection
}

// lately is how long a pair of a route counts as newly in trouble.
func (a *Activities) lately(r *reconcile.Rules) time.Duration {
	return max(newly, a.connections[r.Left.Connection].Audit, a.connections[r.Right.Connection].Audit)
}

func count(by map[string]map[ticket.Reason]int, route string, reason ticket.Reason) {
	if by[route] == nil {
		by[route] = map[ticket.Reason]int{}
	}
	by[route][reason]++
}

// keyword reads a search attribute, "" where there is none.
func keyword(e *workflowpb.WorkflowExecutionInfo, name string) (out string) {
	payload := e.GetSearchAttributes().GetIndexedFields()[name]
	if payload == nil || converter.GetDefaultDataConverter().FromPayload(payload, &out) != nil {
		return ""
	}
	return out
}

// StopParams asks for a route's writes to end.
type StopParams struct {
	Route string `json:"route"`
	Why   string `json:"why"`
}

// StopRoute has a route stop its pairs' writes. A route that rests already
// stays as it is, so asking twice is safe.
func (a *Activities) StopRoute(ctx context.Context, p StopParams) error {
	handle, err := a.temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: addressing.RouteID(p.Route), UpdateName: addressing.UpdateStop, Args: []any{p.Why},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(ctx, nil)
	}
	if err != nil {
		return fail(unavailable("stop route", err))
	}
	a.routes.Forget()
	return nil
}
