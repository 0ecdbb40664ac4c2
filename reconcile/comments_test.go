package reconcile

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

// only returns the only comment operation of a decision.
func only(t *testing.T, d Decision, kind OpKind) CommentCopy {
	t.Helper()
	require.Len(t, d.Operations, 1)
	require.Equal(t, kind, d.Operations[0].Kind)
	require.Equal(t, d.Operations[0].Comment.From.Other(), d.Operations[0].Side)
	return *d.Operations[0].Comment
}

func TestNewComments(t *testing.T) {
	t.Parallel()
	onBench(t, "are copied with author, address and token, and the copy is not", func(t *testing.T, b *bench) {
		id := b.left.say("hello")
		c := only(t, b.plan(), AddComment)
		require.Equal(t, CommentCopy{
			From: ticket.Left, Source: id, Token: "desk/" + id, Author: "Alice", URL: "https://" + id, Origin: "https://" + id,
			Body: "hello", SourceFP: ticket.Fingerprint("hello"), SourceV: "1",
		}, c)
		b.sync()
		require.Len(t, b.right.comments, 1)
		require.Len(t, b.left.comments, 1)
	})
	onBench(t, "in the order they were written, whatever the tracker's", func(t *testing.T, b *bench) {
		first, second, third := b.right.say("1"), b.right.say("2"), b.right.say("3")
		b.right.comment(first).Created = minute(-1)
		b.right.comment(third).Created = minute(-2)
		var sources []string
		for _, op := range b.plan().Operations {
			sources = append(sources, op.Comment.Source)
		}
		require.Equal(t, []string{third, first, second}, sources)
	})
	onBench(t, "a reply quotes the first line of its parent", func(t *testing.T, b *bench) {
		parent := b.left.say("\nWho?\nI mean it.")
		b.sync()
		reply := b.left.say("me")
		b.left.comment(reply).Parent = parent
		require.Equal(t, "Who?", only(t, b.plan(), AddComment).Quote)
	})
	onBench(t, "a reply joins the thread where replies nest", func(t *testing.T, b *bench) {
		b.right.nests = true
		parent := b.left.say("Who?")
		b.sync()
		reply := b.left.say("me")
		b.left.comment(reply).Parent = parent
		c := only(t, b.plan(), AddComment)
		require.Equal(t, "Who?", c.Quote, "should it not nest after all")
		require.Equal(t, b.right.comments[0].ID, c.Parent)
	})
	onBench(t, "a reply to a copy joins the thread of its source", func(t *testing.T, b *bench) {
		b.right.nests = true
		root := b.right.say("Who?")
		answer := b.right.say("Anyone")
		b.right.comment(answer).Parent = root
		b.sync()
		require.Len(t, b.left.comments, 2)
		reply := b.left.say("me")
		b.left.comment(reply).Parent = b.left.comments[1].ID
		require.Equal(t, root, only(t, b.plan(), AddComment).Parent, "threads are one level deep")
	})
	onBench(t, "a reply waits for its parent's copy where replies nest", func(t *testing.T, b *bench) {
		b.right.nests = true
		parent := b.left.say("Who?")
		reply := b.left.say("me")
		b.left.comment(reply).Parent = parent
		d := b.plan()
		require.Equal(t, parent, only(t, d, AddComment).Source)
		b.run(d.Operations[0])
		c := only(t, b.plan(), AddComment)
		require.Equal(t, reply, c.Source)
		require.Equal(t, b.right.comments[0].ID, c.Parent)
	})
	onBench(t, "and does not where they do not", func(t *testing.T, b *bench) {
		parent := b.left.say("Who?")
		reply := b.left.say("me")
		b.left.comment(reply).Parent = parent
		ops := b.plan().Operations
		require.Len(t, ops, 2)
		require.Equal(t, "Who?", ops[1].Comment.Quote)
		require.Empty(t, ops[1].Comment.Parent)
	})
	onBench(t, "a parent whose text is known already is quoted by its first line", func(t *testing.T, b *bench) {
		parent := b.left.say("Who?\nI mean it.")
		b.sync()
		reply := b.left.say("me")
		b.left.comment(reply).Parent = parent
		left := b.left.fetch()
		left.Comments[0].Body, left.Comments[0].Omitted, left.Comments[0].Lead = "", true, "Who?"
		require.Equal(t, "Who?", only(t, b.decide(left, b.right.fetch()), AddComment).Quote)
	})
	onBench(t, "a reply to a private comment quotes nothing", func(t *testing.T, b *bench) {
		parent := b.left.say("secret")
		b.left.comment(parent).Private = "internal"
		reply := b.left.say("me")
		b.left.comment(reply).Parent = parent
		require.Empty(t, only(t, b.plan(), AddComment).Quote)
	})
	onBench(t, "only in the route's direction", func(t *testing.T, b *bench) {
		b.right.say("stays")
		b.left.say("goes")
		require.Equal(t, "goes", only(t, b.plan(), AddComment).Body)
	}, func(r *Rules) { r.Comments.Direction = ToRight })
	onBench(t, "as notes for the desk's own people when asked for", func(t *testing.T, b *bench) {
		b.left.say("x")
		require.True(t, only(t, b.plan(), AddComment).Private)
	}, func(r *Rules) { r.Comments.Visibility = "private" })
	onBench(t, "our own notices go nowhere", func(t *testing.T, b *bench) {
		b.left.comment(b.left.say("the other ticket was deleted")).Token = ticket.NoteToken
		b.quiet()
	})
	onBench(t, "a copy from a third connection passes, with its author", func(t *testing.T, b *bench) {
		id := b.left.say("from afar")
		b.left.comment(id).Token, b.left.comment(id).Author = "linear/9", ticket.User{Name: "Lin"}
		c := only(t, b.plan(), AddComment)
		require.Equal(t, "Lin", c.Author)
		require.Equal(t, "desk/"+id, c.Token)
	})
	onBench(t, "of a side that was not read are left alone", func(t *testing.T, b *bench) {
		b.left.say("one")
		b.sync()
		left, right := b.left.fetch(), b.right.fetch()
		left.Comments, left.CommentsRead = nil, false
		right.Comments, right.CommentsRead = nil, false
		require.Empty(t, b.decide(left, right).Operations)
		b.quiet()
	})
}

