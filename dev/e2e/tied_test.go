package e2e

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// tied is a ticket and its replica.
type tied struct {
	w           *world
	here, there place
	id, replica string
	key         string // of the replica
	pair        string
}

// tie makes a ticket and waits until its replica is there and all is quiet.
func (w *world) tie(here, there place, title string, set values) tied {
	w.Helper()
	made, err := here.create(title, "Since **today**.", set)
	require.NoError(w, err)
	replica := w.one(there, title)
	p := tied{w: w, here: here, there: there, id: made.id, replica: replica.id, key: replica.key,
		pair: ticket.PairID(ticket.Ref{Connection: here.connection(), ID: made.id}, there.connection())}
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
func (p tied) sends(to values) {
	p.w.Helper()
	require.NoError(p.w, p.here.set(p.id, to))
	want := values{}
	for name, value := range to {
		if want[name] = value; name == ticket.Description {
			want[name] = plain(value)
		}
	}
	p.w.reads(p.there, p.replica, want)
}

// says writes a comment here, waits for its copy there, and returns its id.
func (p tied) says(text string) string {
	p.w.Helper()
	id, err := p.here.say(p.id, text)
	require.NoError(p.w, err)
	p.w.eventually(text, func() error { return heard(p.there, p.replica, plain(text), 1) })
	return id
}

// agree waits until both have the same comments, each known by a part of it.
func (p tied) agree(parts ...string) {
	p.w.Helper()
	for at, id := range map[place]string{p.here: p.id, p.there: p.replica} {
		p.w.eventually("comments at "+at.connection(), func() error {
			list, err := at.heard(id)
			texts := make([]string, 0, len(list))
			for _, text := range list {
				texts = append(texts, plain(text))
			}
			return matches(texts, parts, err)
		})
	}
}

// heard reports whether so many comments hold a text.
func heard(at place, id, text string, times int) error {
	list, err := at.heard(id)
	n := 0
	for _, body := range list {
		if strings.Contains(plain(body), text) {
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
	for at, id := range map[place]string{p.here: p.id, p.there: p.replica} {
		p.w.eventually("one link at "+at.connection(), func() error {
			n, err := at.links(id)
			if err != nil || n != 1 {
				return fmt.Errorf("%d links %w", n, err)
			}
			return nil
		})
	}
}
