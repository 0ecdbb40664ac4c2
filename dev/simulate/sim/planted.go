package sim

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// plants are bugs, made by falsifying what an activity reports: a simulation
// that does not find them would find nothing.
var plants = map[string]func(result any){
	// A replica that may be there already is never found.
	"find-before-create": func(result any) {
		if found, ok := result.(*[]trackers.Found); ok {
			*found = nil
		}
	},
	// Copies of ours look like comments of people.
	"echo": onTickets(func(s *ticket.Snapshot) {
		for i := range s.Comments {
			s.Comments[i].Token = ""
		}
	}),
	// What is private looks public.
	"privacy": onTickets(func(s *ticket.Snapshot) {
		s.Private = ""
		for i := range s.Comments {
			s.Comments[i].Private = ""
		}
	}),
	// What was written is remembered as something else than the tracker has.
	"baseline": func(result any) {
		switch r := result.(type) {
		case *trackers.Result:
			misremember(r)
		case *trackers.Created:
			misremember(r.Result)
		}
	},
}

// Plants are the names of all bugs that can be planted.
func Plants() []string { return slices.Sorted(maps.Keys(plants)) }

func onTickets(falsify func(*ticket.Snapshot)) func(any) {
	return func(result any) {
		switch r := result.(type) {
		case *activities.FetchResult:
			for _, one := range r.Tickets {
				if one.Ticket != nil {
					falsify(one.Ticket)
				}
			}
		case *activities.MeetResult:
			if r.Ticket != nil {
				falsify(r.Ticket)
			}
		}
	}
}

func misremember(r *trackers.Result) {
	if r == nil {
		return
	}
	r.Snapshot = nil
	for i := range r.Fields {
		r.Fields[i].Stored += "x"
	}
}

// planted returns what plants a bug, nothing for "".
func planted(bug string) ([]interceptor.WorkerInterceptor, error) {
	if bug == "" {
		return nil, nil
	}
	falsify, ok := plants[bug]
	if !ok {
		return nil, fmt.Errorf("unknown bug %q: plant one of %v", bug, Plants())
	}
	return []interceptor.WorkerInterceptor{&planter{falsify: falsify}}, nil
}

type planter struct {
	interceptor.WorkerInterceptorBase
	falsify func(any)
}

// InterceptActivity is the worker's call.
func (p *planter) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &falsified{interceptor.ActivityInboundInterceptorBase{Next: next}, p.falsify}
}

type falsified struct {
	interceptor.ActivityInboundInterceptorBase
	falsify func(any)
}

// ExecuteActivity falsifies what the activity reports.
func (a *falsified) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	result, err := a.Next.ExecuteActivity(ctx, in)
	if err != nil || result == nil {
		return result, err
	}
	if found, ok := result.([]trackers.Found); ok && activity.GetInfo(ctx).ActivityType.Name == "Find" {
		a.falsify(&found)
		return found, nil
	}
	a.falsify(result)
	return result, nil
}
