package ravenna

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

var withComments = trackers.FetchOptions{Comments: true}

func copyDraft() trackers.CommentDraft {
	return trackers.CommentDraft{
		Token: "jira/10077", Author: "Dora [IT]", URL: originURL + "?focusedCommentId=10077", Body: "It **burns**.",
	}
}

func TestCopiesAreRecognised(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	d.fetch(id, trackers.FetchOptions{})
	d.say("alice", id, "<p>Help!</p>")
	made, err := d.tracker.AddComment(t.Context(), id, copyDraft())
	require.NoError(t, err)
	note, err := d.tracker.AddComment(t.Context(), id, trackers.CommentDraft{Token: ticket.NoteToken, Body: "The other ticket is gone."})
	require.NoError(t, err)
	require.Equal(t, ticket.NoteToken, note.Token)

	// A fresh adapter does not know its own account yet.
	for name, tracker := range map[string]*Tracker{"known account": d.tracker, "unknown account": d.open(), "named account": d.open(named)} {
		s, err := tracker.Fetch(t.Context(), id, withComments)
		require.NoError(t, err)
		require.True(t, s.CommentsRead)
		require.Len(t, s.Comments, 3, name)
		require.Equal(t, "Help!\n", s.Comments[0].Body)
		require.Equal(t, ticket.User{ID: "u_alice", Email: "alice@example.com", Name: "Alice Example"}, s.Comments[0].Author)
		require.Empty(t, s.Comments[0].Token)
		require.Empty(t, s.Comments[0].Private)
		require.Equal(t, d.url+"/IT-1?message="+s.Comments[0].ID, s.Comments[0].URL)
		require.Equal(t, "jira/10077", s.Comments[1].Token, name)
		require.Equal(t, ticket.User{Name: "Dora [IT]"}, s.Comments[1].Author)
		require.Equal(t, "It **burns**.\n", s.Comments[1].Body)
		require.Equal(t, ticket.NoteToken, s.Comments[2].Token)
		require.Equal(t, "The other ticket is gone.\n", s.Comments[2].Body)
		require.Equal(t, *made, s.Comments[1], "the answer of the write is what is read")
	}
}

func named(c *trackers.Connection) { c.Email = "Bot@example.com" }

func TestPastedAuthorLineIsNoCopy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	pasted := d.tracker.messageHTML(id, copyDraft())
	d.say("alice", id, pasted)
	d.say("alice", id, `<p><a href="`+originURL+`#ticketsync=nonsense">me</a></p><p>text</p>`)

	s, err := d.open(named).Fetch(t.Context(), id, withComments)
	require.NoError(t, err)
	require.Empty(t, s.Comments[0].Token)
	require.Equal(t, "u_alice", s.Comments[0].Author.ID)
	require.Contains(t, s.Comments[0].Body, "Dora")
	require.Empty(t, s.Comments[1].Token, "no token could look like that")

	s, err = d.open().Fetch(t.Context(), id, withComments)
	require.NoError(t, err)
	require.Equal(t, "jira/10077", s.Comments[0].Token, "while our account is unknown the line decides")
	require.Empty(t, s.Comments[1].Token)
}

func TestCopiesOfAnEarlierAccount(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	_, err := d.tracker.AddComment(t.Context(), id, copyDraft())
	require.NoError(t, err)
	carol := d.open(func(c *trackers.Connection) { c.Token, c.Email = "rav_carol", "carol@example.com" })
	s, err := carol.Fetch(t.Context(), id, withComments)
	require.NoError(t, err)
	require.Equal(t, "jira/10077", s.Comments[0].Token, "written with the bot's token before it was replaced")
}

func TestOnlyPublicMessagesArePublic(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	d.as("alice", http.MethodPost, "/ticket-messages", map[string]any{"ticketId": id, "content": "<p>x</p>", "private": true})
	draft := copyDraft()
	draft.Private = true
	_, err := d.tracker.AddComment(t.Context(), id, draft)
	require.NoError(t, err)
	for _, c := range d.fetch(id, withComments).Comments {
		require.Equal(t, "private message", c.Private)
	}
	c, err := d.tracker.comment(t.Context(), &rawMessage{ID: "m", Content: "<p>x</p>"}, nil, "", answer{})
	require.NoError(t, err)
	require.Equal(t, "visibility unknown", c.Private)
}

func TestAllPagesOfCommentsAreRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	const n = perPage*2 + 5
	var batch []map[string]any
	flush := func() {
		d.as("bot", http.MethodPost, "/ticket-messages/import", map[string]any{"messages": batch})
		batch = nil
	}
	for i := range n {
		batch = append(batch, map[string]any{
			"ticketId": id, "content": fmt.Sprintf("<p>%d</p>", i), "authorId": "u_bob", "private": false,
			"createdAt": at8().AddDate(0, 0, i).Format(timeFormat),
		})
		if len(batch) == 100 {
			flush()
		}
	}
	flush()
	comments := d.fetch(id, withComments).Comments
	require.Len(t, comments, n)
	require.Equal(t, "0\n", comments[0].Body)
	require.Equal(t, fmt.Sprintf("%d\n", n-1), comments[n-1].Body)
}

func TestTextsThatAreKnownOrLargeAreLeftOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	large := "<p>" + strings.Repeat("many words ", trackers.MaxText/10) + "</p>"
	id := d.report("alice", map[string]any{"description": large})
	first := d.say("alice", id, "<p>known</p>")
	d.say("alice", id, large)
	for range 5 {
		d.say("alice", id, "<p>"+strings.Repeat("many words ", trackers.MaxText/12)+"</p>")
	}
	s := d.fetch(id, withComments)
	description := s.Fields[ticket.Description]
	require.True(t, description.Omitted)
	require.Greater(t, description.Size, trackers.MaxText)
	total := 0
	for _, c := range s.Comments {
		total += len(c.Body)
	}
	require.LessOrEqual(t, total, trackers.MaxSnapshot)
	require.True(t, s.Comments[1].Omitted)
	require.True(t, s.Comments[6].Omitted, "what exceeds the whole")
	require.False(t, s.Comments[2].Omitted)

	s = d.fetch(id, trackers.FetchOptions{
		Comments: true, KnownComments: map[string]string{first: s.Comments[0].Fingerprint},
		Known: map[ticket.Field]string{ticket.Description: description.Fingerprint},
	})
	require.True(t, s.Comments[0].Omitted)
	require.True(t, s.Fields[ticket.Description].Omitted)
	s = d.fetch(id, trackers.FetchOptions{
		Comments: true, Whole: true, Known: map[ticket.Field]string{ticket.Description: description.Fingerprint},
	})
	require.Len(t, s.Text(ticket.Description), description.Size)
	for _, c := range s.Comments {
		require.False(t, c.Omitted)
		require.Len(t, c.Body, c.Size)
	}
}
