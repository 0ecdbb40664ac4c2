package linear

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// TestLateReplicaIsBroughtToTheDraft: the first call landed after all, and the
// origin was edited before the second.
func TestLateReplicaIsBroughtToTheDraft(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	old := s.create(s.draft(
		write(ticket.Description, ticket.Value{Text: "old"}), write(ticket.Priority, ticket.Value{Level: ticket.Low}),
		write(ticket.Labels, ticket.Value{Names: []string{"Bug"}}), write(ticket.Status, ticket.Value{State: &ticket.State{Name: "Todo"}}),
		write(ticket.Assignee, ticket.Value{User: &ticket.User{Email: "bob@example.com"}}),
	))
	d := s.draft(
		write(ticket.Description, ticket.Value{Text: "new"}), write(ticket.Priority, ticket.Value{Level: ticket.Urgent}),
		write(ticket.Labels, ticket.Value{Names: []string{"Feature"}}), write(ticket.Status, ticket.Value{State: &ticket.State{Name: "Done"}}),
		write(ticket.Assignee, ticket.Value{User: &ticket.User{Email: "alice@example.com"}}),
	)
	d.Fields[0].Value.Text = "Disk mended"
	s.tracker = s.open()
	s.calls()
	made := s.create(d)
	require.Equal(t, 1, count(s.calls(), "UpdateIssue"))
	require.Equal(t, old.ID, made.ID)
	snap := made.Result.Snapshot
	require.Equal(t, s.fetch(old.ID, trackers.FetchOptions{}), snap)
	require.Equal(t, "Disk mended", snap.Text(ticket.Title))
	require.Equal(t, "new\n", snap.Text(ticket.Description))
	require.Equal(t, ticket.Urgent, snap.Fields[ticket.Priority].Level)
	require.Equal(t, []string{"Feature"}, snap.Fields[ticket.Labels].Names)
	require.Equal(t, "Done", snap.Status().Name)
	require.Equal(t, "alice@example.com", snap.Fields[ticket.Assignee].User.Email)
	require.Equal(t, []ticket.Marker{marker()}, snap.Markers)
	for _, w := range made.Result.Fields {
		require.False(t, w.Foreign, w.Field)
		require.Equal(t, snap.Fields[w.Field].Fingerprint, w.Stored, w.Field)
	}
	s.calls()
	s.create(d)
	require.Zero(t, count(s.calls(), "UpdateIssue"), "it is equal already")
}

// TestLateReplicaThatAPersonEdited stays as it is, and the pair learns what is
// not ours in it.
func TestLateReplicaThatAPersonEdited(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	done, low := write(ticket.Status, ticket.Value{State: &ticket.State{Name: "Done"}}), write(ticket.Priority, ticket.Value{Level: ticket.Low})
	old := s.create(s.draft(write(ticket.Description, ticket.Value{Text: "old"}), done, low))
	s.edit("bob", old.ID, map[string]any{"title": "Bob's title", "priority": 1})
	s.edit("bob", old.ID, map[string]any{"priority": 4})
	d := s.draft(write(ticket.Description, ticket.Value{Text: "new"}), done, low)
	s.calls()
	made := s.create(d)
	require.Zero(t, count(s.calls(), "UpdateIssue"))
	require.Equal(t, "Bob's title", made.Result.Snapshot.Text(ticket.Title))
	require.Equal(t, "old\n", made.Result.Snapshot.Text(ticket.Description))
	require.True(t, written(t, made.Result, ticket.Title).Foreign)
	require.True(t, written(t, made.Result, ticket.Description).Foreign, "it holds another text than the draft's")
	require.True(t, written(t, made.Result, ticket.Priority).Foreign, "they put it back")
	require.False(t, written(t, made.Result, ticket.Status).Foreign)
}

// TestEditWhileAReplicaIsBroughtToTheDraft is told like one during an update.
func TestEditWhileAReplicaIsBroughtToTheDraft(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	old := s.create(s.draft())
	d := s.draft()
	d.Fields[0].Value.Text = "Disk mended"
	edits := &meddler{operation: "UpdateIssue", before: func() { s.edit("bob", old.ID, map[string]any{"title": "Bob's title"}) }}
	tracker, err := New(s.tracker.connection, trackers.Options{HTTP: &http.Client{Transport: edits}})
	require.NoError(t, err)
	made, err := tracker.Create(t.Context(), d)
	require.NoError(t, err)
	require.Equal(t, "Disk mended", made.Result.Snapshot.Text(ticket.Title))
	require.Equal(t, "Bob's title", written(t, made.Result, ticket.Title).Lost)
}

// meddler does something just before an operation is sent.
type meddler struct {
	operation string
	before    func()
}

func (m *meddler) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	if strings.Contains(string(body), `"operationName":"`+m.operation+`"`) {
		m.before()
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	return http.DefaultTransport.RoundTrip(req)
}

func count(calls []string, operation string) int {
	n := 0
	for _, call := range calls {
		if call == operation {
			n++
		}
	}
	return n
}
