package workflows

import (
	"context"
	"slices"
	"sync"

	"go.temporal.io/sdk/temporal"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/trackers"
)

// played stands in for what activities ask of Temporal, and for the routes.
type played struct {
	*activities.Activities
	mu       sync.Mutex
	routes   []reconcile.Rules
	answer   activities.Answer
	asking   func() // runs in the middle of Ask
	asked    []activities.AskParams
	enlisted []activities.EnlistParams
	roused   []activities.RouseParams
	sweeps   []activities.SweepParams
	sweep    func(n int) (*activities.SweepResult, error)
	audits   int
	census   func(n int) *activities.CensusResult
	counted  []activities.CensusParams
	stopped  []activities.StopParams
	broken   map[string]bool // activities that fail for ever
	ended    bool            // an earlier run was ended from outside
}

func (a *played) fault(name string) error {
	if a.broken[name] {
		return temporal.NewNonRetryableApplicationError(name+" broken", string(trackers.Unavailable), nil)
	}
	return nil
}

func (a *played) Meet(ctx context.Context, p activities.MeetParams) (*activities.MeetResult, error) {
	met, err := a.Activities.Meet(ctx, p)
	if err == nil {
		met.Interrupted = a.ended
	}
	return met, err
}

func (a *played) Ask(_ context.Context, p activities.AskParams) (activities.Answer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, p)
	if a.asking != nil {
		a.asking()
		a.asking = nil
	}
	return a.answer, a.fault("Ask")
}

func (a *played) Enlist(_ context.Context, p activities.EnlistParams) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.enlisted = append(a.enlisted, p)
	return a.fault("Enlist")
}

func (a *played) Rouse(_ context.Context, p activities.RouseParams) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.roused = append(a.roused, p)
	return a.fault("Rouse")
}

func (a *played) Sweep(_ context.Context, p activities.SweepParams) (*activities.SweepResult, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sweeps = append(a.sweeps, p)
	return a.sweep(len(a.sweeps))
}

func (a *played) Audit(context.Context, activities.AuditParams) (*activities.AuditResult, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.audits++
	return &activities.AuditResult{}, a.fault("Audit")
}

func (a *played) Census(_ context.Context, p activities.CensusParams) (*activities.CensusResult, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.counted = append(a.counted, p)
	out := &activities.CensusResult{}
	if a.census != nil {
		out = a.census(len(a.counted))
	}
	return out, a.fault("Census")
}

func (a *played) StopRoute(_ context.Context, p activities.StopParams) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = append(a.stopped, p)
	return a.fault("StopRoute")
}

// knownRoutes hands the routes of a world to its activities.
type knownRoutes struct{ a *played }

func (r knownRoutes) Rules(context.Context) ([]reconcile.Rules, error) {
	r.a.mu.Lock()
	defer r.a.mu.Unlock()
	return slices.Clone(r.a.routes), nil
}

func (knownRoutes) Forget() {}
