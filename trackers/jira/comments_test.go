package jira

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/trackers"
)

var withComments = trackers.FetchOptions{Comments: true}

func copied(body string) trackers.CommentDraft {
	return trackers.CommentDraft{
		Token: "helpdesk/msg_1", Author: "Carol [IT]", URL: "http://desk.example.com/IT-1?message=1",
		Quote: "earlier", Body: body, Origin: "http://desk.example.com/IT-1",
	}
}

func TestCommentsArePaged(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		var ids []string
		id := b.issue("ENG", nil)
		for n := range commentPage + 3 {
			b.ahead.Add(int64(time.Second)) // below the limit of writes to one issue
			ids = append(ids, b.comment("alice", id, map[string]any{"body": fmt.Sprintf("number %d", n)}))
		}
		b.requests()
		s := b.fetch(id, withComments)
		require.Len(t, s.Comments, commentPage+3)
		for n, c := range s.Comments {
			require.Equal(t, ids[n], c.ID)
			require.Equal(t, fmt.Sprintf("number %d", n), c.Body)
			require.Equal(t, "Alice", c.Author.Name)
			require.Empty(t, c.Token)
			require.Contains(t, c.URL, "focusedCommentId="+c.ID)
		}
		require.Equal(t, []string{"GET issue/" + id, "GET issue/" + id + "/comment", "GET issue/" + id + "/comment"}, b.requests())
	})
}

func TestCommentPrivacy(t *testing.T) {
	t.Parallel()
	internal := []map[string]any{{"key": "sd.public.comment", "value": map[string]any{"internal": true}}}
	public := []map[string]any{{"key": "sd.public.comment", "value": map[string]any{"internal": false}}}
	for name, c := range map[string]struct {
		project string
		body    map[string]any
		private map[string]string // by flavour
	}{
		"plain": {"ENG", map[string]any{}, map[string]string{}},
		"role": {"ENG", map[string]any{"visibility": map[string]any{"type": "role", "value": "Administrators"}}, map[string]string{
			Cloud: "restricted to role Administrators", DataCenter: "restricted to role Administrators",
		}},
		"internal":        {"HELP", map[string]any{"properties": internal}, map[string]string{Cloud: "internal comment", DataCenter: "internal comment"}},
		"public":          {"HELP", map[string]any{"properties": public}, map[string]string{}},
		"desk, no flag":   {"HELP", map[string]any{}, map[string]string{DataCenter: "visibility unknown"}},
		"internal in ENG": {"ENG", map[string]any{"properties": internal}, map[string]string{Cloud: "internal comment", DataCenter: "internal comment"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			both(t, func(t *testing.T, b *bundle) {
				id := b.issue(c.project, nil)
				body := maps.Clone(c.body)
				body["body"] = "text"
				b.comment("alice", id, body)
				require.Equal(t, c.private[b.flavor], b.fetch(id, withComments).Comments[0].Private)
			})
		})
	}
}

func TestPrivateCopyStaysInternal(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("HELP", nil)
		d := copied("for agents")
		d.Private = true
		_, err := b.AddComment(t.Context(), id, d)
		require.NoError(t, err)
		require.Equal(t, "internal comment", b.fetch(id, withComments).Comments[0].Private)
	})
}

func TestLongCommentIsCut(t *testing.T) {
	t.Parallel()
	b := newBundle(t, Cloud)
	id := b.issue("ENG", nil)
	_, err := b.AddComment(t.Context(), id, copied(strings.Repeat("word ", 8000)))
	require.NoError(t, err)
	c := b.fetch(id, withComments).Comments[0]
	require.Contains(t, c.Body, "http://desk.example.com/IT-1")
	require.Equal(t, "helpdesk/msg_1", c.Token)
}

// Some servers leave properties out of the list: our own comments are asked
// about one by one, other people's never.
func TestTokenWithoutListedProperties(t *testing.T) {
	t.Parallel()
	comments := []map[string]any{
		{"id": "1", "author": map[string]any{"accountId": "bot"}, "body": "cut off by a person", "renderedBody": "<p>cut off by a person</p>"},
		{"id": "2", "author": map[string]any{"accountId": "bot"}, "body": "x",
			"renderedBody": `<p><a href="http://desk.example.com/IT-1#ticketsync=helpdesk/m2">Carol</a></p><p>x</p>`},
		{"id": "3", "author": map[string]any{"accountId": "ann"}, "body": "y",
			"renderedBody": `<p><a href="http://desk.example.com/IT-1#ticketsync=helpdesk/m3">Carol</a></p><p>y</p>`},
		{"id": "4", "author": map[string]any{"accountId": "bot"}, "body": "by hand", "renderedBody": "<p>by hand</p>", "parentId": 3},
	}
	tracker := serve(t, map[string]any{
		"myself": map[string]any{"accountId": "bot"},
		"issue/1": map[string]any{"id": "1", "key": "ENG-1", "fields": map[string]any{
			"project": map[string]any{"id": "1", "projectTypeKey": "software"},
		}},
		"issue/1/comment":                 map[string]any{"total": 4, "comments": comments},
		"comment/1/properties/ticketsync": map[string]any{"key": "ticketsync", "value": map[string]any{"token": "helpdesk/m1"}},
	}, time.Time{})
	s, err := tracker.Fetch(t.Context(), "1", withComments)
	require.NoError(t, err)
	var tokens []string
	for _, c := range s.Comments {
		tokens = append(tokens, c.Token)
	}
	require.Equal(t, []string{"helpdesk/m1", "helpdesk/m2", "", ""}, tokens)
	require.Equal(t, "x", s.Comments[1].Body)
	require.Contains(t, s.Comments[2].Body, "Carol", "a person's link is a person's text")
	require.Equal(t, "3", s.Comments[3].Parent)
}

// A project of unknown kind is taken for a service desk, where only a flag
// makes a comment public.
func TestUnknownVisibilityIsPrivate(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]string{"software": "", "business": "", "service_desk": "visibility unknown", "": "visibility unknown"} {
		tracker := serve(t, map[string]any{
			"myself":    map[string]any{"accountId": "bot"},
			"project/1": map[string]any{"id": "1", "projectTypeKey": kind},
			"issue/1":   map[string]any{"id": "1", "key": "ENG-1", "fields": map[string]any{"project": map[string]any{"id": "1"}}},
			"issue/1/comment": map[string]any{"total": 1, "comments": []map[string]any{
				{"id": "1", "author": map[string]any{"accountId": "ann"}, "body": "y", "renderedBody": "<p>y</p>"},
			}},
		}, time.Time{})
		s, err := tracker.Fetch(t.Context(), "1", withComments)
		require.NoError(t, err)
		require.Equal(t, want, s.Comments[0].Private, "kind %q", kind)
	}
}
