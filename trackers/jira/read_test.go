package jira

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gojira "github.com/andygrunwald/go-jira"
	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

var update = flag.Bool("update-snapshots", false, "write what is read as the golden files")

// Each issue in testdata is read as the snapshot beside it.
func TestSnapshots(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "issues", "*.json"))
	require.NoError(t, err)
	files = slicesWithout(files, ".golden.json")
	require.NotEmpty(t, files)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			tracker := serve(t, map[string]any{
				"issue/1": string(body),
				"myself":  map[string]any{"accountId": "bot"},
				"field":   []map[string]any{{"id": "customfield_1", "name": "Asset", "schema": map[string]any{"type": "string"}}},
			}, time.Time{})
			tracker.cloud = name == Cloud
			tracker.web = "https://acme.example.net/browse/{key}"
			tracker.site.Scheme, tracker.site.Host = "https", "acme.example.net"
			s, err := tracker.Fetch(t.Context(), "1", trackers.FetchOptions{
				Custom: []ticket.Field{"customfield_1", "customfield_2", "customfield_3", "customfield_4"},
			})
			require.NoError(t, err)
			got, err := json.MarshalIndent(s, "", "  ")
			require.NoError(t, err)
			golden := strings.TrimSuffix(file, ".json") + ".golden.json"
			if *update {
				require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(got))
		})
	}
}

func slicesWithout(files []string, suffix string) []string {
	var out []string
	for _, f := range files {
		if !strings.HasSuffix(f, suffix) {
			out = append(out, f)
		}
	}
	return out
}

func TestFetchMakesOneCall(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", map[string]any{"description": "text"})
		s := b.fetch(id, trackers.FetchOptions{})
		require.Equal(t, []string{"GET issue/" + id}, b.requests())
		require.False(t, s.Ours)
		require.False(t, s.LinksRead)
		require.False(t, s.CommentsRead)
		require.Empty(t, s.Private)
		require.WithinDuration(t, time.Now(), s.Created, 5*time.Second)
	})
}

func TestMovedIssueKeepsItsID(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		key := b.fetch(id, trackers.FetchOptions{}).Key
		b.as("", http.MethodPut, "/_sandbox/move", map[string]any{"issue": id, "project": "OPS"})
		s := b.fetch(id, trackers.FetchOptions{})
		require.Equal(t, "OPS", s.Container.Key)
		require.NotEqual(t, key, s.Key)
		require.Equal(t, id, s.Ref.ID)
		found, err := b.Lookup(t.Context(), key)
		require.NoError(t, err)
		require.Equal(t, id, found, "the old key still leads there")
	})
}

func TestUnreadableIsNotFound(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		b.as("", http.MethodPut, "/_sandbox/permission", map[string]any{"project": "ENG", "user": "bot", "browse": false})
		_, err := b.Fetch(t.Context(), id, trackers.FetchOptions{})
		require.Equal(t, trackers.NotFound, failure(t, err).Kind)
		_, err = b.Fetch(t.Context(), "99999", trackers.FetchOptions{})
		require.Equal(t, trackers.NotFound, failure(t, err).Kind)
	})
}

func TestLookup(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		for _, in := range []string{
			"ENG-1", " eng-1 ", b.url + "/browse/ENG-1", b.url + "/browse/ENG-1?focusedCommentId=3",
			b.url + "/jira/software/projects/ENG/boards/1?selectedIssue=ENG-1",
		} {
			found, err := b.Lookup(t.Context(), in)
			require.NoError(t, err, in)
			require.Equal(t, id, found, in)
		}
		b.requests()
		for _, in := range []string{"", "ENG", "10000", "https://other.example.com/browse/ENG-1", "ENG-1/../x", b.url + "/browse/"} {
			_, err := b.Lookup(t.Context(), in)
			require.Equal(t, trackers.NotFound, failure(t, err).Kind, in)
		}
		require.Empty(t, b.requests(), "what cannot be a key is not asked for")
	})
}

