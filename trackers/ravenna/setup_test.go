package ravenna

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	sandbox "github.com/ticketsync/ticketsync/sandbox/ravenna"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const (
	installation = "dev"
	pairID       = "pair/jira/10001/helpdesk"
	originURL    = "http://jira.example.com/browse/ENG-1"
)

// desk is a workspace of the sandbox with the adapter in front of it. Every
// call of either is checked against Ravenna's published API.
type desk struct {
	t       *testing.T
	url     string
	http    *http.Client
	tracker *Tracker
	channel ticket.Container
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	server, err := sandbox.New(sandbox.Options{})
	require.NoError(t, err)
	front := httptest.NewServer(server)
	t.Cleanup(func() {
		front.Close()
		require.NoError(t, server.Close())
	})
	d := &desk{t: t, url: front.URL, http: &http.Client{Transport: contract.LoadIfPresent(t, contract.Ravenna).RoundTripper(t, nil)}}
	d.tracker = d.open()
	it, err := d.tracker.Describe(t.Context(), "IT Support", "")
	require.NoError(t, err)
	d.channel = it.Container
	return d
}

// open returns a fresh adapter, as after a restart of the worker.
func (d *desk) open(change ...func(*trackers.Connection)) *Tracker {
	d.t.Helper()
	c := trackers.Connection{
		Name: "helpdesk", Installation: installation, Kind: Settings.Kind,
		URL: d.url + "/api", WebURL: d.url + "/{key}", Token: "rav_bot", HookKey: "sandbox-secret",
	}
	for _, f := range change {
		f(&c)
	}
	tracker, err := New(c, trackers.Options{HTTP: d.http})
	require.NoError(d.t, err)
	return tracker
}

// as makes a call of a person.
func (d *desk) as(name, method, path string, body any) map[string]any {
	d.t.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(d.t, err)
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+"/api"+path, reader)
	require.NoError(d.t, err)
	req.Header.Set(tokenHeader, "rav_"+name)
	req.Header.Set("Content-Type", "application/json")
	resp, err := d.http.Do(req)
	require.NoError(d.t, err)
	answer, err := io.ReadAll(resp.Body)
	require.NoError(d.t, err)
	require.NoError(d.t, resp.Body.Close())
	require.Equal(d.t, http.StatusOK, resp.StatusCode, "%s %s: %s", method, path, answer)
	var out map[string]any
	_ = json.Unmarshal(answer, &out) // some answers are lists
	return out
}

// control steers the sandbox.
func (d *desk) control(path string, body any) {
	d.t.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(d.t, err)
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPut, d.url+"/_sandbox/"+path, bytes.NewReader(encoded))
	require.NoError(d.t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(d.t, err)
	answer, err := io.ReadAll(resp.Body)
	require.NoError(d.t, err)
	require.NoError(d.t, resp.Body.Close())
	require.Equal(d.t, 2, resp.StatusCode/100, "%s: %s", path, answer)
}

type fault map[string]any

func (d *desk) faults(faults ...fault) {
	d.t.Helper()
	d.control("faults", faults)
}

// calls lists the sandbox's log as "METHOD /path" since the last time it was
// asked, queries left out.
func (d *desk) calls() []string {
	d.t.Helper()
	resp, err := http.Get(d.url + "/_sandbox/requests")
	require.NoError(d.t, err)
	var log []struct{ Method, Path, Kind string }
	require.NoError(d.t, json.NewDecoder(resp.Body).Decode(&log))
	require.NoError(d.t, resp.Body.Close())
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodDelete, d.url+"/_sandbox/requests", nil)
	require.NoError(d.t, err)
	resp, err = http.DefaultClient.Do(req)
	require.NoError(d.t, err)
	require.NoError(d.t, resp.Body.Close())
	var out []string
	for _, entry := range log {
		path, _, _ := strings.Cut(entry.Path, "?")
		out = append(out, entry.Method+" "+strings.TrimPrefix(path, "/api"))
	}
	return out
}

func count(calls []string, prefix string) int {
	n := 0
	for _, call := range calls {
		if strings.HasPrefix(call, prefix) {
			n++
		}
	}
	return n
}

// report is a ticket that a person made.
func (d *desk) report(name string, fields map[string]any) string {
	d.t.Helper()
	body := map[string]any{"title": "Printer on fire", "priority": "HIGH", "queueId": d.channel.ID}
	for field, value := range fields {
		body[field] = value
	}
	id, _ := d.as(name, http.MethodPost, "/tickets", body)["id"].(string)
	require.NotEmpty(d.t, id)
	return id
}

func (d *desk) say(name, ticketID, html string) string {
	d.t.Helper()
	id, _ := d.as(name, http.MethodPost, "/ticket-messages", map[string]any{"ticketId": ticketID, "content": html, "private": false})["id"].(string)
	require.NotEmpty(d.t, id)
	return id
}

func (d *desk) fetch(id string, opts trackers.FetchOptions) *ticket.Snapshot {
	d.t.Helper()
	s, err := d.tracker.Fetch(d.t.Context(), id, opts)
	require.NoError(d.t, err)
	return s
}

func marker() ticket.Marker {
	return ticket.Marker{Installation: installation, Pair: pairID, Generation: 1, State: ticket.Linked, URL: originURL}
}

func (d *desk) draft(fields ...trackers.FieldWrite) trackers.Draft {
	fields = append([]trackers.FieldWrite{{Field: ticket.Title, Value: ticket.Value{Text: "Disk full"}}}, fields...)
	return trackers.Draft{Container: d.channel, Fields: fields, Marker: marker()}
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

func at8() time.Time { return time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC) }
