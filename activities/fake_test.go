package activities

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// fake is a tracker of which each test plays the part it needs.
type fake struct {
	mu      sync.Mutex
	fetches []trackers.FetchOptions
	fetch   func(id string, o trackers.FetchOptions) (*ticket.Snapshot, error)
	create  func(trackers.Draft) (*trackers.Created, error)
	update  func(trackers.Update) (*trackers.Result, error)
	move    func(trackers.MoveRequest) (*ticket.Snapshot, error)
	comment func(trackers.CommentDraft) (*ticket.Comment, error)
	mark    func(ticket.Marker) error
	find    func(ticket.Marker, time.Time) ([]trackers.Found, error)
	changed func(since time.Time, cursor string) (trackers.ChangedPage, error)
	hides   map[string]trackers.Kind // containers that are no longer listed
	look    func() (*trackers.Container, error)
}

func (f *fake) Kind() string { return "fake" }

func (f *fake) Fetch(_ context.Context, id string, o trackers.FetchOptions) (*ticket.Snapshot, error) {
	f.mu.Lock()
	f.fetches = append(f.fetches, o)
	f.mu.Unlock()
	return f.fetch(id, o)
}

func (f *fake) Lookup(_ context.Context, key string) (string, error) { return "id of " + key, nil }

func (f *fake) Create(_ context.Context, d trackers.Draft) (*trackers.Created, error) {
	return f.create(d)
}

func (f *fake) Update(_ context.Context, u trackers.Update) (*trackers.Result, error) {
	return f.update(u)
}

func (f *fake) Move(_ context.Context, m trackers.MoveRequest) (*ticket.Snapshot, error) {
	return f.move(m)
}

func (f *fake) AddComment(_ context.Context, _ string, d trackers.CommentDraft) (*ticket.Comment, error) {
	return f.comment(d)
}

func (f *fake) EditComment(_ context.Context, _, _ string, d trackers.CommentDraft) (*ticket.Comment, error) {
	return f.comment(d)
}

func (f *fake) DeleteComment(context.Context, string, string) error {
	_, err := f.comment(trackers.CommentDraft{})
	return err
}

func (f *fake) Mark(_ context.Context, _ string, m ticket.Marker, _ string) error { return f.mark(m) }

func (f *fake) Find(_ context.Context, _ ticket.Container, m ticket.Marker, since time.Time) ([]trackers.Found, error) {
	return f.find(m, since)
}

func (f *fake) Changed(_ context.Context, containers []ticket.Container, since time.Time, cursor string) (trackers.ChangedPage, error) {
	for _, c := range containers {
		if kind, is := f.hides[c.ID]; is {
			return trackers.ChangedPage{}, &trackers.Error{Kind: kind, Op: "list changes"}
		}
	}
	return f.changed(since, cursor)
}

func (f *fake) Check(context.Context, []string) (*trackers.Health, error) { return nil, nil }

func (f *fake) Describe(context.Context, trackers.Place) (*trackers.Container, error) {
	return f.look()
}

// writeOnly is a tracker that can nothing but exist.
type writeOnly struct{}

func (writeOnly) Kind() string { return "flashduty" }

// routes are settings that a test changes; forgotten counts how often they
// were to be read anew.
type routes struct {
	list      []reconcile.Rules
	newer     []reconcile.Rules // after Forget
	forgotten int
	err       error
}

func (r *routes) Rules(context.Context) ([]reconcile.Rules, error) {
	return slices.Clone(r.list), r.err
}

func (r *routes) Forget() {
	r.forgotten++
	if r.newer != nil {
		r.list = r.newer
	}
}

var since = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

func rule() reconcile.Rules {
	return reconcile.Rules{
		Name: "it-to-eng", Version: 3, Since: since,
		Left:  reconcile.End{Connection: "helpdesk", Name: "IT Support", Container: ticket.Container{ID: "IT"}},
		Right: reconcile.End{Connection: "jira", Name: "ENG", Type: "Bug", Container: ticket.Container{ID: "ENG", Key: "ENG"}},
	}
}