func TestEditedComments(t *testing.T) {
	t.Parallel()
	copied := func(b *bench) (source, copied string) {
		source = b.left.say("hello")
		b.sync()
		return source, b.right.comments[0].ID
	}
	onBench(t, "an edit follows", func(t *testing.T, b *bench) {
		source, copied := copied(b)
		b.left.comment(source).Body = "hello again"
		c := only(t, b.plan(), EditComment)
		require.Equal(t, copied, c.Copy)
		b.sync()
		require.Equal(t, "hello again", b.right.comment(copied).Body)
		b.quiet()
	})
	onBench(t, "a lossy tracker's copy is no edit", func(t *testing.T, b *bench) {
		b.right.lossy = func(s string) string { return s + "!" }
		copied(b)
		require.Empty(t, b.sync())
	})
	onBench(t, "an edited copy stays as it is, said once, until the source is edited", func(t *testing.T, b *bench) {
		source, copied := copied(b)
		b.right.comment(copied).Body = "scribble"
		b.quiet()
		require.Len(t, b.notes, 1)
		require.Equal(t, "hello", b.left.comment(source).Body)
		b.left.comment(source).Body = "hello again"
		b.sync()
		require.Equal(t, "hello again", b.right.comment(copied).Body)
	})
	onBench(t, "a refused edit waits for a further one", func(t *testing.T, b *bench) {
		source, _ := copied(b)
		b.left.comment(source).Body = "bad"
		c := only(t, b.plan(), EditComment)
		require.Len(t, b.state.Refused(c, ticket.CommentRefused, "no"), 1)
		require.Empty(t, b.state.Refused(c, ticket.CommentRefused, "no"), "said once")
		b.quiet()
		b.left.comment(source).Body = "hello"
		b.quiet()
		require.Nil(t, b.state.Comments[0].Hold, "taken back")
		b.left.comment(source).Body = "good"
		only(t, b.plan(), EditComment)
	})
}

