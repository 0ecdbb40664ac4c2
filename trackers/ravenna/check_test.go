package ravenna

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/steer"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, name := range []string{"IT Support", "it support", "IT", d.channel.ID} {
		c, err := d.tracker.Describe(t.Context(), trackers.Place{Container: name})
		require.NoError(t, err)
		require.Equal(t, "IT", c.Key)
		require.Equal(t, "IT Support", c.Name)
		require.False(t, c.Archived)
		var labels []string
		for _, s := range c.Statuses {
			labels = append(labels, s.Group+"/"+s.Name)
			require.Equal(t, s.Group == "Done" || s.Group == "Closed", s.Done)
		}
		require.Equal(t, []string{
			"Open/Open", "In Progress/In Progress", "Waiting/Waiting", "Waiting/Waiting on customer", "Done/Done", "Closed/Closed",
		}, labels)
	}
	_, err := d.tracker.Describe(t.Context(), trackers.Place{Container: "Sales"})
	require.True(t, trackers.Is(err, trackers.NotFound))
	require.ErrorContains(t, err, `no channel is named "Sales": there are IT Support (IT), Product (PROD)`)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.report("alice", nil)
	h, err := d.tracker.Check(t.Context(), []string{"IT Support"})
	require.NoError(t, err)
	require.Empty(t, h.Problems)
	require.Zero(t, h.Skew)
	require.Contains(t, h.Account.Name, "set email")

	h, err = d.open(named).Check(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, ticket.User{ID: "u_bot", Email: "bot@example.com", Name: "Bot Example"}, h.Account)

	h, err = d.open(func(c *trackers.Connection) { c.Email = "gone@example.com" }).Check(t.Context(), []string{"Sales"})
	require.NoError(t, err)
	require.Len(t, h.Problems, 2)
	require.Contains(t, h.Problems[0], "gone@example.com")
	require.Contains(t, h.Problems[1], "there are IT Support")

	h, err = d.open(func(c *trackers.Connection) { c.Token = "rav_mallory" }).Check(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"the token is refused: put a valid one in the connection's token"}, h.Problems)
}

func TestCheckNamesEachMissingPermission(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.report("alice", nil)
	d.Break(
		steer.Fault{"method": "GET", "path": "/api/statuses", "fault": "status:403", "times": 0},
		steer.Fault{"method": "GET", "path": "/api/users", "fault": "status:403", "times": 0},
		steer.Fault{"method": "GET", "path": "/api/ticket-messages", "fault": "status:403", "times": 0},
	)
	h, err := d.open(named).Check(t.Context(), []string{"IT"})
	require.NoError(t, err)
	require.Len(t, h.Problems, 3)
	require.Contains(t, h.Problems[0], "statuses cannot be replicated")
	require.Contains(t, h.Problems[1], "people cannot be replicated")
	require.Contains(t, h.Problems[2], "comments cannot be replicated")

	d.Break(steer.Fault{"method": "GET", "path": "/api/tags", "fault": "status:500", "times": 0})
	_, err = d.tracker.Check(t.Context(), nil)
	require.True(t, trackers.Is(err, trackers.Unavailable), "a server in trouble tells nothing about permissions")
}

func TestSkewAndTimesOfASlowClock(t *testing.T) {
	t.Parallel()
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", at8().Format(http.TimeFormat))
		body := `{"items":[],"totalCount":0}`
		switch r.URL.Path {
		case "/api/statuses":
			body = `null`
		case "/api/tickets/t1":
			body = `{"id":"t1","createdAt":"2026-03-01T07:00:00.000Z","updatedAt":"2026-03-01T07:30:00.000Z"}`
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(front.Close)
	tracker, err := New(trackers.Connection{Name: "helpdesk", URL: front.URL + "/api", Token: "x"},
		trackers.Options{Now: func() time.Time { return at8().Add(10 * time.Minute) }})
	require.NoError(t, err)
	h, err := tracker.Check(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, -10*time.Minute, h.Skew)
	s, err := tracker.Fetch(t.Context(), "t1", trackers.FetchOptions{})
	require.NoError(t, err)
	require.Equal(t, at8().Add(-50*time.Minute), s.Created, "in our clock")
	require.Equal(t, "2026-03-01T07:30:00.000Z", s.Version, "in theirs")
	page, err := tracker.Changed(t.Context(), []ticket.Container{{ID: "q1"}}, at8(), "")
	require.NoError(t, err)
	require.Equal(t, at8(), page.Now, "in theirs")
}

func TestSmallSkewIsNotBelieved(t *testing.T) {
	t.Parallel()
	for ahead, want := range map[time.Duration]time.Duration{
		1900 * time.Millisecond: 0, -1900 * time.Millisecond: 0, 3 * time.Second: -3 * time.Second, -3 * time.Second: 3 * time.Second,
	} {
		c := &client{now: func() time.Time { return at8().Add(ahead) }}
		require.Equal(t, want, c.clock(http.Header{"Date": []string{at8().Format(http.TimeFormat)}}, at8().Add(ahead)).skew, ahead)
	}
}
