package reconcile

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

func TestOneSideChanged(t *testing.T) {
	t.Parallel()
	onBench(t, "the change is written on the other side, and its echo is not", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("Printer burns"))
		side, w := b.write(b.plan())
		require.Equal(t, ticket.Right, side)
		require.Equal(t, "Printer burns", w.Value.Text)
		require.Equal(t, print(text("Printer burns")), w.Source)
		require.Equal(t, print(text("Printer")), w.Replaces)
		require.Empty(t, w.Beaten)
		notes := b.sync()
		require.Equal(t, []Note{{What: "title → right", From: "Printer", To: "Printer burns"}}, notes)
		b.quiet()
	})
	onBench(t, "and the other way round", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Priority, level(ticket.Urgent))
		side, w := b.write(b.plan())
		require.Equal(t, ticket.Left, side)
		require.Equal(t, ticket.Urgent, w.Value.Level)
	})
	onBench(t, "several fields of one side make one write", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("A"))
		b.left.edit(ticket.Priority, level(ticket.Low))
		b.right.edit(ticket.Description, text("B"))
		d := b.plan()
		require.Len(t, d.Operations, 2)
		require.Equal(t, ticket.Left, d.Operations[0].Side)
		require.Len(t, d.Operations[1].Writes, 2)
	})
	onBench(t, "a lossy tracker's version is not written back", func(t *testing.T, b *bench) {
		b.right.lossy = func(s string) string { return strings.ReplaceAll(s, "**", "*") }
		b.left.edit(ticket.Description, text("**Very** hot"))
		b.sync()
		require.Equal(t, "*Very* hot", b.right.raw[ticket.Description].Text)
		require.Equal(t, "**Very** hot", b.left.raw[ticket.Description].Text)
	})
	onBench(t, "a change back before anything was written ends the matter", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("Other"))
		b.plan()
		b.left.edit(ticket.Title, text("Printer"))
		b.quiet()
	})
	onBench(t, "a field that one of the tickets does not have is left alone", func(t *testing.T, b *bench) {
		delete(b.right.raw, ticket.Priority)
		b.left.edit(ticket.Priority, level(ticket.Low))
		b.quiet()
	})
	onBench(t, "the replica's description ends with the footer, the origin's does not", func(t *testing.T, b *bench) {
		b.state.Footer = "Reported by Alice"
		b.left.edit(ticket.Description, text("new"))
		_, w := b.write(b.plan())
		require.Equal(t, "Reported by Alice", w.Footer)
		b.sync()
		b.right.edit(ticket.Description, text("newer"))
		_, w = b.write(b.plan())
		require.Empty(t, w.Footer)
	})
}

