package reconcile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

func TestStatusMap(t *testing.T) {
	t.Parallel()
	r := testRules()
	r.Status = append(r.Status, StatusRule{Left: "Parked", Right: "Backlog", Direction: ToRight})
	for _, c := range []struct {
		from ticket.Side
		s    ticket.State
		want string
	}{
		{ticket.Left, ticket.State{Name: "open"}, "To Do"},
		{ticket.Left, ticket.State{Name: "Waiting on customer", Group: "Waiting"}, "In Progress"},
		{ticket.Left, ticket.State{Name: "In Progress"}, "In Progress"},
		{ticket.Right, ticket.State{Name: "In Review"}, "In Progress"},
		{ticket.Right, ticket.State{Name: "Done"}, "Done"},
		{ticket.Left, ticket.State{Name: "Closed"}, "Done"},
		{ticket.Right, ticket.State{Name: "Waiting"}, ""},
		{ticket.Left, ticket.State{Name: "New"}, ""},
		{ticket.Left, ticket.State{Name: "Parked"}, "Backlog"},
		{ticket.Right, ticket.State{Name: "Backlog"}, ""},
	} {
		require.Equal(t, []string{c.want}, r.Targets(c.from, []ticket.State{c.s}), c)
	}
}

// A tracker's groups may bear the names of its statuses: what the rules say of
// a status comes before what they say of its group.
func TestStatusBeforeItsGroup(t *testing.T) {
	t.Parallel()
	r := testRules()
	r.Status = []StatusRule{{Left: "Closed", Right: "Canceled"}, {Left: "Rejected", Right: "Won't do"}, {Left: "Open", Right: "backlog"}}
	canceled, wont := ticket.State{Name: "Canceled", Group: "canceled"}, ticket.State{Name: "Won't do", Group: "canceled"}
	duplicate := ticket.State{Name: "Duplicate", Group: "canceled"}
	require.Equal(t, []string{"Closed", "Rejected", "Closed"}, r.Targets(ticket.Right, []ticket.State{canceled, wont, duplicate}))
	closed, rejected := ticket.State{Name: "Closed"}, ticket.State{Name: "Rejected"}
	require.True(t, r.statusAgrees(&closed, &canceled))
	require.True(t, r.statusAgrees(&closed, &duplicate), "the group's others")
	require.True(t, r.statusAgrees(&rejected, &wont))
	require.False(t, r.statusAgrees(&closed, &wont))
	require.False(t, r.statusAgrees(&rejected, &canceled))
	open, ice := ticket.State{Name: "Open"}, ticket.State{Name: "Icebox", Group: "backlog"}
	require.True(t, r.statusAgrees(&open, &ice))
}

func TestStatusIsSetWhereItCanBe(t *testing.T) {
	t.Parallel()
	onBench(t, "as a plain field", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Status, state("In Progress"))
		side, w := b.write(b.plan())
		require.Equal(t, ticket.Left, side)
		require.Equal(t, "In Progress", w.Value.State.Name)
	})
	onBench(t, "many to one does not oscillate", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Waiting"))
		b.sync()
		require.Equal(t, "In Progress", b.status(ticket.Right))
		require.Equal(t, "Waiting", b.status(ticket.Left))
		b.right.edit(ticket.Status, state("In Review"))
		b.sync()
		require.Equal(t, "In Progress", b.status(ticket.Left))
		require.Equal(t, "In Review", b.status(ticket.Right))
		b.left.edit(ticket.Status, state("Waiting"))
		b.sync()
		b.left.edit(ticket.Status, state("In Progress"))
		b.quiet()
	})
	onBench(t, "nor is the target touched when the source's new status is there already", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("In Progress"))
		b.sync()
		b.left.edit(ticket.Status, state("Waiting"))
		b.quiet()
		require.Nil(t, b.hold(ticket.Status))
	})
	onBench(t, "a target that maps to the source already is left", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Status, state("In Review"))
		b.left.edit(ticket.Status, state("In Progress"))
		b.quiet()
	})
	onBench(t, "unmapped: held and named", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Status, state("Blocked"))
		b.quiet()
		require.Equal(t, ticket.StatusUnmapped, b.hold(ticket.Status).Reason)
		require.Equal(t, "Blocked", b.hold(ticket.Status).Detail)
		b.right.edit(ticket.Status, state("To Do"))
		b.quiet()
		require.Nil(t, b.hold(ticket.Status), "taken back")
	})
	onBench(t, "unmapped: ignored", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Status, state("Blocked"))
		b.quiet()
		require.Nil(t, b.hold(ticket.Status))
		b.left.edit(ticket.Status, state("Done"))
		require.Len(t, b.plan().Operations, 0, "from Blocked no step is offered")
		require.Equal(t, ticket.NoTransition, b.hold(ticket.Status).Reason)
	}, func(r *Rules) { r.Unmapped = "ignore" })
}

