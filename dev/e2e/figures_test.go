package e2e

import (
	"fmt"
	"runtime"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/proxy"
)

// What Temporal takes: past these it refuses a payload, or ends a run.
const (
	payloadLimit = 2 << 20 // bytes
	eventsLimit  = 51_200  // of one run
	historyLimit = 50 << 20
	// stateLimit is the product's own, for what a pair carries from run to run.
	stateLimit = 500 << 10
)

// figures are the sizes of a workflow at its worst, over all of its runs.
type figures struct {
	runs, events   int   // events of the longest run
	history        int64 // bytes of the heaviest
	payload, state int   // bytes of the largest payload, and of the largest input of a run
}

func (f figures) String() string {
	return fmt.Sprintf("%d runs, at most %d events and %d KB of history in one; largest payload %d KB, largest state %d KB",
		f.runs, f.events, f.history>>10, f.payload>>10, f.state>>10)
}

// measured reads every run of a workflow, first to last.
func (w *world) measured(id string) (f figures) {
	w.Helper()
	last, err := w.Client.DescribeWorkflowExecution(w.ctx, id, "")
	require.NoError(w, err)
	for run := last.GetWorkflowExecutionInfo().GetFirstRunId(); run != ""; f.runs++ {
		about, err := w.Client.DescribeWorkflowExecution(w.ctx, id, run)
		require.NoError(w, err)
		info := about.GetWorkflowExecutionInfo()
		f.events, f.history = max(f.events, int(info.GetHistoryLength())), max(f.history, info.GetHistorySizeBytes())
		run = ""
		for it := w.Client.GetWorkflowHistory(w.ctx, id, info.GetExecution().GetRunId(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); it.HasNext(); {
			event, err := it.Next()
			require.NoError(w, err)
			f.state = max(f.state, event.GetWorkflowExecutionStartedEventAttributes().GetInput().Size())
			require.NoError(w, proxy.VisitPayloads(w.ctx, event, proxy.VisitPayloadsOptions{
				Visitor: func(_ *proxy.VisitPayloadsContext, all []*commonpb.Payload) ([]*commonpb.Payload, error) {
					f.payload = max(f.payload, (&commonpb.Payloads{Payloads: all}).Size())
					return all, nil
				},
			}))
			run = event.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
		}
	}
	return f
}

// within requires that a workflow keeps far enough from what ends it.
func (w *world) within(id string) figures {
	w.Helper()
	f := w.measured(id)
	w.Logf("%s: %s", id, f)
	require.Less(w, f.payload, payloadLimit)
	require.Less(w, f.events, eventsLimit/2, "half of the way")
	require.Less(w, f.history, int64(historyLimit/2))
	require.Less(w, f.state, stateLimit)
	return f
}

// heap is what this process holds on to, in bytes.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
