package reconcile

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

// bench is a linked pair of tickets in agreement: the left one Open in a help
// desk where any status can be set, the right one To Do in a workflow of steps.
type bench struct {
	t           require.TestingT
	rules       *Rules
	state       State
	left, right *tracker
	notes       []Note // of the last plan, and of what was executed since
}

func newBench(t require.TestingT, change ...func(*Rules)) *bench {
	clock := 0
	b := &bench{t: t, rules: testRules(), left: newTracker("desk", &clock), right: newTracker("jira", &clock), state: State{Origin: ticket.Left}}
	for _, c := range change {
		c(b.rules)
	}
	b.left.categories, b.right.categories = categories(deskStates), categories(issueStates)
	b.left.raw[ticket.Status] = state("Open")
	b.right.raw[ticket.Status] = state("To Do")
	b.right.required = true
	b.right.workflow = map[string][]string{
		"To Do": {"In Progress"}, "In Progress": {"To Do", "In Review"}, "In Review": {"In Progress", "Done"}, "Done": {"In Review"},
	}
	require.Empty(t, b.plan().Operations)
	return b
}

func testRules() *Rules {
	return &Rules{
		Name: "desk-to-jira", Direction: Both,
		Left: End{Connection: "desk"}, Right: End{Connection: "jira"},
		Status: []StatusRule{
			{Left: "Open", Right: "To Do"},
			{Left: "In Progress", Right: "In Progress"},
			{Left: "In Progress", Right: "In Review", Direction: ToLeft},
			{Left: "Waiting", Right: "In Progress", Direction: ToRight},
			{Left: "Done", Right: "Done"},
			{Left: "Closed", Right: "Done", Direction: ToRight},
		},
		Paths:  map[string][]string{"To Do > Done": {"In Progress", "In Review"}},
		Fields: map[ticket.Field]Direction{ticket.Labels: Both},
	}
}

func (b *bench) on(s ticket.Side) *tracker {
	if s == ticket.Left {
		return b.left
	}
	return b.right
}

// plan plans once and checks what must hold of every plan.
func (b *bench) plan() Decision {
	return b.decide(b.left.fetch(), b.right.fetch())
}

func (b *bench) decide(left, right *ticket.Snapshot) Decision {
	before := encode(b.t, b.state)
	d := Plan(b.rules, b.state, left, right)
	require.Equal(b.t, before, encode(b.t, b.state), "the state given is not touched")
	require.Equal(b.t, d, Plan(b.rules, b.state, left, right), "the same again decides the same")

	var kept State
	require.NoError(b.t, json.Unmarshal([]byte(encode(b.t, d.State)), &kept))
	require.Equal(b.t, encode(b.t, d.State), encode(b.t, kept), "the state survives a payload")
	again := Plan(b.rules, kept, left, right)
	require.Equal(b.t, encode(b.t, d.Operations), encode(b.t, again.Operations), "its own state decides the same")
	require.Empty(b.t, again.Notes, "and has nothing new to say")
	require.Equal(b.t, encode(b.t, d.State), encode(b.t, again.State), "nor to remember")
	b.state, b.notes = kept, d.Notes
	return d
}

// run executes one operation and tells the state.
func (b *bench) run(op Operation) {
	k := b.on(op.Side)
	switch op.Kind {
	case SetFields:
		for _, w := range op.Writes {
			b.notes = append(b.notes, b.state.Wrote(b.rules, op.Side, w, k.save(w))...)
		}
	case MoveStatus:
		b.notes = append(b.notes, b.state.Moved(b.rules, op.Side, *op.Move, k.move(*op.Move))...)
	default:
		b.state.Asked(*op.Comment)
		written, ok := k.copy(op.Kind, *op.Comment)
		if !ok {
			b.notes = append(b.notes, b.state.Missing(*op.Comment)...)
			return
		}
		b.notes = append(b.notes, b.state.Copied(op.Kind, *op.Comment, written)...)
	}
}

// sync plans and executes until nothing is left to do.
func (b *bench) sync() (notes []Note) {
	for range 16 {
		d := b.plan()
		for _, op := range d.Operations {
			b.run(op)
		}
		notes = append(notes, b.notes...)
		if len(d.Operations) == 0 {
			return notes
		}
	}
	require.FailNow(b.t, "no end of operations", encode(b.t, b.plan().Operations))
	return nil
}

// quiet requires that nothing is to be written.
func (b *bench) quiet() Decision {
	d := b.plan()
	require.Empty(b.t, d.Operations)
	return d
}

// write returns the only write of a decision.
func (b *bench) write(d Decision) (ticket.Side, Write) {
	require.Len(b.t, d.Operations, 1)
	require.Equal(b.t, SetFields, d.Operations[0].Kind)
	require.Len(b.t, d.Operations[0].Writes, 1)
	return d.Operations[0].Side, d.Operations[0].Writes[0]
}

func (b *bench) hold(f ticket.Field) *Hold { return b.state.Fields[f].Hold }

// change changes one field's state, as the workflow does for an operator.
func (b *bench) change(f ticket.Field, do func(*FieldState)) {
	fs := b.state.Fields[f]
	do(&fs)
	b.state.Fields[f] = fs
}

func (b *bench) status(s ticket.Side) string { return b.on(s).raw[ticket.Status].State.Name }

func whats(notes []Note) []string {
	var out []string
	for _, n := range notes {
		out = append(out, n.What)
	}
	return out
}

func named(notes []Note, from string) bool {
	return slices.ContainsFunc(notes, func(n Note) bool { return n.From == from })
}

func encode(t require.TestingT, v any) string {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// run names a subtest and gives it a bench.
func onBench(t *testing.T, name string, do func(t *testing.T, b *bench), change ...func(*Rules)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		do(t, newBench(t, change...))
	})
}
