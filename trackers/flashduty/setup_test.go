package flashduty

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sandbox "github.com/ticketsync/ticketsync/sandbox/flashduty"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const pushPath = "/event/push/change/standard"

// account is a sandbox with the adapter in front of it. It keeps what was
// sent, byte for byte.
type account struct {
	t       *testing.T
	url     string
	tracker *Tracker

	mu   sync.Mutex
	sent []string
}

func newAccount(t *testing.T) *account {
	t.Helper()
	server, err := sandbox.New(sandbox.Options{})
	require.NoError(t, err)
	a := &account{t: t}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && r.URL.Path == pushPath {
			a.mu.Lock()
			a.sent = append(a.sent, string(body))
			a.mu.Unlock()
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		front.Close()
		require.NoError(t, server.Close())
	})
	a.url = front.URL
	a.tracker = open(t, a.url+pushPath, "sandbox")
	return a
}

// open returns an adapter whose log nobody reads.
func open(t *testing.T, address, key string) *Tracker {
	t.Helper()
	c := trackers.Connection{Name: "changes", Installation: "dev", Kind: Settings.Kind, URL: address, Token: key}
	tracker, err := New(c, trackers.Options{HTTP: trackers.NewHTTPClient(trackers.NewGate(nil), 10*time.Second), Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	return tracker
}

// call is anybody's, to the sandbox's API or controls.
func (a *account) call(method, path string, body, out any) {
	a.t.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(a.t, err)
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, bytes.NewReader(encoded))
	require.NoError(a.t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(a.t, err)
	answer, err := io.ReadAll(resp.Body)
	require.NoError(a.t, err)
	require.NoError(a.t, resp.Body.Close())
	require.Equal(a.t, 2, resp.StatusCode/100, "%s %s: %s", method, path, answer)
	if out != nil {
		require.NoError(a.t, json.Unmarshal(answer, out))
	}
}

// item is a change as the service lists it.
type item struct {
	Key         string `json:"change_key"`
	Title       string
	Status      string `json:"change_status"`
	Description string
	Labels      map[string]string
	At          int64 `json:"event_time"`
}

func (a *account) changes() []item {
	a.t.Helper()
	var answer struct{ Data struct{ Items []item } }
	a.call(http.MethodPost, "/change/list?app_key=sandbox", nil, &answer)
	return answer.Data.Items
}

// announce must succeed; it returns the body that was sent.
func (a *account) announce(n trackers.News) string {
	a.t.Helper()
	require.NoError(a.t, a.tracker.Announce(a.t.Context(), n))
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sent[len(a.sent)-1]
}

// news is a change with everything.
func news(change ...func(*trackers.News)) trackers.News {
	n := trackers.News{
		Subject: "OPS-123", At: time.Date(2026, 3, 2, 9, 30, 15, 999_000_000, time.UTC), Status: Processing, Called: "In Progress",
		Key: "OPS-123", URL: "http://jira.example.com/browse/OPS-123", Title: "Upgrade the order service database",
		Description: "From **14** to *17* & <back>", Container: "Operations", Type: "Task", Priority: "High",
		Creator: "Alice Example", Reporter: "Bob Example", Assignee: "Carol Example", Labels: []string{"database", "planned-outage"},
		Altered: []ticket.Alteration{{Field: "status", From: "To Do", To: "In Progress"}, {Field: "assignee", To: "Carol Example"}},
	}
	for _, f := range change {
		f(&n)
	}
	return n
}
