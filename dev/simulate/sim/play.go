package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

// play is one seed being played.
type play struct {
	*world
	seed   uint64
	faults []string
	plant  string
	using  []route
	groups []*group
	born   int
	begun  time.Time
	result *Result
	mu     sync.Mutex
	// What faults have changed and the end changes back.
	workerOff bool
	applied   bool // settings were applied again
	statuses  []reconcile.StatusRule
	dismissed bool // a status was taken out of a workflow
	// temporalOff is set while Temporal is stopped, outages count what people do
	// then, and lostAt is when all it knew was lost, journals too.
	temporalOff bool
	outages     int
	touches     int // how often people touched every ticket
	lostAt      time.Time
	// before is what was found to be lost by then, forgotten are the edits that
	// had given way to others.
	before    []Finding
	forgotten map[edit]bool
}

// most tickets that people make in one play.
const mostGroups = 11

// Play plays one seed. An error is a mistake of the simulation or of the
// machine; what the product did wrong is in the result.
func Play(ctx context.Context, o Options) (*Result, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	defer cancel()
	w, err := newWorld(ctx, o)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	p := &play{world: w, seed: o.Seed, faults: o.Faults, plant: o.Plant, using: routes, begun: time.Now(),
		result: &Result{Seed: o.Seed, Faults: map[string]int{}}}
	p.killer.tell(p.note, p.hit)
	for _, f := range p.fronts {
		f.tell(p.hit)
	}
	p.statuses = w.File.Routes[0].Status
	if len(w.clocks) > 0 {
		p.result.Faults["clocks"]++
		p.note("fault: clocks %v", w.clocks)
	}
	if err := p.act(ctx, o.Steps); err != nil {
		return p.result, err
	}
	if err := p.heal(ctx); err != nil {
		return p.result, fmt.Errorf("heal: %w", err)
	}
	if err := p.judge(ctx); err != nil {
		return p.result, fmt.Errorf("judge: %w", err)
	}
	p.count()
	return p.result, nil
}

// act plays the steps. Each has dice of its own, so that what happens in one
// does not change what is drawn in the next.
func (p *play) act(ctx context.Context, steps int) error {
	if steps == 0 {
		steps = usualSteps
	}
	places := []string{"it", "eng", "product", "pro", "ops", "plt"}
	for step := range steps {
		random := rand.New(rand.NewPCG(p.seed, uint64(step))) //nolint:gosec // to be repeated
		switch {
		case step < len(places) || p.born < mostGroups && random.IntN(12) == 0:
			at := places[step%len(places)]
			if step >= len(places) {
				at = places[random.IntN(len(places))]
			}
			if err := p.birth(ctx, at); err != nil {
				return err
			}
		case len(p.faults) > 0 && random.IntN(5) < 2:
			p.strike(ctx, random)
		default:
			if err := p.work(ctx, random, step); err != nil {
				return err
			}
		}
		if err := pause(ctx, time.Duration(random.Int64N(int64(longestPause)))); err != nil {
			return err
		}
	}
	return nil
}

// work lets a person do something to a ticket, sometimes two at once, on
// different sides.
func (p *play) work(ctx context.Context, random *rand.Rand, step int) error {
	g := p.groups[random.IntN(len(p.groups))]
	p.discover(ctx, g)
	ends := slices.DeleteFunc(g.found(), func(e *end) bool { return e.fate == gone })
	if len(ends) == 0 {
		return nil
	}
	random.Shuffle(len(ends), func(i, j int) { ends[i], ends[j] = ends[j], ends[i] })
	if random.IntN(4) != 0 {
		ends = ends[:1]
	}
	failed := make([]error, len(ends))
	var all sync.WaitGroup
	for n, e := range ends {
		a := p.decide(random, g, e, fmt.Sprintf("w%dx%d", step, n))
		all.Go(func() {
			if err := a.do(ctx); err != nil {
				failed[n] = fmt.Errorf("%s of %s at %s: %w", a.name, g.tag, e.place, err)
				return
			}
			p.note("%s at %s (%s)", a.name, e.key, g.tag)
		})
	}
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// note writes a line of the play's own log.
func (p *play) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.result.Log = append(p.result.Log, time.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

func (p *play) count() {
	for _, g := range p.groups {
		p.result.Edits += len(g.edits) + len(g.comments)
		for _, c := range g.comments {
			p.result.Edits += max(c.version-1, 0)
		}
		// What a ticket is born with is one edit.
		p.result.Edits -= len([]ticket.Field{ticket.Title, ticket.Description, ticket.Priority}) - 1
	}
	_, p.result.Writes = p.calls()
	p.result.Took = time.Since(p.begun)
}
