package flashduty

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestCheckPushesNothing(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	h, err := a.tracker.Check(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, &trackers.Health{Unproven: true}, h)
	require.Empty(t, a.changes())
	var log []struct{ Method, Path, Kind string }
	a.call(http.MethodGet, "/_sandbox/requests", nil, &log)
	require.Equal(t, http.MethodGet, log[0].Method)
	require.Equal(t, pushPath, log[0].Path, "the key is not needed")
	require.Equal(t, "read", log[0].Kind)
}

func TestCheckFindsAWrongAddress(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	h, err := open(t, a.url+"/event/push/change", "sandbox").Check(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, h.Problems, 1)
	require.Contains(t, h.Problems[0], "url")
}

// TestCheckOfOtherServices: any refusal of a GET is as good as an answer.
func TestCheckOfOtherServices(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 204, 400, 401, 403, 404, 405} {
		for _, kind := range []string{"application/json", "text/html"} {
			if kind == "text/html" && status == 200 {
				continue
			}
			h, err := stub(t, status, "", "Content-Type", kind).Check(t.Context(), nil)
			require.NoError(t, err, "%d %s", status, kind)
			require.Empty(t, h.Problems, "%d %s", status, kind)
		}
	}
	for _, broken := range []*Tracker{stub(t, 500, ""), stub(t, 429, ""), stub(t, 200, "<html>", "Content-Type", "text/html")} {
		_, err := broken.Check(t.Context(), nil)
		require.Error(t, err)
	}
	front := httptest.NewServer(http.NotFoundHandler())
	front.Close()
	_, err := open(t, front.URL, "key").Check(t.Context(), nil)
	require.ErrorContains(t, err, "reach the push address: unavailable: no connection")
}

func TestCheckTellsTheSkew(t *testing.T) {
	t.Parallel()
	tracker := stub(t, 400, "", "Date", "Mon, 02 Mar 2026 09:01:00 GMT")
	tracker.client.now = func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }
	h, err := tracker.Check(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, time.Minute, h.Skew)
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	tracker := open(t, "http://127.0.0.1:1", "key")
	require.Equal(t, "flashduty", tracker.Kind())
	c, err := tracker.Describe(t.Context(), trackers.Place{})
	require.NoError(t, err)
	require.Equal(t, &trackers.Container{
		Container: ticket.Container{ID: "changes", Name: "changes"},
		Statuses: []ticket.State{
			{Name: "Planned", Category: ticket.Open},
			{Name: "Ready", Category: ticket.Open},
			{Name: "Processing", Category: ticket.Started},
			{Name: "Canceled", Category: ticket.Canceled, Done: true},
			{Name: "Done", Category: ticket.Completed, Done: true},
		},
	}, c)
}

// TestPresetsAreThePublishedOnes, whole, both ways.
func TestPresetsAreThePublishedOnes(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(contract.Shared(t, "reference", "flashduty", "status-map.json"))
	require.NoError(t, err)
	var published map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &published))
	want := map[string]map[string]string{}
	for preset, raw := range published {
		var names map[string][]string
		if json.Unmarshal(raw, &names) != nil {
			continue // what it says about itself
		}
		want[preset] = map[string]string{}
		for status, jira := range names {
			for _, name := range jira {
				want[preset][name] = status
			}
		}
	}
	require.Len(t, want, 2)
	require.Equal(t, want, Presets)
}

// TestPresetsAreUsable: each name once in any case, each target a status there
// is, and the newer preset holds the older.
func TestPresetsAreUsable(t *testing.T) {
	t.Parallel()
	targets := map[string]bool{}
	for _, s := range statuses {
		targets[s.Name] = true
	}
	require.Len(t, targets, 5)
	for preset, names := range Presets {
		seen := map[string]bool{}
		for name, status := range names {
			require.True(t, targets[status], "%s: %s", preset, name)
			require.False(t, seen[strings.ToLower(name)], "%s: %s", preset, name)
			seen[strings.ToLower(name)] = true
		}
	}
	for name, status := range Presets["older"] {
		require.Equal(t, status, Presets["current"][name])
	}
}
