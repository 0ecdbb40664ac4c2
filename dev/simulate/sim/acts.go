package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
)

// act is what a person has made up their mind to do to a ticket.
type act struct {
	name string
	do   func(ctx context.Context) error
}

// decide draws what a person does at one end of a group. Marks make it
// recognisable later.
func (p *play) decide(random *rand.Rand, g *group, e *end, mark string) act {
	place := p.places[e.place]
	if random.IntN(3) == 0 {
		place = p.others[e.place]
	}
	switch n := random.IntN(20); {
	case n < 4:
		return p.set(g, e, place, ticket.Title, func(string) string { return g.tag + " " + mark + " of " + e.conn }, mark)
	case n < 7:
		return p.set(g, e, place, ticket.Description, func(string) string { return g.tag + " **" + mark + "** of " + e.conn }, mark)
	case n < 9:
		return p.set(g, e, place, ticket.Priority, another(random, "low", "medium", "high", "urgent"), "")
	case n < 11:
		return p.set(g, e, place, ticket.Assignee, another(random, "alice", "bob", ""), "")
	case n < 14:
		return p.status(random, g, e, place)
	case n < 17:
		return p.say(random, g, e, place, mark)
	case n < 19:
		return p.change(random, g, e)
	}
	return p.whisper(g, e, place, mark)
}

// another draws a value that differs from the present one: setting a value
// again is no edit.
func another(random *rand.Rand, values ...string) func(string) string {
	n := random.IntN(len(values) - 1)
	return func(present string) string {
		rest := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == present })
		return rest[n%len(rest)]
	}
}

func (p *play) set(g *group, e *end, place people.Place, field ticket.Field, next func(string) string, mark string) act {
	return act{string(field), func(ctx context.Context) error {
		begin, value := time.Now(), ""
		err := persist(ctx, func() error {
			now, err := place.Look(ctx, e.id)
			if err != nil {
				return err
			}
			value = next(now.Value(field))
			return place.Set(ctx, e.id, people.Values{field: value})
		})
		if err == nil {
			if field == ticket.Description {
				value = people.Plain(value)
			}
			g.edited(edit{e, field, value, mark, begin, time.Now()})
		}
		return err
	}}
}

func (p *play) status(random *rand.Rand, g *group, e *end, place people.Place) act {
	n := random.IntN(100)
	return act{"status", func(ctx context.Context) error {
		begin, value := time.Now(), ""
		err := persist(ctx, func() error {
			now, err := place.Look(ctx, e.id)
			if err != nil {
				return err
			}
			names, err := place.Statuses(ctx, e.id)
			if err != nil {
				return err
			}
			names = slices.DeleteFunc(names, func(s string) bool { return s == now.Status })
			value = names[n%len(names)]
			return place.SetStatus(ctx, e.id, value)
		})
		if err == nil {
			g.edited(edit{e, ticket.Status, value, "", begin, time.Now()})
		}
		return err
	}}
}

func (g *group) edited(one edit) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.edits = append(g.edits, one)
}

// say writes a comment, where the tracker has replies sometimes as one.
func (p *play) say(random *rand.Rand, g *group, e *end, place people.Place, mark string) act {
	n := random.IntN(4)
	return act{"comment", func(ctx context.Context) error {
		c := &comment{at: e, by: place, mark: mark, version: 1}
		err := persist(ctx, func() (err error) {
			if heard, listed := place.Heard(ctx, e.id); n == 0 && listed == nil && len(heard) > 0 {
				c.id, err = place.Reply(ctx, e.id, heard[0].ID, c.text())
			}
			if c.id == "" {
				c.id, err = place.Say(ctx, e.id, c.text())
			}
			return err
		})
		if err == nil {
			g.mu.Lock()
			g.comments = append(g.comments, c)
			g.mu.Unlock()
		}
		return err
	}}
}

// change rewords a comment or takes it back.
func (p *play) change(random *rand.Rand, g *group, e *end) act {
	n, gone := random.IntN(100), random.IntN(3) == 0
	return act{"reword", func(ctx context.Context) error {
		g.mu.Lock()
		own := slices.DeleteFunc(slices.Clone(g.comments), func(c *comment) bool { return c.at != e || c.deleted || c.private })
		g.mu.Unlock()
		if len(own) == 0 {
			return nil
		}
		c := own[n%len(own)]
		if gone {
			err := persist(ctx, func() error { return c.by.Unsay(ctx, e.id, c.id) })
			if err == nil {
				c.deleted = true
			}
			return err
		}
		next := *c
		next.version++
		err := persist(ctx, func() error { return c.by.Reword(ctx, e.id, c.id, next.text()) })
		if err == nil {
			c.version = next.version
		}
		return err
	}}
}

// whisper writes what must not leave the tracker.
func (p *play) whisper(g *group, e *end, place people.Place, mark string) act {
	return act{"note", func(ctx context.Context) error {
		word := fmt.Sprintf("canary-%d-%s-%s", p.seed, g.tag, mark)
		var id string
		err := persist(ctx, func() (err error) {
			id, err = place.Note(ctx, e.id, word)
			return err
		})
		if errors.Is(err, errors.ErrUnsupported) {
			return nil
		}
		if err == nil {
			g.mu.Lock()
			g.secrets = append(g.secrets, secret{e.conn, word})
			g.comments = append(g.comments, &comment{at: e, id: id, mark: word, private: true})
			g.mu.Unlock()
		}
		return err
	}}
}
