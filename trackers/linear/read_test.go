package linear

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGoldenSnapshots converts whole answers; every *.json in the folder has the
// snapshot beside it.
func TestGoldenSnapshots(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/issues/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		tracker := stub(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) })
		tracker.connection.WebURL = "https://linear.app/acme/issue/{key}"
		snap, err := tracker.Fetch(t.Context(), "i1", trackers.FetchOptions{Comments: true})
		require.NoError(t, err, file)
		got, err := json.MarshalIndent(snap, "", "  ")
		require.NoError(t, err)
		golden := file + ".golden"
		if *update {
			require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o600))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got)+"\n", file)
	}
}

// TestFetchIsOneCall, comments and links included.
func TestFetchIsOneCall(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	s.fetch(id, trackers.FetchOptions{})
	s.calls()
	snap := s.fetch(id, trackers.FetchOptions{Links: true, Comments: true})
	require.Equal(t, []string{"IssueWithComments"}, s.calls())
	require.True(t, snap.LinksRead && snap.CommentsRead)
	require.Equal(t, s.userID("bot"), snap.Account)
	require.False(t, snap.Ours)
	require.Equal(t, "alice@example.com", snap.Fields[ticket.Reporter].User.Email)
	require.Equal(t, s.url+"/PRO-1", snap.URL, "the title is no part of it")
	s.calls()
	snap = s.fetch(id, trackers.FetchOptions{})
	require.Equal(t, []string{"Issue"}, s.calls())
	require.False(t, snap.CommentsRead)
}

// TestArchivedIsNotDeleted; what lies in the trash says so; what is gone is not
// found, like what may not be seen.
func TestArchivedIsNotDeleted(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	s.say("bob", id, "still here", nil)
	require.NoError(t, s.tracker.Mark(t.Context(), id, marker(), "x"))
	s.mutate("alice", `issueArchive(id: "`+id+`") { success }`)
	snap := s.fetch(id, trackers.FetchOptions{Comments: true})
	require.False(t, snap.Trashed)
	require.Len(t, snap.Comments, 1)
	require.Len(t, snap.Markers, 1)

	s.mutate("alice", `issueDelete(id: "`+id+`") { success }`)
	snap = s.fetch(id, trackers.FetchOptions{Comments: true})
	require.True(t, snap.Trashed)
	require.Len(t, snap.Comments, 1)

	s.mutate("alice", `issueUnarchive(id: "`+id+`") { success }`)
	require.False(t, s.fetch(id, trackers.FetchOptions{}).Trashed)

	s.control("permission", map[string]any{"team": "PRO", "user": "bot", "browse": false})
	_, err := s.tracker.Fetch(t.Context(), id, trackers.FetchOptions{})
	require.True(t, trackers.Is(err, trackers.NotFound), "%v", err)
	s.control("permission", map[string]any{"team": "PRO", "user": "bot", "browse": true})
	s.mutate("alice", `issueDelete(id: "`+id+`", permanentlyDelete: true) { success }`)
	_, err = s.tracker.Fetch(t.Context(), id, trackers.FetchOptions{Comments: true})
	require.True(t, trackers.Is(err, trackers.NotFound), "%v", err)
}

func TestReplicatedElsewhere(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	require.Empty(t, s.fetch(id, trackers.FetchOptions{}).Elsewhere)
	for _, service := range []string{"jira", "github"} {
		s.control("replicated", map[string]any{"id": "PRO-1", "service": service})
		elsewhere := s.fetch(id, trackers.FetchOptions{}).Elsewhere
		require.True(t, strings.HasPrefix(elsewhere, "Linear's own sync ("), elsewhere)
		require.Contains(t, elsewhere, service)
	}
}

// TestKnownTextIsLeftOut, and one that is too long for a payload.
func TestKnownTextIsLeftOut(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", map[string]any{"description": "some text"})
	whole := s.fetch(id, trackers.FetchOptions{}).Fields[ticket.Description]
	require.Equal(t, "some text\n", whole.Text)
	known := map[ticket.Field]string{ticket.Description: whole.Fingerprint}
	omitted := s.fetch(id, trackers.FetchOptions{Known: known}).Fields[ticket.Description]
	require.Equal(t, ticket.Value{Fingerprint: whole.Fingerprint, Omitted: true, Size: whole.Size}, omitted)
	require.Equal(t, whole, s.fetch(id, trackers.FetchOptions{Known: known, Whole: true}).Fields[ticket.Description])

	s.edit("alice", id, map[string]any{"description": strings.Repeat("word ", trackers.MaxText/5+10)})
	require.True(t, s.fetch(id, trackers.FetchOptions{}).Fields[ticket.Description].Omitted)
}

// TestChangedAt tells of others only, per field.
func TestChangedAt(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", map[string]any{"description": "x"})
	s.edit("alice", id, map[string]any{"priority": 1})
	s.update(id, "", write(ticket.Title, ticket.Value{Text: "ours"}))
	snap := s.fetch(id, trackers.FetchOptions{})
	require.Contains(t, snap.ChangedAt, ticket.Priority)
	require.NotContains(t, snap.ChangedAt, ticket.Title, "our own write is no change of theirs")
	require.WithinDuration(t, snap.Updated, snap.ChangedAt[ticket.Priority], 5*time.Second)
}

func TestLookup(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	for _, name := range []string{
		"PRO-1", " pro-1 ", id, strings.ToUpper(id), s.url + "/PRO-1", s.url + "/PRO-1#comment-1",
		"https://linear.app/acme/issue/PRO-1/printer-2-on-fire-3", "https://linear.app/acme/issue/PRO-1",
	} {
		got, err := s.tracker.Lookup(t.Context(), name)
		require.NoError(t, err, name)
		require.Equal(t, id, got)
	}
	s.calls()
	for _, name := range []string{"", "PRO", "https://other.example.com/issue/PRO-1", "https://linear.app/acme/project/x"} {
		_, err := s.tracker.Lookup(t.Context(), name)
		require.True(t, trackers.Is(err, trackers.NotFound), name)
	}
	require.Empty(t, s.calls(), "no call for what cannot be a ticket")
	_, err := s.tracker.Lookup(t.Context(), "PRO-99")
	require.True(t, trackers.Is(err, trackers.NotFound), "%v", err)
}

// TestWebURL: without web_url Linear's own address is used, without the title.
func TestWebURL(t *testing.T) {
	t.Parallel()
	const native = "https://linear.app/acme/issue/PRO-1/printer-on-fire"
	for pattern, want := range map[string]string{
		"https://linear.app/acme/issue/{key}": "https://linear.app/acme/issue/PRO-1",
		"https://x.example.com":               "https://x.example.com/PRO-1",
		"":                                    "https://linear.app/acme/issue/PRO-1",
	} {
		tracker := &Tracker{connection: trackers.Connection{WebURL: pattern}}
		require.Equal(t, want, tracker.webURL("PRO-1", native))
		require.Equal(t, want+"#comment-1", tracker.commentURL(native+"#comment-1"))
	}
	tracker := &Tracker{}
	require.Equal(t, "https://elsewhere/x", tracker.commentURL("https://elsewhere/x"))
}
