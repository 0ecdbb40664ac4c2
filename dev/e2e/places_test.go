package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
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

// check reports the first value that differs from what is wanted. A description
// has to begin with what is wanted: a replica's may have a last line of ours.
func check(s people.Shown, want people.Values) error {
	for name, value := range want {
		got := s.Value(name)
		if name == ticket.Description && strings.HasPrefix(got, value) {
			continue
		}
		if got != value {
			return fmt.Errorf("%s of %s is %q, not %q", name, s.Key, got, value)
		}
	}
	return nil
}

// route is a route of the file, with its places.
type route struct {
	name        string
	left, right func(*world) people.Place
}

var (
	itDesk      = func(w *world) people.Place { return people.Desk{Ravenna: w.rav, Channel: "IT Support"} }
	productDesk = func(w *world) people.Place { return people.Desk{Ravenna: w.rav, Channel: "Product"} }
	engBoard    = func(w *world) people.Place { return people.Board{Jira: w.jira, Project: "ENG", IssueType: "Bug"} }
	opsBoard    = func(w *world) people.Place { return people.Board{Jira: w.jira, Project: "OPS", IssueType: "Task"} }
	proTeam     = func(w *world) people.Place { return people.Team{Linear: w.linear, Key: "PRO"} }
	pltTeam     = func(w *world) people.Place { return people.Team{Linear: w.linear, Key: "PLT"} }

	routes = []route{
		{"it-to-eng", itDesk, engBoard}, {"product-to-linear", productDesk, proTeam}, {"ops-to-linear", opsBoard, pltTeam},
	}
)

// ways runs a test for both directions of some routes, all on one world.
func (w *world) ways(t *testing.T, of []route, test func(w *world, here, there people.Place)) {
	for _, r := range of {
		for _, way := range [][2]func(*world) people.Place{{r.left, r.right}, {r.right, r.left}} {
			here, there := way[0](w), way[1](w)
			t.Run(here.Connection()+" to "+there.Connection(), func(t *testing.T) {
				w := *w
				w.T = t
				test(&w, here, there)
			})
		}
	}
}

// one waits for the one ticket with this title.
func (w *world) one(at people.Place, title string) (out people.Shown) {
	w.Helper()
	w.eventually(title+" at "+at.Connection(), func() error {
		list, err := at.All(w.ctx)
		n := 0
		for _, s := range list {
			if s.Title == title {
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
func (w *world) reads(at people.Place, id string, want people.Values) {
	w.Helper()
	w.eventually(fmt.Sprintf("%v at %s", want, at.Connection()), func() error {
		s, err := at.Look(w.ctx, id)
		if err != nil {
			return err
		}
		return check(s, want)
	})
}

// stays requires that a ticket has these values once all is quiet.
func (w *world) stays(at people.Place, id string, want people.Values) {
	w.Helper()
	w.quiet()
	s, err := at.Look(w.ctx, id)
	require.NoError(w, err)
	require.NoError(w, check(s, want))
}

// holds requires that a place has so many tickets.
func (w *world) holds(at people.Place, tickets int) {
	w.Helper()
	list, err := at.All(w.ctx)
	require.NoError(w, err)
	require.Len(w, list, tickets, at.Connection())
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
