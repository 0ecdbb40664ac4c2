package worker

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/workflows"
)

// temporal is a Temporal with at most one sweep, which may have ended.
type temporal struct {
	client.Client
	sweep   *workflowpb.WorkflowExecutionInfo
	started []any
}

func (c *temporal) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	if c.sweep == nil {
		return nil, serviceerror.NewNotFound("no sweep")
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: c.sweep}, nil
}

func (c *temporal) ExecuteWorkflow(_ context.Context, _ client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	c.started = append(c.started, args...)
	return nil, nil
}

// A sweep knows from its start how often to look: its first pass may fail, and
// every later one. One that was ended goes on from where it had come.
func TestSweepIsToldItsIntervals(t *testing.T) {
	t.Parallel()
	c := &temporal{}
	jira := trackers.Connection{Name: "jira", Sweep: 2 * time.Minute, Audit: 20 * time.Minute}
	tender := tender{client: c, log: slog.New(slog.DiscardHandler)}
	want := workflows.SweepState{Connection: "jira", Interval: jira.Sweep, Audit: jira.Audit}
	require.NoError(t, tender.sweep(t.Context(), jira))
	require.Equal(t, []any{want}, c.started)

	want.Watermark = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	memo, err := converter.GetDefaultDataConverter().ToPayload(workflows.SweepState{Connection: "jira", Watermark: want.Watermark})
	require.NoError(t, err)
	c.sweep = &workflowpb.WorkflowExecutionInfo{
		Status: enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED,
		Memo:   &commonpb.Memo{Fields: map[string]*commonpb.Payload{addressing.MemoSweep: memo}},
	}
	require.NoError(t, tender.sweep(t.Context(), jira))
	require.Equal(t, want, c.started[1])

	c.sweep.Status = enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	require.NoError(t, tender.sweep(t.Context(), jira))
	require.Len(t, c.started, 2)
}
