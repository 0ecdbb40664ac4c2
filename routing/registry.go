package routing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
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
)

// Registry knows the settings of every route, as published in the memos of
// the Route workflows, and remembers them for a few seconds.
type Registry struct {
	client client.Client
	log    *slog.Logger
	maxAge time.Duration
	now    func() time.Time

	mu    sync.Mutex
	known map[string]reconcile.Rules // by route name
	read  time.Time
}

// NewRegistry returns a registry that reads again after maxAge.
func NewRegistry(c client.Client, log *slog.Logger, maxAge time.Duration) *Registry {
	return &Registry{client: c, log: log, maxAge: maxAge, now: time.Now, known: map[string]reconcile.Rules{}}
}

// Rules returns every route that was ever applied, removed ones included,
// sorted by name. A failed reading answers with what is known, if anything is.
func (r *Registry) Rules(ctx context.Context) ([]reconcile.Rules, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read.IsZero() || r.now().Sub(r.read) >= r.maxAge {
		if err := r.refresh(ctx); err != nil {
			if r.read.IsZero() {
				return nil, err
			}
			r.log.WarnContext(ctx, "routes not refreshed", "error", err)
		}
	}
	out := make([]reconcile.Rules, 0, len(r.known))
	for _, rules := range r.known {
		out = append(out, rules)
	}
	slices.SortFunc(out, func(a, b reconcile.Rules) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Forget makes the next call of Rules read again.
func (r *Registry) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.read.IsZero() {
		r.read = time.Unix(0, 1)
	}
}

// refresh lists the Route workflows and describes each: the listing may lag,
// a description does not. A route that an operator terminated is started again
// from its last memo.
func (r *Registry) refresh(ctx context.Context) error {
	names := map[string]bool{}
	for name := range r.known {
		names[name] = true
	}
	var page []byte
	for {
		answer, err := r.client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			Query: "WorkflowType = '" + addressing.Route + "'", NextPageToken: page,
		})
		if err != nil {
			return fmt.Errorf("list routes: %w", err)
		}
		for _, e := range answer.GetExecutions() {
			if name, err := addressing.ParseRouteID(e.GetExecution().GetWorkflowId()); err == nil {
				names[name] = true
			}
		}
		if page = answer.GetNextPageToken(); len(page) == 0 {
			break
		}
	}
	for name := range names {
		if err := r.describe(ctx, name); err != nil {
			return err
		}
	}
	r.read = r.now()
	return nil
}

func (r *Registry) describe(ctx context.Context, name string) error {
	id := addressing.RouteID(name)
	answer, err := r.client.DescribeWorkflowExecution(ctx, id, "")
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return r.restore(ctx, name)
	}
	if err != nil {
		return fmt.Errorf("describe route %s: %w", name, err)
	}
	info := answer.GetWorkflowExecutionInfo()
	rules, ok, err := rulesOf(info)
	if err != nil {
		return fmt.Errorf("read settings of route %s: %w", name, err)
	}
	if !ok {
		return nil // being applied for the first time
	}
	if info.GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING &&
		info.GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW {
		r.log.WarnContext(ctx, "route was ended from outside, starting it again", "route", name, "status", info.GetStatus().String())
		r.known[name] = rules
		return r.restore(ctx, name)
	}
	r.known[name] = rules
	return nil
}

// restore starts a route again with the settings last known; one that is not
// known here is nobody's any more.
func (r *Registry) restore(ctx context.Context, name string) error {
	rules, ok := r.known[name]
	if !ok {
		return nil
	}
	if _, err := r.client.ExecuteWorkflow(ctx, RouteOptions(name, &rules), addressing.Route, rules); err != nil {
		return fmt.Errorf("start route %s again: %w", name, err)
	}
	return nil
}

// RouteOptions are the start options of a Route run. Rules, when there are
// any, are published from its first moment.
func RouteOptions(name string, rules *reconcile.Rules) client.StartWorkflowOptions {
	o := client.StartWorkflowOptions{
		ID:                       addressing.RouteID(name),
		TaskQueue:                addressing.TaskQueue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}
	if rules != nil {
		o.Memo = map[string]any{addressing.MemoRules: *rules}
	}
	return o
}

func rulesOf(info *workflowpb.WorkflowExecutionInfo) (rules reconcile.Rules, ok bool, err error) {
	var payload *commonpb.Payload
	if payload, ok = info.GetMemo().GetFields()[addressing.MemoRules]; !ok {
		return rules, false, nil
	}
	err = converter.GetDefaultDataConverter().FromPayload(payload, &rules)
	return rules, err == nil, err
}
