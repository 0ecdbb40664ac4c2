package activities

import (
	"context"
	"fmt"
	"slices"

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
	// Known are the pairs that the census before this one found.
	Known []string `json:"known,omitempty"`
}

// CensusResult counts pairs in trouble by route and reason.
type CensusResult struct {
	Counts map[string]map[ticket.Reason]int `json:"counts,omitempty"`
	// Newly counts those that were not in trouble at the last census.
	Newly map[string]map[ticket.Reason]int `json:"newly,omitempty"`
	// Known are the pairs counted, sorted, for the next census.
	Known []string `json:"known,omitempty"`
}

// counted bounds Known. While more pairs than that are in trouble, none counts
// as new: better no stop than one for what was known long ago.
const counted = 2000

// Census counts the pairs that lost a ticket or that paused themselves, on the
// routes that are the connection's to count: each route is one connection's,
// so that two sweeps never judge the same pairs. A pair that was counted stays
// known while its route is stopped, so that resume is not undone by the pairs
// it was given for. It changes nothing.
//
// The listing lags by seconds. A pair that it misses is counted the next time.
func (a *Activities) Census(ctx context.Context, p CensusParams) (*CensusResult, error) {
	routes, err := a.routes.Rules(ctx)
	if err != nil {
		return nil, fail(err)
	}
	out := &CensusResult{Counts: map[string]map[ticket.Reason]int{}, Newly: map[string]map[ticket.Reason]int{}}
	ours := map[string]bool{}
	for i := range routes {
		if r := &routes[i]; counts(r, p.Connection) {
			ours[r.Name] = r.IsEnabled()
		}
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
			inForce, ok := ours[route]
			if !ok {
				continue
			}
			id := e.GetExecution().GetWorkflowId()
			_, known := slices.BinarySearch(p.Known, id)
			if reason == ticket.RouteStopped && !known {
				continue // well until its route was stopped
			}
			if len(out.Known) < counted {
				out.Known = append(out.Known, id)
			}
			if reason == ticket.RouteStopped {
				continue
			}
			count(out.Counts, route, reason)
			if inForce && !known && len(p.Known) < counted {
				count(out.Newly, route, reason)
			}
		}
		if page = answer.GetNextPageToken(); len(page) == 0 {
			slices.Sort(out.Known)
			out.Known = slices.Compact(out.Known)
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
