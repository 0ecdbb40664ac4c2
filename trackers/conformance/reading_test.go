package conformance

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// TestKnownTextsAreLeftOut, and come whole when they are asked for.
func TestKnownTextsAreLeftOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		scene := w.newScene(operation{})
		said, _ := w.as("alice", w.people.say(scene.id, "and another"))
		seen := w.fetch(scene.id, trackers.FetchOptions{Comments: true})
		comments := byID(seen)
		description := seen.Fields[ticket.Description]
		known := trackers.FetchOptions{
			Comments:      true,
			Known:         map[ticket.Field]string{ticket.Description: description.Fingerprint},
			KnownComments: map[string]string{scene.comment: comments[scene.comment].Fingerprint, said: "an older one"},
		}
		got := w.fetch(scene.id, known)
		require.Equal(t, ticket.Value{Fingerprint: description.Fingerprint, Omitted: true, Size: len(description.Text)}, got.Fields[ticket.Description])
		require.True(t, byID(got)[scene.comment].Omitted)
		require.Empty(t, byID(got)[scene.comment].Body)
		require.Equal(t, len(comments[scene.comment].Body), byID(got)[scene.comment].Size)
		require.Equal(t, comments[said], byID(got)[said])
		known.Whole = true
		require.Equal(t, comments, byID(w.fetch(scene.id, known)))
		require.Equal(t, description, w.fetch(scene.id, known).Fields[ticket.Description])

		_, err := w.bench.Update(t.Context(), trackers.Update{ID: scene.id, Fields: []trackers.FieldWrite{{Field: ticket.Description}}})
		require.NoError(t, err)
		empty := w.fetch(scene.id, trackers.FetchOptions{}).Fields[ticket.Description]
		known = trackers.FetchOptions{Known: map[ticket.Field]string{ticket.Description: empty.Fingerprint}}
		require.True(t, w.fetch(scene.id, known).Fields[ticket.Description].IsEmpty(), "an empty text is not an omitted one")
	})
}

// One comment is read by itself, whatever else was said on the ticket.
func TestOneCommentIsRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		scene, elsewhere := w.newScene(operation{}), w.newScene(operation{})
		said, _ := w.as("alice", w.people.say(scene.id, "and another"))
		all := byID(w.fetch(scene.id, trackers.FetchOptions{Comments: true}))
		for _, id := range []string{scene.comment, said} {
			got := w.fetch(scene.id, trackers.FetchOptions{Comment: id, Whole: true})
			require.Equal(t, []ticket.Comment{all[id]}, got.Comments)
			require.False(t, got.CommentsRead, "the others were not")
		}
		require.Empty(t, w.fetch(scene.id, trackers.FetchOptions{Comment: elsewhere.comment}).Comments, "of another ticket")
		require.NoError(t, w.bench.DeleteComment(t.Context(), scene.id, scene.comment))
		require.Empty(t, w.fetch(scene.id, trackers.FetchOptions{Comment: scene.comment}).Comments, "deleted")
	})
}

func byID(s *ticket.Snapshot) map[string]ticket.Comment {
	out := map[string]ticket.Comment{}
	for _, c := range s.Comments {
		out[c.ID] = c
	}
	return out
}

// What is written is what is read: a copy's id, version, fingerprint, author.
func TestCommentsAreReadAsWritten(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		scene := w.newScene(operation{})
		require.NoError(t, w.bench.DeleteComment(t.Context(), scene.id, scene.comment))
		require.NoError(t, w.bench.DeleteComment(t.Context(), scene.id, scene.comment), "gone is gone")
		_, err := w.bench.EditComment(t.Context(), scene.id, scene.comment, copied("again"))
		require.Equal(t, trackers.NotFound, trackers.KindOf(err))

		d := scene.reply() // the deleted one's token may be spent
		d.Body, d.Quote = "It is **out**.", "Still?"
		made, err := w.bench.AddComment(t.Context(), scene.id, d)
		require.NoError(t, err)
		for _, body := range []string{"It is **out**.", "It is back."} {
			if body != d.Body {
				d.Body = body
				edited, err := w.bench.EditComment(t.Context(), scene.id, made.ID, d)
				require.NoError(t, err)
				require.NotEqual(t, made.Fingerprint, edited.Fingerprint)
				require.Greater(t, edited.Version, made.Version)
				made = edited
			}
			all := w.copies(w.open(), scene.id, "")
			require.Len(t, all, 1)
			read := all[0]
			require.Equal(t, made.ID, read.ID)
			require.Equal(t, made.Version, read.Version)
			require.Equal(t, made.Fingerprint, read.Fingerprint)
			require.Equal(t, d.Token, read.Token)
			require.Equal(t, ticket.User{Name: d.Author}, read.Author)
			require.Equal(t, "> Still?\n\n"+body, strings.TrimSpace(read.Body))
			require.Empty(t, read.Private)
			require.Contains(t, read.URL, scene.seen.URL)
			require.NotEqual(t, scene.seen.URL, read.URL, "comments of a ticket are told apart")
			require.WithinDuration(t, time.Now(), read.Created, 5*time.Second)
		}
	})
}

func TestPrivateTicketsAreTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		if s.people.hide == nil {
			return
		}
		w := newWorld(t, s)
		id := w.ticket("secret")
		require.Empty(t, w.fetch(id, trackers.FetchOptions{}).Private)
		w.as("alice", w.people.hide(id))
		require.NotEmpty(t, w.fetch(id, trackers.FetchOptions{}).Private)
	})
}

func TestTicketsAreLookedUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		id := w.ticket("here")
		seen := w.fetch(id, trackers.FetchOptions{})
		for _, name := range []string{seen.Key, strings.ToLower(seen.Key), " " + seen.Key + " ", seen.URL, seen.URL + "?x=y#z"} {
			found, err := w.open().Lookup(t.Context(), name)
			require.NoError(t, err, name)
			require.Equal(t, id, found, name)
		}
		prefix, _, _ := strings.Cut(seen.Key, "-")
		for _, name := range []string{prefix + "-999", strings.ReplaceAll(seen.URL, seen.Key, prefix+"-999")} {
			_, err := w.open().Lookup(t.Context(), name)
			require.Equal(t, trackers.NotFound, trackers.KindOf(err), "%s: %v", name, err)
		}
		_, err := w.open().Lookup(t.Context(), "")
		require.Error(t, err)
		missing := id[:len(id)-2] + "zz"
		_, err = w.open().Fetch(t.Context(), missing, trackers.FetchOptions{})
		require.Equal(t, trackers.NotFound, trackers.KindOf(err), "%v", err)
		_, err = w.open().Update(t.Context(), trackers.Update{ID: missing, Fields: []trackers.FieldWrite{text(ticket.Title, "x")}})
		require.Equal(t, trackers.NotFound, trackers.KindOf(err), "%v", err)
		_, err = w.open().Describe(t.Context(), trackers.Place{Container: "no such place", Type: s.place.Type})
		require.Equal(t, trackers.NotFound, trackers.KindOf(err), "%v", err)
	})
}

func TestChangesAreListed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		since := time.Now().Add(-time.Minute)
		edited, said := w.ticket("edited"), w.ticket("said")
		w.as("bob", w.people.edit(edited, "Bob's title"))
		w.as("bob", w.people.say(said, "Bob's word"))
		events := w.changes(since)
		read := w.fetch(edited, trackers.FetchOptions{})
		require.Contains(t, events, ticket.Event{
			Kind: ticket.ChangeHint, ID: edited, Version: read.Version, Container: read.Container, Type: read.Type, Created: read.Created,
		})
		require.True(t, slices.ContainsFunc(events, func(e ticket.Event) bool { return e.ID == said }))
		none, err := w.open().Changed(t.Context(), nil, since, "")
		require.NoError(t, err)
		require.Empty(t, none.Events)
		_, err = w.open().Changed(t.Context(), []ticket.Container{w.container}, since, "no cursor of ours ?")
		require.Equal(t, trackers.Invalid, trackers.KindOf(err), "%v", err)
	})
}

// A container that cannot be read is told, alone or among others: what happened
// there would be missed where it was just missing from the list.
func TestChangesOfAMissingContainerAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		w.ticket("there")
		missing := w.container
		missing.ID, missing.Key = missing.ID[:len(missing.ID)-1]+"7", ""
		require.NotEqual(t, w.container.ID, missing.ID)
		for _, containers := range [][]ticket.Container{{missing}, {w.container, missing}} {
			var err error
			for cursor := ""; err == nil; {
				var page trackers.ChangedPage
				page, err = w.open().Changed(t.Context(), containers, time.Now(), cursor)
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			require.Contains(t, []trackers.Kind{trackers.NotFound, trackers.Invalid}, trackers.KindOf(err), "%v", err)
		}
	})
}

// changes reads every page of a sweep, each with an adapter of its own.
func (w *world) changes(since time.Time) (events []ticket.Event) {
	w.t.Helper()
	for cursor := ""; ; {
		page, err := w.open().Changed(w.t.Context(), []ticket.Container{w.container}, since, cursor)
		require.NoError(w.t, err)
		require.WithinDuration(w.t, time.Now(), page.Now, 5*time.Second)
		events = append(events, page.Events...)
		if cursor = page.Next; cursor == "" {
			return events
		}
	}
}
