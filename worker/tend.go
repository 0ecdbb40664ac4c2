package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/workflows"
)

// tender keeps the routes and sweeps running that nothing else would start
// again: reading the routes restarts an ended one, and each connection that a
// route uses has a sweep.
type tender struct {
	routes      *routing.Registry
	client      client.Client
	log         *slog.Logger
	connections []trackers.Connection
}

func (t tender) tend(ctx context.Context) {
	rules, err := t.routes.Rules(ctx)
	if err != nil {
		t.log.WarnContext(ctx, "routes cannot be read", "error", err)
		return
	}
	used := map[string]bool{}
	for _, r := range rules {
		used[r.Left.Connection], used[r.Right.Connection] = true, true
	}
	for _, c := range t.connections {
		if !used[c.Name] {
			continue
		}
		if err := t.sweep(ctx, c); err != nil && ctx.Err() == nil {
			t.log.WarnContext(ctx, "sweep not started", "connection", c.Name, "error", err)
		}
	}
}

// sweep makes sure that a connection's sweep runs, from where an ended one
// had come. It is told how often to look, because a pass tells that only once
// one is complete: a token that is refused fails them all, and audits go on.
func (t tender) sweep(ctx context.Context, c trackers.Connection) error {
	connection, id := c.Name, addressing.SweepID(c.Name)
	st := workflows.SweepState{Connection: connection, Interval: c.Sweep, Audit: c.Audit}
	answer, err := t.client.DescribeWorkflowExecution(ctx, id, "")
	var missing *serviceerror.NotFound
	switch {
	case errors.As(err, &missing):
	case err != nil:
		return fmt.Errorf("describe %s: %w", id, err)
	default:
		info := answer.GetWorkflowExecutionInfo()
		if info.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
			return nil
		}
		known, _, err := workflows.SweepOf(info.GetMemo())
		if err != nil {
			t.log.WarnContext(ctx, "watermark unreadable; the sweep starts from the routes' beginning", "connection", connection, "error", err)
		}
		st.Watermark, st.Hidden = known.Watermark, known.Hidden
		t.log.WarnContext(ctx, "sweep was ended from outside, starting it again", "connection", connection)
	}
	opts := client.StartWorkflowOptions{
		ID: id, TaskQueue: addressing.TaskQueue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "finds what the webhooks of " + connection + " missed",
	}
	if _, err := t.client.ExecuteWorkflow(ctx, opts, addressing.Sweep, st); err != nil {
		return fmt.Errorf("start %s: %w", id, err)
	}
	return nil
}