func TestStatusIsWalkedTo(t *testing.T) {
	t.Parallel()
	onBench(t, "along a path of the rules, and nothing of it comes back", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Done"))
		for _, want := range []string{"In Progress", "In Review", "Done"} {
			d := b.plan()
			require.Len(t, d.Operations, 1)
			require.Equal(t, MoveStatus, d.Operations[0].Kind)
			require.Equal(t, want, d.Operations[0].Move.Move.To.Name)
			require.False(t, d.Operations[0].Move.Guess)
			b.run(d.Operations[0])
		}
		b.quiet()
		require.Equal(t, "Done", b.status(ticket.Left))
	})
	onBench(t, "whatever the conflict rule: our own steps are nobody's change", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Done"))
		for _, n := range b.sync() {
			require.NotContains(t, n.What, "conflict")
		}
		require.Equal(t, "Done", b.status(ticket.Right))
	}, func(r *Rules) { r.Conflict.Default = RightWins })
	onBench(t, "a path serves from every status on it", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Status, state("In Progress"))
		b.sync()
		b.state.Edges = nil
		b.left.edit(ticket.Status, state("Done"))
		b.sync()
		require.Equal(t, "Done", b.status(ticket.Right))
	})
	onBench(t, "along steps seen before", func(t *testing.T, b *bench) {
		b.rules.Paths = nil
		for _, s := range []string{"In Progress", "In Review", "Done", "To Do"} {
			b.right.edit(ticket.Status, state(s))
			b.sync()
		}
		b.left.edit(ticket.Status, state("Done"))
		b.sync()
		require.Equal(t, "Done", b.status(ticket.Right))
	})
	onBench(t, "along the workflow, where it can be read", func(t *testing.T, b *bench) {
		b.rules.Paths = nil
		b.rules.Right.Edges = b.right.workflow
		b.left.edit(ticket.Status, state("Done"))
		b.sync()
		require.Equal(t, "Done", b.status(ticket.Right))
	})
	onBench(t, "a step that is not offered now is gone around", func(t *testing.T, b *bench) {
		b.rules.Paths = map[string][]string{"To Do > Done": {"Express"}, "In Progress > Done": {"In Review"}}
		b.left.edit(ticket.Status, state("Done"))
		b.sync()
		require.Equal(t, "Done", b.status(ticket.Right))
	})
	onBench(t, "no path: held, naming what is reachable", func(t *testing.T, b *bench) {
		b.rules.Paths = nil
		b.right.workflow["To Do"] = []string{"In Progress", "Rejected"}
		b.left.edit(ticket.Status, state("Done"))
		b.quiet()
		require.Equal(t, ticket.NoTransition, b.hold(ticket.Status).Reason)
		require.Equal(t, "To Do → Done; reachable: In Progress, Rejected", b.hold(ticket.Status).Detail)
		delete(b.right.workflow, "To Do")
		b.change(ticket.Status, func(f *FieldState) { f.Hold.Due = true })
		b.quiet()
		require.Contains(t, b.hold(ticket.Status).Detail, "permission")
	})
	onBench(t, "the source changes its mind on the way", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Done"))
		b.run(b.plan().Operations[0])
		b.left.edit(ticket.Status, state("Open"))
		b.sync()
		require.Equal(t, "To Do", b.status(ticket.Right))
		require.Equal(t, "Open", b.status(ticket.Left))
	})
	onBench(t, "the target is moved by a person on the way", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Done"))
		op := b.plan().Operations[0]
		b.right.edit(ticket.Status, state("In Review")) // before our step
		b.run(op)
		require.Contains(t, whats(b.notes), "status → right went elsewhere")
		b.sync()
		require.Equal(t, "In Review", b.status(ticket.Right))
		require.Equal(t, "In Progress", b.status(ticket.Left), "the newer change wins")
	})
}

