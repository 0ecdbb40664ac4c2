package reconcile

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

func TestPriority(t *testing.T) {
	t.Parallel()
	onBench(t, "none sends nothing to a tracker that has no such thing", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Priority, level(ticket.NoLevel))
		b.quiet()
		require.Nil(t, b.hold(ticket.Priority))
		require.Equal(t, ticket.Medium, b.right.raw[ticket.Priority].Level)
		b.right.edit(ticket.Priority, level(ticket.High))
		b.sync()
		require.Equal(t, ticket.High, b.left.raw[ticket.Priority].Level)
	})
	onBench(t, "none is sent where there is such a thing", func(t *testing.T, b *bench) {
		b.right.required = false
		b.left.edit(ticket.Priority, level(ticket.NoLevel))
		_, w := b.write(b.plan())
		require.Equal(t, ticket.NoLevel, w.Value.Level)
	})
	onBench(t, "two native names of one level agree", func(t *testing.T, b *bench) {
		lowest := level(ticket.Low)
		lowest.Text = "Lowest" // as it is stored
		b.left.edit(ticket.Priority, level(ticket.Low))
		b.right.edit(ticket.Priority, lowest)
		b.quiet()
	})
	onBench(t, "an unknown one is held by name", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Priority, level("blocker"))
		b.quiet()
		require.Equal(t, ticket.PriorityUnmapped, b.hold(ticket.Priority).Reason)
		require.Equal(t, "blocker", b.hold(ticket.Priority).Detail)
	})
}

func TestAssignee(t *testing.T) {
	t.Parallel()
	users := func(r *Rules) { r.Users = map[string]string{"Ann@example.com": "Alice@example.com"} }
	onBench(t, "goes by the map, either way", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Assignee, user("ann"))
		_, w := b.write(b.plan())
		require.Equal(t, "alice@example.com", w.Value.User.Email)
		b.sync()
		b.right.edit(ticket.Assignee, user("bob"))
		b.sync()
		b.right.edit(ticket.Assignee, user("alice"))
		_, w = b.write(b.plan())
		require.Equal(t, "ann@example.com", w.Value.User.Email)
	}, users)
	onBench(t, "two who are one by the map agree", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Assignee, user("ann"))
		b.right.edit(ticket.Assignee, user("alice"))
		b.quiet()
	}, users)
	onBench(t, "else by the same address", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Assignee, user("bob"))
		b.sync()
		require.Equal(t, "bob@example.com", b.right.raw[ticket.Assignee].User.Email)
		b.left.edit(ticket.Assignee, nobody())
		b.sync()
		require.Nil(t, b.right.raw[ticket.Assignee].User)
	}, users)
	unknown := func(t *testing.T, b *bench) {
		b.right.edit(ticket.Assignee, user("bob"))
		b.sync()
		b.left.edit(ticket.Assignee, user("carol"))
		notes := b.sync()
		require.Nil(t, b.right.raw[ticket.Assignee].User)
		require.Contains(t, notes, Note{What: "assignee → right was cleared: user-unknown", From: "carol"})
		require.Equal(t, "carol", b.left.raw[ticket.Assignee].User.Name, "the clearing does not come back")
		require.Empty(t, b.sync(), "and is said once")
	}
	onBench(t, "unknown there: cleared", unknown)
	onBench(t, "unknown on the left: the same", func(t *testing.T, b *bench) {
		b.right.edit(ticket.Assignee, user("dave"))
		b.sync()
		users(b.rules)
		b.sync()
		require.Equal(t, "dave", b.right.raw[ticket.Assignee].User.Name)
	}, func(r *Rules) { r.Conflict.Default = LeftWins })
	onBench(t, "unknown there: not even a new map brings the clearing back", func(t *testing.T, b *bench) {
		unknown(t, b)
		users(b.rules)
		b.sync()
		require.Equal(t, "carol", b.left.raw[ticket.Assignee].User.Name)
		b.rules.Users["carol@example.com"] = "alice@example.com"
		b.sync()
		require.Equal(t, "alice", b.right.raw[ticket.Assignee].User.Name)
	}, func(r *Rules) { r.Conflict.Default = RightWins })
}

func TestLabels(t *testing.T) {
	t.Parallel()
	onBench(t, "case and blanks are no difference", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Labels, labels("Needs Info", "VIP"))
		b.right.edit(ticket.Labels, labels("vip", "needs_info"))
		b.quiet()
	})
	onBench(t, "labels that are there keep their spelling", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Labels, labels("Needs Info"))
		b.right.edit(ticket.Labels, labels("needs_info"))
		b.quiet()
		b.right.edit(ticket.Labels, labels("needs_info", "new"))
		_, w := b.write(b.plan())
		require.Equal(t, []string{"Needs Info", "new"}, w.Value.Names)
	})
	onBench(t, "are off unless asked for", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Labels, labels("VIP"))
		b.quiet()
	}, func(r *Rules) { delete(r.Fields, ticket.Labels) })
}

