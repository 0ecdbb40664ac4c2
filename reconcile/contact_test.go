package reconcile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

func TestFirstContact(t *testing.T) {
	t.Parallel()
	lost := func(b *bench) { b.state = State{Origin: ticket.Left} }
	onBench(t, "what converters do to markup is no difference", func(t *testing.T, b *bench) {
		b.right.raw[ticket.Description] = text("It is *on fire*.\n\n")
		lost(b)
		b.quiet()
	})
	onBench(t, "a value beats none", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Assignee, user("bob"))
		lost(b)
		b.rules.Conflict.Default = LeftWins
		side, w := b.write(b.plan())
		require.Equal(t, ticket.Left, side)
		require.Empty(t, w.Beaten)
	})
	onBench(t, "nobody knows who emptied it where there is no history, so it is named", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Assignee, user("bob"))
		lost(b)
		left, right := b.left.fetch(), b.right.fetch()
		left.ChangedAt = nil
		_, w := b.write(b.decide(left, right))
		require.Equal(t, "(empty)", w.Beaten)
	})
	onBench(t, "unless it was cleared since", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Assignee, user("bob"))
		b.sync()
		b.left.edit(ticket.Assignee, nobody())
		lost(b)
		side, w := b.write(b.plan())
		require.Equal(t, ticket.Right, side)
		require.Equal(t, "bob", w.Beaten)
	})
	onBench(t, "or before that", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Assignee, user("bob"))
		b.left.edit(ticket.Assignee, nobody())
		b.right.edit(ticket.Assignee, user("alice"))
		lost(b)
		side, _ := b.write(b.plan())
		require.Equal(t, ticket.Left, side)
	})
	// What a history tells nothing of is no younger for what else was done.
	for name, made := range map[string]func(*ticket.Snapshot){
		"untouched since it was made": func(s *ticket.Snapshot) { s.Created = epoch },
		"untouched on one of ours":    func(s *ticket.Snapshot) { s.Created, s.Ours = minute(90), true },
	} {
		onBench(t, name+": an edit beats it", func(t *testing.T, b *bench) {
			b.left.edit(ticket.Title, text("edited"))
			lost(b)
			left, right := b.left.fetch(), b.right.fetch()
			right.Updated = minute(100)
			made(right)
			side, w := b.write(b.decide(left, right))
			require.Equal(t, ticket.Right, side)
			require.Equal(t, "edited", w.Value.Text)
		})
	}
	onBench(t, "differing values: the conflict rule, and the loser is named", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("Ship 1.2"))
		b.right.edit(ticket.Title, text("Ship 12"))
		lost(b)
		_, w := b.write(b.plan())
		require.Equal(t, "Ship 1.2", w.Beaten)
	})
	onBench(t, "equal times: the origin wins", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("left"))
		b.right.edit(ticket.Title, text("right"))
		b.right.changed[ticket.Title] = b.left.changed[ticket.Title]
		b.state = State{Origin: ticket.Right}
		side, _ := b.write(b.plan())
		require.Equal(t, ticket.Left, side)
	})
	onBench(t, "a copy that was cut is recognised, and not written back", func(t *testing.T, b *bench) {
		b.right.limit = 20
		b.left.edit(ticket.Title, text(strings.Repeat("long ", 20)))
		b.sync()
		lost(b)
		b.rules.Conflict.Default = RightWins
		b.quiet()
		require.Equal(t, ticket.TooLong, b.hold(ticket.Title).Reason)
		require.Equal(t, ticket.Right, b.state.Fields[ticket.Title].Cut)
	})
	onBench(t, "a person behind a hidden address agrees with nobody", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Assignee, ticket.Value{User: &ticket.User{ID: "1", Name: "Ann"}})
		b.right.edit(ticket.Assignee, ticket.Value{User: &ticket.User{ID: "2", Name: "Ben"}})
		_, w := b.write(b.plan())
		require.Equal(t, "Ann", w.Beaten)
	})
}