func TestVersionsHaveOneForm(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"2019-02-15T19:18:01.707-0800", "2019-02-16T03:18:01.707+0000", "2019-02-16T03:18:01.707Z", "2019-02-16T04:18:01.707+01:00",
	} {
		require.Equal(t, "2019-02-16T03:18:01.707Z", versionOf(in))
	}
	require.Equal(t, "2019-02-16T03:18:01.000Z", versionOf("2019-02-16T03:18:01+0000"))
	require.Empty(t, versionOf("yesterday"))
}

func TestTimesAreInOurClock(t *testing.T) {
	t.Parallel()
	ahead := 10 * time.Minute
	theirs := time.Now().Add(ahead).UTC().Truncate(time.Second)
	stamp := theirs.Format(layouts[0])
	tracker := serve(t, map[string]any{
		"myself": map[string]any{"accountId": "bot"},
		"issue/1": map[string]any{"id": "1", "key": "ENG-1", "fields": map[string]any{"created": stamp, "updated": stamp}, "changelog": map[string]any{
			"histories": []any{map[string]any{"id": "1", "author": map[string]any{"accountId": "x"}, "created": stamp, "items": []any{map[string]any{"field": "summary"}}}},
		}},
	}, theirs)
	s, err := tracker.Fetch(t.Context(), "1", trackers.FetchOptions{})
	require.NoError(t, err)
	for _, at := range []time.Time{s.Created, s.Updated, s.ChangedAt[ticket.Title]} {
		require.WithinDuration(t, theirs.Add(-ahead), at, 2*time.Second)
	}
	require.Equal(t, versionOf(stamp), s.Version, "a version is the tracker's own")
}

func TestPriorityNames(t *testing.T) {
	t.Parallel()
	c := connection("http://jira.example.com", Cloud)
	c.Priorities = map[string]string{"Blocker": "urgent", "Trivial": "low", "Lowest": "none"}
	tracker, err := New(c, trackers.Options{})
	require.NoError(t, err)
	for native, want := range map[string]ticket.Level{
		"Blocker": ticket.Urgent, "Highest": ticket.Urgent, "high": ticket.High, "Medium": ticket.Medium,
		"Trivial": ticket.Low, "Low": ticket.Low, "Lowest": ticket.NoLevel, "Weird": "weird",
	} {
		require.Equal(t, want, tracker.priority(&gojira.Priority{Name: native}).Level, native)
	}
	for level, want := range map[ticket.Level]string{
		ticket.Urgent: "Blocker", ticket.High: "High", ticket.Medium: "Medium", ticket.Low: "Trivial",
	} {
		name, ok := tracker.nameOfLevel(level)
		require.True(t, ok)
		require.Equal(t, want, name)
	}
	_, ok := tracker.nameOfLevel("weird")
	require.False(t, ok)

	tracker.c.Priorities = nil
	name, _ := tracker.nameOfLevel(ticket.Low)
	require.Equal(t, "Low", name, "Lowest is read as low but never written")
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*trackers.Connection){
		"no token":      func(c *trackers.Connection) { c.Token = "" },
		"no email":      func(c *trackers.Connection) { c.Email = "" },
		"no url":        func(c *trackers.Connection) { c.URL = "" },
		"other scheme":  func(c *trackers.Connection) { c.URL = "ftp://jira.example.com" },
		"other flavour": func(c *trackers.Connection) { c.Flavor = "server" },
		"bad web url":   func(c *trackers.Connection) { c.WebURL = "{key}" },
	} {
		c := connection("http://jira.example.com", Cloud)
		change(&c)
		_, err := New(c, trackers.Options{})
		require.Error(t, err, name)
		require.Contains(t, err.Error(), "connection jira", name)
	}
}

// Scoped tokens only work on an address that is not the site's own.
func TestWebAddressOfItsOwn(t *testing.T) {
	t.Parallel()
	c := connection("https://api.example.com/ex/jira/abc/", Cloud)
	c.WebURL = "https://acme.example.net/jira/browse/{key}"
	tracker, err := New(c, trackers.Options{})
	require.NoError(t, err)
	require.Equal(t, "https://acme.example.net/jira/browse/ENG-1", tracker.webURL("ENG-1"))
	require.Equal(t, "https://acme.example.net/jira/", tracker.site.String())
	base := tracker.api.GetBaseURL()
	require.Equal(t, "https://api.example.com/ex/jira/abc/", base.String())
}
