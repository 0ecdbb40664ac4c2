package sim

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
)

// group is a ticket with its replicas, and what people did to them. Every title
// that people write begins with the group's tag.
type group struct {
	tag  string
	mu   sync.Mutex
	ends []*end // the origin first
	// ties are the pairs there should be.
	ties     []*tie
	edits    []edit
	comments []*comment
	// secrets are texts that must not leave the connection of their end.
	secrets []secret
	raced   int // how often somebody was faster than ticketsync
	// astray tells that people were at work on a duplicate.
	astray bool
}

// end is one of a group's tickets.
type end struct {
	place string // key of world.places
	conn  string
	id    string // "" until somebody has found it
	key   string
	fate  fate
}

// fate is what became of a ticket for good.
type fate string

const (
	alive  fate = ""
	gone   fate = "deleted"
	hidden fate = "private"
	away   fate = "moved away"
)

// tie is a pair of a group's tickets.
type tie struct {
	route    string
	from, to *end // origin and replica
	unlinked bool
	// doubtful tells that an operator's unlink ended without an answer.
	doubtful bool
	paused   bool
}

// replicates reports whether the two are still kept alike.
func (t *tie) replicates() bool {
	return !t.unlinked && t.from.fate == alive && t.to.fate == alive
}

func (t *tie) id() string {
	return ticket.PairID(ticket.Ref{Connection: t.from.conn, ID: t.from.id}, t.to.conn)
}

// back is the id under which the replica's alias runs.
func (t *tie) back() string {
	return ticket.PairID(ticket.Ref{Connection: t.to.conn, ID: t.to.id}, t.from.conn)
}

// edit is one field that a person has set.
type edit struct {
	at          *end
	field       ticket.Field
	value       string
	mark        string // a word that only this edit has, "" where it has none
	begin, done time.Time
}

// comment is what a person has said.
type comment struct {
	at      *end
	by      people.Place // only who wrote it may change it
	id      string
	mark    string // a word that only this comment has
	version int
	private bool
	deleted bool
}

func (c *comment) text() string { return fmt.Sprintf("said %s version v%d.", c.mark, c.version) }

// secret is a word in a private text.
type secret struct{ conn, word string }

var tagOf = regexp.MustCompile(`^(?:CLONE - )?(T\d+) `)

// birth makes a ticket, and the group it will become.
func (p *play) birth(ctx context.Context, at string) error {
	p.born++
	tag := fmt.Sprintf("T%02d", p.born)
	place := p.places[at]
	var made people.Shown
	begin := time.Now()
	err := persist(ctx, func() (err error) {
		made, err = place.Create(ctx, tag+" born", "Since **"+tag+"**.", people.Values{ticket.Priority: "medium"})
		return err
	})
	if err != nil {
		return fmt.Errorf("create a ticket at %s: %w", at, err)
	}
	g := p.grow(tag, at, made)
	done := time.Now()
	first := people.Values{ticket.Title: made.Title, ticket.Description: people.Plain(made.Text), ticket.Priority: "medium"}
	for field, value := range first {
		g.edits = append(g.edits, edit{g.ends[0], field, value, "", begin, done})
	}
	p.groups = append(p.groups, g)
	p.note("%s born as %s at %s", g.tag, made.Key, at)
	return nil
}

// grow tells what a new ticket will become under the routes.
func (p *play) grow(tag, at string, made people.Shown) *group {
	origin := &end{place: at, conn: p.places[at].Connection(), id: made.ID, key: made.Key}
	g := &group{tag: tag}
	g.ends = append(g.ends, origin)
	for _, r := range p.using {
		if r.left != at && r.right != at {
			continue
		}
		other := r.left
		if r.left == at {
			other = r.right
		}
		replica := &end{place: other, conn: p.places[other].Connection()}
		g.ends = append(g.ends, replica)
		g.ties = append(g.ties, &tie{route: r.name, from: origin, to: replica})
	}
	return g
}

// discover looks for the group's tickets that nobody has found yet.
func (p *play) discover(ctx context.Context, g *group) {
	for _, e := range g.ends {
		if e.id != "" {
			continue
		}
		all, err := p.places[e.place].All(ctx)
		if err != nil {
			continue
		}
		i := slices.IndexFunc(all, func(s people.Shown) bool { return strings.HasPrefix(s.Title, g.tag+" ") })
		if i >= 0 {
			g.mu.Lock()
			e.id, e.key = all[i].ID, all[i].Key
			g.mu.Unlock()
		}
	}
}

// found are the ends that people can work on.
func (g *group) found() (out []*end) {
	for _, e := range g.ends {
		if e.id != "" {
			out = append(out, e)
		}
	}
	return out
}

// persist does what a person tries again until it works: trackers limit people,
// too.
func persist(ctx context.Context, act func() error) error {
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if err = act(); err == nil || !strings.Contains(err.Error(), "HTTP 429") && !strings.Contains(err.Error(), "RATELIMITED") {
			return err
		}
		if stopped := pause(ctx, 200*time.Millisecond); stopped != nil {
			return stopped
		}
	}
	return err
}
