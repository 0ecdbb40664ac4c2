package starter

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// fakeTemporal is a Temporal service with a worker, as far as the commands see
// one: it keeps routes and pairs, and answers their updates and queries. The
// rest of client.Client is nil: a command that uses more fails its test.
type fakeTemporal struct {
	client.Client
	t *testing.T

	mu sync.Mutex
	// noWorker and lost are the two ways of having none: never seen, and gone.
	noWorker, lost bool
	routes         map[string]reconcile.Rules // in force
	// check stands for the live trackers.
	check func(reconcile.Rules) workflows.CheckResult
	// tickets by key, and what the routes say of them.
	tickets map[string]fakeTicket
	pairs   map[string]*fakePair // by workflow id
	aliases map[string]bool
	sweeps  map[string]workflows.SweepState // by workflow id

	attributes map[string]enumspb.IndexedValueType // registered
	closed     error                               // what the operator service refuses with
	asked      []string                            // "<workflow id> <update> <arguments as JSON>"
}

type fakeTicket struct {
	ref      ticket.Ref
	verdicts []reconcile.Verdict
}

type fakePair struct {
	view   workflows.View
	status enumspb.WorkflowExecutionStatus
	mute   bool  // answers no query
	refuse error // of every update
}

func newTemporal(t *testing.T, routes ...reconcile.Rules) *fakeTemporal {
	f := &fakeTemporal{
		t: t, routes: map[string]reconcile.Rules{}, tickets: map[string]fakeTicket{},
		pairs: map[string]*fakePair{}, aliases: map[string]bool{},
		attributes: map[string]enumspb.IndexedValueType{},
		check:      func(r reconcile.Rules) workflows.CheckResult { return workflows.CheckResult{Rules: found(r)} },
	}
	for _, a := range attributes() {
		f.attributes[a.name] = a.kind
	}
	for _, r := range routes {
		f.routes[r.Name] = r
	}
	return f
}

// found resolves both containers of a route as trackers would.
func found(r reconcile.Rules) reconcile.Rules {
	for _, e := range []*reconcile.End{&r.Left, &r.Right} {
		e.Container = ticket.Container{ID: "id-" + e.Label(), Key: strings.ToUpper(e.Label()), Name: e.Label()}
	}
	return r
}

// updates lists what was asked under a name, without its arguments.
func (f *fakeTemporal) updates(name string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, a := range f.asked {
		words := strings.SplitN(a, " ", 3)
		if words[1] == name {
			out = append(out, words[0])
		}
	}
	return out
}

func (f *fakeTemporal) DescribeTaskQueue(context.Context, string, enumspb.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	out := &workflowservice.DescribeTaskQueueResponse{}
	switch {
	case f.lost:
		out.Pollers = []*taskqueuepb.PollerInfo{{LastAccessTime: timestamppb.New(time.Unix(1000, 0))}}
	case !f.noWorker:
		out.Pollers = []*taskqueuepb.PollerInfo{{LastAccessTime: timestamppb.Now()}}
	}
	return out, nil
}

func (f *fakeTemporal) CountWorkflow(_ context.Context, r *workflowservice.CountWorkflowExecutionsRequest) (*workflowservice.CountWorkflowExecutionsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range attributes() {
		if _, ok := f.attributes[a.name]; !ok && strings.Contains(r.GetQuery(), a.name) {
			return nil, serviceerror.NewInvalidArgument("no such search attribute: " + a.name)
		}
	}
	return &workflowservice.CountWorkflowExecutionsResponse{}, nil
}

// ListWorkflow understands the type, the key and the status of a query.
func (f *fakeTemporal) ListWorkflow(_ context.Context, r *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := &workflowservice.ListWorkflowExecutionsResponse{}
	q := r.GetQuery()
	if strings.Contains(q, "'"+addressing.Route+"'") {
		for name := range f.routes {
			out.Executions = append(out.Executions, f.info(addressing.RouteID(name)))
		}
		return out, nil
	}
	for id, p := range f.pairs {
		byKey := strings.Contains(q, "= '"+p.view.Left.Key+"'") || strings.Contains(q, "= '"+p.view.Right.Key+"'")
		running := p.status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
		switch {
		case strings.Contains(q, addressing.AttrLeftKey) && !byKey:
		case strings.Contains(q, "ExecutionStatus = 'Running'") && !running:
		case strings.Contains(q, "ExecutionStatus IN") && !strings.Contains(q, "'"+p.status.String()+"'"):
		default:
			out.Executions = append(out.Executions, f.info(id))
		}
	}
	return out, nil
}

func (f *fakeTemporal) DescribeWorkflowExecution(_ context.Context, id, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info := f.info(id)
	if info == nil {
		return nil, serviceerror.NewNotFound("no such workflow")
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: info}, nil
}

func (f *fakeTemporal) payload(v any) *commonpb.Payload {
	p, err := converter.GetDefaultDataConverter().ToPayload(v)
	require.NoError(f.t, err)
	return p
}

