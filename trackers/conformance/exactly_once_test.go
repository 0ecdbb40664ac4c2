package conformance

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// losses are the ways in which the answer to a write gets lost; committed tells
// that the write took effect.
var losses = []struct {
	fault     string
	committed bool
}{
	{"drop-after-commit", true},
	{"truncate", true},
	{"drop-before-commit", false},
	{"status:500", false},
	{"status:503", false},
	{"html:502", false},
}

// lossy runs a test with each loss of the answer to one operation's write. The
// scene is fresh each time; restarted is an adapter that knows nothing of it.
func lossy(t *testing.T, name string, test func(t *testing.T, s scene, restarted tracker, committed bool)) {
	t.Helper()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		op := named(t, name)
		_, main := w.trace(op)
		for _, loss := range losses {
			scene := w.scene(op)
			write := scene.named(main)
			w.requests()
			w.fault(write, loss.fault)
			err := op.do(t.Context(), w.open(), scene)
			w.fault(write, "")
			var e *trackers.Error
			require.ErrorAs(t, err, &e, loss.fault)
			require.True(t, e.Ambiguous, loss.fault)
			require.Equal(t, 1, count(w.requests(), write), "%s: an adapter repeats no write by itself", loss.fault)
			test(t, scene, w.open(), loss.committed)
		}
	})
}

func named(t *testing.T, name string) operation {
	t.Helper()
	for _, op := range operations {
		if op.name == name {
			return op
		}
	}
	require.Fail(t, "no such operation", name)
	return operation{}
}

func count(requests []request, like request) int {
	n := 0
	for _, r := range requests {
		if r.String() == like.String() {
			n++
		}
	}
	return n
}

func TestCreateTakesEffectOnce(t *testing.T) {
	t.Parallel()
	lossy(t, "create", func(t *testing.T, s scene, restarted tracker, committed bool) {
		d, since := s.draft(), time.Now().Add(-time.Minute)
		found, err := restarted.Find(t.Context(), s.container, d.Marker, since)
		require.NoError(t, err)
		if !committed {
			require.Empty(t, found)
			made, err := restarted.Create(t.Context(), d)
			require.NoError(t, err)
			found, err = s.open().Find(t.Context(), s.container, d.Marker, since)
			require.NoError(t, err)
			require.Len(t, found, 1)
			require.Equal(t, made.ID, found[0].ID)
		}
		require.Len(t, found, 1)
		replica := s.fetch(found[0].ID, trackers.FetchOptions{Links: true})
		require.Equal(t, replica.Key, found[0].Key)
		require.Equal(t, replica.URL, found[0].URL)
		require.Equal(t, []ticket.Marker{d.Marker}, replica.Markers, "written in the create call")
		require.True(t, replica.Ours)
	})
}

// The answer to a create is lost while the search index lags. Jira knows the
// issue by its index only: within the lag nothing is found, which is why the pair
// waits the quiet period first. Linear and Ravenna ask no index.
func TestLostCreateWhileTheIndexLags(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		op := named(t, "create")
		_, main := w.trace(op)
		scene, since := w.scene(op), time.Now().Add(-time.Minute)
		w.Put("search", map[string]string{"lag": "1h"})
		w.fault(scene.named(main), "drop-after-commit")
		var e *trackers.Error
		require.ErrorAs(t, op.do(t.Context(), w.open(), scene), &e)
		require.True(t, e.Ambiguous)
		w.fault(scene.named(main), "")
		find := func() []trackers.Found {
			found, err := w.open().Find(t.Context(), w.container, scene.draft().Marker, since)
			require.NoError(t, err)
			return found
		}
		if strings.HasPrefix(s.name, "jira") {
			require.Empty(t, find(), "a lag that is longer than the wait")
		} else {
			require.Len(t, find(), 1, "at once")
		}
		w.Put("search", map[string]string{"lag": "0s"})
		require.Len(t, find(), 1, "a lag that is shorter")
	})
}

func TestCommentTakesEffectOnce(t *testing.T) {
	t.Parallel()
	lossy(t, "add comment", func(t *testing.T, s scene, restarted tracker, committed bool) {
		d := s.reply()
		found := s.copies(restarted, s.id, d.Token)
		if !committed {
			require.Empty(t, found)
			_, err := restarted.AddComment(t.Context(), s.id, d)
			require.NoError(t, err)
			found = s.copies(s.open(), s.id, d.Token)
		}
		require.Len(t, found, 1)
		require.Equal(t, d.Author, found[0].Author.Name)
		require.Len(t, s.copies(restarted, s.id, ""), 2, "and nothing else")
	})
}

