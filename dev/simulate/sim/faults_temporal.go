package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
)

// outage stops Temporal under all that needs it, while people go on.
func outage(ctx context.Context, p *play, random *rand.Rand) bool {
	p.StopTemporal()
	p.temporalOff = true
	for range 1 + random.IntN(3) {
		p.outages++
		// The judge knows edits by marks like those of steps.
		if err := p.work(ctx, random, 1000+p.outages); err != nil {
			p.note("while Temporal was off: %v", err)
		}
	}
	if err := p.recover(ctx); err != nil {
		p.note("%v", err)
	}
	return true
}

func (p *play) recover(ctx context.Context) error {
	if !p.temporalOff {
		return nil
	}
	err := p.StartTemporal(ctx)
	p.temporalOff = err != nil
	return err
}

// lose takes all that Temporal knows away, once in a play: the markers on the
// tickets are all that is left of the links. It ends the other faults and waits
// until nothing is under way: what was, is then for the conflict rule to decide,
// and a create call that nobody remembers may be made twice.
func lose(ctx context.Context, p *play, _ *rand.Rand) bool {
	if !p.lostAt.IsZero() || p.workerOff {
		return false
	}
	if err := p.heal(ctx); err != nil {
		p.note("heal before Temporal is lost: %v", err)
		return false
	}
	f := p.settled(ctx)
	if f == nil || p.read(ctx, f) != nil {
		p.note("it does not come to rest, and Temporal is not lost")
		return false
	}
	p.remember(f)
	if err := p.LoseTemporal(ctx); err != nil {
		p.note("%v", err)
		return false
	}
	p.lostAt, p.workerOff, p.applied = time.Now(), false, true
	for _, g := range p.groups {
		for _, t := range g.ties {
			t.paused = false
		}
	}
	p.tryApply(ctx)
	return true
}

// settled waits for a moment at which all is as it should be; nil when none comes.
func (p *play) settled(ctx context.Context) *facts {
	for begin := time.Now(); time.Since(begin) < crossing; {
		if f, err := p.look(ctx); err == nil && len(p.standing(f)) == 0 {
			if idle, err := p.idle(ctx); err == nil && idle {
				return f
			}
		}
		if pause(ctx, 300*time.Millisecond) != nil {
			return nil
		}
	}
	return nil
}

// touch has people do something to every ticket, so that each pair that was
// lost comes back, and from both sides at once. Where routes came and went,
// they touch those that have no replica yet: nobody looks at them otherwise.
func (p *play) touch(ctx context.Context) error {
	all, late := !p.lostAt.IsZero(), p.struck("renamed") || p.struck("removed")
	p.touches++
	random := rand.New(rand.NewPCG(p.seed, 0)) //nolint:gosec // to be repeated
	for n, g := range p.groups {
		p.discover(ctx, g)
		if !all && (!late || len(g.found()) == len(g.ends)) {
			continue
		}
		for i, e := range g.found() {
			if e.fate == gone {
				continue
			}
			a := p.say(random, g, e, p.places[e.place], fmt.Sprintf("w%dx%d", 1000*(1+p.touches)+n, i))
			if i == n%2 {
				a = p.set(g, e, p.places[e.place], ticket.Priority, another(random, "low", "medium", "high", "urgent"), "")
			}
			if err := a.do(ctx); err != nil {
				return fmt.Errorf("touch %s: %w", e.key, err)
			}
		}
	}
	return nil
}
