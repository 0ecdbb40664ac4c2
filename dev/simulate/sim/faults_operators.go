package sim

import (
	"context"
	"math/rand/v2"
	"slices"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
)

// ask gives an operator's order to a workflow.
func (p *play) ask(ctx context.Context, id, update string) error {
	if p.workerOff {
		return context.DeadlineExceeded
	}
	ctx, cancel := context.WithTimeout(ctx, crossing)
	defer cancel()
	handle, err := p.Client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: update, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	return handle.Get(ctx, nil)
}

// rest pauses a pair, or resumes those that are paused.
func rest(ctx context.Context, p *play, random *rand.Rand) bool {
	if random.IntN(3) == 0 {
		_ = p.resume(ctx)
		return false
	}
	g := p.groups[random.IntN(len(p.groups))]
	t := g.ties[random.IntN(len(g.ties))]
	// It may be lost on the way back: it is resumed in any case.
	t.paused = true
	return p.ask(ctx, t.id(), addressing.UpdatePause) == nil
}

func (p *play) resume(ctx context.Context) (err error) {
	for _, g := range p.groups {
		for _, t := range g.ties {
			if t.paused {
				if one := p.ask(ctx, t.id(), addressing.UpdateResume); one != nil {
					err = one
					continue
				}
				t.paused = false
			}
		}
	}
	return err
}

// again has a pair try what it holds.
func again(ctx context.Context, p *play, random *rand.Rand) bool {
	g := p.groups[random.IntN(len(p.groups))]
	return p.ask(ctx, g.ties[random.IntN(len(g.ties))].id(), addressing.UpdateRetry) == nil
}

// part unlinks a pair for good.
func part(ctx context.Context, p *play, random *rand.Rand) bool {
	g := p.whole(ctx, random)
	if g == nil {
		return false
	}
	t := g.ties[random.IntN(len(g.ties))]
	if p.ask(ctx, t.id(), addressing.UpdateUnlink) != nil {
		return false
	}
	t.unlinked = true
	p.note("%s unlinked", t.id())
	return true
}

// disable disables a route, or enables all.
func disable(ctx context.Context, p *play, random *rand.Rand) bool {
	off := random.IntN(2) == 0
	n := random.IntN(len(p.File.Routes))
	p.enable()
	if off {
		p.File.Routes[n].Enabled = new(bool)
	}
	return p.tryApply(ctx) && off
}

func (p *play) enable() {
	for i := range p.File.Routes {
		p.File.Routes[i].Enabled = nil
	}
}

// unmap takes a status out of a route's map, or mends it.
func unmap(ctx context.Context, p *play, random *rand.Rand) bool {
	hole := random.IntN(2) == 0
	p.mend()
	if hole {
		r := &p.File.Routes[0]
		r.Status = slices.DeleteFunc(slices.Clone(r.Status), func(s reconcile.StatusRule) bool { return s.Left == "Waiting" })
	}
	return p.tryApply(ctx) && hole
}

func (p *play) mend() { p.File.Routes[0].Status = p.statuses }

// tryApply is an operator who applies the file, and breaks off where a rate limit
// would make it take minutes.
func (p *play) tryApply(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, crossing)
	defer cancel()
	return p.apply(ctx) == nil
}

func (p *play) apply(ctx context.Context) error {
	if p.workerOff {
		return context.DeadlineExceeded
	}
	p.applied = true
	err := p.Apply(ctx, p.logs)
	if err != nil {
		p.note("apply: %v", err)
	}
	return err
}
