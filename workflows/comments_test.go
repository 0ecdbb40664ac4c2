package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestCommentsFollowTheirSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	var source *ticket.Comment
	w.after(time.Second, func() {
		source = w.left.speak("IT1", "Any news?")
		w.hear(w.left, "IT1", source, "alice")
	})
	w.after(time.Second, func() {
		copies := w.right.get("ENG1").Comments
		require.Len(t, copies, 1)
		require.Equal(t, "Any news?", copies[0].Body)
		require.Equal(t, ticket.CommentToken("helpdesk", source.ID), copies[0].Token)
		calls := len(w.calls)
		w.hear(w.right, "ENG1", &copies[0], "bot")
		require.Len(t, w.calls, calls)
	})
	w.after(time.Second, func() {
		_, err := w.left.EditComment(t.Context(), "IT1", source.ID, trackers.CommentDraft{Body: "Any news, please?"})
		require.NoError(t, err)
		w.hear(w.left, "IT1", &ticket.Comment{ID: source.ID, Version: "c99"}, "alice")
	})
	w.after(time.Second, func() {
		require.Equal(t, "Any news, please?", w.right.get("ENG1").Comments[0].Body)
		require.NoError(t, w.left.DeleteComment(t.Context(), "IT1", source.ID))
		w.hear(w.left, "IT1", &ticket.Comment{ID: source.ID}, "alice")
	})
	st = w.play(st)
	require.Empty(t, w.right.get("ENG1").Comments)
	require.Equal(t, reconcile.Ended, st.Sync.Comments[0].Fate)
}

// The echo of a copy costs nothing, however it comes.
func TestCommentEchoIsDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() { w.hear(w.left, "IT1", w.left.speak("IT1", "Any news?"), "alice") })
	calls := 0
	w.after(time.Second, func() {
		calls = len(w.calls)
		c := w.right.get("ENG1").Comments[0]
		w.hear(w.right, "ENG1", &c, "bot")
		w.hear(w.right, "ENG1", &c, "")
	})
	w.after(time.Second, func() { require.Len(t, w.calls, calls) })
	w.play(st)
}

// The answer to a copy is lost: it is found by its token, not made twice.
func TestAmbiguousCommentIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.loses("comment")
	w.after(time.Second, func() { w.hear(w.left, "IT1", w.left.speak("IT1", "Any news?"), "alice") })
	w.after(time.Minute, func() { w.stands(IsLinked, "") })
	st = w.play(st)
	require.Len(t, w.right.get("ENG1").Comments, 1)
	require.Equal(t, w.right.get("ENG1").Comments[0].ID, st.Sync.Comments[0].Copy)
	require.Equal(t, 1, w.right.called("comment"))
}

func TestAmbiguousCommentIsMadeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("comment", trackers.Error{Kind: trackers.Unavailable, Ambiguous: true}, 1)
	w.after(time.Second, func() { w.hear(w.left, "IT1", w.left.speak("IT1", "Any news?"), "alice") })
	w.after(time.Minute, func() { w.stands(IsLinked, "") })
	st = w.play(st)
	require.Len(t, w.right.get("ENG1").Comments, 1)
	require.Equal(t, 2, w.right.called("comment"))
	require.False(t, st.Sync.Comments[0].Pending)
}

// Nobody can tell whether the copy was made while the list cannot be read: it
// stays pending, over a new run as well.
func TestAmbiguousCommentStaysPending(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.loses("comment")
	w.right.fails("comments", trackers.Error{Kind: trackers.Unavailable}, forEver)
	w.after(time.Second, func() { w.hear(w.left, "IT1", w.left.speak("IT1", "Any news?"), "alice") })
	w.after(2*time.Minute, func() { w.stands(Syncing, ticket.Unavailable) })
	st = w.play(st)
	require.True(t, st.Sync.Comments[0].Pending)
	require.NotNil(t, st.Hold)

	w.again(nil)
	w.right.heals()
	w.after(time.Hour, func() { w.stands(IsLinked, "") })
	st = w.play(st)
	require.Len(t, w.right.get("ENG1").Comments, 1)
	require.False(t, st.Sync.Comments[0].Pending)
	require.Zero(t, w.right.called("comment"))
}

func TestRefusedCommentHoldsOnlyItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("comment", trackers.Error{Kind: trackers.Invalid, Status: 400, Message: "too rude"}, 1)
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.left.speak("IT1", "Rude.")
		c := w.left.speak("IT1", "Polite.")
		w.hear(w.left, "IT1", c, "alice")
		w.tell(w.left, "IT1", "alice")
	})
	w.after(10*time.Second, func() {
		w.stands(Attention, ticket.CommentRefused)
		require.Len(t, w.right.get("ENG1").Comments, 1)
		require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
	})
	w.after(10*time.Minute, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Len(t, w.right.get("ENG1").Comments, 2)
}

// New settings may be what a refused comment waited for: it is tried at once.
func TestRefusedCommentIsTriedUnderNewSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("comment", trackers.Error{Kind: trackers.Forbidden, Status: 403}, 1)
	w.after(time.Second, func() { w.hear(w.left, "IT1", w.left.speak("IT1", "hello"), "alice") })
	w.after(10*time.Second, func() {
		w.stands(Attention, ticket.CommentRefused)
		w.settings(func(r *reconcile.Rules) { r.Conflict.Default = reconcile.LeftWins })
		w.hint(ticket.Hint{Kind: ticket.ChangeHint, Source: "apply", Version: "2"})
	})
	w.after(5*time.Second, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Len(t, w.right.get("ENG1").Comments, 1)
}

// A copy that a person deleted is not made again, and its source's edits end.
func TestDeletedCopyIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	var source *ticket.Comment
	w.after(time.Second, func() {
		source = w.left.speak("IT1", "Any news?")
		w.hear(w.left, "IT1", source, "alice")
	})
	w.after(time.Second, func() {
		copied := w.right.get("ENG1").Comments[0]
		require.NoError(t, w.right.DeleteComment(t.Context(), "ENG1", copied.ID))
		// Nobody tells; the source is edited next.
		_, err := w.left.EditComment(t.Context(), "IT1", source.ID, trackers.CommentDraft{Body: "Any news, please?"})
		require.NoError(t, err)
		w.hear(w.left, "IT1", &ticket.Comment{ID: source.ID, Version: "c99"}, "alice")
	})
	st = w.play(st)
	require.Empty(t, w.right.get("ENG1").Comments)
	require.Equal(t, reconcile.CopyDeleted, st.Sync.Comments[0].Fate)
}

func TestPrivateCommentsStay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		c := w.left.speak("IT1", "secret note")
		w.left.change("IT1", func(s *ticket.Snapshot) { s.Comments[0].Private = "internal" })
		w.hear(w.left, "IT1", c, "alice")
	})
	w.play(st)
	require.Empty(t, w.right.get("ENG1").Comments)
	require.Zero(t, w.right.called("comment"))
}
