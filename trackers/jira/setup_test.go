package jira

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/internal/steer"
	sandbox "github.com/ticketsync/ticketsync/sandbox/jira"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const testTimeout = 10 * time.Second

// bundle is an adapter in front of the sandbox, and people who use it too.
type bundle struct {
	*Tracker
	steer.Sandbox
	t      *testing.T
	url    string
	flavor string
	logged *steer.Log
	// ahead is how far the sandbox's clock was moved on, in nanoseconds.
	ahead *atomic.Int64
}

// both runs a test against Cloud and Data Center.
func both(t *testing.T, test func(t *testing.T, b *bundle)) {
	t.Helper()
	for _, flavor := range []string{Cloud, DataCenter} {
		t.Run(flavor, func(t *testing.T) {
			t.Parallel()
			test(t, newBundle(t, flavor))
		})
	}
}

func newBundle(t *testing.T, flavor string, change ...func(*sandbox.Options)) *bundle {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String()
	ahead := &atomic.Int64{}
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	options := sandbox.Options{BaseURL: base, Flavor: flavor, Now: now}
	for _, c := range change {
		c(&options)
	}
	fake, err := sandbox.New(options)
	require.NoError(t, err)
	server.Config.Handler = fake
	server.Start()
	t.Cleanup(func() {
		server.Close()
		require.NoError(t, fake.Close())
	})
	b := &bundle{Sandbox: steer.Sandbox{T: t, URL: base}, t: t, url: base, flavor: flavor, logged: &steer.Log{}, ahead: ahead}
	b.Tracker = b.restart()
	_, err = b.self(t.Context()) // once per process, so not part of what tests count
	require.NoError(t, err)
	b.requests()
	return b
}

// restart returns an adapter that remembers nothing.
func (b *bundle) restart() *Tracker {
	b.t.Helper()
	var next http.RoundTripper
	if b.flavor == Cloud {
		next = contract.LoadIfPresent(b.t, contract.Jira).RoundTripper(b.t, nil)
	}
	tracker, err := New(connection(b.url, b.flavor), trackers.Options{
		HTTP: &http.Client{Transport: trackers.NewGate(nil).Transport(next), Timeout: testTimeout},
		Log:  slog.New(slog.NewTextHandler(b.logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	require.NoError(b.t, err)
	return tracker
}

// between puts do between the adapter and the sandbox: it sees each answer
// before the adapter does.
func (b *bundle) between(do func(*http.Request, *http.Response)) *Tracker {
	b.t.Helper()
	tracker, err := New(connection(b.url, b.flavor), trackers.Options{
		HTTP: &http.Client{Transport: intercept(do), Timeout: testTimeout},
	})
	require.NoError(b.t, err)
	return tracker
}

type intercept func(*http.Request, *http.Response)

func (f intercept) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		f(req, resp)
	}
	return resp, err
}

func connection(address, flavor string) trackers.Connection {
	c := trackers.Connection{
		Name: "jira", Installation: "dev", Kind: "jira", URL: address, Flavor: flavor, Email: "bot@example.com", Token: "sandbox",
	}
	if flavor == DataCenter {
		c.Email, c.Token = "", "pat_bot"
	}
	return c
}

// as makes a call as a person, or with actor "" to the sandbox's controls, and
// returns the answer's JSON.
func (b *bundle) as(actor, method, path string, body any) map[string]any {
	b.t.Helper()
	answer := b.Call(method, path, body, func(r *http.Request) {
		switch {
		case actor != "" && b.flavor == Cloud:
			r.SetBasicAuth(actor+"@example.com", "sandbox")
		case actor != "":
			r.Header.Set("Authorization", "Bearer pat_"+actor)
		}
	})
	out := map[string]any{}
	if bytes.HasPrefix(answer, []byte("{")) {
		require.NoError(b.t, json.Unmarshal(answer, &out))
	}
	return out
}

// issue makes an issue as alice and returns its id.
func (b *bundle) issue(project string, fields map[string]any) string {
	b.t.Helper()
	all := map[string]any{
		"project": map[string]any{"key": project}, "issuetype": map[string]any{"name": "Task"}, "summary": "VPN down",
	}
	for name, value := range fields {
		all[name] = value
	}
	id, ok := b.as("alice", http.MethodPost, "/rest/api/2/issue", map[string]any{"fields": all})["id"].(string)
	require.True(b.t, ok)
	return id
}

func (b *bundle) edit(actor, id string, fields map[string]any) {
	b.t.Helper()
	b.as(actor, http.MethodPut, "/rest/api/2/issue/"+id, map[string]any{"fields": fields})
}

func (b *bundle) comment(actor, id string, body map[string]any) string {
	b.t.Helper()
	cid, ok := b.as(actor, http.MethodPost, "/rest/api/2/issue/"+id+"/comment", body)["id"].(string)
	require.True(b.t, ok)
	return cid
}

// fault injects one fault for one call.
func (b *bundle) fault(method, path, fault string) {
	b.t.Helper()
	b.Break(steer.Fault{"method": method, "path": path, "fault": fault})
}

// requests lists "METHOD path" of what the adapter called since the last time.
func (b *bundle) requests() []string {
	b.t.Helper()
	var out []string
	for _, r := range b.Requests() {
		if r.Actor == "bot" {
			out = append(out, r.Method+" "+strings.TrimPrefix(r.Path, "/rest/api/2/"))
		}
	}
	return out
}

func (b *bundle) fetch(id string, opts trackers.FetchOptions) *ticket.Snapshot {
	b.t.Helper()
	s, err := b.Fetch(b.t.Context(), id, opts)
	require.NoError(b.t, err)
	return s
}

// failure returns err as the *Error every call must fail with.
func failure(t *testing.T, err error) *trackers.Error {
	t.Helper()
	var e *trackers.Error
	require.ErrorAs(t, err, &e)
	return e
}

func text(f ticket.Field, s string) trackers.FieldWrite {
	return trackers.FieldWrite{Field: f, Value: ticket.Value{Text: s}}
}

var marker = ticket.Marker{
	Installation: "dev", Pair: "pair/helpdesk/tkt_0123456789abcdefghij/jira", Generation: 1, State: ticket.Linked,
}
