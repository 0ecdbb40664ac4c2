package reconcile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

// weight is what an operation counts for.
type weight struct{ writes, changes int }

func (s *State) weigh(op Operation) weight {
	w, c := s.Tally(op)
	return weight{w, c}
}

func TestTallyOfFields(t *testing.T) {
	t.Parallel()
	due, waits := &Hold{Reason: ticket.FieldRefused, Due: true}, &Hold{Reason: ticket.FieldRefused}
	set := Operation{Kind: SetFields, Writes: []Write{{Field: ticket.Title}, {Field: ticket.Priority}}}
	step := Operation{Kind: MoveStatus, Move: &Step{Source: "done"}}
	for name, c := range map[string]struct {
		fields map[ticket.Field]FieldState
		op     Operation
		want   weight
	}{
		"fields":                        {nil, set, weight{1, 0}},
		"fields that are all due":       {map[ticket.Field]FieldState{ticket.Title: {Hold: due}, ticket.Priority: {Hold: due}}, set, weight{}},
		"one is new":                    {map[ticket.Field]FieldState{ticket.Title: {Hold: due}, ticket.Priority: {Hold: waits}}, set, weight{1, 0}},
		"the first step":                {nil, step, weight{1, 0}},
		"a further step":                {map[ticket.Field]FieldState{ticket.Status: {Way: &Way{Source: "done"}}}, step, weight{}},
		"the first step another way":    {map[ticket.Field]FieldState{ticket.Status: {Way: &Way{Source: "to do"}}}, step, weight{1, 0}},
		"a step that is due":            {map[ticket.Field]FieldState{ticket.Status: {Hold: due}}, step, weight{}},
		"what is announced, every time": {nil, Operation{Kind: Announce, News: &News{}}, weight{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := State{Fields: c.fields}
			require.Equal(t, c.want, s.weigh(c.op))
		})
	}
}

// A comment's version explains one write, whatever became of it.
func TestTallyOfComments(t *testing.T) {
	t.Parallel()
	s := State{Comments: []Link{{From: ticket.Left, Source: "7"}}}
	op := func(kind OpKind, version string) Operation {
		return Operation{Kind: kind, Side: ticket.Right, Comment: &CommentCopy{From: ticket.Left, Source: "7", SourceFP: "f" + version, SourceV: version}}
	}
	try := func(kind OpKind, version string) weight {
		w := s.weigh(op(kind, version))
		if kind == AddComment {
			s.Asked(*op(kind, version).Comment)
		}
		return w
	}
	require.Equal(t, weight{1, 1}, try(AddComment, "v1"))
	s.NotThere(ticket.Left, "7")
	require.Equal(t, weight{1, 0}, try(AddComment, "v1"), "again")
	s.Copied(AddComment, *op(AddComment, "v1").Comment, &ticket.Comment{ID: "c", Fingerprint: "c1"})

	require.Equal(t, weight{1, 0}, try(EditComment, "v1"), "it reads as something else, and nobody edited it")
	require.Equal(t, weight{1, 1}, try(EditComment, "v2"))
	require.Equal(t, weight{1, 0}, try(EditComment, "v2"), "again, after a failure")
	s.Comments[0].Hold = &Hold{Reason: ticket.CommentRefused, Due: true}
	require.Equal(t, weight{}, try(EditComment, "v2"), "its time has come")
	s.Copied(EditComment, *op(EditComment, "v2").Comment, &ticket.Comment{ID: "c", Fingerprint: "c2"})
	require.Empty(t, s.Comments[0].Tried, "nothing is kept of what is done")

	require.Equal(t, weight{1, 1}, try(DeleteComment, ""))
	require.Equal(t, weight{1, 0}, try(DeleteComment, ""), "again")
	require.Equal(t, weight{1, 0}, s.weigh(Operation{Kind: EditComment, Comment: &CommentCopy{Source: "nobody's"}}))
}
