package workflows

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

var epoch = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// world is one workflow run between two trackers in memory, in the SDK's test
// environment, whose clock jumps. Activities on tickets are the real ones;
// those that need a Temporal client are played.
type world struct {
	*testing.T
	env         *testsuite.TestWorkflowEnvironment
	left, right *tracker
	played      *played
	clock       time.Duration // of the next step
	steps       int           // still to come
	calls       []string      // activities started, attempts included
	cancelled   []string      // activities
	attributes  temporal.SearchAttributes
	forwarded   []string // signals sent to other workflows: "<id> <signal> <hint kind> <version>"
	unreachable bool     // signals to other workflows fail
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t}
	w.left = &tracker{name: "helpdesk", prefix: "IT", start: "Open"}
	w.right = &tracker{name: "jira", prefix: "ENG", start: "To Do", history: true, steps: map[string][]string{
		"To Do": {"In Progress"}, "In Progress": {"To Do", "In Review"}, "In Review": {"In Progress", "Done"}, "Done": {"In Review"},
	}}
	for _, k := range []*tracker{w.left, w.right} {
		k.tickets, k.during = map[string]*ticket.Snapshot{}, map[string]func(){}
		k.people = []string{"alice@example.com", "bob@example.com"}
		k.now = func() time.Time { return w.env.Now() }
	}
	w.played = &played{routes: []reconcile.Rules{rules("it-to-eng")}, answer: activities.NotMine, broken: map[string]bool{}}
	w.played.Activities = activities.New([]activities.Connection{
		{Connection: trackers.Connection{Name: "helpdesk", Kind: "ravenna", Installation: "test", ConfirmDelete: time.Minute}, Tracker: w.left},
		{Connection: trackers.Connection{Name: "jira", Kind: "jira", Installation: "test", Quiet: 3 * time.Minute}, Tracker: w.right},
	}, knownRoutes{w.played}, nil, nil)
	w.fresh(epoch)
	return w
}

// rules are a route's settings as apply leaves them.
func rules(name string) reconcile.Rules {
	return reconcile.Rules{
		Name: name, Version: 1, Since: epoch.Add(-time.Hour), Direction: reconcile.Both, Conflict: reconcile.Conflict{Default: reconcile.NewestWins},
		Left:  reconcile.End{Connection: "helpdesk", Name: "IT Support", Container: ticket.Container{ID: "IT", Key: "IT", Name: "IT Support"}},
		Right: reconcile.End{Connection: "jira", Name: "ENG", Type: "Bug", Container: ticket.Container{ID: "ENG", Key: "ENG", Name: "Engineering"}},
		Status: []reconcile.StatusRule{
			{Left: "Open", Right: "To Do"}, {Left: "In Progress", Right: "In Progress"},
			{Left: "In Progress", Right: "In Review", Direction: reconcile.ToLeft}, {Left: "Done", Right: "Done"},
		},
		Paths: map[string][]string{"To Do > Done": {"In Progress", "In Review"}},
	}
}

// fresh makes a new environment, for the first run or the next one. What the
// trackers hold stays.
func (w *world) fresh(start time.Time) {
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(silent{})
	w.env = suite.NewTestWorkflowEnvironment()
	w.env.SetStartTime(start)
	w.env.SetTestTimeout(20 * time.Second)
	w.clock, w.steps, w.calls = 0, 0, nil
	w.env.RegisterActivity(w.played)
	w.env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		w.calls = append(w.calls, info.ActivityType.Name)
	})
	w.env.SetOnActivityCanceledListener(func(info *activity.Info) { w.cancelled = append(w.cancelled, info.ActivityType.Name) })
}

// after runs a step when that much time has passed since the step before.
func (w *world) after(d time.Duration, step func()) {
	w.clock += d
	w.steps++
	w.env.RegisterDelayedCallback(func() {
		w.steps--
		step()
	}, w.clock)
}

