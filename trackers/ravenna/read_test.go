package ravenna

import (
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/steer"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

var update = flag.Bool("update", false, "write the golden files")

// fixture serves what one file holds: paths with their answers.
func fixture(t *testing.T, file string) *Tracker {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var answers map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &answers))
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", at8().Format(http.TimeFormat))
		answer, ok := answers[strings.TrimPrefix(r.URL.Path, "/api")]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			answer = json.RawMessage(`{"message":"Not found","code":"NOT_FOUND"}`)
		}
		_, _ = w.Write(answer)
	}))
	t.Cleanup(front.Close)
	tracker, err := New(trackers.Connection{
		Name: "helpdesk", Installation: installation, URL: front.URL + "/api", WebURL: "https://desk.example.com/t/{key}",
		Token: "x", Priorities: map[string]string{"HIGH": "urgent"},
	}, trackers.Options{Now: at8})
	require.NoError(t, err)
	return tracker
}

// TestGoldenSnapshots reads each fixture's ticket t1 with all there is to it.
func TestGoldenSnapshots(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		s, err := fixture(t, file).Fetch(t.Context(), "t1", trackers.FetchOptions{
			Links: true, Comments: true,
			Custom: []ticket.Field{"customFields.asset", "customFields.floor", "customFields.wired", "customFields.rooms", "customFields.none"},
		})
		require.NoError(t, err, file)
		got, err := json.MarshalIndent(s, "", "  ")
		require.NoError(t, err)
		golden := strings.TrimSuffix(file, ".json") + ".golden"
		if *update {
			require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o600))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got)+"\n", file)
	}
}

func TestFetchIsOneCall(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", map[string]any{"assigneeId": "u_bob"})
	d.calls()
	d.fetch(id, trackers.FetchOptions{})
	require.Equal(t, []string{"GET /tickets/" + id}, withoutUsers(d.calls()))
	d.fetch(id, trackers.FetchOptions{Links: true, Comments: true})
	require.Equal(t, []string{"GET /tickets/" + id, "GET /ticket-links", "GET /ticket-messages"}, d.calls(), "people are remembered")
}

func TestFetchFailsRatherThanForgetPeople(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", map[string]any{"assigneeId": "u_bob"})
	d.Break(steer.Fault{"method": "GET", "path": "/api/users/u_bob", "fault": "status:503"})
	_, err := d.tracker.Fetch(t.Context(), id, trackers.FetchOptions{})
	require.True(t, trackers.Is(err, trackers.Unavailable), err)
	d.Break(steer.Fault{"method": "GET", "path": "/api/users/u_bob", "fault": "status:404"})
	require.Equal(t, &ticket.User{ID: "u_bob"}, d.fetch(id, trackers.FetchOptions{}).Fields[ticket.Assignee].User)
}

func TestWrittenTicketIsReportedThoughPeopleCannotBeRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.Break(steer.Fault{"method": "GET", "path": "/api/users/*", "fault": "status:503", "times": 0})
	created, err := d.tracker.Create(t.Context(), d.draft())
	require.NoError(t, err)
	require.Nil(t, created.Result.Snapshot)
	d.Break()
	require.Equal(t, d.fetch(created.ID, trackers.FetchOptions{}).Fields[ticket.Title].Fingerprint,
		written(t, created.Result, ticket.Title).Stored)
}

func TestLookup(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	for _, name := range []string{"IT-1", "it-1", " IT-1 ", id, d.url + "/IT-1", d.url + "/sandbox/tickets/IT-1/?tab=x#m"} {
		found, err := d.tracker.Lookup(t.Context(), name)
		require.NoError(t, err, name)
		require.Equal(t, id, found, name)
	}
	for _, name := range []string{"IT-99", d.url + "/IT-99"} {
		_, err := d.tracker.Lookup(t.Context(), name)
		require.True(t, trackers.Is(err, trackers.NotFound), "%s: %v", name, err)
	}
	_, err := d.tracker.Lookup(t.Context(), "")
	require.True(t, trackers.Is(err, trackers.Invalid))
}

