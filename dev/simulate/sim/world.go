package sim

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/dev/stack"
	"github.com/ticketsync/ticketsync/reconcile"
)

// route is a route of the play, with its places by connection.
type route struct {
	name        string
	left, right string // keys of world.places
}

// routes are the routes of the play. The last gives tickets of the help desk's
// channel a second replica.
var routes = []route{
	{"it-to-eng", "it", "eng"}, {"product-to-linear", "product", "pro"},
	{"ops-to-linear", "ops", "plt"}, {"it-to-linear", "it", "plt"},
}

// world is the whole product in one process, with the sandbox and fronts
// between the two.
type world struct {
	*stack.Stack
	logs       *stack.Logs
	fronts     map[string]*front // by connection
	killer     *killer
	converters *converters
	sweep      time.Duration            // between two sweeps
	clocks     map[string]time.Duration // that are wrong, by connection
	// places are the containers, with Alice in them; others with Bob.
	places, others map[string]people.Place
}

func newWorld(ctx context.Context, o Options) (*world, error) {
	w := &world{logs: &stack.Logs{}, fronts: map[string]*front{}, killer: &killer{killed: map[string]bool{}, note: func(string, ...any) {}, hit: func(string) {}}, converters: &converters{}}
	if w.sweep = sweep; o.Seed%2 == 1 {
		w.sweep = rarely
	}
	var failed error
	around, err := planted(o.Plant)
	if err != nil {
		return nil, err
	}
	s, err := stack.Start(ctx, stack.Options{
		Ravenna: "127.0.0.1:0", Jira: "127.0.0.1:0", Linear: "127.0.0.1:0", Flashduty: "127.0.0.1:0",
		Receiver: "127.0.0.1:0", Temporal: "127.0.0.1:0", Config: o.Config, Out: w.logs,
		Log:          slog.New(slog.NewTextHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelInfo})),
		Edit:         func(f *config.File) { failed = w.edit(ctx, f, o) },
		Interceptors: append(around, w.converters, w.killer), Receive: w.killer.receive,
	})
	if err == nil && failed != nil {
		s.Close()
		err = failed
	}
	if err != nil {
		w.closeFronts()
		return nil, fmt.Errorf("start the stack: %w", err)
	}
	w.Stack = s
	w.places, w.others = w.people("alice"), w.people("bob")
	// People look far more often than they do in real life.
	limits := map[string]int{"requests": 1_000_000, "complexity": 1_000_000_000}
	if err := w.control(ctx, s.LinearURL, "limits", limits); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Close ends everything.
func (w *world) Close() {
	w.Stack.Close()
	w.closeFronts()
}

func (w *world) closeFronts() {
	for _, f := range w.fronts {
		f.close()
	}
}

// edit shortens what waits for minutes, puts a front before each tracker, and
// adds the route that makes second replicas.
func (w *world) edit(ctx context.Context, f *config.File, o Options) error {
	f.Routes = slices.DeleteFunc(f.Routes, func(r reconcile.Rules) bool {
		_, tells := r.Announces()
		return tells
	})
	for _, r := range f.Routes {
		if r.Name == "ops-to-linear" {
			r.Name = "it-to-linear"
			r.Left = f.Routes[0].Left
			f.Routes = append(f.Routes, r)
			break
		}
	}
	if slices.Contains(o.Faults, "temporal-lost") || slices.Contains(o.Faults, "renamed") {
		for i := range f.Routes {
			// Tickets without a replica are older than their route then.
			f.Routes[i].Existing = "on-update"
		}
	}
	for i := range f.Connections {
		c := &f.Connections[i]
		c.Sweep, c.Audit, c.Quiet, c.ConfirmDelete = w.sweep, audit, quiet, confirm
		if c.Kind == "flashduty" {
			continue
		}
		front, err := openFront(c.Kind, c.URL)
		if err != nil {
			return err
		}
		w.fronts[c.Name], c.URL = front, front.url
	}
	if slices.Contains(o.Faults, "clocks") {
		return w.misset(ctx, o.Seed)
	}
	return nil
}

func (w *world) people(name string) map[string]people.Place {
	rav, jira, linear := people.AtRavenna(w.RavennaURL, name), people.AtJira(w.JiraURL, name), people.AtLinear(w.LinearURL, name)
	return map[string]people.Place{
		"it": people.Desk{Ravenna: rav, Channel: "IT Support"}, "product": people.Desk{Ravenna: rav, Channel: "Product"},
		"eng": people.Board{Jira: jira, Project: "ENG", IssueType: "Bug"}, "ops": people.Board{Jira: jira, Project: "OPS", IssueType: "Task"},
		"pro": people.Team{Linear: linear, Key: "PRO"}, "plt": people.Team{Linear: linear, Key: "PLT"},
	}
}

// root is the address of a connection's tracker.
func (w *world) root(connection string) string {
	return map[string]string{"helpdesk": w.RavennaURL, "jira": w.JiraURL, "linear": w.LinearURL}[connection]
}

// connections are the trackers of the play.
var connections = []string{"helpdesk", "jira", "linear"}

// control steers a sandbox server.
func (w *world) control(ctx context.Context, root, what string, body any) error {
	return people.Control(ctx, root, "PUT", "/_sandbox/"+what, body, nil)
}

// calls are how often ticketsync asked the trackers, and how many of the calls
// were to write.
func (w *world) calls() (all, writes int) {
	for _, f := range w.fronts {
		a, b := f.counts()
		all, writes = all+a, writes+b
	}
	return all, writes
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