// run executes a workflow whose run ends by itself.
func (w *world) run(id string, wf, input any) error {
	w.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: id, TaskQueue: addressing.TaskQueue})
	w.env.RegisterWorkflowWithOptions(wf, workflow.RegisterOptions{Name: "under test"})
	w.env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, mock.Anything, mock.Anything).Maybe().Return(
		func(_, id, _, name string, arg any) error {
			if w.unreachable {
				return errors.New("no such workflow")
			}
			h, _ := arg.(ticket.Hint)
			w.forwarded = append(w.forwarded, fmt.Sprintf("%s %s %s %s", id, name, h.Kind, h.Version))
			return nil
		})
	w.env.ExecuteWorkflow("under test", input)
	require.True(w, w.env.IsWorkflowCompleted())
	require.Zero(w, w.steps, "the run ended before all steps were taken: %v", w.env.GetWorkflowError())
	return w.env.GetWorkflowError()
}

// meet runs the pair of a ticket from its beginning to its own end.
func (w *world) meet(id string) error {
	return w.run(id, func(ctx workflow.Context, st PairState) error {
		defer func() { w.attributes = workflow.GetTypedSearchAttributes(ctx) }()
		return Pair(ctx, st)
	}, PairState{})
}

const leftPair = "pair/helpdesk/IT1/jira"

// play runs the pair of the left's first ticket through the steps given with
// after, then lets it continue as new, and returns what it carries.
func (w *world) play(st PairState) PairState {
	w.Helper()
	w.crowd(time.Minute)
	var out PairState
	w.continued(w.run(leftPair, Pair, st), addressing.Pair, &out)
	return out
}

// crowd ends the run in its next idle moment after the given time.
func (w *world) crowd(d time.Duration) {
	w.after(d, func() {
		w.env.SetCurrentHistoryLength(manyEvents + 1)
		w.env.SignalWorkflow(addressing.SignalHint, ticket.Hint{Ref: ticket.Ref{Connection: "nobody"}, Kind: ticket.ChangeHint})
	})
}

// continued demands that a run continued as new, and reads what it carries.
func (w *world) continued(err error, kind string, state any) {
	w.Helper()
	var next *workflow.ContinueAsNewError
	require.ErrorAs(w, err, &next)
	require.Equal(w, kind, next.WorkflowType.Name)
	require.NoError(w, converter.GetDefaultDataConverter().FromPayloads(next.Input, state))
}

// open makes a ticket by a person on the left.
func (w *world) open(change ...func(*ticket.Snapshot)) *ticket.Snapshot {
	return w.left.open("IT", "", change...)
}

func (k *tracker) open(container, kind string, change ...func(*ticket.Snapshot)) *ticket.Snapshot {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.add(ticket.Container{ID: container, Key: container, Name: container}, kind)
	t.Fields[ticket.Title] = ticket.Value{Text: "Printer"}
	t.Fields[ticket.Description] = ticket.Value{Text: "It is **on fire**."}
	for _, f := range change {
		f(t)
	}
	return t
}

// linked returns the state of a settled pair of a new left ticket, and makes
// a new environment for what comes next.
func (w *world) linked() PairState {
	w.Helper()
	w.open()
	st := w.play(PairState{})
	require.Equal(w, Linked, st.Phase)
	require.NotZero(w, st.SyncedAt)
	w.again(nil)
	return st
}

// again makes a new environment in which the pair goes on a minute later.
func (w *world) again(change func(*reconcile.Rules)) {
	w.fresh(w.env.Now().Add(time.Minute))
	w.left.calls, w.right.calls = nil, nil
	if change != nil {
		w.settings(change)
	}
}

// settings makes newer settings of the first route.
func (w *world) settings(change func(*reconcile.Rules)) {
	w.played.mu.Lock()
	defer w.played.mu.Unlock()
	change(&w.played.routes[0])
	w.played.routes[0].Version++
}

// edit is a person's change of a field of a ticket.
func (k *tracker) edit(id string, f ticket.Field, v ticket.Value) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.tickets[id]
	t.Fields[f] = v
	k.touch(t)
	if k.history {
		if t.ChangedAt == nil {
			t.ChangedAt = map[ticket.Field]time.Time{}
		}
		t.ChangedAt[f] = k.now()
	}
}

// change is anything else that a person does to a ticket.
func (k *tracker) change(id string, do func(*ticket.Snapshot)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	do(k.tickets[id])
	k.touch(k.tickets[id])
}

