package jira

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func since(change string) trackers.FetchOptions {
	return trackers.FetchOptions{Changes: &trackers.History{After: change}}
}

func (b *bundle) becomes(id, status string) {
	b.t.Helper()
	path := "/rest/api/2/issue/" + id + "/transitions"
	for _, one := range b.as("alice", http.MethodGet, path, nil)["transitions"].([]any) {
		transition := one.(map[string]any)
		if transition["to"].(map[string]any)["name"] == status {
			b.as("alice", http.MethodPost, path, map[string]any{"transition": map[string]any{"id": transition["id"]}})
			return
		}
	}
	b.t.Fatalf("no way to %s", status)
}

func TestStoryTellsTheIssueAsItWas(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", map[string]any{"labels": []string{"vpn"}, "priority": map[string]any{"name": "Low"}})
		b.becomes(id, "In Progress")
		b.edit("bob", id, map[string]any{"summary": "VPN down in Berlin", "labels": []string{"vpn", "berlin"}})
		b.becomes(id, "In Review")
		b.comment("alice", id, map[string]any{"body": "Looking."})

		s := b.fetch(id, since(""))
		require.False(t, s.MoreChanges)
		var told []string
		for _, c := range s.Changes {
			require.False(t, c.At.IsZero())
			require.Equal(t, s.Key, c.Key)
			require.Equal(t, "Engineering", c.Container)
			require.Equal(t, "Low", c.Priority)
			told = append(told, fmt.Sprintf("%s, %s, %v", c.Status.Name, c.Title, c.Labels))
		}
		require.Equal(t, []string{
			"To Do, VPN down, [vpn]", "In Progress, VPN down, [vpn]",
			"In Progress, VPN down in Berlin, [berlin vpn]", "In Review, VPN down in Berlin, [berlin vpn]",
		}, told)
		require.Equal(t, ticket.Creation, s.Changes[0].ID)
		require.Equal(t, []ticket.Alteration{{Field: "status", From: "To Do", To: "In Progress"}}, s.Changes[1].Altered)
		require.Len(t, s.Changes[2].Altered, 2)

		rest := b.fetch(id, since(s.Changes[1].ID))
		require.Equal(t, s.Changes[2:], rest.Changes)
		require.Empty(t, b.fetch(id, since(s.Changes[3].ID)).Changes)
		require.Nil(t, b.fetch(id, trackers.FetchOptions{}).Changes, "only where it was asked for")
	})
}

// Cloud's answer holds the newest entries only; the rest is paged.
func TestLongStoryIsPaged(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		const edits = 130
		for n := range edits {
			b.ahead.Add(int64(time.Second)) // below the limit of writes to one issue
			b.edit("alice", id, map[string]any{"summary": fmt.Sprintf("Edit %d", n)})
		}
		var titles []string
		after := ""
		for more := true; more; {
			s := b.fetch(id, since(after))
			require.LessOrEqual(t, len(s.Changes), changesAtOnce)
			for _, c := range s.Changes {
				titles, after = append(titles, c.Title), c.ID
			}
			more = s.MoreChanges
		}
		require.Len(t, titles, edits+1)
		require.Equal(t, "VPN down", titles[0])
		for n := range edits {
			require.Equal(t, fmt.Sprintf("Edit %d", n), titles[n+1])
		}
		b.requests()
		b.fetch(id, since(after))
		require.Len(t, b.requests(), 1, "what was told last is in the issue's own answer")
	})
}

// Of an issue older than the route only what happened since counts, and its
// last change in any case, however long the history.
func TestStorySinceATime(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		for n := range 60 {
			b.ahead.Add(int64(time.Minute))
			b.edit("alice", id, map[string]any{"summary": fmt.Sprintf("Edit %d", n)})
		}
		// The sandbox's clock is an hour ahead of ours by now, which the adapter
		// knows from its answers.
		from := time.Now().Add(-5*time.Minute - 30*time.Second)
		s := b.fetch(id, trackers.FetchOptions{Changes: &trackers.History{Since: from}})
		require.Len(t, s.Changes, 6)
		require.Equal(t, "Edit 59", s.Changes[5].Title)
		s = b.fetch(id, trackers.FetchOptions{Changes: &trackers.History{Since: time.Now().Add(time.Hour)}})
		require.Len(t, s.Changes, 1)
		require.Equal(t, "Edit 59", s.Changes[0].Title)
	})
}

// What happened while the issue had a security level is marked, and the change
// that opened it tells nothing of what it was before.
func TestPrivateStory(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		b.as("", http.MethodPut, "/_sandbox/security", map[string]any{"issue": id, "level": "Internal"})
		b.edit("alice", id, map[string]any{"summary": "acquire ACME"})
		b.edit("alice", id, map[string]any{"summary": "Upgrade"})
		b.as("", http.MethodPut, "/_sandbox/security", map[string]any{"issue": id, "level": ""})
		b.edit("alice", id, map[string]any{"summary": "Upgrade today"})
		s := b.fetch(id, since(""))
		var private []bool
		for _, c := range s.Changes {
			private = append(private, c.Private)
			if !c.Private {
				require.NotContains(t, fmt.Sprint(c), "ACME")
			}
		}
		require.Equal(t, []bool{false, true, true, true, false, false}, private)
	})
}

// An entry's own word on what it set counts, whatever the issue's fields say:
// the two need not be of the same moment. Comments are nobody's news.
func TestStoryOfATornAnswer(t *testing.T) {
	t.Parallel()
	b := newBundle(t, Cloud)
	id := b.issue("ENG", nil)
	doc, err := b.read(t.Context(), id, nil)
	require.NoError(t, err)
	doc.Changelog.Histories = []history{
		{ID: "900", Created: doc.text("created"), Items: []item{{Field: "status", FieldID: "status", FromString: "To Do", ToString: "In Progress"}}},
		{ID: "901", Created: doc.text("created"), Items: []item{{Field: "Comment", FromString: "internal: hunter2"}}},
	}
	doc.Changelog.Total = 2
	s := &ticket.Snapshot{Fields: map[ticket.Field]ticket.Value{ticket.Status: {State: &ticket.State{Name: "To Do"}}}}
	require.NoError(t, b.story(t.Context(), doc, s, trackers.History{}))
	require.Len(t, s.Changes, 2)
	require.Equal(t, "To Do", s.Changes[0].Status.Name)
	require.Equal(t, "In Progress", s.Changes[1].Status.Name)
	require.NotContains(t, fmt.Sprint(s.Changes), "hunter2")
}

// An issue moved to another project keeps its history, keys included.
func TestStoryOfAMovedIssue(t *testing.T) {
	t.Parallel()
	b := newBundle(t, Cloud)
	id := b.issue("ENG", nil)
	before := b.fetch(id, since(""))
	b.as("", http.MethodPut, "/_sandbox/move", map[string]any{"issue": id, "project": "OPS"})
	s := b.fetch(id, since(""))
	require.NotEqual(t, before.Key, s.Key)
	require.Equal(t, before.Key, s.Changes[0].Key)
	require.Equal(t, s.Key, s.Changes[len(s.Changes)-1].Key)
}
