package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/ticket"
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

// silent requires that nothing is asked of any tracker any more. The first
// sweep, some seconds after a worker's start, is over by then.
func (w *world) silent() {
	w.Helper()
	for _, r := range w.File.Routes {
		w.running(addressing.SweepID(r.Left.Connection))
		w.running(addressing.SweepID(r.Right.Connection))
	}
	w.quiet()
	w.forget()
	w.quiet()
	for _, root := range w.Trackers() {
		require.Empty(w, w.requests(root))
	}
}
