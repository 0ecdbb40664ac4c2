package jira

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/trackers"
)

const workflowsPath = "POST /rest/api/3/workflows"

// describe returns the edges of a project's type, and how often the workflow
// was asked for.
func (b *bundle) describe(project, kind string) (edges map[string][]string, asked int) {
	b.t.Helper()
	b.requests()
	c, err := b.Describe(b.t.Context(), trackers.Place{Container: project, Type: kind})
	require.NoError(b.t, err)
	for _, r := range b.requests() {
		if r == workflowsPath {
			asked++
		}
	}
	return c.Edges, asked
}

func TestEdges(t *testing.T) {
	t.Parallel()
	b := newBundle(t, Cloud)
	edges, asked := b.describe("ENG", "Bug")
	require.Nil(t, edges, "the account may not see it")
	require.Equal(t, 1, asked)
	require.NotContains(t, b.logged.String(), "level=WARN", "most accounts may not")
	require.NotContains(t, b.logged.String(), "level=ERROR")

	for _, project := range []string{"ENG", "OPS"} {
		b.as("", http.MethodPut, "/_sandbox/permission", map[string]any{"project": project, "user": "bot", "workflow": true})
	}
	edges, _ = b.describe("ENG", "bug")
	require.Equal(t, map[string][]string{
		"To Do":       {"In Progress"},
		"In Progress": {"In Review", "To Do"},
		"In Review":   {"Done", "In Progress"},
		"Done":        {"In Review"},
	}, edges)
	edges, _ = b.describe("OPS", "Task")
	require.Equal(t, map[string][]string{
		"To Do":       {"Done", "In Progress"},
		"In Progress": {"Done", "To Do"},
		"Done":        {"In Progress", "To Do"},
	}, edges, "global transitions lead from everywhere else")

	_, asked = b.describe("ENG", "")
	require.Zero(t, asked, "nothing is written where no type is named")
	edges, asked = b.describe("ENG", "Epic")
	require.Nil(t, edges)
	require.Zero(t, asked)
}

func TestEdgesAreCloudsOnly(t *testing.T) {
	t.Parallel()
	b := newBundle(t, DataCenter)
	b.as("", http.MethodPut, "/_sandbox/permission", map[string]any{"project": "ENG", "user": "bot", "workflow": true})
	edges, asked := b.describe("ENG", "Bug")
	require.Nil(t, edges)
	require.Zero(t, asked)
}

func TestARefusedWorkflowIsNoError(t *testing.T) {
	t.Parallel()
	b := newBundle(t, Cloud)
	b.as("", http.MethodPut, "/_sandbox/permission", map[string]any{"project": "ENG", "user": "bot", "workflow": true})
	for _, status := range []int{400, 401, 403, 404, 429, 500, 503} {
		b.fault(http.MethodPost, "*/workflows", fmt.Sprintf("status:%d", status))
		c, err := b.restart().Describe(t.Context(), trackers.Place{Container: "ENG", Type: "Bug"})
		if status == http.StatusTooManyRequests {
			require.Equal(t, trackers.RateLimited, failure(t, err).Kind, "later it will be told")
			continue
		}
		require.NoError(t, err, status)
		require.Nil(t, c.Edges, status)
		require.Len(t, c.Statuses, 4, status)
	}
	b.fault(http.MethodPost, "*/workflows", "html")
	edges, asked := b.describe("ENG", "Bug")
	require.Nil(t, edges)
	require.Equal(t, 1, asked)
	edges, _ = b.describe("ENG", "Bug")
	require.Len(t, edges, 4)
}

// Statuses go by references that need not be their ids; some lead nowhere.
func TestEdgesAreJoinedByReference(t *testing.T) {
	t.Parallel()
	type links []map[string]any
	transition := func(kind, to string, from ...any) map[string]any {
		out := map[string]any{"type": kind, "toStatusReference": to, "links": links{}}
		for _, f := range from {
			out["links"] = append(out["links"].(links), map[string]any{"fromStatusReference": f, "fromPort": nil})
		}
		return out
	}
	answer := func(statuses int, transitions ...map[string]any) map[string]any {
		var site, used []map[string]any
		for n := range statuses {
			at := strconv.Itoa(n)
			site = append(site, map[string]any{"id": "1" + at, "statusReference": "ref-" + at, "name": "S" + at})
			used = append(used, map[string]any{"statusReference": "ref-" + at})
		}
		return map[string]any{"statuses": site, "workflows": []any{map[string]any{"statuses": used, "transitions": transitions}}}
	}
	tests := map[string]struct {
		answer map[string]any
		want   map[string][]string
	}{
		"by reference": {answer(3, transition("DIRECTED", "ref-2", "ref-1", "ref-0")), map[string][]string{"S0": {"S2"}, "S1": {"S2"}}},
		"by id":        {answer(3, transition("DIRECTED", "12", "10")), map[string][]string{"S0": {"S2"}}},
		"two ways to one": {
			answer(2, transition("DIRECTED", "ref-1", "ref-0"), transition("DIRECTED", "ref-1", "ref-0")), map[string][]string{"S0": {"S1"}},
		},
		"sorted": {
			answer(3, transition("DIRECTED", "ref-2", "ref-0"), transition("DIRECTED", "ref-1", "ref-0")), map[string][]string{"S0": {"S1", "S2"}},
		},
		"creation":   {answer(2, transition("INITIAL", "ref-0")), nil},
		"to itself":  {answer(2, transition("DIRECTED", "ref-0", "ref-0")), nil},
		"looped":     {answer(2, transition("DIRECTED", "", "ref-0")), nil},
		"from none":  {answer(2, transition("DIRECTED", "ref-1", nil, "ref-9")), nil},
		"to unknown": {answer(2, transition("DIRECTED", "ref-9", "ref-0")), nil},
		"empty":      {map[string]any{}, nil},
		"to a status without reference": {
			map[string]any{
				"statuses":  []any{map[string]any{"id": "1", "name": "S0"}, map[string]any{"id": "2", "name": "S1"}},
				"workflows": []any{map[string]any{"transitions": []any{transition("DIRECTED", "", "1"), transition("DIRECTED", "2", nil)}}},
			}, nil,
		},
		"a crowd of statuses": {
			answer(mostGlobal+1, transition("GLOBAL", "ref-0"), transition("DIRECTED", "ref-2", "ref-1")), map[string][]string{"S1": {"S2"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tracker := serve(t, map[string]any{
				"project/ENG":                   map[string]any{"id": "1", "key": "ENG", "issueTypes": []map[string]any{{"id": "7", "name": "Bug"}}},
				"project/1/statuses":            []any{},
				"/rest/api/3/workflows":         test.answer,
				"field":                         []any{},
				"issue/createmeta/1/issuetypes": map[string]any{},
			}, time.Time{})
			c, err := tracker.Describe(t.Context(), trackers.Place{Container: "ENG", Type: "Bug"})
			require.NoError(t, err)
			require.Equal(t, test.want, c.Edges)
		})
	}
}