func TestBothSidesChanged(t *testing.T) {
	t.Parallel()
	onBench(t, "to the same: recorded, nothing written", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Priority, level(ticket.High))
		b.right.edit(ticket.Priority, level(ticket.High))
		b.quiet()
		b.left.edit(ticket.Priority, level(ticket.Low))
		side, _ := b.write(b.plan())
		require.Equal(t, ticket.Right, side, "only the left has changed since")
	})
	for name, c := range map[string]struct {
		rule      string
		rightLast bool
		winner    ticket.Side
	}{
		"newest, left later":         {NewestWins, false, ticket.Left},
		"newest, right later":        {NewestWins, true, ticket.Right},
		"the default is newest":      {"", true, ticket.Right},
		"left, though right later":   {LeftWins, true, ticket.Left},
		"right, though left later":   {RightWins, false, ticket.Right},
		"by field, over the default": {"by-field", false, ticket.Right},
	} {
		onBench(t, name, func(t *testing.T, b *bench) {
			b.rules.Conflict.Default = c.rule
			b.state.Origin = c.winner.Other() // which wins only a tie
			if c.rule == "by-field" {
				b.rules.Conflict = Conflict{Default: LeftWins, ByField: map[ticket.Field]string{ticket.Title: RightWins}}
			}
			first, second := b.right, b.left
			if c.rightLast {
				first, second = b.left, b.right
			}
			first.edit(ticket.Title, text(string(first.ref.Connection)))
			second.edit(ticket.Title, text(string(second.ref.Connection)))
			side, w := b.write(b.plan())
			require.Equal(t, c.winner.Other(), side)
			loser := b.on(c.winner.Other()).ref.Connection
			require.Equal(t, loser, w.Beaten, "what a person loses is named")
			notes := b.sync()
			require.Contains(t, notes, Note{What: "conflict: title → " + string(side), From: loser, To: b.on(c.winner).ref.Connection})
		})
	}
	onBench(t, "our own write never counts as newer", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("one"))
		d := b.plan()
		b.left.edit(ticket.Title, text("two")) // after the plan
		b.right.tick()
		b.run(d.Operations[0])
		b.right.edit(ticket.Priority, level(ticket.Low))
		b.rules.Fields[ticket.Priority] = Off
		side, w := b.write(b.plan())
		require.Equal(t, ticket.Right, side)
		require.Equal(t, "two", w.Value.Text)
		require.Empty(t, w.Beaten)
	})
	onBench(t, "a description that loses is named at length", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Description, text("left "+strings.Repeat("x", 500)))
		b.right.edit(ticket.Description, text("right"))
		_, w := b.write(b.plan())
		require.Len(t, []rune(w.Beaten), 200)
		require.Equal(t, "(text, 505 bytes)", w.From, "texts stay out of the list otherwise")
	})
	onBench(t, "an emptied field loses by name as well", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Assignee, nobody())
		b.right.edit(ticket.Assignee, user("alice"))
		b.sync()
		b.left.edit(ticket.Assignee, nobody())
		b.right.edit(ticket.Assignee, user("bob"))
		_, w := b.write(b.plan())
		require.Equal(t, "(empty)", w.Beaten)
	})
}

// An edit that waited and was taken back leaves the baseline's value, and is an
// edit nevertheless: what the other side did before it does not undo it.
func TestTakenBackWhileItWaited(t *testing.T) {
	t.Parallel()
	waits := func(t *testing.T, b *bench) {
		b.sync()
		b.left.edit(ticket.Status, state("New"))
		b.sync()
		require.Equal(t, ticket.StatusUnmapped, b.hold(ticket.Status).Reason)
	}
	onBench(t, "it beats an older change of the other side", func(t *testing.T, b *bench) {
		waits(t, b)
		b.right.edit(ticket.Status, state("In Progress"))
		b.left.edit(ticket.Status, state("Open"))
		notes := b.sync()
		require.Equal(t, "To Do", b.status(ticket.Right))
		require.Equal(t, "Open", b.status(ticket.Left))
		require.True(t, named(notes, "In Progress"), "%v", notes)
		require.True(t, b.state.Fields[ticket.Status].Hold == nil && !b.state.Fields[ticket.Status].LeftBack)
	})
	onBench(t, "a younger one beats it", func(t *testing.T, b *bench) {
		waits(t, b)
		b.left.edit(ticket.Status, state("Open"))
		b.right.edit(ticket.Status, state("In Progress"))
		b.sync()
		require.Equal(t, "In Progress", b.status(ticket.Left))
		require.Equal(t, "In Progress", b.status(ticket.Right))
	})
	onBench(t, "once it is over, it is forgotten", func(t *testing.T, b *bench) {
		waits(t, b)
		b.left.edit(ticket.Status, state("Open"))
		b.quiet()
		b.right.edit(ticket.Status, state("In Progress"))
		require.Equal(t, []string{"status → left"}, whats(b.sync()), "nobody lost anything")
	})
	onBench(t, "runs begun by older builds go by the baseline alone", func(t *testing.T, b *bench) {
		waits(t, b)
		b.right.edit(ticket.Status, state("In Progress"))
		b.left.edit(ticket.Status, state("Open"))
		left, right := b.left.fetch(), b.right.fetch()
		require.True(t, Plan(b.rules, b.state, left, right).Returned)
		d := PlanByBaseline(b.rules, b.state, left, right)
		require.False(t, d.Returned)
		require.Equal(t, ticket.Left, d.Operations[0].Side)
	})
}

