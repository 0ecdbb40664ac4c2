package linear

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// TestTakenIDHoldsAnOlderText: the answer to the first call was lost, and the
// source was edited since.
func TestTakenIDHoldsAnOlderText(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	made, err := s.tracker.AddComment(t.Context(), id, copyDraft())
	require.NoError(t, err)
	d := copyDraft()
	d.Body = "It was full.\n"
	again, err := s.tracker.AddComment(t.Context(), id, d)
	require.NoError(t, err)
	require.Equal(t, made.ID, again.ID)
	require.Equal(t, "It was full.\n", again.Body)
	require.Equal(t, []ticket.Comment{*again}, s.comments(id))
}

// TestDeletedCopyIsNotMadeAgain, not even when nobody remembers it.
func TestDeletedCopyIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	made, err := s.tracker.AddComment(t.Context(), id, copyDraft())
	require.NoError(t, err)
	s.mutate("alice", `commentDelete(id: "`+made.ID+`") { success }`)
	_, err = s.open().AddComment(t.Context(), id, copyDraft())
	require.True(t, trackers.Is(err, trackers.Deleted), "%v", err)
	require.ErrorContains(t, err, "a copy of this comment was deleted in Linear, which does not take its id again")
	require.Empty(t, s.comments(id))
}

// TestTakenID: what became of the comment decides.
func TestTakenID(t *testing.T) {
	t.Parallel()
	const archived = "2026-03-01T08:00:00.000Z"
	for name, c := range map[string]struct {
		issue, comment, on string
		there              bool
	}{
		"there":                {"null", "null", "i1", true},
		"deleted":              {"null", `"` + archived + `"`, "i1", false},
		"archived with it":     {`"` + archived + `"`, `"` + archived + `"`, "i1", true},
		"just before it":       {`"2026-03-01T08:00:59.000Z"`, `"` + archived + `"`, "i1", true},
		"deleted long before":  {`"2026-03-01T08:01:01.000Z"`, `"` + archived + `"`, "i1", false},
		"of some other ticket": {"null", "null", "i2", false},
	} {
		var updated bool
		tracker := stub(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			comment := `{"id":"c1","body":"old","archivedAt":` + c.comment + `,"issue":{"id":"` + c.on + `","archivedAt":` + c.issue + `}}`
			switch {
			case strings.Contains(string(body), `"operationName":"CreateComment"`):
				answering(200, refusal("conflict on insert of Comment", "INPUT_ERROR", "invalid input", 400))(w, r)
			case strings.Contains(string(body), `"operationName":"UpdateComment"`):
				updated = true
				answering(200, `{"data":{"commentUpdate":{"success":true,"comment":`+comment+`}}}`)(w, r)
			default:
				answering(200, `{"data":{"comment":`+comment+`}}`)(w, r)
			}
		})
		_, err := tracker.AddComment(t.Context(), "i1", copyDraft())
		require.Equal(t, c.there, err == nil, "%s: %v", name, err)
		require.Equal(t, c.there, updated, name)
	}
}

// TestReplyWithoutItsParent: better beside it than lost, and then it says what
// it answers.
func TestReplyWithoutItsParent(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	gone := s.say("alice", id, "x", nil)
	s.mutate("alice", `commentDelete(id: "`+gone+`") { success }`)
	d := copyDraft()
	d.Parent, d.Quote = gone, "Is it?\n\nSay it."
	for range 2 {
		made, err := s.tracker.AddComment(t.Context(), id, d)
		require.NoError(t, err)
		require.Empty(t, made.Parent)
		require.Equal(t, "> Is it?\n\nIt is *full*.\n", made.Body)
	}
	made := s.comments(id)[0]
	d.Body = "Mended.\n"
	edited, err := s.tracker.EditComment(t.Context(), id, made.ID, d)
	require.NoError(t, err)
	require.Equal(t, "> Is it?\n\nMended.\n", edited.Body)
}

// TestReplyInItsThread needs no quote: the place says it. Threads are one level
// deep, so that the answer to a reply stands beside it.
func TestReplyInItsThread(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	root := s.say("alice", id, "Is it?", nil)
	reply := s.say("bob", id, "It is.", map[string]any{"parentId": root})
	for token, parent := range map[string]string{"helpdesk/m1": root, "helpdesk/m2": reply} {
		d := copyDraft()
		d.Token, d.Parent, d.Quote = token, parent, "Is it?"
		for range 2 {
			made, err := s.tracker.AddComment(t.Context(), id, d)
			require.NoError(t, err)
			require.Equal(t, root, made.Parent, token)
			require.Equal(t, "It is *full*.\n", made.Body, token)
			edited, err := s.tracker.EditComment(t.Context(), id, made.ID, d)
			require.NoError(t, err)
			require.Equal(t, made.Body, edited.Body, token)
		}
	}
	require.Len(t, s.comments(id), 4)
}
