package temporal_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	sdktemporal "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/dev/temporal"
)

const queue = "tests"

var (
	attributes = map[string]enumspb.IndexedValueType{
		"TestRoute":  enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		"TestSynced": enumspb.INDEXED_VALUE_TYPE_DATETIME,
	}
	routeKey  = sdktemporal.NewSearchAttributeKeyKeyword("TestRoute")
	syncedKey = sdktemporal.NewSearchAttributeKeyTime("TestSynced")
)

// Collect takes two signals, with a timer after the first, and returns both.
func Collect(ctx workflow.Context, pause time.Duration) ([]string, error) {
	signals := workflow.GetSignalChannel(ctx, "add")
	got := make([]string, 2)
	signals.Receive(ctx, &got[0])
	err := workflow.UpsertTypedSearchAttributes(ctx, routeKey.ValueSet(got[0]), syncedKey.ValueSet(workflow.Now(ctx)))
	if err != nil {
		return nil, err
	}
	if err := workflow.Sleep(ctx, pause); err != nil {
		return nil, err
	}
	signals.Receive(ctx, &got[1])
	return got, nil
}

// Greet answers the update "greet" until it is signalled.
func Greet(ctx workflow.Context) error {
	err := workflow.SetUpdateHandler(ctx, "greet", func(_ workflow.Context, name string) (string, error) {
		return "hello " + name, nil
	})
	if err != nil {
		return err
	}
	workflow.GetSignalChannel(ctx, "add").Receive(ctx, nil)
	return nil
}

func start(t *testing.T, o temporal.Options) *temporal.Server {
	t.Helper()
	if o.Frontend == "" {
		o.Frontend = "127.0.0.1:0"
	}
	s, err := temporal.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	return s
}

func connect(t *testing.T, frontend string) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{
		HostPort: frontend,
		Logger:   sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func work(t *testing.T, c client.Client) worker.Worker {
	t.Helper()
	w := worker.New(c, queue, worker.Options{
		// How long tasks wait for a worker that is gone before others get them.
		StickyScheduleToStartTimeout: time.Second,
	})
	w.RegisterWorkflow(Collect)
	w.RegisterWorkflow(Greet)
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	return w
}

// count is how many workflows match query, as the server's index has it.
func count(ctx context.Context, t require.TestingT, c client.Client, query string) int64 {
	r, err := c.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: query})
	require.NoError(t, err)
	return r.Count
}

func TestServerIsReadyWhenStartReturns(t *testing.T) {
	t.Parallel()
	s := start(t, temporal.Options{SearchAttributes: attributes})
	require.Empty(t, s.UIURL())
	c := connect(t, s.FrontendAddr())
	ns, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: "default"})
	require.NoError(t, err)
	require.Equal(t, 7*24*time.Hour, ns.Config.WorkflowExecutionRetentionTtl.AsDuration())
	require.Zero(t, count(t.Context(), t, c, `TestRoute = "none" AND TestSynced > "2020-01-01T00:00:00Z"`))

	work(t, c)
	run, err := c.SignalWithStartWorkflow(t.Context(), "collect", "add", "it-eng",
		client.StartWorkflowOptions{TaskQueue: queue}, Collect, time.Millisecond)
	require.NoError(t, err)
	require.NoError(t, c.SignalWorkflow(t.Context(), "collect", "", "add", "second"))
	var got []string
	require.NoError(t, run.Get(t.Context(), &got))
	require.Equal(t, []string{"it-eng", "second"}, got)
	require.EventuallyWithT(t, func(ct *assert.CollectT) {
		require.Equal(ct, int64(1), count(t.Context(), ct, c, `TestRoute = "it-eng" AND TestSynced > "2020-01-01T00:00:00Z"`))
	}, patience, 10*time.Millisecond)
}

func TestUpdateWithStart(t *testing.T) {
	t.Parallel()
	s := start(t, temporal.Options{})
	c := connect(t, s.FrontendAddr())
	work(t, c)
	op := c.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID: "greet", TaskQueue: queue, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, Greet)
	update, err := c.UpdateWithStartWorkflow(t.Context(), client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: op,
		UpdateOptions: client.UpdateWorkflowOptions{
			UpdateName: "greet", Args: []any{"alice"}, WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	require.NoError(t, err)
	var answer string
	require.NoError(t, update.Get(t.Context(), &answer))
	require.Equal(t, "hello alice", answer)
}

func TestDynamicConfigOverridesDefaults(t *testing.T) {
	t.Parallel()
	s := start(t, temporal.Options{DynamicConfig: map[string]any{"history.maximumSignalsPerExecution": 1}})
	c := connect(t, s.FrontendAddr())
	_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "full", TaskQueue: queue}, Greet)
	require.NoError(t, err)
	require.NoError(t, c.SignalWorkflow(t.Context(), "full", "", "add", "first"))
	require.ErrorContains(t, c.SignalWorkflow(t.Context(), "full", "", "add", "second"), "limit for signal events")
}

