package temporal_test

import (
	"bufio"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/dev/temporal"
)

func TestStopLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	require.NoError(t, child(t, roleStop, t.TempDir()).Run())
}

func TestKilledServerGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := child(t, roleServe, dir)
	// The child serves as long as this end is open.
	_, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	frontend, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)

	c := connect(t, strings.TrimSpace(frontend))
	w := work(t, c)
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: "collect", TaskQueue: queue,
		// The worker may be killed, for the server, in the middle of a task.
		WorkflowTaskTimeout: time.Second,
	}, Collect, 2*time.Second)
	require.NoError(t, err)
	require.NoError(t, c.SignalWorkflow(t.Context(), "collect", "", "add", "before"))
	before := historyUntil(t, c, run.GetRunID(), enumspb.EVENT_TYPE_TIMER_STARTED)
	// What the server has acknowledged last must have survived too.
	require.NoError(t, c.SignalWorkflow(t.Context(), "collect", "", "add", "last words"))
	require.NoError(t, cmd.Process.Kill())
	require.ErrorContains(t, cmd.Wait(), "killed")
	w.Stop()
	c.Close()

	s := start(t, temporal.Options{DataDir: dir, SearchAttributes: attributes})
	c = connect(t, s.FrontendAddr())
	require.Equal(t, int64(1), count(t.Context(), t, c, `TestRoute = "before" AND ExecutionStatus = "Running"`))
	after := historyUntil(t, c, run.GetRunID(), enumspb.EVENT_TYPE_TIMER_STARTED)
	require.Equal(t, len(before), len(after))
	for i := range before {
		require.Equal(t, before[i].String(), after[i].String())
	}
	work(t, c)
	var got []string
	require.NoError(t, c.GetWorkflow(t.Context(), "collect", run.GetRunID()).Get(t.Context(), &got))
	require.Equal(t, []string{"before", "last words"}, got)
	historyUntil(t, c, run.GetRunID(), enumspb.EVENT_TYPE_TIMER_FIRED)
}

// historyUntil returns the events of a run up to the first of type last, for
// which it waits.
func historyUntil(t *testing.T, c client.Client, run string, last enumspb.EventType) []*historypb.HistoryEvent {
	t.Helper()
	var events []*historypb.HistoryEvent
	it := c.GetWorkflowHistory(t.Context(), "collect", run, true, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for it.HasNext() {
		event, err := it.Next()
		require.NoError(t, err)
		events = append(events, event)
		if event.EventType == last {
			return events
		}
	}
	require.Fail(t, "history ended", "without %s", last)
	return nil
}
