package workflows

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const histories = "testdata/histories"

// Every history recorded on a real server replays on the code as it is. A
// failure means that pairs which run now would stop: their workflow tasks fail
// until the old code is back, or the change is put behind workflow.GetVersion.
func TestRecordedHistoriesReplay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(histories, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files, "no histories: record them as %s/README.md says", histories)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.Open(file)
			require.NoError(t, err)
			defer func() { require.NoError(t, data.Close()) }()
			history, err := client.HistoryFromJSON(data, client.HistoryJSONOptions{})
			require.NoError(t, err)
			// A pair reads its origin from its own id, so it is replayed under it.
			started := history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
			require.NotEmpty(t, started.GetWorkflowId())
			replayer := worker.NewWorkflowReplayer()
			Register(replayer)
			require.NoError(t, replayer.ReplayWorkflowHistoryWithOptions(silent{}, history, worker.ReplayWorkflowHistoryOptions{
				OriginalExecution: workflow.Execution{ID: started.GetWorkflowId(), RunID: started.GetOriginalExecutionRunId()},
			}))
		})
	}
}

// Recorded histories hold nothing of the machine they were recorded on.
func TestRecordedHistoriesHoldNoSecret(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`rav_[a-z]|sandbox-secret|pat_[a-z]|(?i)authorization|/home/|/root/|/tmp/|/work/|/Users/`)
	payload := regexp.MustCompile(`"data":\s*"([A-Za-z0-9+/=]+)"`)
	files, err := filepath.Glob(filepath.Join(histories, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		text := string(data)
		payloads := 0
		for _, m := range payload.FindAllStringSubmatch(text, -1) {
			decoded, err := base64.StdEncoding.DecodeString(m[1])
			require.NoError(t, err)
			text += string(decoded)
			payloads++
		}
		require.NotZero(t, payloads, file)
		require.Empty(t, secret.FindString(text), file)
	}
}