func TestDeletedComments(t *testing.T) {
	t.Parallel()
	copied := func(b *bench) (source, copied string) {
		source = b.left.say("hello")
		b.sync()
		return source, b.right.comments[0].ID
	}
	onBench(t, "the copy goes with its source", func(t *testing.T, b *bench) {
		source, copied := copied(b)
		b.left.forget(source)
		require.Equal(t, CommentCopy{From: ticket.Left, Source: source, Copy: copied}, only(t, b.plan(), DeleteComment))
		b.sync()
		require.Empty(t, b.right.comments)
	})
	onBench(t, "not where comments do not flow any more", func(t *testing.T, b *bench) {
		source, _ := copied(b)
		b.rules.Comments.Direction = ToLeft
		b.left.forget(source)
		b.quiet()
		require.Len(t, b.right.comments, 1)
	})
	onBench(t, "a refused deletion is not repeated at once", func(t *testing.T, b *bench) {
		source, _ := copied(b)
		b.left.forget(source)
		b.state.Refused(only(t, b.plan(), DeleteComment), ticket.CommentRefused, "no")
		b.quiet()
		b.state.Comments[0].Hold.Due = true
		only(t, b.plan(), DeleteComment)
	})
	onBench(t, "a deleted copy is not made again", func(t *testing.T, b *bench) {
		source, copied := copied(b)
		b.right.forget(copied)
		b.quiet()
		require.Len(t, b.notes, 1)
		b.left.comment(source).Body = "edited"
		b.quiet()
		b.left.comment(source).Private = "internal"
		b.quiet()
		b.left.comment(source).Private = ""
		b.quiet()
		require.NotNil(t, b.left.comment(source))
	})
	onBench(t, "a copy found missing while it is edited is not made again", func(t *testing.T, b *bench) {
		source, copied := copied(b)
		b.left.comment(source).Body = "edited"
		d := b.plan()
		b.right.forget(copied)
		b.run(d.Operations[0])
		require.Len(t, b.notes, 1)
		b.quiet()
	})
	onBench(t, "a comment gone before it was copied", func(t *testing.T, b *bench) {
		source := b.left.say("oops")
		b.plan()
		b.left.forget(source)
		b.quiet()
	})
}

func TestPrivateComments(t *testing.T) {
	t.Parallel()
	onBench(t, "never go, whatever the route says of private tickets", func(t *testing.T, b *bench) {
		b.left.comment(b.left.say("secret")).Private = "internal"
		b.quiet()
	}, func(r *Rules) { r.Private = "replicate" })
	onBench(t, "nor do those whose visibility is unknown", func(t *testing.T, b *bench) {
		b.left.comment(b.left.say("who knows")).Private = "unknown"
		b.quiet()
	})
	onBench(t, "made private: the copy is deleted, and made again when it is public again", func(t *testing.T, b *bench) {
		source := b.left.say("hello")
		b.sync()
		b.left.comment(source).Private = "role Admins"
		b.left.comment(source).Body = "secret"
		only(t, b.plan(), DeleteComment)
		b.sync()
		require.Empty(t, b.right.comments)
		b.left.comment(source).Private, b.left.comment(source).Body = "", "hello"
		b.sync()
		require.Len(t, b.right.comments, 1)
		b.quiet()
	})
	onBench(t, "made private: the copy is deleted even where comments do not flow any more", func(t *testing.T, b *bench) {
		source := b.left.say("hello")
		b.sync()
		b.rules.Comments.Direction = Off
		b.left.comment(source).Private = "role Admins"
		only(t, b.plan(), DeleteComment)
	})
	onBench(t, "made public: copied", func(t *testing.T, b *bench) {
		source := b.left.say("hello")
		b.left.comment(source).Private = "internal"
		b.quiet()
		b.left.comment(source).Private = ""
		only(t, b.plan(), AddComment)
	})
	onBench(t, "made private while it was being copied", func(t *testing.T, b *bench) {
		source := b.left.say("hello")
		op := b.plan().Operations[0]
		b.left.comment(source).Private = "internal"
		b.quiet()
		b.run(op)
		only(t, b.plan(), DeleteComment)
	})
	onBench(t, "made private while its copy is in the dark", func(t *testing.T, b *bench) {
		source := b.left.say("hello")
		c := only(t, b.plan(), AddComment)
		b.state.Asked(c)
		b.right.copy(AddComment, c)
		b.left.comment(source).Private = "internal"
		only(t, b.plan(), DeleteComment)
	})
}

