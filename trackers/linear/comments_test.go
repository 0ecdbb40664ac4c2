package linear

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

func copyDraft() trackers.CommentDraft {
	return trackers.CommentDraft{Token: "helpdesk/m1", Author: "Dora", URL: originURL + "?message=m1", Body: "It is *full*.\n", Origin: originURL}
}

func (s *space) comments(id string) []ticket.Comment {
	s.t.Helper()
	snap := s.fetch(id, trackers.FetchOptions{Comments: true})
	require.True(s.t, snap.CommentsRead)
	return snap.Comments
}

func (s *space) body(commentID string) string {
	s.t.Helper()
	return s.as("alice", `query { comment(id: "`+commentID+`") { body } }`, nil)["comment"].(map[string]any)["body"].(string)
}

// TestCopyRoundTrip for an API key, whose copies name the author in the text,
// and for an app, which writes in the author's name.
func TestCopyRoundTrip(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*trackers.Connection){"key": func(*trackers.Connection) {}, "app": asApp} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSpace(t, change)
			id := s.report("alice", nil)
			source := s.say("bob", id, "What is it?", nil)
			d := copyDraft()
			d.Parent = source
			made, err := s.tracker.AddComment(t.Context(), id, d)
			require.NoError(t, err)
			all := s.comments(id)
			require.Len(t, all, 2)
			require.Contains(t, all, *made, "the mutation's answer is the comment")
			require.Equal(t, "helpdesk/m1", made.Token)
			require.Equal(t, "Dora", made.Author.Name)
			require.Equal(t, "It is *full*.\n", made.Body)
			require.Equal(t, source, made.Parent)
			require.True(t, strings.HasPrefix(made.URL, s.url+"/PRO-1#"), made.URL)
			require.Equal(t, name == "key", strings.Contains(s.body(made.ID), "Dora"))
			require.Contains(t, s.body(made.ID), "#ticketsync=helpdesk/m1")

			d.Body = "Mended.\n"
			edited, err := s.tracker.EditComment(t.Context(), id, made.ID, d)
			require.NoError(t, err)
			require.Equal(t, "Mended.\n", edited.Body)
			require.Equal(t, "helpdesk/m1", edited.Token)
			require.NotEqual(t, made.Fingerprint, edited.Fingerprint)

			for range 2 {
				require.NoError(t, s.tracker.DeleteComment(t.Context(), id, made.ID), "gone already is gone")
			}
			require.Len(t, s.comments(id), 1)
		})
	}
}

// What people replied to a copy stays when the copy is to go.
func TestDeletedCommentKeepsItsReplies(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*trackers.Connection){"key": func(*trackers.Connection) {}, "app": asApp} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSpace(t, change)
			id := s.report("alice", nil)
			made, err := s.tracker.AddComment(t.Context(), id, copyDraft())
			require.NoError(t, err)
			reply := s.say("bob", id, "I know!", map[string]any{"parentId": made.ID})
			for range 2 {
				require.NoError(t, s.tracker.DeleteComment(t.Context(), id, made.ID))
			}
			all := s.comments(id)
			require.Len(t, all, 2)
			if all[0].ID == reply { // as old, to the millisecond
				slices.Reverse(all)
			}
			require.Equal(t, "*This comment was deleted.*", strings.TrimSpace(all[0].Body))
			require.Equal(t, "helpdesk/m1", all[0].Token, "it is still ours, and goes nowhere")
			require.NotContains(t, s.body(made.ID), "full")
			require.Equal(t, reply, all[1].ID)
			require.Equal(t, made.ID, all[1].Parent)

			// A thread that is all ours goes as a whole.
			d := copyDraft()
			d.Token = "helpdesk/m2"
			root, err := s.tracker.AddComment(t.Context(), id, d)
			require.NoError(t, err)
			d.Token, d.Parent = "helpdesk/m3", root.ID
			answer, err := s.tracker.AddComment(t.Context(), id, d)
			require.NoError(t, err)
			require.NoError(t, s.tracker.DeleteComment(t.Context(), id, root.ID))
			require.Len(t, s.comments(id), 4)
			require.NoError(t, s.tracker.DeleteComment(t.Context(), id, answer.ID))
			require.Len(t, s.comments(id), 2)
		})
	}
}

// TestCommentTakesEffectOnce: the id is made of the ticket and the token.
func TestCommentTakesEffectOnce(t *testing.T) {
	t.Parallel()
	for _, loss := range []string{"drop-after-commit", "truncate", "drop-before-commit", "status:500"} {
		s := newSpace(t)
		id := s.report("alice", nil)
		s.faults(fault{"method": "*", "operation": "CreateComment", "fault": loss})
		_, err := s.tracker.AddComment(t.Context(), id, copyDraft())
		var e *trackers.Error
		require.ErrorAs(t, err, &e, loss)
		require.True(t, e.Ambiguous, loss)
		restarted := s.open()
		var made []*ticket.Comment
		for range 2 {
			c, err := restarted.AddComment(t.Context(), id, copyDraft())
			require.NoError(t, err, loss)
			made = append(made, c)
		}
		require.Equal(t, made[0].ID, made[1].ID)
		require.Len(t, s.comments(id), 1, loss)
	}
}

