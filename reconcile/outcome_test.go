package reconcile

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

func TestWroteForeign(t *testing.T) {
	t.Parallel()
	written := func(b *bench) {
		b.left.edit(ticket.Title, text("ours"))
		side, w := b.write(b.plan())
		b.right.save(w)
		b.right.edit(ticket.Title, text("theirs"))
		b.notes = b.state.Wrote(b.rules, side, w, FieldOutcome{Stored: print(text("theirs")), Foreign: true})
	}
	onBench(t, "a person's value in the answer flows back", func(t *testing.T, b *bench) {
		written(b)
		require.Equal(t, []string{"title → right", "title → right was changed again on the right at the same moment"}, whats(b.notes))
		side, w := b.write(b.plan())
		require.Equal(t, ticket.Left, side)
		require.Equal(t, "theirs", w.Value.Text)
		require.Empty(t, w.Beaten)
		b.sync()
	})
	onBench(t, "or stays, where it may not flow", func(t *testing.T, b *bench) {
		written(b)
		b.quiet()
		require.Equal(t, "theirs", b.right.raw[ticket.Title].Text)
	}, func(r *Rules) { r.Direction = ToRight })
}

func TestWroteOverUnseen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.left.edit(ticket.Title, text("ours"))
	d := b.plan()
	b.right.edit(ticket.Title, text("theirs")) // between our read and our write
	b.run(d.Operations[0])
	require.Contains(t, b.notes, Note{What: "overwritten-unseen: title → right", From: "theirs", To: "ours"})
	require.Empty(t, b.sync(), "said once")
}

func TestWroteRefused(t *testing.T) {
	t.Parallel()
	refuse := func(t *testing.T, b *bench) {
		side, w := b.write(b.plan())
		b.notes = b.state.Wrote(b.rules, side, w, FieldOutcome{Refused: ticket.FieldRefused, Detail: "not on the screen"})
	}
	onBench(t, "holds that field only, until something changes", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("x"))
		refuse(t, b)
		require.Equal(t, []Note{{What: "hold title: field-refused", To: "not on the screen"}}, b.notes)
		b.left.edit(ticket.Priority, level(ticket.Low))
		b.sync()
		require.Equal(t, ticket.Low, b.right.raw[ticket.Priority].Level)
		require.Equal(t, "Printer", b.right.raw[ticket.Title].Text)
		b.left.edit(ticket.Title, text("y"))
		b.sync()
		require.Equal(t, "y", b.right.raw[ticket.Title].Text)
		require.Nil(t, b.hold(ticket.Title))
	})
	onBench(t, "or until it is due, and says so once", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("x"))
		refuse(t, b)
		b.quiet()
		b.change(ticket.Title, func(f *FieldState) { f.Hold.Due, f.Hold.Tries, f.Hold.Since = true, 3, minute(1) })
		refuse(t, b)
		require.Empty(t, b.notes)
		require.Equal(t, 3, b.hold(ticket.Title).Tries)
		require.Equal(t, minute(1), b.hold(ticket.Title).Since)
		b.quiet()
	})
	onBench(t, "at first contact as well", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Title, text("x"))
		b.state = State{Origin: ticket.Left}
		refuse(t, b)
		b.quiet()
		b.right.edit(ticket.Title, text("y"))
		require.Len(t, b.plan().Operations, 1)
	})
}

func TestWroteUnknownField(t *testing.T) {
	t.Parallel()
	var s State
	require.Empty(t, s.Wrote(&Rules{}, ticket.Left, Write{Field: "customFields.gone"}, FieldOutcome{}))
	require.Empty(t, s.Fields)
}

// What the tracker did not tell is compared by its words, not taken for an edit.
func TestWroteWithoutAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.right.lossy = func(s string) string { return "_" + s + "_" }
	b.left.edit(ticket.Description, text("ours"))
	side, w := b.write(b.plan())
	b.right.save(w)
	b.state.Wrote(b.rules, side, w, FieldOutcome{})
	b.quiet()
}

