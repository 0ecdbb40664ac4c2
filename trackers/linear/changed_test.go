package linear

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// sweep reads to the end and returns every event and the number of pages.
func (s *space) sweep(containers []ticket.Container, since time.Time) (events []ticket.Event, pages int, now time.Time) {
	s.t.Helper()
	cursor := ""
	for {
		page, err := s.tracker.Changed(s.t.Context(), containers, since, cursor)
		require.NoError(s.t, err)
		if pages++; pages == 1 {
			now = page.Now
		}
		require.Equal(s.t, now, page.Now, "the first page's")
		events = append(events, page.Events...)
		if cursor = page.Next; cursor == "" {
			return events, pages, now
		}
	}
}

// TestQuietSweepIsTwoCalls for all teams together.
func TestQuietSweepIsTwoCalls(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	platform, err := s.tracker.Describe(t.Context(), trackers.Place{Container: "PLT"})
	require.NoError(t, err)
	s.calls()
	events, _, now := s.sweep([]ticket.Container{s.team, platform.Container}, time.Now().Add(-time.Hour))
	require.Empty(t, events)
	require.Equal(t, []string{"ChangedIssues", "ChangedComments"}, s.calls())
	require.WithinDuration(t, time.Now(), now, 10*time.Second)

	page, err := s.tracker.Changed(t.Context(), nil, time.Now(), "")
	require.NoError(t, err)
	require.Empty(t, page.Next)
	require.Empty(t, s.calls(), "no team, no call")
	_, err = s.tracker.Changed(t.Context(), []ticket.Container{s.team}, time.Now(), "x")
	require.True(t, trackers.Is(err, trackers.Invalid))
}

// TestSweepFindsEverything: archived issues and comments, of the named teams
// only, and nothing from before.
func TestSweepFindsEverything(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	platform, err := s.tracker.Describe(t.Context(), trackers.Place{Container: "PLT"})
	require.NoError(t, err)
	archived := s.report("alice", nil)
	comment := s.say("bob", archived, "x", nil)
	s.mutate("alice", `issueArchive(id: "`+archived+`") { success }`)
	other := s.report("alice", map[string]any{"teamId": platform.ID})

	events, _, _ := s.sweep([]ticket.Container{s.team}, time.Now().Add(-time.Hour))
	require.Len(t, events, 2)
	snap := s.fetch(archived, trackers.FetchOptions{Comments: true})
	require.Equal(t, ticket.Event{
		Kind: ticket.ChangeHint, ID: archived, Version: snap.Version, Container: snap.Container, Created: snap.Created,
	}, events[0])
	require.Equal(t, ticket.Event{
		Kind: ticket.CommentEvent, ID: archived, Comment: comment, Version: snap.Comments[0].Version, Container: snap.Container, Created: snap.Created,
	}, events[1])
	events, _, _ = s.sweep([]ticket.Container{platform.Container}, time.Now().Add(-time.Hour))
	require.Len(t, events, 1)
	require.Equal(t, other, events[0].ID)
	events, _, _ = s.sweep([]ticket.Container{s.team}, time.Now().Add(time.Hour))
	require.Empty(t, events)
}

// TestSweepTurnsPages of both lists.
func TestSweepTurnsPages(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	for i := range 260 {
		s.report("alice", map[string]any{"title": fmt.Sprint(i)})
		s.say("bob", id, fmt.Sprint(i), nil)
	}
	s.calls()
	events, pages, _ := s.sweep([]ticket.Container{s.team}, time.Now().Add(-time.Hour))
	require.Equal(t, 4, pages)
	require.Equal(t, []string{"ChangedIssues", "ChangedIssues", "ChangedComments", "ChangedComments"}, s.calls())
	seen := map[string]bool{}
	for _, e := range events {
		seen[e.ID+e.Comment] = true
	}
	require.Len(t, seen, 261+260)
}
