package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/dev/stack"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// patience is how long anything may take to show on a busy machine. Tests
// wait for what they expect, never for a time.
const patience = 40 * time.Second

// world is the whole product in one process, with people on all sides.
type world struct {
	*testing.T
	*stack.Stack
	ctx context.Context
	// alice, on each tracker.
	rav     people.Ravenna
	jira    people.Jira
	linear  people.Linear
	logs    *stack.Logs
	options stack.Options
	// patience is how long anything may take here, if longer than usual.
	patience time.Duration
}

// option changes how a world is made.
type option func(*stack.Options)

// with edits the configuration.
func with(edit func(*config.File)) option {
	return func(o *stack.Options) {
		before := o.Edit
		o.Edit = func(f *config.File) {
			if before != nil {
				before(f)
			}
			edit(f)
		}
	}
}

// only keeps some of the file's routes, where it matters what no route covers.
func only(names ...string) option {
	return with(func(f *config.File) {
		f.Routes = slices.DeleteFunc(f.Routes, func(r reconcile.Rules) bool { return !slices.Contains(names, r.Name) })
	})
}

// quick shortens what waits for minutes in real life.
func quick(f *config.File) {
	for i := range f.Connections {
		c := &f.Connections[i]
		c.Sweep, c.Audit, c.Quiet, c.ConfirmDelete = time.Hour, time.Hour, 3*time.Second, time.Second
	}
}

// calm is quick, without the routes that only tell of changes: they read a
// Jira issue once more for each edit.
func calm(f *config.File) {
	quick(f)
	f.Routes = slices.DeleteFunc(f.Routes, func(r reconcile.Rules) bool {
		_, tells := r.Announces()
		return tells
	})
}

// telling keeps those routes.
func telling(o *stack.Options) { o.Edit = quick }

// sweeping polls every second.
func sweeping(f *config.File) {
	for i := range f.Connections {
		f.Connections[i].Sweep, f.Connections[i].Audit = time.Second, 2*time.Second
	}
}

func newWorld(t *testing.T, options ...option) *world {
	t.Helper()
	sink := &stack.Logs{}
	o := stack.Options{
		Ravenna: "127.0.0.1:0", Jira: "127.0.0.1:0", Linear: "127.0.0.1:0", Flashduty: "127.0.0.1:0",
		Receiver: "127.0.0.1:0", Temporal: "127.0.0.1:0",
		Config: filepath.Join("..", "ticketsync.yaml"), Edit: calm, Out: sink,
		Log: slog.New(slog.NewTextHandler(sink, &slog.HandlerOptions{Level: slog.LevelInfo})),
	}
	for _, change := range options {
		change(&o)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	s, err := stack.Start(ctx, o)
	if err != nil {
		t.Fatalf("%v\n%s", err, sink)
	}
	t.Cleanup(s.Close)
	w := &world{T: t, Stack: s, ctx: ctx, logs: sink, options: o,
		rav: people.AtRavenna(s.RavennaURL, "alice"), jira: people.AtJira(s.JiraURL, "alice"), linear: people.AtLinear(s.LinearURL, "alice")}
	t.Cleanup(func() {
		if t.Failed() {
			w.explain()
		}
	})
	// Tests look far more often than people do: no hourly limits for them.
	w.control(w.LinearURL, "/_sandbox/limits", map[string]int{"requests": 1_000_000, "complexity": 1_000_000_000})
	return w
}

// eventually waits until check finds nothing missing.
func (w *world) eventually(what string, check func() error) {
	w.Helper()
	var last error
	for deadline := time.Now().Add(max(patience, w.patience)); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		if last = check(); last == nil {
			return
		}
	}
	w.Fatalf("%s: %v", what, last)
}

// issue waits for the one issue with this summary.
func (w *world) issue(summary string) (out people.Issue) {
	w.Helper()
	w.eventually("issue "+summary, func() error {
		found, err := w.jira.Titled(w.ctx, "ENG", summary)
		if err != nil || len(found) != 1 {
			return fmt.Errorf("%d issues, %w", len(found), err)
		}
		out = found[0]
		return nil
	})
	return out
}

// ticket waits for the one ticket with this title.
func (w *world) ticket(title string) (out people.Ticket) {
	w.Helper()
	w.eventually("ticket "+title, func() error {
		found, err := w.rav.Titled(w.ctx, "IT Support", title)
		if err != nil || len(found) != 1 {
			return fmt.Errorf("%d tickets, %w", len(found), err)
		}
		out = found[0]
		return nil
	})
	return out
}

// pairID is the pair of a Ravenna or Jira origin.
func ravennaPair(id string) string {
	return ticket.PairID(ticket.Ref{Connection: "helpdesk", ID: id}, "jira")
}

func jiraPair(id string) string {
	return ticket.PairID(ticket.Ref{Connection: "jira", ID: id}, "helpdesk")
}

// view asks a pair how it stands.
func (w *world) view(id string) (v workflows.View, err error) {
	answer, err := w.Client.QueryWorkflow(w.ctx, id, "", addressing.QueryStatus)
	if err != nil {
		return v, err
	}
	return v, answer.Get(&v)
}

// settled waits until a pair is in a state with a reason.
func (w *world) settled(id, state string, reason ticket.Reason) (v workflows.View) {
	w.Helper()
	w.eventually(id+" "+state+" "+string(reason), func() error {
		var err error
		if v, err = w.view(id); err != nil {
			return err
		}
		if v.State != state || v.Reason != reason {
			return fmt.Errorf("state %s, reason %s %s", v.State, v.Reason, v.Detail)
		}
		return nil
	})
	return v
}

// linked makes a ticket in Ravenna and waits until its pair has settled.
func (w *world) linked(title string) (people.Ticket, people.Issue) {
	w.Helper()
	t, err := w.rav.Create(w.ctx, "IT Support", title, "<p>It does not work.</p>", nil)
	require.NoError(w, err)
	i := w.issue(title)
	w.settled(ravennaPair(t.ID), workflows.IsLinked, "")
	w.quiet()
	return t, i
}

// update asks a pair for something.
func (w *world) update(id, name string, args ...any) error {
	w.Helper()
	return updateWorkflow(w.ctx, w.Client, id, name, args...)
}

// apply takes the changed configuration into force.
func (w *world) apply() {
	w.Helper()
	require.NoError(w, w.Apply(w.ctx, w.logs))
}

// explain prints what helps to understand a failure.
func (w *world) explain() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, e := range listPairs(ctx, w.Client) {
		answer, err := w.Client.QueryWorkflow(ctx, e, "", addressing.QueryStatus)
		var v workflows.View
		if err == nil {
			err = answer.Get(&v)
		}
		data, _ := json.MarshalIndent(v, "", " ")
		w.Logf("%s: %v %s", e, err, data)
	}
	for _, root := range w.Trackers() {
		all, _ := people.Requests(ctx, root)
		for _, r := range all[max(0, len(all)-40):] {
			w.Logf("%s %s %s %s %d", r.Actor, r.Method, r.Path, r.Operation, r.Status)
		}
	}
	if os.Getenv("E2E_LOGS") != "" {
		w.Log(w.logs.String())
	}
}
