package e2e

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/reconcile"
	sandboxlinear "github.com/ticketsync/ticketsync/sandbox/linear"
	sandboxravenna "github.com/ticketsync/ticketsync/sandbox/ravenna"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear"
	"github.com/ticketsync/ticketsync/trackers/ravenna"
	"github.com/ticketsync/ticketsync/workflows"
)

// simulation is many pairs and a sweep in the SDK's test environment, whose
// clock jumps from event to event: the real workflows, activities, adapters
// and receiver's address function against sandbox trackers on the same clock.
// Only Temporal's client is played.
type simulation struct {
	*testing.T
	env    *testsuite.TestWorkflowEnvironment
	routes []reconcile.Rules
	hooks  map[string]trackers.Hook
	rav    people.Ravenna
	lin    people.Linear
	// ravennaURL and linearURL are the roots of the trackers.
	ravennaURL, linearURL string

	mu      sync.Mutex
	wrote   map[string]bool // connections that were written to since the last tick
	fences  map[string]*fence
	fenced  chan struct{} // closed once there are fences
	signals []addressing.Delivery
	alias   map[string]string // alias's workflow id: its pair's
	pairs   map[string]bool
}

// fence is a ticket outside of the route. Deliveries keep their order: once an
// edit of it has arrived, all that was written before has.
type fence struct {
	id      string
	edits   int
	edit    func(id, title string) error
	arrived chan struct{}
}

func newSimulation(t *testing.T) *simulation {
	t.Helper()
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	s := &simulation{T: t, env: suite.NewTestWorkflowEnvironment(), hooks: map[string]trackers.Hook{},
		alias: map[string]string{}, pairs: map[string]bool{}, wrote: map[string]bool{}, fences: map[string]*fence{}, fenced: make(chan struct{})}
	s.env.SetTestTimeout(5 * time.Minute)
	s.env.SetStartTime(time.Now().UTC().Truncate(time.Second))
	rav, err := sandboxravenna.New(sandboxravenna.Options{WebhookURL: "http://receiver/helpdesk", Transport: s, Now: s.env.Now})
	require.NoError(t, err)
	lin, err := sandboxlinear.New(sandboxlinear.Options{WebhookURL: "http://receiver/linear", Transport: s, Now: s.env.Now})
	require.NoError(t, err)
	s.ravennaURL, s.linearURL = s.serve("helpdesk", rav), s.serve("linear", lin)
	t.Cleanup(func() { _, _ = rav.Close(), lin.Close() })
	s.rav, s.lin = people.AtRavenna(s.ravennaURL, "alice"), people.AtLinear(s.linearURL, "alice")

	desk := trackers.Connection{Name: "helpdesk", Kind: "ravenna", Installation: "hour", URL: s.ravennaURL + "/api", Token: "rav_bot", HookKey: "x", Sweep: time.Minute, Audit: time.Hour}
	team := trackers.Connection{Name: "linear", Kind: "linear", Installation: "hour", URL: s.linearURL + "/graphql", Token: "lin_api_bot", Secret: "sandbox-secret", Quiet: time.Second, Sweep: time.Minute, Audit: time.Hour}
	atDesk, err := ravenna.New(desk, s.options())
	require.NoError(t, err)
	atTeam, err := linear.New(team, s.options())
	require.NoError(t, err)
	deskHook, err := ravenna.NewHook(desk)
	require.NoError(t, err)
	teamHook, err := linear.NewHook(team)
	require.NoError(t, err)
	s.hooks["helpdesk"], s.hooks["linear"] = deskHook, teamHook
	s.route(atDesk, atTeam)
	s.fenceOff()
	s.env.RegisterActivity(activities.New([]activities.Connection{{Connection: desk, Tracker: atDesk}, {Connection: team, Tracker: atTeam}},
		s, playedClient{simulation: s}, slog.New(slog.DiscardHandler)))
	workflows.Register(s.env)
	return s
}

func (s *simulation) options() trackers.Options {
	gate := trackers.NewGate(nil)
	return trackers.Options{HTTP: trackers.NewHTTPClient(gate, time.Minute), Gate: gate, Now: s.env.Now}
}

// route makes the settings that apply would.
func (s *simulation) route(desk, team trackers.Checker) {
	rules := reconcile.Rules{
		Name: "product-to-linear", Version: 1, Since: s.env.Now().Add(-time.Hour), Direction: reconcile.Both,
		Left: reconcile.End{Connection: "helpdesk", Name: "Product"}, Right: reconcile.End{Connection: "linear", Name: "PRO", ByKey: true},
	}
	for end, checker := range map[*reconcile.End]trackers.Checker{&rules.Left: desk, &rules.Right: team} {
		c, err := checker.Describe(s.Context(), trackers.Place{Container: end.Name})
		require.NoError(s, err)
		end.Container, end.Statuses = c.Container, c.Statuses
	}
	s.routes = []reconcile.Rules{rules}
}