// A history tells of an edit that was taken back between two reads, which the
// values do not show.
func TestTakenBackUnseen(t *testing.T) {
	t.Parallel()
	there := func(b *bench) {
		b.left.edit(ticket.Status, state("In Progress"))
		b.left.edit(ticket.Status, state("Open"))
	}
	onBench(t, "it beats an older change of the other side", func(t *testing.T, b *bench) {
		b.sync()
		b.right.edit(ticket.Status, state("In Progress"))
		there(b)
		notes := b.sync()
		require.Equal(t, "To Do", b.status(ticket.Right))
		require.True(t, named(notes, "In Progress"), "%v", notes)
	})
	onBench(t, "a younger one beats it, and says so", func(t *testing.T, b *bench) {
		b.sync()
		there(b)
		b.right.edit(ticket.Status, state("In Progress"))
		notes := b.sync()
		require.Equal(t, "In Progress", b.status(ticket.Left))
		require.True(t, named(notes, "Open"), "%v", notes)
	})
	onBench(t, "so does what was set back to a value of ours", func(t *testing.T, b *bench) {
		b.sync()
		b.left.edit(ticket.Title, text("ours"))
		b.sync()
		b.left.edit(ticket.Title, text("older"))
		b.right.edit(ticket.Title, text("for a moment"))
		b.right.edit(ticket.Title, text("ours"))
		notes := b.sync()
		require.Equal(t, "ours", b.left.raw[ticket.Title].Text)
		require.True(t, named(notes, "older"), "%v", notes)
	})
	onBench(t, "read at rest, it is over", func(t *testing.T, b *bench) {
		b.sync()
		there(b)
		b.quiet()
		b.right.edit(ticket.Status, state("In Progress"))
		require.Equal(t, []string{"status → left"}, whats(b.sync()), "nobody lost anything")
	})
}

func TestHeldConflict(t *testing.T) {
	t.Parallel()
	hold := func(r *Rules) { r.Conflict.Default = HoldConflict }
	conflict := func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("left"))
		b.right.edit(ticket.Title, text("right"))
		b.quiet()
		require.Equal(t, ticket.Conflict, b.hold(ticket.Title).Reason)
		require.Equal(t, []string{"hold title: conflict"}, whats(b.notes))
	}
	onBench(t, "waits, and the other fields go on", func(t *testing.T, b *bench) {
		conflict(t, b)
		b.left.edit(ticket.Priority, level(ticket.Low))
		b.sync()
		require.Equal(t, ticket.Low, b.right.raw[ticket.Priority].Level)
		require.Equal(t, "right", b.right.raw[ticket.Title].Text)
	}, hold)
	onBench(t, "resolve takes the side chosen and names what is lost", func(t *testing.T, b *bench) {
		conflict(t, b)
		b.change(ticket.Title, func(f *FieldState) { f.Take = ticket.Left })
		notes := b.sync()
		require.Equal(t, "left", b.right.raw[ticket.Title].Text)
		require.True(t, named(notes, "right"))
		require.Nil(t, b.hold(ticket.Title))
		require.Empty(t, b.state.Fields[ticket.Title].Take, "once")
	}, hold)
	onBench(t, "resolve goes against the field's direction when told so", func(t *testing.T, b *bench) {
		b.rules.Fields[ticket.Title] = ToRight
		b.right.edit(ticket.Title, text("right"))
		b.quiet()
		b.change(ticket.Title, func(f *FieldState) { f.Take = ticket.Right })
		side, _ := b.write(b.plan())
		require.Equal(t, ticket.Left, side)
	}, hold)
	onBench(t, "a resolve that the tracker refuses is not repeated at once", func(t *testing.T, b *bench) {
		conflict(t, b)
		b.change(ticket.Title, func(f *FieldState) { f.Take = ticket.Left })
		side, w := b.write(b.plan())
		b.state.Wrote(b.rules, side, w, FieldOutcome{Refused: ticket.FieldRefused, Detail: "no"})
		b.quiet()
		b.change(ticket.Title, func(f *FieldState) { f.Hold.Due = true })
		b.write(b.plan())
	}, hold)
	onBench(t, "a resolve that has no way there keeps its hold, and its time", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Stuck"))
		b.right.edit(ticket.Status, state("In Progress"))
		b.quiet()
		b.change(ticket.Status, func(f *FieldState) { f.Take = ticket.Left })
		b.quiet()
		require.Equal(t, ticket.StatusUnmapped, b.hold(ticket.Status).Reason)
		b.change(ticket.Status, func(f *FieldState) { f.Hold.RetryAt = minute(60) })
		b.quiet()
		require.Equal(t, minute(60), b.hold(ticket.Status).RetryAt)
	}, hold)
	onBench(t, "ends by itself when both say the same", func(t *testing.T, b *bench) {
		conflict(t, b)
		b.left.edit(ticket.Title, text("right"))
		b.quiet()
		require.Nil(t, b.hold(ticket.Title))
	}, hold)
	onBench(t, "ends when both are as before", func(t *testing.T, b *bench) {
		conflict(t, b)
		b.left.edit(ticket.Title, text("Printer"))
		b.right.edit(ticket.Title, text("Printer"))
		b.quiet()
		require.Nil(t, b.hold(ticket.Title))
	}, hold)
}

