package reconcile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

func TestAdoptedCopies(t *testing.T) {
	t.Parallel()
	onBench(t, "are taken up by their tokens, and not rewritten on a guess", func(t *testing.T, b *bench) {
		source := b.left.say("hello")
		b.sync()
		b.left.comment(source).Body = "edited while nobody watched"
		b.state = State{Origin: ticket.Left}
		b.quiet()
		require.Equal(t, "hello", b.right.comments[0].Body)
		b.left.comment(source).Body = "edited again"
		only(t, b.plan(), EditComment)
	})
	onBench(t, "are made again from what was edited while nobody watched, once", func(t *testing.T, b *bench) {
		source := b.right.say("hello")
		b.sync()
		copied := b.left.comments[0].ID
		b.left.comment(copied).Body = "a person's words"
		b.right.comment(source).Body = "edited while nobody watched"
		b.state = State{Origin: ticket.Left, Rebuilt: true}
		require.Equal(t, copied, only(t, b.plan(), EditComment).Copy)
		b.sync()
		require.Equal(t, "edited while nobody watched", b.left.comment(copied).Body)
		b.state = State{Origin: ticket.Left, Rebuilt: true}
		b.left.comment(copied).Body = "a person's words"
		b.quiet()
		require.Equal(t, "a person's words", b.left.comment(copied).Body, "the edit of a copy stays until its source is edited")
	})
	onBench(t, "are deleted when their source was, while nobody watched", func(t *testing.T, b *bench) {
		source := b.left.say("hello")
		b.left.say("stays")
		b.sync()
		copied := b.right.comments[0].ID
		b.left.forget(source)
		b.state = State{Origin: ticket.Left, Rebuilt: true}
		left := b.left.fetch()
		left.Comments, left.CommentsRead = nil, false
		require.Empty(t, b.decide(left, b.right.fetch()).Operations, "not on half of what there is")
		require.True(t, b.state.Rebuilt)
		right := b.right.fetch()
		right.Comments, right.CommentsRead = nil, false
		require.Empty(t, b.decide(b.left.fetch(), right).Operations, "what has a copy already is not copied again")
		state := b.state
		left = b.left.fetch()
		left.CommentsCut = true
		require.Empty(t, b.decide(left, b.right.fetch()).Operations, "not what may only have been left out")
		b.state = state
		require.Equal(t, copied, only(t, b.plan(), DeleteComment).Copy)
		b.sync()
		require.Len(t, b.right.comments, 1)
		b.quiet()
	})
	onBench(t, "made from another ticket stay", func(t *testing.T, b *bench) {
		made := b.right.comment(b.right.say("from a link before"))
		made.Token, made.Stamp = "desk/elsewhere", ticket.Stamp("2", "")
		b.state.Rebuilt = true
		b.quiet()
		require.False(t, b.state.Rebuilt)
		made = b.right.comment(b.right.say("pasted later"))
		made.Token, made.Stamp = "desk/elsewhere", ticket.Stamp("1", "")
		b.quiet()
		require.Empty(t, b.state.Comments)
	})
	onBench(t, "also when their source was not read at the time", func(t *testing.T, b *bench) {
		b.left.say("hello")
		b.sync()
		b.state = State{Origin: ticket.Left}
		left := b.left.fetch()
		left.Comments, left.CommentsRead = nil, false
		require.Empty(t, b.decide(left, b.right.fetch()).Operations)
		b.quiet()
	})
	onBench(t, "a copy pasted from another ticket is a person's, and never deleted", func(t *testing.T, b *bench) {
		b.right.comment(b.right.say("pasted")).Token = "desk/elsewhere"
		b.quiet()
		require.Empty(t, b.state.Comments)
	})
}