func TestGuessedStep(t *testing.T) {
	t.Parallel()
	blind := func(r *Rules) { r.Paths = nil }
	onBench(t, "the sole exit is tried, once, and never gone back", func(t *testing.T, b *bench) {
		b.right.workflow = map[string][]string{"To Do": {"In Progress"}, "In Progress": {"Blocked"}, "Blocked": {"To Do"}}
		b.left.edit(ticket.Status, state("Done"))
		d := b.plan()
		require.True(t, d.Operations[0].Move.Guess)
		b.run(d.Operations[0])
		b.quiet()
		require.Equal(t, ticket.NoTransition, b.hold(ticket.Status).Reason)
		require.Equal(t, "In Progress", b.status(ticket.Right))
		require.Equal(t, "Done", b.status(ticket.Left), "the status passed on the way is not replicated")
		b.change(ticket.Status, func(f *FieldState) { f.Hold.Due = true })
		b.quiet()
	}, blind)
	onBench(t, "a further source value may guess again", func(t *testing.T, b *bench) {
		b.right.workflow = map[string][]string{"To Do": {"A"}, "A": {"B"}}
		b.left.edit(ticket.Status, state("Done"))
		b.sync()
		b.left.edit(ticket.Status, state("In Progress"))
		require.Equal(t, "B", b.plan().Operations[0].Move.Move.To.Name)
	}, blind)
	onBench(t, "an exit to where no path is known from is no guess", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Status, state("In Progress"))
		b.sync()
		b.right.workflow["In Progress"] = []string{"To Do"}
		b.left.edit(ticket.Status, state("Done"))
		b.quiet()
		require.Equal(t, ticket.NoTransition, b.hold(ticket.Status).Reason)
	}, blind)
	onBench(t, "two exits are no sole exit", func(t *testing.T, b *bench) {
		b.right.workflow["To Do"] = []string{"A", "B"}
		b.left.edit(ticket.Status, state("Done"))
		b.quiet()
	}, blind)
}

// An automation that moves the ticket on after our step must not keep us walking.
func TestStepThatDoesNotLast(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]string{"moved back": "To Do", "moved on": "Blocked"} {
		onBench(t, name, func(t *testing.T, b *bench) {
			b.right.workflow["Blocked"] = []string{"In Progress"}
			b.left.edit(ticket.Status, state("Done"))
			walk := func() (steps int) {
				for range 20 {
					d := b.plan()
					for _, op := range d.Operations {
						steps++
						b.right.move(*op.Move)
						b.right.edit(ticket.Status, state(end))
						b.state.Moved(b.rules, op.Side, *op.Move, b.right.fetch())
					}
				}
				return steps
			}
			require.LessOrEqual(t, walk(), 2)
			b.change(ticket.Status, func(f *FieldState) { f.Hold.Due, f.Hold.Tries, f.Hold.RetryAt = true, 4, minute(1) })
			require.Equal(t, 1, walk(), "a retry is one more step")
			require.Equal(t, 4, b.hold(ticket.Status).Tries, "and backs off further")
			require.Zero(t, b.hold(ticket.Status).RetryAt, "from a time still to be set")
			require.Equal(t, ticket.NoTransition, b.hold(ticket.Status).Reason)
			require.Contains(t, b.hold(ticket.Status).Detail, "did not last")
			b.change(ticket.Status, func(f *FieldState) { f.Hold.Due = true })
			b.sync()
			require.Equal(t, "Done", b.status(ticket.Right), "a retry walks on once the automation is gone")
			require.Nil(t, b.hold(ticket.Status))
		}, func(r *Rules) { r.Conflict.Default = LeftWins })
	}
}

// A person's step that falls between our last one and our reading of it is
// newer than what we carried over, also where it leads back to where we were.
func TestPersonStepsRightAfterUs(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]string{"back to where our step began": "In Review", "further": "To Do"} {
		onBench(t, name, func(t *testing.T, b *bench) {
			b.right.workflow["Done"] = append(b.right.workflow["Done"], "To Do")
			b.left.edit(ticket.Status, state("Done"))
			var op Operation
			for range 3 {
				d := b.plan()
				require.Len(t, d.Operations, 1)
				if op = d.Operations[0]; op.Move.Move.To.Name != "Done" {
					b.run(op)
				}
			}
			require.Equal(t, "Done", op.Move.Move.To.Name)
			b.right.move(*op.Move)
			b.right.edit(ticket.Status, state(back))
			b.state.Moved(b.rules, op.Side, *op.Move, b.right.fetch())
			b.sync()
			require.Equal(t, back, b.status(ticket.Right))
			require.Equal(t, map[string]string{"In Review": "In Progress", "To Do": "Open"}[back], b.status(ticket.Left))
			require.Nil(t, b.hold(ticket.Status))
		})
	}
	onBench(t, "just before us: nobody knows what it was, and it is said", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("In Progress"))
		op := b.plan().Operations[0]
		b.right.changed[ticket.Status] = b.right.tick()
		notes := b.state.Moved(b.rules, op.Side, *op.Move, b.right.move(*op.Move))
		require.Equal(t, []string{"overwritten-unseen: status → right", "status → right"}, whats(notes))
		b.sync()
		require.Equal(t, "In Progress", b.status(ticket.Left))
	})
	onBench(t, "on the way: both have changed, and the newer one counts", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Done"))
		op := b.plan().Operations[0]
		b.right.move(*op.Move)
		b.right.edit(ticket.Status, state("To Do"))
		b.state.Moved(b.rules, op.Side, *op.Move, b.right.fetch())
		b.sync()
		require.Equal(t, "To Do", b.status(ticket.Right))
		require.Equal(t, "Open", b.status(ticket.Left))
	})
}

