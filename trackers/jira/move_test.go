package jira

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// step returns the request for the move to the named status.
func step(t *testing.T, s *ticket.Snapshot, to string) trackers.MoveRequest {
	t.Helper()
	for _, m := range s.Moves {
		if m.To.Name == to {
			return trackers.MoveRequest{ID: s.Ref.ID, Move: m, From: s.Status()}
		}
	}
	t.Fatalf("no move to %s among %v", to, s.Moves)
	return trackers.MoveRequest{}
}

func TestMove(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		s := b.fetch(id, trackers.FetchOptions{})
		require.Equal(t, ticket.State{ID: "10000", Name: "To Do", Category: ticket.Open}, s.Status())
		require.Len(t, s.Moves, 1, "the workflow allows one step")
		b.requests()
		moved, err := b.Move(t.Context(), step(t, s, "In Progress"))
		require.NoError(t, err)
		require.Equal(t, "In Progress", moved.Status().Name)
		require.Len(t, moved.Moves, 2)
		require.Equal(t, []string{"GET issue/" + id, "POST issue/" + id + "/transitions", "GET issue/" + id}, b.requests())

		again := step(t, moved, "In Review")
		again.Fresh = true
		moved, err = b.Move(t.Context(), again)
		require.NoError(t, err)
		require.Equal(t, "In Review", moved.Status().Name)
		require.Equal(t, []string{"POST issue/" + id + "/transitions", "GET issue/" + id}, b.requests())
	})
}

func TestMoveTakesNoStepFromAnotherStatus(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("OPS", nil)
		s := b.fetch(id, trackers.FetchOptions{})
		request := step(t, s, "In Progress")
		done := step(t, s, "Done")
		b.as("alice", http.MethodPost, "/rest/api/2/issue/"+id+"/transitions", map[string]any{"transition": map[string]any{"id": done.Move.ID}})
		b.requests()
		seen, err := b.Move(t.Context(), request)
		require.NoError(t, err)
		require.Equal(t, "Done", seen.Status().Name)
		require.True(t, seen.Status().Done)
		require.Equal(t, []string{"GET issue/" + id}, b.requests())
	})
}

func TestMoveRefused(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		s := b.fetch(id, trackers.FetchOptions{})
		first := step(t, s, "In Progress")
		first.Fresh = true
		_, err := b.Move(t.Context(), first)
		require.NoError(t, err)

		// Decided before that: the step does not exist any more.
		seen, err := b.Move(t.Context(), first)
		require.NoError(t, err)
		require.Equal(t, "In Progress", seen.Status().Name)

		wrong := first
		wrong.From, wrong.Move.ID = seen.Status(), "999"
		_, err = b.Move(t.Context(), wrong)
		e := failure(t, err)
		require.Equal(t, trackers.Stale, e.Kind)
		require.False(t, e.Ambiguous)
	})
}

func TestMoveSendsOnlyFieldsOfTheScreen(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("OPS", nil)
		request := step(t, b.fetch(id, trackers.FetchOptions{}), "Done")
		request.Fields = map[string]any{"resolution": "Won't Do", "customfield_10042": "on no screen here"}
		_, err := b.Move(t.Context(), request)
		require.NoError(t, err)
		stored := b.as("alice", http.MethodGet, "/rest/api/2/issue/"+id, nil)["fields"].(map[string]any)
		if len(request.Move.Fields) > 0 {
			require.Equal(t, "Won't Do", stored["resolution"].(map[string]any)["name"])
		}
	})
}

func TestMoveReadBackLost(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		request := step(t, b.fetch(id, trackers.FetchOptions{}), "In Progress")
		request.Fresh = true
		b.fault("GET", "/rest/api/2/issue/*", "status:503")
		_, err := b.Move(t.Context(), request)
		require.True(t, failure(t, err).Ambiguous, "the step was made")
		request.Fresh = false
		seen, err := b.Move(t.Context(), request)
		require.NoError(t, err)
		require.Equal(t, "In Progress", seen.Status().Name, "repeating is safe")
	})
}
