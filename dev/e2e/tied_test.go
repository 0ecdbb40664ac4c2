package e2e

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// tied is a ticket and its replica.
type tied struct {
	w           *world
	here, there people.Place
	id, replica string
	key         string // of the replica
	pair        string
}

// tie makes a ticket and waits until its replica is there and all is quiet.
func (w *world) tie(here, there people.Place, title string, set people.Values) tied {
	w.Helper()
	made, err := here.Create(w.ctx, title, "Since **today**.", set)
	require.NoError(w, err)
	replica := w.one(there, title)
	p := tied{w: w, here: here, there: there, id: made.ID, replica: replica.ID, key: replica.Key,
		pair: ticket.PairID(ticket.Ref{Connection: here.Connection(), ID: made.ID}, there.Connection())}
	w.settled(p.pair, workflows.IsLinked, "")
	w.quiet()
	return p
}

// flip is the same pair seen from the replica.
func (p tied) flip() tied {
	p.here, p.there, p.id, p.replica = p.there, p.here, p.replica, p.id
	return p
}

// sends sets fields here and waits for them there.
func (p tied) sends(to people.Values) {
	p.w.Helper()
	require.NoError(p.w, p.here.Set(p.w.ctx, p.id, to))
	want := people.Values{}
	for name, value := range to {
		if want[name] = value; name == ticket.Description {
			want[name] = people.Plain(value)
		}
	}
	p.w.reads(p.there, p.replica, want)
}

// says writes a comment here, waits for its copy there, and returns its id.
func (p tied) says(text string) string {
	p.w.Helper()
	id, err := p.here.Say(p.w.ctx, p.id, text)
	require.NoError(p.w, err)
	p.w.eventually(text, func() error { return p.w.heard(p.there, p.replica, people.Plain(text), 1) })
	return id
}

// agree waits until both have the same comments, each known by a part of it.
func (p tied) agree(parts ...string) {
	p.w.Helper()
	for _, p := range []tied{p, p.flip()} {
		p.w.eventually("comments at "+p.here.Connection(), func() error {
			texts, err := p.w.plain(p.here, p.id)
			return matches(texts, parts, err)
		})
	}
}

// plain are the texts of a ticket's comments, without marks.
func (w *world) plain(at people.Place, id string) (out []string, err error) {
	list, err := at.Heard(w.ctx, id)
	for _, c := range list {
		out = append(out, people.Plain(c.Text))
	}
	return out, err
}

// heard reports whether so many comments hold a text.
func (w *world) heard(at people.Place, id, text string, times int) error {
	list, err := w.plain(at, id)
	n := 0
	for _, body := range list {
		if strings.Contains(body, text) {
			n++
		}
	}
	if err != nil || n != times {
		return fmt.Errorf("%d comments with %q among %q %w", n, text, list, err)
	}
	return nil
}

// linkedOnce waits until each of the two carries one visible link.
func (p tied) linkedOnce() {
	p.w.Helper()
	for _, p := range []tied{p, p.flip()} {
		p.w.eventually("one link at "+p.here.Connection(), func() error {
			n, err := p.here.Links(p.w.ctx, p.id)
			if err != nil || n != 1 {
				return fmt.Errorf("%d links %w", n, err)
			}
			return nil
		})
	}
}
