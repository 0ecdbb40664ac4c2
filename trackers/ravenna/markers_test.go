package ravenna

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/steer"
	"github.com/ticketsync/ticketsync/trackers"
)

var withLinks = trackers.FetchOptions{Links: true}

func (d *desk) links(id string) []rawLink {
	d.t.Helper()
	links, err := d.tracker.links(d.t.Context(), id)
	require.NoError(d.t, err)
	return links
}

func TestMarkAdoptsABareLinkAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	d.as("alice", http.MethodPost, "/ticket-links", map[string]any{"ticketId": id, "name": "hers", "url": originURL})
	d.as("alice", http.MethodPost, "/ticket-links", map[string]any{"ticketId": id, "name": "docs", "url": "https://docs.example.com/x"})
	d.Put("replicated", map[string]any{"ticketId": id, "app": "JIRA", "url": originURL})
	require.NoError(t, d.tracker.Mark(t.Context(), id, marker(), "ENG-1"))
	links := d.links(id)
	require.Len(t, links, 3)
	require.Equal(t, marker().Link(), links[0].URL)
	require.Equal(t, "https://docs.example.com/x", links[1].URL)
	require.Equal(t, originURL, links[2].URL, "Ravenna's own")
	require.Equal(t, "Ravenna's own replication (JIRA)", d.fetch(id, withLinks).Elsewhere)
}

func TestMarkNeedsAnAddress(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	m := marker()
	m.URL = ""
	require.True(t, trackers.Is(d.tracker.Mark(t.Context(), d.report("alice", nil), m, "x"), trackers.Invalid))
}

func TestSourceTellsOfBuiltInReplication(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", map[string]any{"source": "LINEAR"})
	require.Equal(t, "Ravenna's own replication (LINEAR)", d.fetch(id, trackers.FetchOptions{}).Elsewhere)
}

func TestOursWhileOurAccountIsUnknown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	created, err := d.open().Create(t.Context(), d.draft())
	require.NoError(t, err)
	byBot := d.report("bot", nil)
	hers := d.report("alice", nil)
	ours := func(tracker *Tracker, id string) bool {
		s, err := tracker.Fetch(t.Context(), id, trackers.FetchOptions{})
		require.NoError(t, err)
		return s.Ours
	}
	unknown, told := d.open(), d.open(named)
	require.True(t, ours(unknown, created.ID))
	require.False(t, ours(unknown, byBot))
	require.True(t, ours(told, created.ID))
	require.True(t, ours(told, byBot))
	require.False(t, ours(told, hers))
	_, err = unknown.AddComment(t.Context(), hers, copyDraft())
	require.NoError(t, err)
	require.True(t, ours(unknown, byBot), "learnt from the answer to a write")
}

func TestFindAfterALostAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	since := time.Now()
	for range 3 {
		d.report("alice", nil)
	}
	d.Break(steer.Fault{"method": "POST", "path": "/api/tickets", "fault": "drop-after-commit"})
	_, err := d.tracker.Create(t.Context(), d.draft())
	var e *trackers.Error
	require.ErrorAs(t, err, &e)
	require.True(t, e.Ambiguous)
	d.report("alice", nil)

	for _, quirk := range []string{"on", "off"} {
		d.Put("quirks", map[string]any{"sort": quirk})
		found, err := d.open().Find(t.Context(), d.channel, marker(), since)
		require.NoError(t, err)
		require.Len(t, found, 1, "sort %s", quirk)
		require.Equal(t, "IT-4", found[0].Key)
		require.Equal(t, d.url+"/IT-4", found[0].URL)
	}
	again := marker()
	again.Generation = 2
	found, err := d.tracker.Find(t.Context(), d.channel, again, since)
	require.NoError(t, err)
	require.Empty(t, found, "another generation")
	found, err = d.tracker.Find(t.Context(), d.channel, marker(), time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.Empty(t, found, "made before")
}

func TestFindLooksIntoLinksOfOurOwn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("bot", nil)
	require.NoError(t, d.tracker.Mark(t.Context(), id, marker(), "ENG-1"))
	found, err := d.open(named).Find(t.Context(), d.channel, marker(), time.Now().Add(-time.Hour))
	require.NoError(t, err)
	require.Len(t, found, 1)
}

func TestFindStopsAtOlderTickets(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	old := map[string]any{"title": "old", "priority": "LOW", "queueId": d.channel.ID, "createdAt": at8().AddDate(-1, 0, 0).Format(timeFormat)}
	var batch []any
	for range 100 {
		batch = append(batch, old)
	}
	for range 3 {
		d.as("alice", http.MethodPost, "/tickets/import", map[string]any{"tickets": batch})
	}
	created, err := d.tracker.Create(t.Context(), d.draft())
	require.NoError(t, err)
	d.calls()
	found, err := d.tracker.Find(t.Context(), d.channel, marker(), time.Now().Add(-time.Minute))
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, created.ID, found[0].ID)
	require.Equal(t, 1, count(d.calls(), "GET /tickets"))
	d.Put("quirks", map[string]any{"sort": "off"})
	found, err = d.tracker.Find(t.Context(), d.channel, marker(), time.Now().Add(-time.Minute))
	require.NoError(t, err)
	require.Len(t, found, 1, "an unsorted list is read whole")
	require.Equal(t, 4, count(d.calls(), "GET /tickets"))
}
