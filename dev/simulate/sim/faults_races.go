package sim

import (
	"context"
	"math/rand/v2"

	"github.com/ticketsync/ticketsync/ticket"
)

// hang has the tracker do what the next write asks, and never answer.
func hang(_ context.Context, p *play, random *rand.Rand) bool {
	p.fronts[connections[random.IntN(len(connections))]].trouble(trouble{kind: "timeout", writes: true, times: 1})
	return false // not yet
}

// overtake has two people set the title on both sides, the second in the
// moment before ticketsync writes the first's.
func overtake(ctx context.Context, p *play, random *rand.Rand) bool {
	g := p.whole(ctx, random)
	if g == nil {
		return false
	}
	t := g.ties[random.IntN(len(g.ties))]
	from, to := t.from, t.to
	if random.IntN(2) == 0 {
		from, to = to, from
	}
	g.raced++
	word := func(e *end) string { return g.tag + " race" + string(rune('a'+g.raced)) + " of " + e.conn }
	second := p.set(g, to, p.places[to.place], ticket.Title, func(string) string { return word(to) }, "")
	p.fronts[to.conn].trouble(trouble{kind: "read-write", writes: true, times: 1, about: word(from), meanwhile: func() {
		if err := second.do(ctx); err != nil {
			p.note("overtake at %s: %v", to.key, err)
			return
		}
		p.note("title of %s set before ours of %s was written", to.key, from.key)
	}})
	first := p.set(g, from, p.places[from.place], ticket.Title, func(string) string { return word(from) }, "")
	if err := first.do(ctx); err != nil {
		p.note("overtake at %s: %v", from.key, err)
	}
	return false // not before the write comes
}

// interrupt has a person reword a comment or take it back, or both, in the
// moment before its copy is made.
func interrupt(ctx context.Context, p *play, random *rand.Rand) bool {
	g := p.whole(ctx, random)
	if g == nil {
		return false
	}
	t := g.ties[random.IntN(len(g.ties))]
	reword, unsay := random.IntN(3) > 0, random.IntN(3) > 0
	place := p.places[t.from.place]
	g.raced++
	// The judge knows comments by marks like those of steps.
	c := &comment{at: t.from, by: place, mark: "w9" + string(rune('0'+g.raced%10)) + string(rune('0'+g.raced/10)) + "x0", version: 1}
	p.fronts[t.to.conn].trouble(trouble{kind: "comment-race", writes: true, times: 1, about: c.text(), meanwhile: func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if next := (&comment{mark: c.mark, version: 2}); reword && persist(ctx, func() error { return place.Reword(ctx, t.from.id, c.id, next.text()) }) == nil {
			c.version = 2
		}
		if unsay && persist(ctx, func() error { return place.Unsay(ctx, t.from.id, c.id) }) == nil {
			c.deleted = true
		}
		p.note("comment %s of %s while it was copied: version %d, deleted %v", c.mark, t.from.key, c.version, c.deleted)
	}})
	g.mu.Lock()
	defer g.mu.Unlock()
	err := persist(ctx, func() (err error) {
		c.id, err = place.Say(ctx, t.from.id, c.text())
		return err
	})
	if err != nil {
		return false
	}
	g.comments = append(g.comments, c)
	return false // not before the copy is made
}
