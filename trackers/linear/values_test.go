package linear

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
)

func TestPriorities(t *testing.T) {
	t.Parallel()
	p, err := newPriorities(trackersWith(map[string]string{"medium": "low", "No Priority": "none"}))
	require.NoError(t, err)
	for number, want := range map[float64]ticket.Level{0: ticket.NoLevel, 1: ticket.Urgent, 2: ticket.High, 3: ticket.Low, 4: ticket.Low, 9: "9"} {
		require.Equal(t, want, p.level(number))
	}
	for level, want := range map[ticket.Level]int{ticket.Urgent: 1, ticket.High: 2, ticket.Low: 4, ticket.NoLevel: 0, "": 0} {
		got, ok := p.native(level)
		require.True(t, ok)
		require.Equal(t, want, got, "the one that means it without an override")
	}
	_, ok := p.native(ticket.Medium)
	require.False(t, ok)
}

// TestPickAState: by name, else by type, and of a type the one that Linear
// itself made.
func TestPickAState(t *testing.T) {
	t.Parallel()
	all := []api.StateFields{
		{Id: "1", Name: "Icebox", Type: "backlog"}, {Id: "2", Name: "Backlog", Type: "backlog"}, {Id: "3", Name: "Started", Type: "unstarted"},
		{Id: "4", Name: "Doing", Type: "started"}, {Id: "5", Name: "Won't do", Type: "canceled"}, {Id: "6", Name: "Limbo", Type: "limbo"},
		{Id: "7", Name: "Next", Type: "unstarted"}, {Id: "8", Name: "Todo", Type: "unstarted"},
	}
	for want, state := range map[string]ticket.State{
		"2": {Name: "backlog"}, "1": {Name: " icebox "}, "3": {Name: "started"}, "4": {Name: "Review", Group: "started"},
		"5": {Name: "Canceled"}, "6": {ID: "6"}, "8": {Name: "unstarted"},
	} {
		found, ok := pick(all, state)
		require.True(t, ok, state)
		require.Equal(t, want, found.Id, state)
	}
	for _, state := range []ticket.State{{}, {Name: "triage"}, {ID: "9"}, {Name: "Nothing", ID: "1"}} {
		_, ok := pick(all, state)
		require.False(t, ok, state)
	}
	for kind, want := range map[string]ticket.State{
		"triage": {Category: ticket.Untriaged}, "backlog": {Category: ticket.Open}, "unstarted": {Category: ticket.Open},
		"started": {Category: ticket.Started}, "completed": {Category: ticket.Completed, Done: true},
		"canceled": {Category: ticket.Canceled, Done: true}, "duplicate": {Category: ticket.Canceled, Done: true}, "limbo": {},
	} {
		want.ID, want.Name, want.Group = "1", "x", kind
		require.Equal(t, want, stateOf(api.StateFields{Id: "1", Name: "x", Type: kind}))
	}
}

// TestWhoAndWhatHasLeft: an inactive person cannot be assigned, a retired label
// cannot be put on an issue.
func TestWhoAndWhatHasLeft(t *testing.T) {
	t.Parallel()
	tracker := stub(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), `"operationName":"UsersByEmail"`) {
			_, _ = io.WriteString(w, `{"data":{"users":{"nodes":[{"id":"u1","email":"alice@example.com","active":false},{"id":"u2","email":"malice@example.com","active":true}]}}}`)
			return
		}
		_, _ = io.WriteString(w, `{"data":{"issueLabels":{"nodes":[{"id":"l1","name":"Bug","retiredAt":"2026-01-01T00:00:00.000Z"},{"id":"l2","name":"needs info"}],"pageInfo":{"hasNextPage":false}}}}`)
	})
	found, err := tracker.byEmail(t.Context(), "alice@example.com")
	require.NoError(t, err)
	require.False(t, found.known)
	labels, unknown, err := tracker.wanted(t.Context(), "t1", []string{"Bug", "Needs_Info", "needs info", " "}, false)
	require.NoError(t, err)
	require.Equal(t, []string{"needs info"}, labelNames(labels))
	require.Equal(t, []string{"Bug"}, unknown)
}

// TestPagesEnd: a list whose cursors lead in a circle must not be taken for read.
func TestPagesEnd(t *testing.T) {
	t.Parallel()
	tracker := stub(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"data":{"teams":{"nodes":[],"pageInfo":{"endCursor":"x","hasNextPage":true}}}}`)
	})
	_, _, err := tracker.teams(t.Context())
	require.ErrorContains(t, err, "the list does not end")
}
