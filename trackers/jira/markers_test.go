package jira

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func linked(m ticket.Marker) ticket.Marker {
	m.URL = "http://desk.example.com/IT-1"
	return m
}

func TestMarkersCostNoFurtherRead(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		m := linked(marker)
		require.NoError(t, b.Mark(t.Context(), id, m, "IT-1 VPN down"))
		b.requests()
		s := b.fetch(id, trackers.FetchOptions{})
		require.Equal(t, []ticket.Marker{m}, s.Markers)
		require.False(t, s.LinksRead)
		require.Equal(t, []string{"GET issue/" + id}, b.requests())

		var links []remoteLink
		_, err := b.get(t.Context(), "read links", "issue/"+id+"/remotelink", nil, &links)
		require.NoError(t, err)
		require.Len(t, links, 1)
		fromLink, ok := ticket.ParseLink(links[0].Object.URL)
		require.True(t, ok)
		require.Equal(t, m, fromLink, "the link says the same as the property")
	})
}

func TestMarkWithoutAnAddressWritesThePropertyAlone(t *testing.T) {
	t.Parallel()
	b := newBundle(t, Cloud)
	id := b.issue("ENG", nil)
	require.NoError(t, b.Mark(t.Context(), id, marker, ""))
	require.Equal(t, []ticket.Marker{marker}, b.fetch(id, trackers.FetchOptions{}).Markers)
}

func TestRefusedLinkLeavesTheProperty(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]trackers.Kind{
		"status:403": trackers.Forbidden, "status:404": trackers.Forbidden, "status:400": trackers.Invalid,
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t, Cloud)
			id := b.issue("ENG", nil)
			b.fault(http.MethodPost, "*/remotelink", fault)
			require.Equal(t, want, failure(t, b.Mark(t.Context(), id, linked(marker), "IT-1")).Kind)
			b.fault(http.MethodGet, "*/remotelink", "status:403")
			s := b.fetch(id, trackers.FetchOptions{Links: true})
			require.Equal(t, []ticket.Marker{linked(marker)}, s.Markers)
		})
	}
}

func TestAnotherEngineIsSeen(t *testing.T) {
	t.Parallel()
	b := newBundle(t, Cloud)
	id := b.issue("ENG", nil)
	link := func(application map[string]any, address string) {
		b.as("alice", http.MethodPost, "/rest/api/2/issue/"+id+"/remotelink", map[string]any{
			"application": application, "object": map[string]any{"url": address, "title": "x"},
		})
	}
	link(map[string]any{}, "https://linear.app/acme/issue/LIN-1")
	require.Empty(t, b.fetch(id, trackers.FetchOptions{Links: true}).Elsewhere, "a person pasted it")
	link(map[string]any{"type": "app.linear", "name": "Linear"}, "https://linear.app/acme/issue/LIN-2")
	require.Equal(t, "linear", b.fetch(id, trackers.FetchOptions{Links: true}).Elsewhere)
}

// What was created well before the intent is none of its results, and is not
// asked about on Data Center either.
func TestFindLooksNoFurtherBackThanTheIntent(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		b.ahead.Store(-int64(time.Hour))
		old, err := b.Create(t.Context(), draft())
		require.NoError(t, err)
		b.ahead.Store(0)
		b.requests()
		found, err := b.Find(t.Context(), ticket.Container{ID: "10000"}, marker, time.Now().Add(-time.Minute))
		require.NoError(t, err)
		require.Empty(t, found)
		require.Len(t, b.requests(), 1)
		found, err = b.Find(t.Context(), ticket.Container{ID: "10000"}, marker, time.Now().Add(-2*time.Hour))
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Equal(t, old.ID, found[0].ID)
	})
}

func TestFindReadsEveryPage(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		_, err := b.Create(t.Context(), draft())
		require.NoError(t, err)
		for range searchPage {
			b.as("bot", http.MethodPost, "/rest/api/2/issue", map[string]any{"fields": map[string]any{
				"project": map[string]any{"key": "ENG"}, "issuetype": map[string]any{"name": "Task"}, "summary": "other",
			}})
		}
		last, err := b.Create(t.Context(), draft())
		require.NoError(t, err)
		found, err := b.Find(t.Context(), ticket.Container{Key: "ENG"}, marker, time.Now())
		require.NoError(t, err)
		require.Len(t, found, 2)
		require.Equal(t, last.ID, found[1].ID)
	})
}

func TestMarkerKeys(t *testing.T) {
	t.Parallel()
	require.Equal(t, "ticketsync.pair:helpdesk:abc:jira", propertyKey("pair/helpdesk/abc/jira"))
	long := "pair/helpdesk/" + strings.Repeat("x", 300)
	a, b := propertyKey(long+"/jira"), propertyKey(long+"/linear")
	require.Len(t, a, maxKey)
	require.NotEqual(t, a, b)
	require.LessOrEqual(t, len(globalID(ticket.Marker{Installation: "dev", Pair: long})), maxKey)
}

// A long pair id must still be recognised by what Fetch reads.
func TestLongMarkerIsRead(t *testing.T) {
	t.Parallel()
	b := newBundle(t, Cloud)
	id := b.issue("ENG", nil)
	m := linked(marker)
	m.Pair = "pair/helpdesk/" + strings.Repeat("x", 300) + "/jira"
	require.NoError(t, b.Mark(t.Context(), id, m, "IT-1"))
	require.Equal(t, []ticket.Marker{m}, b.fetch(id, trackers.FetchOptions{}).Markers)
}
