package e2e

import (
	"context"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
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

// names are the event types of a history, for failure messages.
func names(events []*historypb.HistoryEvent) string {
	var out []string
	for _, e := range events {
		out = append(out, e.GetEventType().String())
	}
	return strings.Join(out, " ")
}
