// Package routing reads the routes' settings from Temporal and tells pairs
// about events. Receivers and workers share it.
package routing

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
)

// PairOptions are the start options of every Pair run, whoever starts it: a
// resting or running one is signalled, a completed or terminated one replaced.
func PairOptions(id string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       id,
		TaskQueue:                addressing.TaskQueue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}
}

// Send tells one workflow. It returns false, and no error, when nothing runs
// and the delivery does not ask for a start.
func Send(ctx context.Context, c client.Client, d addressing.Delivery) (bool, error) {
	if d.Start {
		// The run reads its origin from its own id, so it needs no input.
		_, err := c.SignalWithStartWorkflow(ctx, d.WorkflowID, addressing.SignalHint, d.Hint,
			PairOptions(d.WorkflowID), addressing.Pair, struct{}{})
		if err != nil {
			return false, fmt.Errorf("signal %s: %w", d.WorkflowID, err)
		}
		return true, nil
	}
	err := c.SignalWorkflow(ctx, d.WorkflowID, "", addressing.SignalHint, d.Hint)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("signal %s: %w", d.WorkflowID, err)
	}
	return true, nil
}
