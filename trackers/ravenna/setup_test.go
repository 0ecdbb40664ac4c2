package ravenna

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/internal/steer"
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
	steer.Sandbox
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
	checked := &http.Client{Transport: contract.LoadIfPresent(t, contract.Ravenna).RoundTripper(t, nil)}
	d := &desk{Sandbox: steer.Sandbox{T: t, URL: front.URL, HTTP: checked}, t: t, url: front.URL, http: checked}
	d.tracker = d.open()
	it, err := d.tracker.Describe(t.Context(), trackers.Place{Container: "IT Support"})
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
	answer := d.Call(method, "/api"+path, body, func(r *http.Request) { r.Header.Set(tokenHeader, "rav_"+name) })
	var out map[string]any
	_ = json.Unmarshal(answer, &out) // some answers are lists
	return out
}

// calls lists the sandbox's log as "METHOD /path" since the last time it was
// asked, queries left out.
func (d *desk) calls() []string {
	d.t.Helper()
	var out []string
	for _, r := range d.Requests() {
		out = append(out, r.Method+" "+strings.TrimPrefix(r.Path, "/api"))
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