func TestTransitionFields(t *testing.T) {
	t.Parallel()
	moves := func(b *bench) *ticket.Snapshot {
		s := b.right.fetch()
		s.Moves = []ticket.Move{{ID: "1", To: ticket.State{Name: "Done"}, Required: []string{"resolution"}}}
		return s
	}
	onBench(t, "missing: held, naming the field", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Done"))
		d := b.decide(b.left.fetch(), moves(b))
		require.Empty(t, d.Operations)
		require.Equal(t, ticket.RequiredField, b.hold(ticket.Status).Reason)
		require.Contains(t, b.hold(ticket.Status).Detail, "resolution")
	})
	onBench(t, "given: sent along", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Done"))
		d := b.decide(b.left.fetch(), moves(b))
		require.Len(t, d.Operations, 1)
		require.Equal(t, "Fixed", d.Operations[0].Move.Fields["resolution"])
	}, func(r *Rules) { r.Transitions = map[string]map[string]any{"done": {"resolution": "Fixed"}} })
	onBench(t, "a step that needs nothing is preferred", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Done"))
		s := moves(b)
		s.Moves = append(s.Moves, ticket.Move{ID: "2", To: ticket.State{Name: "Done"}})
		d := b.decide(b.left.fetch(), s)
		require.Equal(t, "2", d.Operations[0].Move.Move.ID)
	})
}

// A Jira category's key is no name: a status is only what it is called.
func TestMoveGoesByName(t *testing.T) {
	t.Parallel()
	onBench(t, "not by the group", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Done"))
		s := b.right.fetch()
		s.Moves = []ticket.Move{{ID: "1", To: ticket.State{Name: "Rejected", Group: "done"}}, {ID: "2", To: ticket.State{Name: "Done", Group: "done"}}}
		d := b.decide(b.left.fetch(), s)
		require.Equal(t, "2", d.Operations[0].Move.Move.ID)
	})
}

func TestLearnedStepsAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for i := range 100 {
		name := "S" + string(rune('A'+i))
		b.right.workflow[name] = []string{"To Do"}
		b.right.raw[ticket.Status] = state(name)
		b.plan()
	}
	require.LessOrEqual(t, len(b.state.Edges[ticket.Right]), 60)
	require.Empty(t, b.state.Edges[ticket.Left])
}

func TestClose(t *testing.T) {
	t.Parallel()
	onBench(t, "sets the status where it can be set", func(t *testing.T, b *bench) {
		op, ok := Close(b.rules, &b.state, ticket.Left, b.left.fetch(), "Closed")
		require.True(t, ok)
		require.Equal(t, ticket.Left, op.Side)
		require.Equal(t, "Closed", op.Writes[0].Value.State.Name)
		b.left.save(op.Writes[0])
		_, ok = Close(b.rules, &b.state, ticket.Left, b.left.fetch(), "closed")
		require.False(t, ok, "it is there")
		_, ok = Close(b.rules, &b.state, ticket.Left, b.left.fetch(), "")
		require.False(t, ok)
	})
	onBench(t, "walks where it takes steps, and never guesses", func(t *testing.T, b *bench) {
		for range 3 {
			op, ok := Close(b.rules, &b.state, ticket.Right, b.right.fetch(), "Done")
			require.True(t, ok)
			b.right.move(*op.Move)
		}
		require.Equal(t, "Done", b.status(ticket.Right))
		_, ok := Close(b.rules, &b.state, ticket.Right, b.right.fetch(), "Archived")
		require.False(t, ok)
	})
}