func TestLostAnswer(t *testing.T) {
	t.Parallel()
	onBench(t, "a copy that was made is found by its token", func(t *testing.T, b *bench) {
		b.left.say("hello")
		c := only(t, b.plan(), AddComment)
		b.state.Asked(c)
		written, _ := b.right.copy(AddComment, c)
		b.quiet()
		require.Equal(t, written.ID, b.state.Comments[0].Copy)
		require.False(t, b.state.Comments[0].Pending)
	})
	onBench(t, "an edit made meanwhile follows", func(t *testing.T, b *bench) {
		source := b.left.say("hello")
		c := only(t, b.plan(), AddComment)
		b.state.Asked(c)
		b.right.copy(AddComment, c)
		b.left.comment(source).Body = "hello again"
		only(t, b.plan(), EditComment)
	})
	onBench(t, "one that was not is made again only after it was looked for", func(t *testing.T, b *bench) {
		b.left.say("hello")
		c := only(t, b.plan(), AddComment)
		b.state.Asked(c)
		b.quiet()
		b.quiet()
		b.state.NotThere(c.From, "another")
		b.quiet()
		b.state.NotThere(c.From, c.Source)
		only(t, b.plan(), AddComment)
	})
}

func TestTrim(t *testing.T) {
	t.Parallel()
	const n = 3
	onBench(t, "the oldest go, and are not taken up again", func(t *testing.T, b *bench) {
		b.left.say("1")
		b.right.say("2")
		b.left.say("3")
		b.left.say("4")
		b.right.say("5")
		b.sync()
		require.True(t, b.state.Trim(n))
		require.False(t, b.state.Trim(n))
		require.Len(t, b.state.Comments, n)
		b.quiet()
		require.Len(t, b.state.Comments, n)
		b.left.comments[0].Body = "an edit of a settled one"
		b.quiet()
		for i, l := range b.state.Comments[1:] {
			require.GreaterOrEqual(t, l.At, b.state.Comments[i].At, "oldest first")
		}
		b.left.say("6")
		only(t, b.plan(), AddComment)
	})
	onBench(t, "one that still waits for its copy stays", func(t *testing.T, b *bench) {
		for range 5 {
			b.left.say("x")
		}
		first := b.plan().Operations[0].Comment
		b.state.Refused(*first, ticket.CommentRefused, "no")
		b.sync()
		require.True(t, b.state.Trim(n))
		b.state.Comments[0].Hold.Due = true
		require.Equal(t, first.Source, only(t, b.plan(), AddComment).Source)
	})
	onBench(t, "finer clocks than ours make no difference", func(t *testing.T, b *bench) {
		b.left.comment(b.left.say("1")).Created = minute(1).Add(300 * time.Microsecond)
		b.sync()
		b.left.say("2")
		b.sync()
		b.right.comments = b.right.comments[1:] // nothing there to recognise
		require.True(t, b.state.Trim(1))
		b.quiet()
	})
}

func TestOutcomesOfUnknownComments(t *testing.T) {
	t.Parallel()
	var s State
	c := CommentCopy{From: ticket.Left, Source: "1"}
	s.Asked(c)
	s.NotThere(ticket.Left, "1")
	require.Empty(t, s.Copied(AddComment, c, &ticket.Comment{}))
	require.Empty(t, s.Missing(c))
	require.Empty(t, s.Refused(c, ticket.CommentRefused, ""))
	require.Empty(t, s.Comments)
}