func TestWebURL(t *testing.T) {
	t.Parallel()
	n := 7.0
	raw := &rawTicket{ID: "t1", ShortID: "abc", Number: &n, Queue: &rawQueue{Prefix: "IT"}}
	raw.Queue.Workspace.Slug = "acme"
	for pattern, want := range map[string]string{
		"":                                 "https://core.example.com/acme/tickets/IT-7",
		"https://desk.example.com/x/{key}": "https://desk.example.com/x/IT-7",
		"https://desk.example.com/x/":      "https://desk.example.com/x/IT-7",
	} {
		tracker, err := New(trackers.Connection{URL: "https://core.example.com/api/", WebURL: pattern, Token: "x"}, trackers.Options{})
		require.NoError(t, err)
		require.Equal(t, want, tracker.webURL(raw))
	}
	require.Equal(t, "abc", (&rawTicket{ShortID: "abc"}).key())
}

func TestVersionsAgreeAcrossSpellings(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{"2026-03-01T08:00:00Z", "2026-03-01T09:00:00.000+01:00", "2026-03-01T08:00:00.0004Z"} {
		require.Equal(t, "2026-03-01T08:00:00.000Z", version(spelling))
	}
	require.Equal(t, "yesterday", version("yesterday"))
}

func TestPriorities(t *testing.T) {
	t.Parallel()
	p, err := newPriorities(trackers.Connection{Priorities: map[string]string{"high": "urgent", "P0": "high"}})
	require.NoError(t, err)
	require.Equal(t, ticket.Urgent, p.level("HIGH"))
	require.Equal(t, ticket.Level("someday"), p.level("SOMEDAY"))
	for level, want := range map[ticket.Level]string{ticket.Urgent: "URGENT", ticket.High: "P0", "": "NO_PRIORITY", ticket.NoLevel: "NO_PRIORITY"} {
		native, ok := p.native(level)
		require.True(t, ok)
		require.Equal(t, want, native)
	}
	_, ok := p.native("someday")
	require.False(t, ok)
	_, err = newPriorities(trackers.Connection{Name: "helpdesk", Priorities: map[string]string{"HIGH": "very"}})
	require.ErrorContains(t, err, `"very" is no level`)
}

func TestStatusesByLabelThenGroup(t *testing.T) {
	t.Parallel()
	group := func(label string, order float64) rawGroup { return rawGroup{Label: label, Order: order} }
	all := []rawStatus{
		{ID: "1", Label: "Triage", Group: group("Open", 0)}, {ID: "2", Label: "Open", Group: group("Open", 0)},
		{ID: "3", Label: "Blocked", Group: group("Pending", 1)}, {ID: "4", Label: "Parked", Group: group("Pending", 1)},
		{ID: "5", Label: "Parked", Group: group("Done", 2)},
	}
	for want, states := range map[string][]ticket.State{
		"1": {{Name: "triage"}}, "2": {{Name: "Open"}, {Name: "Nothing", Group: "Open"}},
		"3": {{Name: "Pending"}, {ID: "3"}}, "4": {{Name: "Parked"}, {Name: "Parked", Group: "Pending"}}, "5": {{Name: "Parked", Group: "done"}},
	} {
		for _, state := range states {
			found, ok := pick(all, state)
			require.True(t, ok, state)
			require.Equal(t, want, found.ID, state)
		}
	}
	_, ok := pick(all, ticket.State{Name: "Won't do"})
	require.False(t, ok)
}

func TestNewStatusIsSeen(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	d.fetch(id, trackers.FetchOptions{})
	all, err := d.tracker.statuses.list(t.Context())
	require.NoError(t, err)
	d.as("alice", http.MethodPost, "/statuses", map[string]any{"label": "Reviewing", "statusGroupId": all[1].GroupID})
	d.calls()
	set := trackers.Update{ID: id, Fields: []trackers.FieldWrite{write(ticket.Status, ticket.Value{State: &ticket.State{Name: "Reviewing"}})}}
	for range 2 {
		result, err := d.tracker.Update(t.Context(), set)
		require.NoError(t, err)
		require.Equal(t, "Reviewing", result.Snapshot.Status().Name)
	}
	require.Equal(t, 1, count(d.calls(), "GET /statuses"))
}

func TestRecentTicketsForget(t *testing.T) {
	t.Parallel()
	r := newRecent()
	large := strings.Repeat("x", maxRecent/3)
	for _, id := range []string{"1", "2", "1", "3"} {
		r.put(&rawTicket{ID: id, Title: large})
	}
	_, ok := r.get("2")
	require.False(t, ok, "the oldest went")
	_, ok = r.get("1")
	require.True(t, ok)
	r.forget("1")
	r.forget("3")
	require.Zero(t, r.size)
	require.Empty(t, r.order)
}
