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

func since(change string) trackers.FetchOptions { return trackers.FetchOptions{Changes: &change} }

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