// copies lists the ticket's comments with a token, "" for all.
func (w *world) copies(adapter tracker, id, token string) []ticket.Comment {
	w.t.Helper()
	read, err := adapter.Fetch(w.t.Context(), id, trackers.FetchOptions{Comments: true})
	require.NoError(w.t, err)
	require.True(w.t, read.CommentsRead)
	var out []ticket.Comment
	for _, c := range read.Comments {
		if token == "" || c.Token == token {
			out = append(out, c)
		}
	}
	return out
}

// What sets a value is simply repeated.
func TestOtherWritesCanBeRepeated(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]func(t *testing.T, s scene){
		"update": func(t *testing.T, s scene) {
			require.Equal(t, "It answers", s.fetch(s.id, trackers.FetchOptions{}).Text(ticket.Title))
		},
		"edit comment": func(t *testing.T, s scene) {
			all := s.copies(s.bench, s.id, "")
			require.Len(t, all, 1)
			require.Contains(t, all[0].Body, "edited")
			require.Equal(t, copied("").Token, all[0].Token, "the token survives an edit")
			require.Equal(t, copied("edited").Stamp, all[0].Stamp, "and tells of the new text")
		},
		"delete comment": func(t *testing.T, s scene) { require.Empty(t, s.copies(s.bench, s.id, "")) },
		"mark": func(t *testing.T, s scene) {
			require.Equal(t, []ticket.Marker{marker()}, s.fetch(s.id, trackers.FetchOptions{Links: true}).Markers)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lossy(t, name, func(t *testing.T, s scene, restarted tracker, _ bool) {
				require.NoError(t, named(t, name).do(t.Context(), restarted, s))
				check(t, s)
			})
		})
	}
}

// Only the pair's own replicas are found, all of them, the oldest first.
func TestFindTellsReplicasApart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		scene := w.newScene(operation{})
		wanted, since := scene.draft(), time.Now().Add(-time.Minute)
		find := func() []trackers.Found {
			found, err := w.open().Find(t.Context(), w.container, wanted.Marker, since)
			require.NoError(t, err)
			return found
		}
		for _, change := range []func(*ticket.Marker){
			func(m *ticket.Marker) { m.Generation = 2 },
			func(m *ticket.Marker) { m.Installation = "prod" },
			func(m *ticket.Marker) { m.Pair = ticket.PairID(ticket.Ref{Connection: "third", ID: scene.id}, "here") },
		} {
			d := scene.draft()
			change(&d.Marker)
			_, err := w.open().Create(t.Context(), d)
			require.NoError(t, err)
		}
		require.Empty(t, find())

		var ids []string
		for range 2 {
			made, err := w.open().Create(t.Context(), wanted)
			require.NoError(t, err)
			if len(ids) == 0 || ids[0] != made.ID { // a tracker may refuse to make it twice
				ids = append(ids, made.ID)
			}
		}
		var found []string
		var last time.Time
		for _, f := range find() {
			made := w.fetch(f.ID, trackers.FetchOptions{}).Created
			require.False(t, made.Before(last), "the oldest first")
			found, last = append(found, f.ID), made
		}
		require.ElementsMatch(t, ids, found)
	})
}

// A pair has one marker on a ticket, however often it is written and by how
// many processes; those of other pairs stay.
func TestMarkersAddUpAndAreReplaced(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		scene := w.newScene(operation{})
		replica, err := w.bench.Create(t.Context(), scene.draft())
		require.NoError(t, err)
		for id, m := range map[string]ticket.Marker{scene.id: marker(), replica.ID: scene.draft().Marker} {
			for range 2 {
				require.NoError(t, w.open().Mark(t.Context(), id, m, otherTitle))
			}
			markers := func(links int) []ticket.Marker {
				_, shown := w.as("alice", w.people.links(id))
				require.Equal(t, links, strings.Count(shown, "#ticketsync"), "links that people see: %s", shown)
				read := w.fetch(id, trackers.FetchOptions{Links: true})
				require.True(t, read.LinksRead)
				require.Empty(t, read.Elsewhere, "our own link is no other engine")
				return read.Markers
			}
			require.Equal(t, []ticket.Marker{m}, markers(1))
			m.State = ticket.Unlinked
			require.NoError(t, w.open().Mark(t.Context(), id, m, otherTitle))
			require.Equal(t, []ticket.Marker{m}, markers(1))
			m.State, m.Generation = ticket.Linked, 2
			require.NoError(t, w.open().Mark(t.Context(), id, m, otherTitle))
			third := ticket.Marker{
				Installation: "dev", Pair: "pair/here/" + id + "/third", Generation: 1, State: ticket.Linked, URL: "http://third.example.com/3",
			}
			require.NoError(t, w.open().Mark(t.Context(), id, third, "3"))
			require.ElementsMatch(t, []ticket.Marker{m, third}, markers(2))
		}
	})
}