func TestCreated(t *testing.T) {
	t.Parallel()
	// create makes the replica of a left ticket from its draft, with what the
	// right tracker makes of it.
	create := func(t *testing.T, b *bench, store func(Write) FieldOutcome) {
		b.right.raw = map[ticket.Field]ticket.Value{
			ticket.Title: {}, ticket.Description: {}, ticket.Priority: level(ticket.Medium), ticket.Assignee: {}, ticket.Labels: {},
			ticket.Status: state("To Do"),
		}
		origin := b.left.fetch()
		draft := Draft(b.rules, ticket.Left, origin)
		outcomes := map[ticket.Field]FieldOutcome{}
		for _, w := range draft {
			if w.Field != ticket.Status && w.Value.Level != ticket.NoLevel { // neither can be created with
				outcomes[w.Field] = store(w)
			}
		}
		b.state = State{Origin: ticket.Left}
		b.state.Created(b.rules, draft, origin, b.right.fetch(), outcomes, false)
	}
	onBench(t, "what was taken over agrees", func(t *testing.T, b *bench) {
		b.right.lossy = func(s string) string { return "<p>" + s + "</p>" }
		b.left.edit(ticket.Assignee, user("alice"))
		b.left.edit(ticket.Labels, labels("VIP"))
		create(t, b, b.right.save)
		b.quiet()
		require.Equal(t, "alice", b.right.raw[ticket.Assignee].User.Name)
	})
	onBench(t, "of one that an earlier call had made, both sides may have changed", func(t *testing.T, b *bench) {
		create(t, b, func(w Write) FieldOutcome {
			o := b.right.save(w)
			if w.Field == ticket.Title {
				b.right.edit(ticket.Title, text("Printer, said bob"))
				o.Foreign = true
			}
			return o
		})
		notes := b.sync()
		require.Equal(t, b.left.raw[ticket.Title].Text, b.right.raw[ticket.Title].Text)
		require.True(t, b.left.raw[ticket.Title].Text == "Printer, said bob" || named(notes, "Printer, said bob"), "taken over, or named in the conflict")
	})
	onBench(t, "what was not is written next", func(t *testing.T, b *bench) {
		create(t, b, func(w Write) FieldOutcome { return FieldOutcome{} })
		side, w := ticket.Side(""), []Write(nil)
		for _, op := range b.plan().Operations {
			side, w = op.Side, op.Writes
		}
		require.Equal(t, ticket.Right, side)
		require.Len(t, w, 2, "title and description")
		b.sync()
		require.Equal(t, "Printer", b.right.raw[ticket.Title].Text)
	})
	onBench(t, "what was refused is written next, to be held then", func(t *testing.T, b *bench) {
		create(t, b, func(w Write) FieldOutcome {
			if w.Field == ticket.Description {
				b.right.raw[w.On] = text("Steps to reproduce:")
				return FieldOutcome{Refused: ticket.FieldRefused}
			}
			return b.right.save(w)
		})
		_, w := b.write(b.plan())
		require.Equal(t, ticket.Description, w.Field)
	})
	onBench(t, "the status is walked to", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Status, state("Done"))
		create(t, b, b.right.save)
		b.sync()
		require.Equal(t, "Done", b.status(ticket.Right))
	})
	onBench(t, "no priority: the default stays there, and stays there only", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Priority, level(ticket.NoLevel))
		create(t, b, b.right.save)
		b.quiet()
	})
	onBench(t, "nothing to send: the tracker's own default is nobody's change", func(t *testing.T, b *bench) {
		create(t, b, func(w Write) FieldOutcome { return b.right.save(w) })
		b.right.raw[ticket.Labels] = labels("triage")
		b.state.Created(b.rules, Draft(b.rules, ticket.Left, b.left.fetch()), b.left.fetch(), b.right.fetch(), nil, false)
		b.quiet()
	})
	onBench(t, "of one that others have visited, what they did is theirs", func(t *testing.T, b *bench) {
		create(t, b, b.right.save)
		b.right.edit(ticket.Labels, labels("triage"))
		b.state.Created(b.rules, Draft(b.rules, ticket.Left, b.left.fetch()), b.left.fetch(), b.right.fetch(), nil, true)
		b.sync()
		require.Equal(t, []string{"triage"}, b.left.raw[ticket.Labels].Names)
	})
	onBench(t, "no counterpart: held with its reason", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Priority, level("blocker"))
		b.left.edit(ticket.Status, state("New"))
		create(t, b, b.right.save)
		b.quiet()
		require.Equal(t, ticket.PriorityUnmapped, b.hold(ticket.Priority).Reason)
		require.Equal(t, ticket.StatusUnmapped, b.hold(ticket.Status).Reason)
	})
	onBench(t, "an unknown user does not come back", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Assignee, user("carol"))
		create(t, b, b.right.save)
		b.quiet()
		require.Equal(t, "carol", b.left.raw[ticket.Assignee].User.Name)
	})
	onBench(t, "a cut title does not either", func(t *testing.T, b *bench) {
		b.right.limit = 5
		create(t, b, b.right.save)
		b.quiet()
		require.Equal(t, ticket.TooLong, b.hold(ticket.Title).Reason)
		b.right.edit(ticket.Title, text("other"))
		b.quiet()
	})
	onBench(t, "somebody was there already: their change flows back", func(t *testing.T, b *bench) {
		create(t, b, func(w Write) FieldOutcome {
			o := b.right.save(w)
			if w.Field == ticket.Title {
				b.right.edit(ticket.Title, text("theirs"))
			}
			return o
		})
		side, w := b.write(b.plan())
		require.Equal(t, ticket.Left, side)
		require.Equal(t, "theirs", w.Value.Text)
	})
	onBench(t, "a field of the other direction is not touched", func(t *testing.T, b *bench) {
		b.left.edit(ticket.Priority, level(ticket.Low))
		create(t, b, b.right.save)
		b.quiet()
		require.Equal(t, ticket.Medium, b.right.raw[ticket.Priority].Level)
	}, func(r *Rules) { r.Fields[ticket.Priority] = ToLeft })
}

