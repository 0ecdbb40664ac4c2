package linear

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sandbox "github.com/ticketsync/ticketsync/sandbox/linear"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const (
	installation = "dev"
	pairID       = "pair/helpdesk/tk1/linear"
	originURL    = "http://desk.example.com/IT-1"
)

// fullSchema is Linear's whole schema where it lies beside the project, else "".
// TICKETSYNC_REQUIRE_SHARED turns its absence into a failure.
func fullSchema(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(filepath.FromSlash("../../../shared/reference/linear/schema.graphql"))
	require.NoError(t, err)
	if _, err := os.Stat(path); err != nil {
		require.Empty(t, os.Getenv("TICKETSYNC_REQUIRE_SHARED"), "Linear's schema is not there: %s", path)
		return ""
	}
	return path
}

// space is a workspace of the sandbox with the adapter in front of it. Every
// request of either is checked against Linear's schema.
type space struct {
	t       *testing.T
	url     string
	http    *http.Client
	tracker *Tracker
	team    ticket.Container
}

func newSpace(t *testing.T, change ...func(*trackers.Connection)) *space {
	t.Helper()
	server, err := sandbox.New(sandbox.Options{Schema: fullSchema(t)})
	require.NoError(t, err)
	front := httptest.NewServer(server)
	t.Cleanup(func() {
		front.Close()
		require.NoError(t, server.Close())
	})
	s := &space{t: t, url: front.URL, http: http.DefaultClient}
	s.tracker = s.open(change...)
	pro, err := s.tracker.Describe(t.Context(), trackers.Place{Container: "PRO"})
	require.NoError(t, err)
	s.team = pro.Container
	return s
}

// asApp makes the adapter an app that writes in people's names.
func asApp(c *trackers.Connection) { c.Token = "lin_app_bot" }

// open returns a fresh adapter, as after a restart of the worker.
func (s *space) open(change ...func(*trackers.Connection)) *Tracker {
	s.t.Helper()
	c := trackers.Connection{
		Name: "linear", Installation: installation, Kind: Settings.Kind,
		URL: s.url + "/graphql", WebURL: s.url + "/{key}", Token: "lin_api_bot", Secret: "sandbox-secret",
	}
	for _, f := range change {
		f(&c)
	}
	tracker, err := New(c, trackers.Options{HTTP: s.http})
	require.NoError(s.t, err)
	return tracker
}

// as makes a call of a person and returns the named member of the answer.
func (s *space) as(name, query string, variables map[string]any) map[string]any {
	s.t.Helper()
	encoded, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(s.t, err)
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/graphql", bytes.NewReader(encoded))
	require.NoError(s.t, err)
	req.Header.Set("Authorization", "lin_api_"+name)
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.http.Do(req)
	require.NoError(s.t, err)
	answer, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	require.NoError(s.t, resp.Body.Close())
	var out struct {
		Data   map[string]any
		Errors []any
	}
	require.NoError(s.t, json.Unmarshal(answer, &out), "%s", answer)
	require.Empty(s.t, out.Errors, "%s", answer)
	return out.Data
}

// control steers the sandbox.
func (s *space) control(path string, body any) {
	s.t.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(s.t, err)
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPut, s.url+"/_sandbox/"+path, bytes.NewReader(encoded))
	require.NoError(s.t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(s.t, err)
	answer, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	require.NoError(s.t, resp.Body.Close())
	require.Equal(s.t, 2, resp.StatusCode/100, "%s: %s", path, answer)
}

type fault map[string]any

func (s *space) faults(faults ...fault) {
	s.t.Helper()
	s.control("faults", faults)
}

// calls lists the operations in the sandbox's log since the last time it was
// asked.
func (s *space) calls() []string {
	s.t.Helper()
	resp, err := http.Get(s.url + "/_sandbox/requests")
	require.NoError(s.t, err)
	var log []struct{ Operation string }
	require.NoError(s.t, json.NewDecoder(resp.Body).Decode(&log))
	require.NoError(s.t, resp.Body.Close())
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodDelete, s.url+"/_sandbox/requests", nil)
	require.NoError(s.t, err)
	resp, err = http.DefaultClient.Do(req)
	require.NoError(s.t, err)
	require.NoError(s.t, resp.Body.Close())
	out := make([]string, 0, len(log))
	for _, entry := range log {
		out = append(out, entry.Operation)
	}
	return out
}

// report is an issue that a person made.
func (s *space) report(name string, fields map[string]any) string {
	s.t.Helper()
	input := map[string]any{"teamId": s.team.ID, "title": "Printer on fire"}
	for field, value := range fields {
		input[field] = value
	}
	data := s.as(name, `mutation($input: IssueCreateInput!) { issueCreate(input: $input) { issue { id } } }`, map[string]any{"input": input})
	return data["issueCreate"].(map[string]any)["issue"].(map[string]any)["id"].(string)
}

func (s *space) edit(name, id string, fields map[string]any) {
	s.t.Helper()
	s.as(name, `mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }`,
		map[string]any{"id": id, "input": fields})
}

func (s *space) say(name, issueID, body string, fields map[string]any) string {
	s.t.Helper()
	input := map[string]any{"issueId": issueID, "body": body}
	for field, value := range fields {
		input[field] = value
	}
	data := s.as(name, `mutation($input: CommentCreateInput!) { commentCreate(input: $input) { comment { id } } }`, map[string]any{"input": input})
	return data["commentCreate"].(map[string]any)["comment"].(map[string]any)["id"].(string)
}

func (s *space) fetch(id string, opts trackers.FetchOptions) *ticket.Snapshot {
	s.t.Helper()
	snap, err := s.tracker.Fetch(s.t.Context(), id, opts)
	require.NoError(s.t, err)
	return snap
}

func marker() ticket.Marker {
	return ticket.Marker{Installation: installation, Pair: pairID, Generation: 1, State: ticket.Linked, URL: originURL}
}

func (s *space) draft(fields ...trackers.FieldWrite) trackers.Draft {
	fields = append([]trackers.FieldWrite{{Field: ticket.Title, Value: ticket.Value{Text: "Disk full"}}}, fields...)
	return trackers.Draft{Container: s.team, Fields: fields, Marker: marker()}
}

func write(f ticket.Field, v ticket.Value) trackers.FieldWrite {
	return trackers.FieldWrite{Field: f, Value: v}
}

func written(t *testing.T, r *trackers.Result, f ticket.Field) trackers.Written {
	t.Helper()
	require.NotNil(t, r)
	for _, w := range r.Fields {
		if w.Field == f {
			return w
		}
	}
	require.Failf(t, "field not reported", "%s", f)
	return trackers.Written{}
}

func second[T any](_ T, err error) error { return err }

func at8() time.Time { return time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC) }