// TestNotices are ours and go nowhere; two of different text are two.
func TestNotices(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*trackers.Connection){"key": func(*trackers.Connection) {}, "app": asApp} {
		s := newSpace(t, change)
		id := s.report("alice", nil)
		for range 2 {
			for _, text := range []string{"IT-1 was deleted.", "IT-1 is back."} {
				_, err := s.tracker.AddComment(t.Context(), id, trackers.CommentDraft{Token: ticket.NoteToken, URL: originURL, Body: text})
				require.NoError(t, err, name)
			}
		}
		all := s.comments(id)
		require.Len(t, all, 2, name)
		var said []string
		for _, c := range all {
			require.Equal(t, ticket.NoteToken, c.Token, name)
			said = append(said, c.Body)
		}
		require.ElementsMatch(t, []string{"IT-1 was deleted.\n", "IT-1 is back.\n"}, said, name)
	}
}

// TestOnlyOurIDsMakeACopy: people paste such lines, and delete them from ours.
func TestOnlyOurIDsMakeACopy(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	pasted := s.say("alice", id, trackers.Compose(copyDraft()), nil)
	made, err := s.tracker.AddComment(t.Context(), id, copyDraft())
	require.NoError(t, err)
	all := s.comments(id)
	of := func(id string) ticket.Comment {
		return all[slices.IndexFunc(all, func(c ticket.Comment) bool { return c.ID == id })]
	}
	require.Empty(t, of(pasted).Token, "a person's comment")
	require.Equal(t, "alice@example.com", of(pasted).Author.Email)

	s.as("bot", `mutation { commentUpdate(id: "`+made.ID+`", input: {body: "only this"}) { success } }`, nil)
	all = s.comments(id)
	require.Equal(t, ticket.LostToken, of(made.ID).Token, "it goes nowhere, and is no notice that would stand for another")
	require.Equal(t, "only this\n", of(made.ID).Body)
}

// TestManyComments: a list longer than one answer is read whole, oldest first.
func TestManyComments(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	var want []string
	for i := range 230 {
		want = append(want, s.say("bob", id, fmt.Sprintf("comment %d", i), nil))
	}
	s.calls()
	all := s.comments(id)
	require.Equal(t, []string{"IssueWithComments", "IssueComments", "IssueComments"}, withoutViewer(s.calls()))
	var got []string
	for _, c := range all {
		got = append(got, c.ID)
	}
	require.ElementsMatch(t, want, got)

	known := map[string]string{all[0].ID: all[0].Fingerprint, all[1].ID: "other"}
	some := s.fetch(id, trackers.FetchOptions{Comments: true, KnownComments: known}).Comments
	require.True(t, some[0].Omitted)
	require.Empty(t, some[0].Body)
	require.False(t, some[1].Omitted)
	whole := s.fetch(id, trackers.FetchOptions{Comments: true, KnownComments: known, Whole: true}).Comments
	require.False(t, whole[0].Omitted)
}

func withoutViewer(calls []string) []string {
	var out []string
	for _, call := range calls {
		if call != "Viewer" {
			out = append(out, call)
		}
	}
	return out
}

// TestLongComment is cut, and keeps what marks it as ours.
func TestLongComment(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*trackers.Connection){"key": func(*trackers.Connection) {}, "app": asApp} {
		s := newSpace(t, change)
		id := s.report("alice", nil)
		d := copyDraft()
		d.Body = "```\n" + strings.Repeat("word\n", maxText/4)
		made, err := s.tracker.AddComment(t.Context(), id, d)
		require.NoError(t, err, name)
		require.Equal(t, "helpdesk/m1", made.Token, name)
		require.Equal(t, "Dora", made.Author.Name, name)
		require.Contains(t, made.Body, "[Whole text]", name)
		require.LessOrEqual(t, markdown.Length(s.body(made.ID)), maxText+10, name)
	}
}

// A comment that is left out because it is known keeps its first line where
// others reply to it: their copies quote it.
func TestKnownParentsKeepTheirLead(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	root := s.say("alice", id, "Shall we wait?\n\nI would.", nil)
	s.say("bob", id, "Yes.", map[string]any{"parentId": root})
	s.say("bob", id, "Nobody answers this.", nil)
	known := map[string]string{}
	for _, c := range s.fetch(id, trackers.FetchOptions{Comments: true}).Comments {
		known[c.ID] = c.Fingerprint
		require.Empty(t, c.Lead)
	}
	for _, c := range s.fetch(id, trackers.FetchOptions{Comments: true, KnownComments: known}).Comments {
		require.True(t, c.Omitted)
		require.Equal(t, map[string]string{root: "Shall we wait?"}[c.ID], c.Lead, c.ID)
	}
}