func TestNewMapping(t *testing.T) {
	t.Parallel()
	onBench(t, "that both sides agree under writes nothing", func(t *testing.T, b *bench) {
		b.rules.Users = map[string]string{"zoe@example.com": "zo@example.com"}
		b.rules.Status = append(b.rules.Status, StatusRule{Left: "Blocked", Right: "On Hold"})
		b.quiet()
	})
	onBench(t, "that makes them differ counts as first contact", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("In Progress"))
		b.sync()
		b.rules.Status = []StatusRule{{Left: "In Progress", Right: "In Review"}}
		d := b.plan()
		require.Len(t, d.Operations, 1)
		require.Equal(t, "In Review", d.Operations[0].Move.Want)
	})
	onBench(t, "lifts a hold on the old one", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Blocked"))
		b.quiet()
		require.Equal(t, ticket.StatusUnmapped, b.hold(ticket.Status).Reason)
		b.rules.Status = append(b.rules.Status, StatusRule{Left: "Blocked", Right: "In Progress"})
		b.sync()
		require.Equal(t, "In Progress", b.status(ticket.Right))
		require.Nil(t, b.hold(ticket.Status))
	})
	onBench(t, "a converter's upgrade writes nothing", func(t *testing.T, b *bench) {
		b.right.show = func(s string) string { return strings.ReplaceAll(s, "**", "__") + "\n" }
		b.quiet()
		b.left.edit(ticket.Title, text("x"))
		side, _ := b.write(b.plan())
		require.Equal(t, ticket.Right, side)
	})
}

func TestStanding(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do     func(b *bench, left *ticket.Snapshot)
		reason ticket.Reason
	}{
		"moved to another container": {func(b *bench, s *ticket.Snapshot) { s.Container = ticket.Container{ID: "2", Name: "Other"} }, ticket.MovedOut},
		"in its container":           {func(b *bench, s *ticket.Snapshot) { s.Container = ticket.Container{ID: "1"} }, ""},
		"another engine":             {func(b *bench, s *ticket.Snapshot) { s.Elsewhere = "Linear sync" }, ticket.ReplicatedElsewhere},
		"another engine, ignored": {func(b *bench, s *ticket.Snapshot) {
			s.Elsewhere, b.rules.Elsewhere = "Linear sync", "ignore"
		}, ""},
		"became private": {func(b *bench, s *ticket.Snapshot) { s.Private = "security level" }, ticket.BecamePrivate},
		"private, replicated": {func(b *bench, s *ticket.Snapshot) {
			s.Private, b.rules.Private = "security level", "replicate"
		}, ""},
	} {
		onBench(t, name, func(t *testing.T, b *bench) {
			b.rules.Left.Container = ticket.Container{ID: "1"}
			b.left.edit(ticket.Title, text("x"))
			b.left.say("hello")
			left := b.left.fetch()
			c.do(b, left)
			d := b.decide(left, b.right.fetch())
			require.Equal(t, c.reason, d.Standing)
			if c.reason == "" {
				require.Len(t, d.Operations, 2)
				return
			}
			require.Empty(t, d.Operations)
			require.NotEmpty(t, d.Detail)
		})
	}
	onBench(t, "into a private ticket things still go", func(t *testing.T, b *bench) {
		b.left.private = "private"
		b.left.edit(ticket.Priority, level(ticket.Low))
		b.right.edit(ticket.Title, text("x"))
		b.right.say("hello")
		d := b.plan()
		require.Len(t, d.Operations, 2)
		for _, op := range d.Operations {
			require.Equal(t, ticket.Left, op.Side)
		}
	})
	onBench(t, "made public again, what waited goes", func(t *testing.T, b *bench) {
		b.left.private = "private"
		b.left.edit(ticket.Title, text("x"))
		b.sync()
		b.left.private = ""
		b.sync()
		require.Equal(t, "x", b.right.raw[ticket.Title].Text)
	})
}
