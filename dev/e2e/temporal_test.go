package e2e

import (
	"context"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
)

func updateWorkflow(ctx context.Context, c client.Client, id, name string, args ...any) error {
	handle, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: name, Args: args, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	return handle.Get(ctx, nil)
}

// listPairs returns the ids of the pairs and aliases that run.
func listPairs(ctx context.Context, c client.Client) []string {
	answer, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: "WorkflowType = 'Pair'"})
	if err != nil {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for _, e := range answer.GetExecutions() {
		if id := e.GetExecution().GetWorkflowId(); !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// history returns all events of the current run of a workflow.
func (w *world) history(id string) []*historypb.HistoryEvent {
	w.Helper()
	var out []*historypb.HistoryEvent
	it := w.Client.GetWorkflowHistory(w.ctx, id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for it.HasNext() {
		e, err := it.Next()
		if err != nil {
			w.Fatalf("read history of %s: %v", id, err)
		}
		out = append(out, e)
	}
	return out
}

// settledRun waits until a workflow's run has completed in a state.
func (w *world) settledRun(id, state string) {
	w.Helper()
	w.eventually(id+" completed", func() error {
		answer, err := w.Client.DescribeWorkflowExecution(w.ctx, id, "")
		if err != nil {
			return err
		}
		info := answer.GetWorkflowExecutionInfo()
		got := string(info.GetSearchAttributes().GetIndexedFields()[addressing.AttrState].GetData())
		if info.GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED || got != `"`+state+`"` {
			return fmt.Errorf("%s, %s", info.GetStatus(), got)
		}
		return nil
	})
}
