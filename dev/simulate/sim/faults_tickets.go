package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
)

// whole draws a group all of whose tickets are known and replicated: what
// happens to tickets for good happens to each group once at most.
func (p *play) whole(ctx context.Context, random *rand.Rand) *group {
	g := p.groups[random.IntN(len(p.groups))]
	p.discover(ctx, g)
	if len(g.found()) < len(g.ends) {
		return nil
	}
	for _, t := range g.ties {
		if !t.replicates() {
			return nil
		}
	}
	return g
}

// remove is a person who deletes a ticket.
func remove(ctx context.Context, p *play, random *rand.Rand) bool {
	g := p.whole(ctx, random)
	if g == nil {
		return false
	}
	e := g.ends[random.IntN(len(g.ends))]
	if persist(ctx, func() error { return p.places[e.place].Remove(ctx, e.id) }) != nil {
		return false
	}
	e.fate = gone
	p.note("%s (%s) deleted", e.key, g.tag)
	return true
}

// hide makes a ticket private, and writes what must not get out then.
func hide(ctx context.Context, p *play, random *rand.Rand) bool {
	g := p.whole(ctx, random)
	if g == nil {
		return false
	}
	e := g.ends[random.IntN(len(g.ends))]
	place := p.places[e.place]
	if persist(ctx, func() error { return place.Hide(ctx, e.id, true) }) != nil {
		return false
	}
	e.fate = hidden
	word := fmt.Sprintf("canary-%d-%s-hidden", p.seed, g.tag)
	g.secrets = append(g.secrets, secret{e.conn, word})
	p.note("%s (%s) private", e.key, g.tag)
	err := persist(ctx, func() error {
		return place.Set(ctx, e.id, people.Values{ticket.Title: g.tag + " " + word, ticket.Description: word})
	})
	if err == nil {
		err = persist(ctx, func() error {
			_, err := place.Say(ctx, e.id, word)
			return err
		})
	}
	if err != nil {
		p.note("%s: %v", e.key, err)
	}
	return true
}

// move takes an issue to a project that no route covers.
func move(ctx context.Context, p *play, random *rand.Rand) bool {
	g := p.whole(ctx, random)
	if g == nil {
		return false
	}
	for _, e := range g.ends {
		if e.conn != "jira" {
			continue
		}
		if p.control(ctx, p.JiraURL, "move", map[string]string{"issue": e.id, "project": "HELP"}) != nil {
			return false
		}
		e.fate = away
		p.note("%s (%s) moved out", e.key, g.tag)
		return true
	}
	return false
}

// forbid takes the account's permission to see some containers, or gives it
// back.
func forbid(ctx context.Context, p *play, random *rand.Rand) bool {
	if p.permit(ctx) != nil || random.IntN(2) == 0 {
		return false
	}
	if random.IntN(2) == 0 {
		return p.browse(ctx, "linear", []string{"PRO", "PLT"}[random.IntN(2)], false) == nil
	}
	return p.browse(ctx, "jira", []string{"ENG", "OPS"}[random.IntN(2)], false) == nil
}

// permit gives the account all its permissions.
func (p *play) permit(ctx context.Context) error {
	for key, conn := range map[string]string{"PRO": "linear", "PLT": "linear", "ENG": "jira", "OPS": "jira"} {
		if err := p.browse(ctx, conn, key, true); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) browse(ctx context.Context, conn, key string, may bool) error {
	what := "project"
	if conn == "linear" {
		what = "team"
	}
	return p.control(ctx, p.root(conn), "permission", map[string]any{what: key, "user": "bot", "browse": may})
}

// crossing is how long an operator waits for an answer.
const crossing = 15 * time.Second