func TestCustomFields(t *testing.T) {
	t.Parallel()
	const left, right = ticket.Field("customFields.asset"), ticket.Field("customfield_10042")
	for name, v := range map[string]ticket.Value{
		"text":   text("printer-7"),
		"number": number(2.5),
		"select": {Text: "Hardware", Fingerprint: ""},
	} {
		onBench(t, name, func(t *testing.T, b *bench) {
			b.left.raw[left], b.right.raw[right] = nobody(), nobody()
			b.quiet()
			b.left.edit(left, v)
			side, w := b.write(b.plan())
			require.Equal(t, ticket.Right, side)
			require.Equal(t, left, w.Field)
			require.Equal(t, right, w.On)
			require.Equal(t, v, w.Value)
			b.sync()
			require.Equal(t, v, b.right.raw[right])
		}, func(r *Rules) { r.Custom = []CustomRule{{Left: string(left), Right: string(right)}} })
	}
	onBench(t, "a number and its digits agree", func(t *testing.T, b *bench) {
		b.left.raw[left], b.right.raw[right] = number(7), text(" 7 ")
		b.quiet()
	}, func(r *Rules) { r.Custom = []CustomRule{{Left: string(left), Right: string(right)}} })
	onBench(t, "one way", func(t *testing.T, b *bench) {
		b.left.raw[left], b.right.raw[right] = nobody(), nobody()
		b.quiet()
		b.left.edit(left, text("x"))
		b.quiet()
	}, func(r *Rules) { r.Custom = []CustomRule{{Left: string(left), Right: string(right), Direction: ToLeft}} })
}

func TestTooLong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 20)
	cut := func(t *testing.T, b *bench) {
		b.right.limit = 20
		b.left.edit(ticket.Title, text(long))
		_, w := b.write(b.plan())
		require.NotEmpty(t, w.Origin, "where the whole is found")
		b.sync()
		require.Equal(t, ticket.TooLong, b.hold(ticket.Title).Reason)
		require.Len(t, []rune(b.right.raw[ticket.Title].Text), 20)
	}
	onBench(t, "an edit of the cut side stays there", func(t *testing.T, b *bench) {
		cut(t, b)
		b.right.edit(ticket.Title, text("short"))
		b.quiet()
		require.Len(t, b.notes, 1, "and is said once")
		require.Equal(t, ticket.TooLong, b.hold(ticket.Title).Reason)
		require.Equal(t, long, b.left.raw[ticket.Title].Text)
	})
	onBench(t, "both changed: the whole text wins and names the other", func(t *testing.T, b *bench) {
		cut(t, b)
		b.left.edit(ticket.Title, text("whole"))
		b.right.edit(ticket.Title, text("short"))
		side, w := b.write(b.plan())
		require.Equal(t, ticket.Right, side)
		require.Equal(t, "short", w.Beaten)
	})
	onBench(t, "trying again writes nothing", func(t *testing.T, b *bench) {
		cut(t, b)
		b.change(ticket.Title, func(f *FieldState) { f.Hold.Due = true })
		b.quiet()
		require.False(t, b.hold(ticket.Title).Due)
	})
	onBench(t, "shortened at its source, it is whole again both ways", func(t *testing.T, b *bench) {
		cut(t, b)
		b.left.edit(ticket.Title, text("fits"))
		b.sync()
		require.Nil(t, b.hold(ticket.Title))
		b.right.edit(ticket.Title, text("back"))
		b.sync()
		require.Equal(t, "back", b.left.raw[ticket.Title].Text)
	})
	onBench(t, "shortened to what the cut side says, too", func(t *testing.T, b *bench) {
		cut(t, b)
		b.left.edit(ticket.Title, b.right.raw[ticket.Title])
		b.quiet()
		require.Nil(t, b.hold(ticket.Title))
		b.right.edit(ticket.Title, text("back"))
		b.sync()
		require.Equal(t, "back", b.left.raw[ticket.Title].Text)
	})
}

// A label that the other side does not have is missing there, not taken away.
func TestLabelsThatWereLeftOut(t *testing.T) {
	t.Parallel()
	onBench(t, "survive an edit over there", func(t *testing.T, b *bench) {
		b.right.labels = []string{"bug", "urgent"}
		b.left.edit(ticket.Labels, labels("bug", "customer-x"))
		notes := b.sync()
		require.Contains(t, whats(notes), "labels → right without customer-x: label-unknown")
		require.Equal(t, []string{"bug"}, b.right.raw[ticket.Labels].Names)
		b.quiet()
		b.right.edit(ticket.Labels, labels("bug", "urgent"))
		b.sync()
		require.ElementsMatch(t, []string{"bug", "urgent", "customer-x"}, b.left.raw[ticket.Labels].Names)
		b.quiet()
		b.right.edit(ticket.Labels, labels("urgent"))
		b.sync()
		require.ElementsMatch(t, []string{"urgent", "customer-x"}, b.left.raw[ticket.Labels].Names)
	})
	onBench(t, "go when their own side drops them", func(t *testing.T, b *bench) {
		b.right.labels = []string{"bug", "urgent"}
		b.left.edit(ticket.Labels, labels("bug", "customer-x"))
		b.sync()
		b.left.edit(ticket.Labels, labels("bug"))
		b.sync()
		b.right.edit(ticket.Labels, labels("bug", "urgent"))
		b.sync()
		require.ElementsMatch(t, []string{"bug", "urgent"}, b.left.raw[ticket.Labels].Names)
	})
	onBench(t, "of a new replica", func(t *testing.T, b *bench) {
		b.left.raw[ticket.Labels], b.right.raw[ticket.Labels] = labels("bug", "customer-x"), labels("bug")
		b.state = State{Origin: ticket.Left}
		origin, replica := b.left.fetch(), b.right.fetch()
		b.state.Created(b.rules, Draft(b.rules, ticket.Left, origin), origin, replica, map[ticket.Field]FieldOutcome{
			ticket.Labels: {Refused: ticket.LabelUnknown, LeftOut: []string{"customer-x"}},
		}, false)
		for _, op := range b.plan().Operations {
			for _, w := range op.Writes {
				require.NotEqual(t, ticket.Labels, w.Field, "they are as alike as they can be")
			}
		}
	})
}
