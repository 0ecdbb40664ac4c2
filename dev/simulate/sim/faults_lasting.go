package sim

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/starter"
	"github.com/ticketsync/ticketsync/ticket"
)

// rejoin unlinks a pair, lets a person edit, and links the two again.
func rejoin(ctx context.Context, p *play, random *rand.Rand) bool {
	g := p.whole(ctx, random)
	if g == nil || p.workerOff {
		return false
	}
	t := g.ties[random.IntN(len(g.ties))]
	if !p.divide(ctx, t) {
		return false
	}
	e := []*end{t.from, t.to}[random.IntN(2)]
	word := fmt.Sprintf("apart%d", random.IntN(1000))
	edit := p.set(g, e, p.places[e.place], ticket.Title, func(string) string { return g.tag + " " + word + " of " + e.conn }, word)
	if err := edit.do(ctx); err != nil {
		p.note("%s: %v", e.key, err)
	}
	if err := starter.Link(ctx, p.Client, t.from.key, t.to.key, starter.Console{Out: p.logs}); err != nil {
		p.note("link %s with %s: %v", t.from.key, t.to.key, err)
		return true
	}
	t.unlinked = false
	p.note("%s unlinked and linked again", t.id())
	return true
}

// dismissed is the status that dismiss takes away. Jira moves the issues that
// have it to another.
const dismissed = "In Review"

// dismiss takes a status out of a Jira workflow, or puts it back.
func dismiss(ctx context.Context, p *play, random *rand.Rand) bool {
	if p.dismissed {
		_ = p.readmit(ctx)
		return false
	}
	p.dismissed = p.control(ctx, p.JiraURL, "statuses", map[string]string{"project": "ENG", "remove": dismissed}) == nil
	return p.dismissed
}

func (p *play) readmit(ctx context.Context) error {
	if !p.dismissed {
		return nil
	}
	p.dismissed = false
	return p.control(ctx, p.JiraURL, "statuses", map[string]string{"project": "ENG", "add": dismissed, "category": "indeterminate", "after": "In Progress"})
}

// clone is a person who clones an issue and gives the clone a title of its own:
// it is a ticket like any other then.
func clone(ctx context.Context, p *play, random *rand.Rand) bool {
	g := p.whole(ctx, random)
	if g == nil || p.born >= mostGroups {
		return false
	}
	for _, e := range g.ends {
		if e.conn != "jira" {
			continue
		}
		var made struct{ ID, Key string }
		if people.Control(ctx, p.JiraURL, "POST", "/_sandbox/clone", map[string]string{"issue": e.id}, &made) != nil {
			return false
		}
		p.born++
		c := p.grow(fmt.Sprintf("T%02d", p.born), e.place, people.Shown{ID: made.ID, Key: made.Key})
		edit := p.set(c, c.ends[0], p.places[e.place], ticket.Title, func(string) string { return c.tag + " cloned" }, "")
		if err := edit.do(ctx); err != nil {
			p.note("%s: %v", made.Key, err)
		}
		p.groups = append(p.groups, c)
		p.note("%s (%s) cloned as %s (%s)", e.key, g.tag, made.Key, c.tag)
		return true
	}
	return false
}
