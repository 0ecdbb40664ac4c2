package activities

import (
	"context"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// MeetParams asks for a ticket whose pair has just begun to run.
type MeetParams struct {
	Ref  ticket.Ref `json:"ref"`
	Pair string     `json:"pair"`
	// Other is the connection the pair would replicate to.
	Other string `json:"other"`
	// Claimed tells that a replica says it is linked with this ticket.
	Claimed bool `json:"claimed,omitempty"`
	// Background gives way to live edits when the quota runs low.
	Background bool `json:"background,omitempty"`
}

// MeetResult is what first contact decides on.
type MeetResult struct {
	Ticket *ticket.Snapshot  `json:"ticket"`
	Routes []reconcile.Rules `json:"routes"` // between the two connections
	// Installation is ours: markers of others are not.
	Installation string `json:"installation"`
	// Interrupted tells that an earlier run of the pair was ended from outside
	// and left no marker on the ticket: it may have made a replica.
	Interrupted bool          `json:"interrupted,omitempty"`
	Quiet       time.Duration `json:"quiet,omitempty"` // of the other connection
	Confirm     time.Duration `json:"confirm,omitempty"`
	// GaveWay is set, and nothing else, when the ticket was not read to leave
	// the rest of the quota to live edits.
	GaveWay *Failure `json:"gave_way,omitempty"`
}

// Meet reads a ticket for first contact: once, and its links only when
// something speaks for a pair, so that tickets no route covers stay cheap. It
// changes nothing.
func (a *Activities) Meet(ctx context.Context, p MeetParams) (*MeetResult, error) {
	if p.Background {
		ctx = trackers.Background(ctx)
	}
	out, err := a.meet(ctx, p)
	if err == nil {
		return out, nil
	}
	if f := FailureOf(err); f.GaveWay {
		return &MeetResult{GaveWay: &f}, nil
	}
	return nil, err
}

func (a *Activities) meet(ctx context.Context, p MeetParams) (*MeetResult, error) {
	reader, conn, err := use[trackers.Reader](a, p.Ref.Connection, "fetch ticket")
	if err != nil {
		return nil, err
	}
	routes, err := a.between(ctx, p.Ref.Connection, p.Other, expect{})
	if err != nil {
		return nil, fail(err)
	}
	out := &MeetResult{Routes: routes, Installation: conn.Installation, Quiet: a.connections[p.Other].Quiet, Confirm: conn.ConfirmDelete}
	var opts trackers.FetchOptions
	sideOf := func(r *reconcile.Rules) ticket.Side { s, _ := r.SideOf(p.Ref.Connection); return s }
	for i := range routes {
		opts.Custom = append(opts.Custom, routes[i].CustomFields(sideOf(&routes[i]))...)
	}
	if out.Ticket, err = reader.Fetch(ctx, p.Ref.ID, opts); err != nil {
		return nil, fail(err)
	}
	chosen, _, _ := reconcile.Choose(routes, sideOf, out.Ticket)
	if !out.Ticket.LinksRead {
		if chosen == nil && !p.Claimed && len(out.Ticket.Markers) == 0 {
			// Linked tickets are exempt from age and filter.
			linked, err := a.everRan(ctx, p.Pair, addressing.AttrState+" IN ('linked', 'attention', 'paused', 'unlinked')")
			if err != nil || !linked {
				return out, fail(err)
			}
		}
		opts.Links = true
		if out.Ticket, err = reader.Fetch(ctx, p.Ref.ID, opts); err != nil {
			return nil, fail(err)
		}
	}
	marked := slices.ContainsFunc(out.Ticket.Markers, func(m ticket.Marker) bool { return m.Pair == p.Pair })
	if chosen != nil && !marked {
		out.Interrupted, err = a.interrupted(ctx, p.Pair)
	}
	return out, fail(err)
}

// everRan reports whether Temporal remembers a run of the pair like this.
func (a *Activities) everRan(ctx context.Context, pair, like string) (bool, error) {
	if a.temporal == nil {
		return false, nil
	}
	answer, err := a.temporal.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{
		Query: "WorkflowId = '" + pair + "' AND WorkflowType = '" + addressing.Pair + "' AND " + like,
	})
	if err != nil {
		return false, err
	}
	return answer.GetCount() > 0, nil
}

// interrupted reports whether an earlier run of the pair was ended from outside.
// Temporal's list of runs lags: what it shows as running is asked about.
func (a *Activities) interrupted(ctx context.Context, pair string) (bool, error) {
	if a.temporal == nil {
		return false, nil
	}
	answer, err := a.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Query: "WorkflowId = '" + pair + "' AND WorkflowType = '" + addressing.Pair +
			"' AND ExecutionStatus IN ('Running', 'Terminated', 'Canceled', 'Failed', 'TimedOut')",
	})
	if err != nil {
		return false, err
	}
	for _, run := range answer.GetExecutions() {
		status := run.GetStatus()
		if status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
			now, err := a.temporal.DescribeWorkflowExecution(ctx, pair, run.GetExecution().GetRunId())
			if err != nil {
				return false, err
			}
			status = now.GetWorkflowExecutionInfo().GetStatus()
		}
		switch status {
		case enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED, enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED,
			enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
			return true, nil
		}
	}
	return false, nil
}