func (k *tracker) remove(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.tickets, id)
}

// speak is a person's comment.
func (k *tracker) speak(id, body string) *ticket.Comment {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, err := k.say(id, body, "", "")
	if err != nil {
		panic(err)
	}
	return c
}

// get returns a ticket as an adapter would.
func (k *tracker) get(id string) *ticket.Snapshot {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.tickets[id] == nil {
		return nil
	}
	return k.shown(k.tickets[id])
}

// called counts the calls of an operation.
func (k *tracker) called(op string) (n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range k.calls {
		if name, _, _ := strings.Cut(c, " "); name == op {
			n++
		}
	}
	return n
}

// tell sends the hint that a webhook about a ticket would.
func (w *world) tell(k *tracker, id, actor string) {
	h := ticket.Hint{Ref: ticket.Ref{Connection: k.name, ID: id}, Kind: ticket.TicketEvent, Actor: actor, Source: "webhook"}
	if t := k.get(id); t != nil {
		h.Version = t.Version
	}
	w.hint(h)
}

func (w *world) hint(h ticket.Hint) { w.env.SignalWorkflow(addressing.SignalHint, h) }

// hear sends the hint that a webhook about a comment would.
func (w *world) hear(k *tracker, id string, c *ticket.Comment, actor string) {
	w.hint(ticket.Hint{Ref: ticket.Ref{Connection: k.name, ID: id}, Kind: ticket.CommentEvent, Actor: actor, Comment: c.ID, Version: c.Version})
}

// update sends an update that must be accepted.
func (w *world) update(name string, args ...any) {
	w.env.UpdateWorkflow(name, "", &testsuite.TestUpdateCallback{
		OnAccept:   func() {},
		OnReject:   func(err error) { w.Errorf("%s refused: %v", name, err) },
		OnComplete: func(_ any, err error) { require.NoError(w, err, name) },
	}, args...)
}

// refused sends an update that must not be accepted.
func (w *world) refused(name, why string, args ...any) {
	w.env.UpdateWorkflow(name, "", &testsuite.TestUpdateCallback{
		OnAccept:   func() { w.Errorf("%s accepted", name) },
		OnReject:   func(err error) { require.ErrorContains(w, err, why) },
		OnComplete: func(any, error) {},
	}, args...)
}

// claim asks the pair whether a ticket is its replica.
func (w *world) claim(c activities.Claim, answered func(activities.Answer)) {
	w.env.UpdateWorkflow(addressing.UpdateClaim, "", &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { w.Errorf("claim refused: %v", err) },
		OnComplete: func(v any, err error) {
			require.NoError(w, err)
			a, ok := v.(activities.Answer)
			require.True(w, ok)
			answered(a)
		},
	}, c)
}

// view asks the pair how it stands.
func (w *world) view() (v View) {
	w.Helper()
	answer, err := w.env.QueryWorkflow(addressing.QueryStatus)
	require.NoError(w, err)
	require.NoError(w, answer.Get(&v))
	return v
}

// stands demands a state and a reason.
func (w *world) stands(state string, reason ticket.Reason) {
	w.Helper()
	v := w.view()
	require.Equal(w, state+" "+string(reason), v.State+" "+string(v.Reason), v.Detail)
}

// journaled demands a line in the journal.
func journaled(t *testing.T, st PairState, what string) {
	t.Helper()
	var lines []string
	for _, e := range st.Journal {
		if strings.Contains(e.What, what) {
			return
		}
		lines = append(lines, e.What)
	}
	t.Fatalf("no %q in the journal: %q", what, lines)
}

func text(s string) ticket.Value      { return ticket.Value{Text: s} }
func status(name string) ticket.Value { return ticket.Value{State: &ticket.State{Name: name}} }

func user(name string) ticket.Value {
	return ticket.Value{User: &ticket.User{ID: name, Email: name + "@example.com", Name: name}}
}

// silent drops what the test environment logs.
type silent struct{}

func (silent) Debug(string, ...any)     {}
func (silent) Info(string, ...any)      {}
func (silent) Warn(string, ...any)      {}
func (silent) Error(string, ...any)     {}
func (s silent) With(...any) log.Logger { return s }