// The folder's name has what is special in a file: URI.
func TestRestartKeepsSearchAttributesAndAddsNew(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "100% real? #1 data")
	s := start(t, temporal.Options{DataDir: dir, SearchAttributes: attributes})
	require.FileExists(t, filepath.Join(dir, temporal.DatabaseFile))
	c := connect(t, s.FrontendAddr())
	w := work(t, c)
	_, err := c.SignalWithStartWorkflow(t.Context(), "kept", "add", "it-eng",
		client.StartWorkflowOptions{TaskQueue: queue}, Collect, time.Millisecond)
	require.NoError(t, err)
	require.EventuallyWithT(t, func(ct *assert.CollectT) {
		require.Equal(ct, int64(1), count(t.Context(), ct, c, `TestRoute = "it-eng"`))
	}, patience, 10*time.Millisecond)
	w.Stop()
	s.Stop()

	s = start(t, temporal.Options{DataDir: dir, SearchAttributes: map[string]enumspb.IndexedValueType{
		"TestRoute": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		"TestState": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
	}})
	c = connect(t, s.FrontendAddr())
	require.Equal(t, int64(1), count(t.Context(), t, c, `TestRoute = "it-eng" AND TestSynced > "2020-01-01T00:00:00Z"`))
	require.Zero(t, count(t.Context(), t, c, `TestState = "linked"`))
	s.Stop()

	_, err = temporal.Start(t.Context(), temporal.Options{
		DataDir: dir, Frontend: "127.0.0.1:0",
		SearchAttributes: map[string]enumspb.IndexedValueType{"TestState": enumspb.INDEXED_VALUE_TYPE_BOOL},
	})
	require.ErrorContains(t, err, "register search attribute TestState: it exists as Keyword, not Bool")
}

// A client that was connected before goes on, too.
func TestServerInMemoryStartsAgain(t *testing.T) {
	t.Parallel()
	first := start(t, temporal.Options{})
	c := connect(t, first.FrontendAddr())
	_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "kept", TaskQueue: queue}, Greet)
	require.NoError(t, err)
	first.Stop()
	again, err := first.Again(t.Context())
	require.NoError(t, err)
	t.Cleanup(again.Stop)
	require.Equal(t, first.FrontendAddr(), again.FrontendAddr())
	_, err = c.DescribeWorkflowExecution(t.Context(), "kept", "")
	require.NoError(t, err)
}

func TestStartNamesWhatStandsInTheWay(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	// Not deferred: the subtests run when this function has returned.
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	taken := l.Addr().String()
	running := t.TempDir()
	start(t, temporal.Options{DataDir: running})

	for name, tc := range map[string]struct {
		o    temporal.Options
		want string
	}{
		"frontend taken":        {temporal.Options{Frontend: taken}, "listen on Frontend " + taken + ":"},
		"ui taken":              {temporal.Options{Frontend: "127.0.0.1:0", UI: taken}, "listen on UI " + taken + ":"},
		"frontend without":      {temporal.Options{}, "read Frontend: "},
		"frontend host name":    {temporal.Options{Frontend: "example.com:7233"}, `read Frontend "example.com:7233": host must be an IP address`},
		"frontend port":         {temporal.Options{Frontend: "127.0.0.1:70000"}, `read Frontend "127.0.0.1:70000": port must be a number`},
		"data folder in use":    {temporal.Options{Frontend: "127.0.0.1:0", DataDir: running}, "lock DataDir " + running + ": another Temporal server"},
		"data folder is a file": {temporal.Options{Frontend: "127.0.0.1:0", DataDir: filepath.Join(running, temporal.DatabaseFile)}, "create DataDir: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := temporal.Start(t.Context(), tc.o)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestServersRunSideBySide(t *testing.T) {
	t.Parallel()
	const servers = 4
	addresses := make([]string, servers)
	errs := make([]error, servers)
	var wg sync.WaitGroup
	for i := range servers {
		wg.Go(func() {
			var s *temporal.Server
			// Every other one on a file.
			dir := strings.Repeat(t.TempDir(), i%2)
			if s, errs[i] = temporal.Start(t.Context(), temporal.Options{DataDir: dir, Frontend: "localhost:0"}); errs[i] != nil {
				return
			}
			t.Cleanup(s.Stop)
			addresses[i] = s.FrontendAddr()
		})
	}
	wg.Wait()
	for i, a := range addresses {
		require.NoError(t, errs[i])
		c := connect(t, a)
		_, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "on-" + strconv.Itoa(i), TaskQueue: queue}, Greet)
		require.NoError(t, err)
	}
	for i, a := range addresses {
		c := connect(t, a)
		for j := range addresses {
			_, err := c.DescribeWorkflowExecution(t.Context(), "on-"+strconv.Itoa(j), "")
			require.Equal(t, i == j, err == nil, "workflow of server %d on server %d: %v", j, i, err)
		}
	}
}

func TestOtherNamespace(t *testing.T) {
	t.Parallel()
	s := start(t, temporal.Options{Namespace: "other", UI: "127.0.0.1:0"})
	c := connect(t, s.FrontendAddr())
	_, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: "other"})
	require.NoError(t, err)
	_, err = c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: "default"})
	require.ErrorContains(t, err, "default is not found")
	_, body := request(t, s.UIURL(), http.MethodGet, "/api/v1/settings", nil)
	require.Contains(t, body, `"DefaultNamespace":"other"`)
}
