package ravenna

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/steer"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestRefusedFieldOfARealWrite(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	require.NoError(t, second(d.tracker.people.email(t.Context(), "bob@example.com")))
	d.tracker.people.byEmail.Put("bob@example.com", person{user: ticket.User{ID: "u_gone"}, known: true})
	assign := trackers.Update{ID: id, Fields: []trackers.FieldWrite{write(ticket.Assignee, ticket.Value{User: &ticket.User{Email: "bob@example.com"}})}}
	_, err := d.tracker.Update(t.Context(), assign)
	var e *trackers.Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, e.Fields, ticket.Assignee)
	result, err := d.tracker.Update(t.Context(), assign)
	require.NoError(t, err, "the stale id was forgotten")
	require.Equal(t, "bob@example.com", result.Snapshot.Fields[ticket.Assignee].User.Email)
}

func TestTagsAreMadeOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	label := trackers.Update{ID: id, Fields: []trackers.FieldWrite{write(ticket.Labels, ticket.Value{Names: []string{"VPN", "vpn", ""}})}}
	d.Break(steer.Fault{"method": "POST", "path": "/api/tags", "fault": "drop-after-commit"})
	_, err := d.tracker.Update(t.Context(), label)
	var e *trackers.Error
	require.ErrorAs(t, err, &e)
	require.False(t, e.Ambiguous, "nothing of the ticket was written")
	result, err := d.tracker.Update(t.Context(), label)
	require.NoError(t, err)
	require.Equal(t, []string{"VPN"}, result.Snapshot.Fields[ticket.Labels].Names)
	require.Equal(t, 1, count(d.calls(), "POST /tags"))

	// Someone makes the same tag between our look and our call.
	d.tracker.tags.known.Put("", nil)
	d.as("alice", http.MethodPost, "/tags", map[string]any{"name": "Wifi", "color": "red"})
	label.Fields[0].Value.Names = []string{"wifi"}
	result, err = d.tracker.Update(t.Context(), label)
	require.NoError(t, err)
	require.Equal(t, []string{"Wifi"}, result.Snapshot.Fields[ticket.Labels].Names)
}

func TestIdsCannotNameOtherEndpoints(t *testing.T) {
	t.Parallel()
	tracker := stub(t, func(w http.ResponseWriter, r *http.Request) { t.Errorf("called %s", r.URL.Path) })
	for _, id := range []string{"", ".", ".."} {
		_, err := tracker.Fetch(t.Context(), id, trackers.FetchOptions{})
		require.True(t, trackers.Is(err, trackers.Invalid), "%q", id)
	}
	path, err := at("/tickets/", "../queues?x=#")
	require.NoError(t, err)
	require.Equal(t, "/tickets/..%2Fqueues%3Fx=%23", path)
}
