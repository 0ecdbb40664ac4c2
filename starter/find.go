package starter

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// run is the latest run of a pair, as Temporal lists it.
type run struct {
	id      string
	runID   string
	started time.Time
	status  enumspb.WorkflowExecutionStatus
	// last is what the search attributes say; they may be a second old.
	last workflows.View
}

func (r run) running() bool { return r.status == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING }

// ended reports whether somebody or something ended the run from outside. A
// run that completed was skipped: there was no pair.
func (r run) ended() bool {
	return !r.running() && r.status != enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED &&
		r.status != enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW
}

// list returns the runs that a visibility query matches.
func list(ctx context.Context, c client.Client, query string) ([]run, error) {
	var out []run
	var page []byte
	for {
		answer, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query, NextPageToken: page})
		if err != nil {
			return nil, fmt.Errorf("list pairs: %w", plain(err))
		}
		for _, info := range answer.GetExecutions() {
			out = append(out, runOf(info))
		}
		if page = answer.GetNextPageToken(); len(page) == 0 {
			return out, nil
		}
	}
}

func runOf(info *workflowpb.WorkflowExecutionInfo) run {
	r := run{
		id: info.GetExecution().GetWorkflowId(), runID: info.GetExecution().GetRunId(),
		started: info.GetStartTime().AsTime(), status: info.GetStatus(),
	}
	fields := info.GetSearchAttributes().GetIndexedFields()
	text := func(name string) (s string) {
		if p, ok := fields[name]; ok {
			_ = converter.GetDefaultDataConverter().FromPayload(p, &s) // another type of value is as good as none
		}
		return s
	}
	r.last = workflows.View{
		Route: text(addressing.AttrRoute), WorkflowID: r.id, State: text(addressing.AttrState),
		Reason: ticket.Reason(text(addressing.AttrReason)),
		Left:   workflows.TicketView{Key: text(addressing.AttrLeftKey)},
		Right:  workflows.TicketView{Key: text(addressing.AttrRightKey)},
		Fields: []workflows.FieldView{}, Journal: []workflows.Entry{},
	}
	if p, ok := fields[addressing.AttrSyncedAt]; ok {
		_ = converter.GetDefaultDataConverter().FromPayload(p, &r.last.SyncedAt)
	}
	if r.last.State == "" {
		r.last.State = workflows.Syncing // it has not come to say so
	}
	return r
}

// latest keeps one run for each pair: the one that runs, else the newest. A
// pair whose newest run completed has none.
func latest(runs []run) []run {
	best := map[string]run{}
	for _, r := range runs {
		was, ok := best[r.id]
		if !ok || r.running() || !was.running() && r.started.After(was.started) {
			best[r.id] = r
		}
	}
	out := []run{}
	for _, r := range best {
		if r.running() || r.ended() {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b run) int { return strings.Compare(a.id, b.id) })
	return out
}

// byKey lists the pairs that one of whose tickets has the key.
func byKey(ctx context.Context, c client.Client, key string) ([]run, error) {
	runs, err := list(ctx, c, fmt.Sprintf("WorkflowType = '%s' AND ExecutionStatus != 'ContinuedAsNew' AND (%s = '%s' OR %s = '%s')",
		addressing.Pair, addressing.AttrLeftKey, key, addressing.AttrRightKey, key))
	if err != nil {
		return nil, err
	}
	return latest(runs), nil
}

// pairAt returns the pair that runs under a workflow id right now, whatever
// the lists say yet. other tells that something else runs there: an alias.
func pairAt(ctx context.Context, c client.Client, id string) (found *run, other bool, err error) {
	answer, err := c.DescribeWorkflowExecution(ctx, id, "")
	if missing(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("describe %s: %w", id, plain(err))
	}
	info := answer.GetWorkflowExecutionInfo()
	r := runOf(info)
	switch {
	case !r.running():
		return nil, false, nil
	case info.GetType().GetName() != addressing.Pair:
		return nil, true, nil
	}
	return &r, false, nil
}

var keyShape = regexp.MustCompile(`^[A-Z0-9][A-Z0-9_.]*-[0-9]+$`)

// ParseKey returns a ticket's key in its own spelling. It takes the key in any
// case, or the address of the ticket's page if that ends with the key.
func ParseKey(s string) (string, error) {
	key := strings.TrimRight(strings.TrimSpace(s), "/")
	key = strings.ToUpper(key[strings.LastIndex(key, "/")+1:])
	if !keyShape.MatchString(key) {
		return "", BadInput("%q is no ticket key: write one such as ENG-45", s)
	}
	return key, nil
}

// place is one side of a route, where a ticket may be.
type place struct {
	rules reconcile.Rules
	side  ticket.Side
}

func (p place) end() reconcile.End { return p.rules.End(p.side) }

func (p place) other() string { return p.rules.End(p.side.Other()).Connection }

// places lists the sides whose container the key's prefix names, and every
// side where none is: a ticket may be where no route is.
func places(routes []reconcile.Rules, key string) []place {
	var named, all []place
	for _, r := range routes {
		if r.Removed {
			continue
		}
		for _, side := range []ticket.Side{ticket.Left, ticket.Right} {
			p := place{r, side}
			all = append(all, p)
			if strings.EqualFold(p.end().Container.Key, ticket.KeyPrefix(key)) {
				named = append(named, p)
			}
		}
	}
	if len(named) > 0 {
		return named
	}
	return all
}

// compareKeys sorts ENG-9 before ENG-10.
func compareKeys(a, b string) int {
	pa, na, _ := strings.Cut(a, "-")
	pb, nb, _ := strings.Cut(b, "-")
	return cmp.Or(cmp.Compare(pa, pb), cmp.Compare(len(na), len(nb)), cmp.Compare(na, nb))
}
