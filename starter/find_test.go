package starter

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/ticketsync/ticketsync/reconcile"
)

// TestLatest: of several runs under one id the one that runs counts, else the
// newest, and one that completed was no pair.
func TestLatest(t *testing.T) {
	t.Parallel()
	const (
		running    = enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
		completed  = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
		terminated = enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED
		failed     = enumspb.WORKFLOW_EXECUTION_STATUS_FAILED
	)
	r := func(id string, second int64, status enumspb.WorkflowExecutionStatus) run {
		return run{id: id, started: time.Unix(second, 0), status: status}
	}
	for name, c := range map[string]struct{ runs, want []run }{
		"none":                 {nil, []run{}},
		"running":              {[]run{r("a", 1, running)}, []run{r("a", 1, running)}},
		"skipped":              {[]run{r("a", 1, completed)}, []run{}},
		"terminated":           {[]run{r("a", 1, terminated)}, []run{r("a", 1, terminated)}},
		"running again":        {[]run{r("a", 1, terminated), r("a", 2, running)}, []run{r("a", 2, running)}},
		"skipped since":        {[]run{r("a", 1, failed), r("a", 2, completed)}, []run{}},
		"clocks that differ":   {[]run{r("a", 3, completed), r("a", 2, running)}, []run{r("a", 2, running)}},
		"several, by their id": {[]run{r("b", 1, running), r("a", 1, running), r("c", 1, completed)}, []run{r("a", 1, running), r("b", 1, running)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, latest(c.runs))
			slices.Reverse(c.runs)
			require.Equal(t, c.want, latest(c.runs))
		})
	}
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ENG-45": "ENG-45", "eng-45": "ENG-45", "it-1\n": "IT-1", "A_B-1": "A_B-1",
		"https://jira.example.com/browse/ENG-45": "ENG-45", "https://help.example.com/IT-9/": "IT-9",
	} {
		key, err := ParseKey(text)
		require.NoError(t, err, text)
		require.Equal(t, want, key)
	}
}

func TestCompareKeys(t *testing.T) {
	t.Parallel()
	keys := []string{"IT-10", "ENG-2", "", "IT-9", "ENG-11"}
	slices.SortFunc(keys, compareKeys)
	require.Equal(t, []string{"", "ENG-2", "ENG-11", "IT-9", "IT-10"}, keys)
}

// TestPlaces: the prefix of a key tells where to look, and every tracker is
// asked when no route's container has it.
func TestPlaces(t *testing.T) {
	t.Parallel()
	removed := applied(route("removed", "IT", "ENG"), 1)
	removed.Removed = true
	routes := []reconcile.Rules{applied(route("a", "IT", "ENG"), 1), applied(route("b", "HR", "ENG"), 1), removed}
	require.Len(t, places(routes, "ENG-1"), 2)
	require.Len(t, places(routes, "IT-1"), 1)
	require.Len(t, places(routes, "ELSE-1"), 4)
}