func TestDirections(t *testing.T) {
	t.Parallel()
	oneWay := func(r *Rules) { r.Direction = ToRight }
	onBench(t, "a change on the receiving end stays there", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Title, text("mine"))
		b.quiet()
		b.left.edit(ticket.Priority, level(ticket.Low))
		b.sync()
		require.Equal(t, "mine", b.right.raw[ticket.Title].Text, "until the source changes the same field")
		b.left.edit(ticket.Title, text("theirs"))
		notes := b.sync()
		require.Equal(t, "theirs", b.right.raw[ticket.Title].Text)
		require.True(t, named(notes, "mine"))
	}, oneWay)
	onBench(t, "both changed: the direction decides, and the loser is named", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("theirs"))
		b.right.edit(ticket.Title, text("mine"))
		side, w := b.write(b.plan())
		require.Equal(t, ticket.Right, side)
		require.Equal(t, "mine", w.Beaten)
	}, oneWay)
	onBench(t, "one field's own direction", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("x"))
		b.left.edit(ticket.Priority, level(ticket.Low))
		_, w := b.write(b.plan())
		require.Equal(t, ticket.Priority, w.Field)
	}, func(r *Rules) { r.Fields[ticket.Title] = ToLeft })
	onBench(t, "off", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("x"))
		b.right.edit(ticket.Title, text("y"))
		b.quiet()
	}, func(r *Rules) { r.Fields[ticket.Title] = Off })
	onBench(t, "a change that stays also stays under a new mapping", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Assignee, user("bob"))
		b.rules.Users = map[string]string{"zoe@example.com": "zo@example.com"}
		b.quiet()
	}, oneWay)
}

func TestStateIsBoundToItsOwnCopy(t *testing.T) {
	t.Parallel()
	s := State{
		Fields:   map[ticket.Field]FieldState{ticket.Status: {Hold: &Hold{Detail: "a"}, Way: &Way{Steps: []string{"a"}}}},
		Comments: []Link{{Hold: &Hold{Detail: "a"}}},
		Edges:    map[ticket.Side]map[string][]string{ticket.Left: {"a": {"b"}}},
	}
	before := encode(t, s)
	c := s.Clone()
	require.Equal(t, before, encode(t, c))
	c.Fields[ticket.Status].Hold.Detail, c.Fields[ticket.Status].Way.Steps[0] = "b", "b"
	c.Comments[0].Hold.Detail, c.Edges[ticket.Left]["a"][0] = "b", "c"
	require.Equal(t, before, encode(t, s))
	require.NotPanics(t, func() { (&State{}).Moved(&Rules{}, ticket.Left, Step{}, &ticket.Snapshot{Updated: time.Time{}}) })
}
