package sim

import (
	"context"
	"math/rand/v2"

	"github.com/ticketsync/ticketsync/addressing"
)

// otherwise is what a route's name ends with when it is not called as usual.
const otherwise = "-renamed"

// rename gives a route another name in the file, or its own again, and removes
// the one that was applied under the name it had.
func rename(ctx context.Context, p *play, random *rand.Rand) bool {
	n := random.IntN(len(p.File.Routes))
	r := &p.File.Routes[n]
	before := r.Name
	if r.Name = p.using[n].name; r.Name == before {
		r.Name += otherwise
	}
	if !p.tryApply(ctx) {
		return false
	}
	if err := p.ask(ctx, addressing.RouteID(before), addressing.UpdateRemove); err != nil {
		p.note("remove %s: %v", before, err)
	}
	p.note("route %s renamed %s", before, r.Name)
	return true
}

// withdraw removes a route that the file still has, or applies the file.
func withdraw(ctx context.Context, p *play, random *rand.Rand) bool {
	if random.IntN(2) == 0 {
		p.tryApply(ctx)
		return false
	}
	name := p.File.Routes[random.IntN(len(p.File.Routes))].Name
	p.applied = true // the end applies the file
	if p.ask(ctx, addressing.RouteID(name), addressing.UpdateRemove) != nil {
		return false
	}
	p.note("route %s removed", name)
	return true
}

// reroute applies the file with the names it had. New names are removed only
// then, for each ticket has a route at any time.
func (p *play) reroute(ctx context.Context) error {
	for i := range p.File.Routes {
		p.File.Routes[i].Name = p.using[i].name
	}
	if err := p.apply(ctx); err != nil || !p.struck("renamed") {
		return err
	}
	for _, r := range p.using {
		// Most were never applied, which is an error.
		_ = p.ask(ctx, addressing.RouteID(r.name+otherwise), addressing.UpdateRemove)
	}
	return nil
}
