package jira

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		health, err := b.Check(t.Context(), []string{"ENG", "NOPE"})
		require.NoError(t, err)
		require.Equal(t, "bot@example.com", health.Account.Email)
		require.Zero(t, health.Skew)
		require.Len(t, health.Problems, 1)
		require.Contains(t, health.Problems[0], "NOPE")

		b.as("", http.MethodPut, "/_sandbox/permission", map[string]any{"project": "ENG", "user": "bot", "browse": false})
		health, err = b.Check(t.Context(), []string{"ENG"})
		require.NoError(t, err)
		require.Contains(t, health.Problems[0], "ENG")
	})
}

// serve answers each path below rest/api/2 with a fixed body.
func serve(t *testing.T, bodies map[string]any, date time.Time) *Tracker {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := bodies[strings.TrimPrefix(r.URL.Path, "/rest/api/2/")]
		if !ok {
			http.Error(w, `{"errorMessages":["no such thing"]}`, http.StatusNotFound)
			return
		}
		if !date.IsZero() {
			w.Header().Set("Date", date.Format(http.TimeFormat))
		}
		w.Header().Set("Content-Type", "application/json")
		if text, ok := body.(string); ok {
			_, _ = io.WriteString(w, text)
			return
		}
		_ = json.NewEncoder(w).Encode(body)
	}))
	t.Cleanup(server.Close)
	tracker, err := New(connection(server.URL, Cloud), trackers.Options{HTTP: server.Client()})
	require.NoError(t, err)
	return tracker
}

func TestCheckNamesEachMissingPermission(t *testing.T) {
	t.Parallel()
	granted := map[string]any{}
	for _, p := range permissions {
		granted[p.key] = map[string]any{"havePermission": p.key != "ASSIGN_ISSUES" && p.key != "LINK_ISSUES"}
	}
	delete(granted, "ADD_COMMENTS")
	tracker := serve(t, map[string]any{
		"myself":        map[string]any{"accountId": "a1", "displayName": "Bot"},
		"project/ENG":   map[string]any{"id": "1", "key": "ENG"},
		"mypermissions": map[string]any{"permissions": granted},
	}, time.Now().Add(90*time.Second))
	health, err := tracker.Check(t.Context(), []string{"ENG"})
	require.NoError(t, err)
	require.Equal(t, ticket.User{ID: "a1", Name: "Bot"}, health.Account)
	require.InDelta(t, 90, health.Skew.Seconds(), 2)
	require.Equal(t, []string{
		"project ENG: permission ADD_COMMENTS is missing, needed to add comments",
		"project ENG: permission ASSIGN_ISSUES is missing, needed to change the assignee",
		"project ENG: permission LINK_ISSUES is missing, needed to show the link to the other ticket",
	}, health.Problems)
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		c, err := b.Describe(t.Context(), trackers.Place{Container: "ENG", Type: "Change"})
		require.NoError(t, err)
		require.Equal(t, ticket.Container{ID: "10000", Key: "ENG", Name: "Engineering"}, c.Container)
		require.Equal(t, []string{"Bug", "Change", "Task"}, sorted(c.Types))
		require.Equal(t, []string{"customfield_10050"}, c.Required)
		require.Contains(t, c.CustomFields, "customfield_10042")
		require.False(t, c.Archived)
		require.Equal(t, []ticket.State{
			{ID: "10000", Name: "To Do", Category: ticket.Open},
			{ID: "3", Name: "In Progress", Category: ticket.Started},
			{ID: "10001", Name: "In Review", Category: ticket.Started},
			{ID: "10002", Name: "Done", Category: ticket.Completed, Done: true},
		}, c.Statuses)

		c, err = b.Describe(t.Context(), trackers.Place{Container: "ENG", Type: "Bug"})
		require.NoError(t, err)
		require.Empty(t, c.Required)
		c, err = b.Describe(t.Context(), trackers.Place{Container: "ENG"})
		require.NoError(t, err)
		require.Len(t, c.Statuses, 4, "each status once")

		_, err = b.Describe(t.Context(), trackers.Place{Container: "NOPE", Type: "Bug"})
		require.Equal(t, trackers.NotFound, failure(t, err).Kind)
	})
}
