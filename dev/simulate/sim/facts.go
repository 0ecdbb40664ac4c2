package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// facts are what there is to see at one moment.
type facts struct {
	tickets map[string][]people.Shown // by place, as a search finds them
	shown   map[*end]people.Shown
	heard   map[*end][]people.Said
	links   map[*end]int
	views   map[*tie]workflows.View
	// journals are those of all runs a pair ever had; only the last look at a
	// play reads them.
	journals map[*tie][]workflows.Entry
}

// look gathers the facts.
func (p *play) look(ctx context.Context) (*facts, error) {
	f := &facts{tickets: map[string][]people.Shown{}, shown: map[*end]people.Shown{}, heard: map[*end][]people.Said{},
		links: map[*end]int{}, views: map[*tie]workflows.View{}, journals: map[*tie][]workflows.Entry{}}
	for name, place := range p.places {
		all, err := place.All(ctx)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", name, err)
		}
		f.tickets[name] = all
	}
	for _, g := range p.groups {
		p.discover(ctx, g)
		for _, t := range g.ties {
			v, err := p.view(ctx, t.id(), "")
			if err != nil {
				v = workflows.View{State: "missing", Detail: err.Error()}
			}
			f.views[t] = v
			if p.apart(f, g) {
				p.side(f, g, t)
			}
			t.unlinked = t.unlinked || t.doubtful && v.Reason == ticket.UnlinkedByOperator
		}
		for _, e := range g.found() {
			if e.fate == gone {
				continue
			}
			if err := f.see(ctx, p.places[e.place], e); err != nil {
				return nil, fmt.Errorf("look at %s: %w", e.key, err)
			}
		}
	}
	return f, nil
}

func (f *facts) see(ctx context.Context, at people.Place, e *end) (err error) {
	if f.shown[e], err = at.Look(ctx, e.id); err != nil {
		return err
	}
	heard, err := at.Heard(ctx, e.id)
	if err != nil {
		return err
	}
	// A copy that others replied to is emptied where it would be deleted.
	f.heard[e] = slices.DeleteFunc(heard, func(s people.Said) bool { return strings.Contains(s.Text, "This comment was deleted.") })
	f.links[e], err = at.Links(ctx, e.id)
	return err
}

// view asks a pair how it stands.
func (p *play) view(ctx context.Context, id, run string) (v workflows.View, err error) {
	answer, err := p.Client.QueryWorkflow(ctx, id, run, addressing.QueryStatus)
	if err != nil {
		return v, err
	}
	return v, answer.Get(&v)
}

// read reads the journals, those of runs that were ended from outside too.
func (p *play) read(ctx context.Context, f *facts) error {
	for _, g := range p.groups {
		for _, t := range g.ties {
			runs, err := p.runs(ctx, "WorkflowId = '"+t.id()+"'")
			if err != nil {
				return err
			}
			for _, run := range runs {
				if run.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW {
					continue // its successor carries the journal
				}
				v, err := p.view(ctx, t.id(), run.GetExecution().GetRunId())
				if err != nil {
					p.note("journal of %s %s cannot be read: %v", t.id(), run.GetExecution().GetRunId(), err)
					continue
				}
				f.journals[t] = append(f.journals[t], v.Journal...)
			}
		}
	}
	return nil
}

// runs lists what Temporal knows of.
func (p *play) runs(ctx context.Context, query string) (out []*workflowpb.WorkflowExecutionInfo, err error) {
	var page []byte
	for {
		answer, err := p.Client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query, NextPageToken: page})
		if err != nil {
			return nil, fmt.Errorf("list runs: %w", err)
		}
		out = append(out, answer.GetExecutions()...)
		if page = answer.GetNextPageToken(); len(page) == 0 {
			return out, nil
		}
	}
}

// idle reports whether no pair is at work: a call whose answer is awaited, or
// never comes, will be repeated, however long ago it took effect.
func (p *play) idle(ctx context.Context) (bool, error) {
	runs, err := p.runs(ctx, "ExecutionStatus = 'Running' AND WorkflowType = '"+addressing.Pair+"'")
	if err != nil {
		return false, err
	}
	for _, run := range runs {
		id := run.GetExecution()
		d, err := p.Client.DescribeWorkflowExecution(ctx, id.GetWorkflowId(), id.GetRunId())
		if err != nil {
			return false, fmt.Errorf("describe %s: %w", id.GetWorkflowId(), err)
		}
		if len(d.GetPendingActivities()) > 0 {
			return false, nil
		}
	}
	return true, nil
}

// journal prints a pair's journal, for a finding.
func (f *facts) journal(t *tie) string {
	var out strings.Builder
	entries := f.journals[t]
	if entries == nil {
		entries = f.views[t].Journal
	}
	for _, e := range entries {
		fmt.Fprintf(&out, "\n      %s %s | %s | %s", e.At.Local().Format("15:04:05.000"), e.What, e.From, e.To)
	}
	return out.String()
}