// Rules and Forget make the simulation the activities' source of settings.
func (s *simulation) Rules(context.Context) ([]reconcile.Rules, error) { return s.routes, nil }

// Forget has nothing to forget.
func (s *simulation) Forget() {}

// serve answers for a sandbox and notes that it was written to.
func (s *simulation) serve(connection string, h http.Handler) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
		if r.Method != http.MethodGet {
			s.mu.Lock()
			s.wrote[connection] = true
			s.mu.Unlock()
		}
	}))
	s.Cleanup(server.Close)
	return server.URL
}

// fenceOff makes the tickets that tell when all webhooks have come.
func (s *simulation) fenceOff() {
	left, err := s.rav.Create(s.Context(), "IT Support", "Fence", "", nil)
	require.NoError(s, err)
	right, err := s.lin.Create(s.Context(), "PLT", "Fence", "", nil)
	require.NoError(s, err)
	s.fences["helpdesk"] = &fence{id: left.ID, arrived: make(chan struct{}, 10), edit: func(id, title string) error {
		return s.rav.Edit(s.Context(), id, map[string]any{"title": title})
	}}
	s.fences["linear"] = &fence{id: right.ID, arrived: make(chan struct{}, 10), edit: func(id, title string) error {
		return s.lin.Edit(s.Context(), id, map[string]any{"title": title})
	}}
	close(s.fenced)
	for _, f := range s.fences {
		<-f.arrived // its creation
	}
}

// RoundTrip is the receiver: it addresses a delivery and keeps the signals
// until the next tick.
func (s *simulation) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	<-s.fenced
	connection := strings.Trim(r.URL.Path, "/")
	events, ignored, err := s.hooks[connection].Parse(body)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		if f := s.fences[connection]; f != nil && e.ID == f.id {
			f.arrived <- struct{}{}
		} else if err == nil && ignored == "" {
			s.signals = append(s.signals, addressing.Deliver(s.routes, connection, e, "webhook")...)
		}
	}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
}

// tick hands over, every simulated second, what arrived since the last one.
func (s *simulation) tick() {
	s.env.RegisterDelayedCallback(func() {
		for _, d := range s.delivered() {
			id := d.WorkflowID
			if pair := s.alias[id]; pair != "" {
				id = pair
			}
			if s.pairs[id] {
				_ = s.env.SignalWorkflowByID(id, addressing.SignalHint, d.Hint)
			}
		}
		s.tick()
	}, time.Second)
}

// delivered waits until the webhook of every write has come.
func (s *simulation) delivered() []addressing.Delivery {
	s.mu.Lock()
	wrote := s.wrote
	s.wrote = map[string]bool{}
	s.mu.Unlock()
	for connection := range wrote {
		f := s.fences[connection]
		f.edits++
		require.NoError(s, f.edit(f.id, fmt.Sprintf("Fence %d", f.edits)))
		select {
		case <-f.arrived:
		case <-time.After(patience):
			s.Fatal("a webhook did not come")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.signals
	s.signals, s.wrote = nil, map[string]bool{}
	return out
}

// requests are the bot's at a tracker, by operation or path.
func (s *simulation) requests(root string) (out []people.Request) {
	all, err := people.Requests(s.Context(), root)
	require.NoError(s, err)
	for _, r := range all {
		if r.Actor == "bot" {
			out = append(out, r)
		}
	}
	return out
}

// playedClient is Temporal as far as the activities need it.
type playedClient struct {
	client.Client
	*simulation
}

func (c playedClient) CountWorkflow(context.Context, *workflowservice.CountWorkflowExecutionsRequest) (*workflowservice.CountWorkflowExecutionsResponse, error) {
	return &workflowservice.CountWorkflowExecutionsResponse{}, nil
}

func (c playedClient) ListWorkflow(context.Context, *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	out := &workflowservice.ListWorkflowExecutionsResponse{}
	for id := range c.pairs {
		out.Executions = append(out.Executions, &workflowpb.WorkflowExecutionInfo{Execution: &commonpb.WorkflowExecution{WorkflowId: id}})
	}
	return out, nil
}

func (c playedClient) SignalWorkflow(_ context.Context, id, _, name string, arg any) error {
	return c.signal(id, name, arg)
}

func (c playedClient) SignalWithStartWorkflow(_ context.Context, id, name string, arg any, _ client.StartWorkflowOptions, _ any, _ ...any) (client.WorkflowRun, error) {
	return nil, c.signal(id, name, arg)
}

func (c playedClient) signal(id, name string, arg any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch arg := arg.(type) {
	case ticket.Hint:
		c.signals = append(c.signals, addressing.Delivery{WorkflowID: id, Hint: arg})
	case string:
		c.alias[id] = arg
	default:
		return fmt.Errorf("unexpected signal %s to %s: %T", name, id, arg)
	}
	return nil
}
