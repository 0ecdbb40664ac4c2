package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// place is one container of a tracker and alice in it, in words that all
// trackers share. Texts are plain, or hold **bold** words. Priorities are
// ticket.Level, people their first names.
type place interface {
	connection() string
	create(title, text string, set values) (shown, error)
	all() ([]shown, error)
	look(id string) (shown, error)
	set(id string, to values) error
	status(id, name string) error
	remove(id string) error
	say(id, text string) (comment string, err error)
	reword(id, comment, text string) error
	unsay(id, comment string) error
	heard(id string) ([]string, error)
	links(id string) (int, error)
}

// shown is a ticket as people see it; "" stands for none.
type shown struct{ id, key, title, text, priority, assignee, status string }

// values are fields by name; "" clears one.
type values map[ticket.Field]string

var (
	boldWord  = regexp.MustCompile(`\*\*(.+?)\*\*`)
	inlineTag = regexp.MustCompile(`</?(?:strong|em|code|a)\b[^>]*>`)
	blockTag  = regexp.MustCompile(`<[^>]*>`)
)

// bolds reports whether a text of some tracker has a bold word.
func bolds(text, word string) bool {
	for _, mark := range []string{"**%s**", "*%s*", "<strong>%s</strong>"} {
		if strings.Contains(text, fmt.Sprintf(mark, word)) {
			return true
		}
	}
	return false
}

// plain is a text without a tracker's marks, on one line.
func plain(text string) string {
	text = blockTag.ReplaceAllString(inlineTag.ReplaceAllString(text, ""), " ")
	return strings.Join(strings.Fields(strings.NewReplacer("{*}", "", "*", "", "_", "").Replace(text)), " ")
}

// check reports the first value that differs from what is wanted. A description
// has to begin with what is wanted: a replica's may have a last line of ours.
func (s shown) check(want values) error {
	for name, value := range want {
		got := map[ticket.Field]string{
			ticket.Title: s.title, ticket.Description: plain(s.text), ticket.Priority: s.priority,
			ticket.Assignee: s.assignee, ticket.Status: s.status,
		}[name]
		if name == ticket.Description && strings.HasPrefix(got, value) {
			continue
		}
		if got != value {
			return fmt.Errorf("%s of %s is %q, not %q", name, s.key, got, value)
		}
	}
	return nil
}

// route is a route of the file, with its places.
type route struct {
	name        string
	left, right func(*world) place
}

var (
	itDesk      = func(w *world) place { return desk{w, "IT Support"} }
	productDesk = func(w *world) place { return desk{w, "Product"} }
	engBoard    = func(w *world) place { return board{w, "ENG", "Bug"} }
	opsBoard    = func(w *world) place { return board{w, "OPS", "Task"} }
	proTeam     = func(w *world) place { return team{w, "PRO"} }
	pltTeam     = func(w *world) place { return team{w, "PLT"} }

	routes = []route{
		{"it-to-eng", itDesk, engBoard}, {"product-to-linear", productDesk, proTeam}, {"ops-to-linear", opsBoard, pltTeam},
	}
)

// ways runs a test for both directions of some routes, all on one world.
func (w *world) ways(t *testing.T, of []route, test func(w *world, here, there place)) {
	for _, r := range of {
		for _, way := range [][2]func(*world) place{{r.left, r.right}, {r.right, r.left}} {
			here, there := way[0](w), way[1](w)
			t.Run(here.connection()+" to "+there.connection(), func(t *testing.T) {
				w := *w
				w.T = t
				test(&w, way[0](&w), way[1](&w))
			})
		}
	}
}

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

// one waits for the one ticket with this title.
func (w *world) one(at place, title string) (out shown) {
	w.Helper()
	w.eventually(title+" at "+at.connection(), func() error {
		list, err := at.all()
		n := 0
		for _, s := range list {
			if s.title == title {
				out, n = s, n+1
			}
		}
		if err != nil || n != 1 {
			return fmt.Errorf("%d of %d tickets %w", n, len(list), err)
		}
		return nil
	})
	return out
}

// reads waits until a ticket has these values.
func (w *world) reads(at place, id string, want values) {
	w.Helper()
	w.eventually(fmt.Sprintf("%v at %s", want, at.connection()), func() error {
		s, err := at.look(id)
		if err != nil {
			return err
		}
		return s.check(want)
	})
}

// stays requires that a ticket has these values once all is quiet.
func (w *world) stays(at place, id string, want values) {
	w.Helper()
	w.quiet()
	s, err := at.look(id)
	require.NoError(w, err)
	require.NoError(w, s.check(want))
}

// holds requires that a place has so many tickets.
func (w *world) holds(at place, tickets int) {
	w.Helper()
	list, err := at.all()
	require.NoError(w, err)
	require.Len(w, list, tickets, at.connection())
}

// silent requires that nothing is asked of any tracker any more.
func (w *world) silent() {
	w.Helper()
	w.quiet()
	w.forget()
	w.quiet()
	for _, root := range w.Trackers() {
		require.Empty(w, w.requests(root))
	}
}
