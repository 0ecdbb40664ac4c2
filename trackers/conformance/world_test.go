package conformance

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/steer"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
)

// discard is a log that nobody reads.
var discard = slog.New(slog.DiscardHandler)

type object = map[string]any

// tracker is what every adapter of a two-way tracker can do. Mover is asked
// for where a status cannot be set.
type tracker interface {
	trackers.Tracker
	trackers.Reader
	trackers.Writer
	trackers.Commenter
	trackers.Marking
	trackers.Finder
	trackers.Lister
	trackers.Checker
}

// Secrets that no stand-in asks for.
const (
	hookSecret = "hook-secret-9"
	pathToken  = "path-token-9"
)

// spares are made first: a stand-in counts containers from the same number as
// tickets and comments, and paths are told apart by ids.
const spares = 3

// world is one stand-in tracker of its own.
type world struct {
	subject
	steer.Sandbox
	t     *testing.T
	front *front
	// logged is what all adapters have logged.
	logged *steer.Log
	// bench is an adapter for preparing and looking, never the one under test.
	bench     tracker
	container ticket.Container
	scenes    map[string]scene // by operation
}

func newWorld(t *testing.T, s subject) *world {
	t.Helper()
	listening := httptest.NewUnstartedServer(nil)
	base := "http://" + listening.Listener.Addr().String()
	behind, err := s.start(base)
	require.NoError(t, err)
	w := &world{
		subject: s, Sandbox: steer.Sandbox{T: t, URL: base}, t: t, logged: &steer.Log{}, scenes: map[string]scene{}, front: &front{t: t, behind: behind},
	}
	if s.contract != nil {
		w.front.check = s.contract(t)
	}
	listening.Config.Handler = w.front
	listening.Start()
	t.Cleanup(func() {
		listening.Close()
		require.NoError(t, behind.Close())
	})
	w.bench = w.open()
	described, err := w.bench.Describe(t.Context(), s.place)
	require.NoError(t, err)
	w.container = described.Container
	for range spares {
		w.newScene(operation{})
	}
	return w
}

// connection is that of the service's own account.
func (w *world) connection() trackers.Connection {
	c := w.account(w.URL, "bot")
	c.Installation, c.Secret, c.HookKey = "dev", hookSecret, pathToken
	return c
}

// open returns an adapter that remembers nothing, as after a restart.
func (w *world) open() tracker {
	w.t.Helper()
	return openAs(w.t, w.connection(), w.logged)
}

func openAs(t *testing.T, c trackers.Connection, logged io.Writer) tracker {
	t.Helper()
	opened, err := registry.Open(c, slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	require.NoError(t, err)
	adapter, ok := opened.(tracker)
	require.True(t, ok, "%T lacks a capability", opened)
	return adapter
}

// as makes a person's call and returns the id it yields and the whole answer.
func (w *world) as(name string, c call) (id, answer string) {
	w.t.Helper()
	raw := w.Call(c.method, c.path, c.body, func(r *http.Request) { w.people.sign(r, name) })
	require.NotContains(w.t, string(raw), `"errors":[`, "%s %s", c.method, c.path)
	if len(c.id) == 0 {
		return "", string(raw)
	}
	var node any
	require.NoError(w.t, json.Unmarshal(raw, &node))
	for _, member := range c.id {
		within, _ := node.(object)
		node = within[member]
	}
	id, _ = node.(string)
	require.NotEmpty(w.t, id, "%s", raw)
	return id, string(raw)
}

// ticket is one that alice made.
func (w *world) ticket(title string) string {
	w.t.Helper()
	id, _ := w.as("alice", w.people.create(w.container, title, "It does not answer."))
	return id
}

func (w *world) fetch(id string, opts trackers.FetchOptions) *ticket.Snapshot {
	w.t.Helper()
	s, err := w.bench.Fetch(w.t.Context(), id, opts)
	require.NoError(w.t, err)
	return s
}

// request is one that the stand-in was sent.
type request struct{ steer.Request }

func (r request) writes() bool { return r.Kind == "write" }

func (r request) String() string {
	return strings.TrimSpace(r.Method + " " + r.Path + " " + r.Operation)
}

// requestOf is how the stand-in would log a request.
func requestOf(r *http.Request, body []byte) request {
	var query struct{ OperationName string }
	_ = json.Unmarshal(body, &query)
	return request{steer.Request{Method: r.Method, Path: r.URL.EscapedPath(), Operation: query.OperationName}}
}

// requests lists what our account sent since the last time.
func (w *world) requests() []request {
	w.t.Helper()
	var ours []request
	for _, r := range w.Requests() {
		if r.Actor != "alice" && r.Actor != "bob" {
			ours = append(ours, request{r})
		}
	}
	return ours
}

// fault breaks every request like this one; with "" none are broken any more.
func (w *world) fault(r request, fault string) {
	w.t.Helper()
	if fault == "" {
		w.Break()
		return
	}
	one := steer.Fault{"method": r.Method, "path": r.Path, "fault": fault, "times": 0}
	if r.Operation != "" {
		one["operation"] = r.Operation
	}
	if fault == "status:429" {
		one["retry_after"] = retryAfter
	}
	w.Break(one)
}