// bench is the activities over two fakes.
type bench struct {
	*Activities
	left, right *fake
	routes      *routes
	temporal    *temporalFake
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{left: &fake{}, right: &fake{}, routes: &routes{list: []reconcile.Rules{rule()}}, temporal: &temporalFake{}}
	b.Activities = New([]Connection{
		{Connection: trackers.Connection{Name: "helpdesk", Kind: "ravenna", Installation: "test", ConfirmDelete: time.Minute, Sweep: time.Minute, Audit: time.Hour}, Tracker: b.left},
		{Connection: trackers.Connection{Name: "jira", Kind: "jira", Installation: "test", Quiet: 3 * time.Minute}, Tracker: b.right},
		{Connection: trackers.Connection{Name: "pager", Kind: "flashduty"}, Tracker: writeOnly{}},
	}, b.routes, b.temporal, slog.New(slog.DiscardHandler))
	return b
}

// snapshot is a ticket that the route covers.
func snapshot(change ...func(*ticket.Snapshot)) *ticket.Snapshot {
	s := &ticket.Snapshot{
		Ref: ticket.Ref{Connection: "helpdesk", ID: "1"}, Key: "IT-1", Version: "v1", Container: ticket.Container{ID: "IT"}, Created: since.Add(time.Hour),
		Fields: map[ticket.Field]ticket.Value{ticket.Title: {Fingerprint: "t", Text: "Printer"}, ticket.Description: {Fingerprint: "d", Text: "whole text"}},
	}
	for _, c := range change {
		c(s)
	}
	return s
}

// temporalFake is as much of Temporal as activities use. What is not played
// panics.
type temporalFake struct {
	client.Client
	signals []string // "<id> <signal>"
	sent    []any
	missing map[string]bool          // workflows that do not run
	ids     [][]string               // pages of a listing
	reasons map[string]ticket.Reason // of those listed; all are on it-to-eng
	updates []string                 // "<id> <update>"
	queries []string
	count   int64
	listed  enumspb.WorkflowExecutionStatus // of all runs, as a listing has it
	status  enumspb.WorkflowExecutionStatus // as it is
	err     error
	handle  client.WorkflowUpdateHandle
}

func (c *temporalFake) SignalWithStartWorkflow(_ context.Context, id, name string, arg any, _ client.StartWorkflowOptions, kind any, _ ...any) (client.WorkflowRun, error) {
	if c.err == nil {
		c.signals, c.sent = append(c.signals, id+" "+name+" "+kind.(string)), append(c.sent, arg)
	}
	return nil, c.err
}

func (c *temporalFake) SignalWorkflow(_ context.Context, id, _, name string, arg any) error {
	if c.missing[id] {
		return serviceerror.NewNotFound("workflow not found")
	}
	if c.err == nil {
		c.signals, c.sent = append(c.signals, id+" "+name), append(c.sent, arg)
	}
	return c.err
}

func (c *temporalFake) CountWorkflow(_ context.Context, r *workflowservice.CountWorkflowExecutionsRequest) (*workflowservice.CountWorkflowExecutionsResponse, error) {
	c.queries = append(c.queries, r.GetQuery())
	return &workflowservice.CountWorkflowExecutionsResponse{Count: c.count}, c.err
}

func (c *temporalFake) ListWorkflow(_ context.Context, r *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	c.queries = append(c.queries, r.GetQuery())
	page := 0
	if token := r.GetNextPageToken(); len(token) > 0 {
		page = int(token[0])
	}
	out := &workflowservice.ListWorkflowExecutionsResponse{}
	if len(c.ids) == 0 {
		return out, c.err
	}
	for _, id := range c.ids[page] {
		out.Executions = append(out.Executions, &workflowpb.WorkflowExecutionInfo{
			Execution: &commonpb.WorkflowExecution{WorkflowId: id}, Status: c.listed,
			SearchAttributes: &commonpb.SearchAttributes{IndexedFields: map[string]*commonpb.Payload{
				addressing.AttrRoute: payload("it-to-eng"), addressing.AttrReason: payload(string(c.reasons[id])),
			}},
		})
	}
	if page+1 < len(c.ids) {
		out.NextPageToken = []byte{byte(page + 1)}
	}
	return out, c.err
}

func (c *temporalFake) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{Status: c.status}}, c.err
}

func payload(text string) *commonpb.Payload {
	out, err := converter.GetDefaultDataConverter().ToPayload(text)
	if err != nil {
		panic(err)
	}
	return out
}

func (c *temporalFake) UpdateWorkflow(_ context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	if c.err == nil {
		c.updates, c.sent = append(c.updates, o.WorkflowID+" "+o.UpdateName), append(c.sent, o.Args...)
	}
	return done{}, c.err
}

// done is an update that was carried out.
type done struct{ client.WorkflowUpdateHandle }

func (done) Get(context.Context, any) error { return nil }