func (f *fakeTemporal) info(id string) *workflowpb.WorkflowExecutionInfo {
	info := &workflowpb.WorkflowExecutionInfo{
		Execution: &commonpb.WorkflowExecution{WorkflowId: id, RunId: "run-of-" + id},
		Type:      &commonpb.WorkflowType{Name: addressing.Pair},
		Status:    enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
		StartTime: timestamppb.New(time.Unix(5000, 0)),
	}
	if name, err := addressing.ParseRouteID(id); err == nil {
		rules, ok := f.routes[name]
		if !ok {
			return nil
		}
		info.Type.Name = addressing.Route
		info.Memo = &commonpb.Memo{Fields: map[string]*commonpb.Payload{addressing.MemoRules: f.payload(rules)}}
		return info
	}
	if st, ok := f.sweeps[id]; ok {
		info.Type.Name = addressing.Sweep
		info.Memo = &commonpb.Memo{Fields: map[string]*commonpb.Payload{addressing.MemoSweep: f.payload(st)}}
		return info
	}
	if f.aliases[id] {
		info.Type.Name = addressing.Alias
		return info
	}
	p, ok := f.pairs[id]
	if !ok {
		return nil
	}
	info.Status = p.status
	info.SearchAttributes = &commonpb.SearchAttributes{IndexedFields: map[string]*commonpb.Payload{
		addressing.AttrRoute: f.payload(p.view.Route), addressing.AttrState: f.payload(p.view.State),
		addressing.AttrReason:  f.payload(string(p.view.Reason)),
		addressing.AttrLeftKey: f.payload(p.view.Left.Key), addressing.AttrRightKey: f.payload(p.view.Right.Key),
	}}
	if !p.view.SyncedAt.IsZero() {
		info.SearchAttributes.IndexedFields[addressing.AttrSyncedAt] = f.payload(p.view.SyncedAt)
	}
	return info
}

// answer is an encoded value, an update's handle and a started run in one.
type answer struct {
	client.WorkflowUpdateHandle
	data []byte
	err  error
}

func (a answer) HasValue() bool { return true }

func (a answer) get(out any) error {
	if a.err != nil || out == nil || reflect.ValueOf(out).IsNil() {
		return a.err
	}
	return json.Unmarshal(a.data, out)
}

type queried struct{ answer }

func (q queried) Get(out any) error { return q.get(out) }

type updated struct{ answer }

func (u updated) Get(_ context.Context, out any) error { return u.get(out) }

func (f *fakeTemporal) QueryWorkflow(ctx context.Context, id, _, _ string, _ ...any) (converter.EncodedValue, error) {
	f.mu.Lock()
	p := f.pairs[id]
	f.mu.Unlock()
	if p == nil || p.mute {
		return nil, context.DeadlineExceeded
	}
	data, err := json.Marshal(p.view)
	return queried{answer{data: data, err: err}}, nil
}

type started struct {
	client.WithStartWorkflowOperation
}

func (f *fakeTemporal) NewWithStartWorkflowOperation(client.StartWorkflowOptions, any, ...any) client.WithStartWorkflowOperation {
	return started{}
}

func (f *fakeTemporal) UpdateWithStartWorkflow(ctx context.Context, o client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	return f.update(ctx, o.UpdateOptions, true)
}

func (f *fakeTemporal) UpdateWorkflow(ctx context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	return f.update(ctx, o, false)
}

func (f *fakeTemporal) update(ctx context.Context, o client.UpdateWorkflowOptions, start bool) (client.WorkflowUpdateHandle, error) {
	if f.lost {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	args, err := json.Marshal(o.Args)
	require.NoError(f.t, err)
	f.asked = append(f.asked, o.WorkflowID+" "+o.UpdateName+" "+string(args))
	if name, err := addressing.ParseRouteID(o.WorkflowID); err == nil {
		return f.updateRoute(name, o), nil
	}
	p, ok := f.pairs[o.WorkflowID]
	if !start && (!ok || p.status != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING) {
		return nil, serviceerror.NewNotFound("workflow execution already completed")
	}
	if ok && p.refuse != nil {
		return updated{answer{err: p.refuse}}, nil
	}
	return updated{}, nil
}

func (f *fakeTemporal) updateRoute(name string, o client.UpdateWorkflowOptions) client.WorkflowUpdateHandle {
	current, known := f.routes[name]
	var result any
	switch arg := first(o.Args).(type) {
	case reconcile.Rules:
		if o.UpdateName == addressing.UpdateCheck {
			check := f.check(arg)
			if known {
				check.Current = &current
			}
			result = check
			break
		}
		arg.Name, arg.Version, arg.Since, arg.Removed = name, current.Version+1, time.Unix(9000, 0).UTC(), false
		f.routes[name] = arg
		result = arg
	case workflows.Judge:
		at, ok := f.tickets[arg.Key]
		if !ok || at.ref.Connection != current.End(arg.Side).Connection {
			return updated{answer{err: temporal.NewNonRetryableApplicationError("read ticket: not-found", "not-found", nil)}}
		}
		result = map[string]any{"ref": at.ref, "key": arg.Key, "url": "https://" + at.ref.Connection + ".example.com/" + arg.Key, "verdicts": at.verdicts}
	}
	data, err := json.Marshal(result)
	return updated{answer{data: data, err: err}}
}

func first(args []any) any {
	if len(args) == 0 {
		return nil
	}
	return args[0]
}

func (f *fakeTemporal) OperatorService() operatorservice.OperatorServiceClient {
	return fakeOperator{temporal: f}
}

type fakeOperator struct {
	operatorservice.OperatorServiceClient
	temporal *fakeTemporal
}

func (o fakeOperator) ListSearchAttributes(context.Context, *operatorservice.ListSearchAttributesRequest, ...grpc.CallOption) (*operatorservice.ListSearchAttributesResponse, error) {
	o.temporal.mu.Lock()
	defer o.temporal.mu.Unlock()
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: o.temporal.attributes}, o.temporal.closed
}

func (o fakeOperator) AddSearchAttributes(_ context.Context, r *operatorservice.AddSearchAttributesRequest, _ ...grpc.CallOption) (*operatorservice.AddSearchAttributesResponse, error) {
	o.temporal.mu.Lock()
	defer o.temporal.mu.Unlock()
	for name, kind := range r.GetSearchAttributes() {
		o.temporal.attributes[name] = kind
	}
	return &operatorservice.AddSearchAttributesResponse{}, o.temporal.closed
}