func TestDraft(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.rules.Fields[ticket.Description] = ToLeft
	b.left.edit(ticket.Priority, level("blocker"))
	b.left.edit(ticket.Status, state("Waiting"))
	fields := map[ticket.Field]Write{}
	for _, w := range Draft(b.rules, ticket.Left, b.left.fetch()) {
		fields[w.Field] = w
	}
	require.Len(t, fields, 2, "no empty value, none without counterpart, none of the other direction")
	require.Equal(t, "In Progress", fields[ticket.Status].Value.State.Name)
	require.Equal(t, print(text("Printer")), fields[ticket.Title].Source)
}

func TestReporter(t *testing.T) {
	t.Parallel()
	r := &Rules{Users: map[string]string{"ann@example.com": "alice@example.com"}}
	snap := &ticket.Snapshot{Fields: map[ticket.Field]ticket.Value{}}
	require.Nil(t, Reporter(r, ticket.Left, snap))
	snap.Fields[ticket.Reporter] = user("ann")
	require.Equal(t, &ticket.User{Email: "alice@example.com", Name: "ann"}, Reporter(r, ticket.Left, snap))
}

func TestChangeTimeIsWhenItWasFirstSeen(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(r *Rules) { r.Conflict.Default = HoldConflict })
	b.right.edit(ticket.Title, text("right"))
	right := b.right.fetch()
	right.ChangedAt = nil // a tracker without a history
	b.left.edit(ticket.Title, text("left"))
	b.decide(b.left.fetch(), right)
	right.Updated = right.Updated.Add(time.Hour) // something else changed
	b.rules.Conflict.Default = NewestWins
	b.change(ticket.Title, func(f *FieldState) { f.Hold.Due = true })
	d := b.decide(b.left.fetch(), right)
	require.Equal(t, ticket.Right, d.Operations[0].Side, "the left was changed last")
}
