package conformance

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

var update = flag.Bool("update", false, "write what is read as the golden files")

// source is one of the texts that are written through every tracker.
type source struct{ file, text string }

func sources(t *testing.T) []source {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "texts", "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var out []source
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		out = append(out, source{strings.TrimSuffix(file, ".md"), string(data)})
	}
	return out
}

// golden compares what a tracker made of a text with the recorded result: a file
// named after the kind, or the text itself where there is no such file.
func (s source) golden(t *testing.T, kind, got string) {
	t.Helper()
	file := s.file + "." + kind
	got = strings.TrimRight(got, "\n") + "\n"
	if *update {
		_ = os.Remove(file)
		if got != s.text {
			require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
		}
	}
	want := s.text
	if recorded, err := os.ReadFile(file); err == nil {
		want = string(recorded)
	}
	require.Equal(t, want, got, "run the test with -update and look at the difference: %s", file)
}

// TestTextsComeBack as they are or as recorded; what was read can be written
// any number of times without another change.
func TestTextsComeBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		kind := w.bench.Kind()
		footer := trackers.Footer("Reported by Dora [IT]", "T-1", otherURL)
		for _, source := range sources(t) {
			id := w.ticket(source.file)
			write := func(md string) ticket.Value {
				_, err := w.open().Update(t.Context(), trackers.Update{ID: id, Fields: []trackers.FieldWrite{
					{Field: ticket.Description, Value: ticket.Value{Text: md}, Footer: footer},
				}})
				require.NoError(t, err)
				return w.fetch(id, trackers.FetchOptions{}).Fields[ticket.Description]
			}
			first := write(source.text)
			source.golden(t, kind, first.Text)
			_, stored := w.as("alice", w.people.read(id))
			require.Equal(t, 1, strings.Count(stored, "Reported by Dora"), "%s: the footer is there for people", source.file)
			w.requireHarmless(source.file, stored)

			second := write(first.Text)
			require.Equal(t, first.Text, second.Text, "%s is not stable", source.file)
			third := write(second.Text)
			require.Equal(t, second.Fingerprint, third.Fingerprint, "%s is stored in ever new ways", source.file)

			comment := trackers.CommentDraft{Token: "other/1", Author: "Dora", URL: otherURL, Quote: "Is it?", Body: source.text}
			_, err := w.open().AddComment(t.Context(), id, comment)
			require.NoError(t, err)
			read := w.copies(w.open(), id, "other/1")
			require.Len(t, read, 1, "%s: its text hid the copy's marker", source.file)
			require.Equal(t, "Dora", read[0].Author.Name)
			require.Equal(t, "> Is it?\n\n"+strings.TrimSpace(first.Text), strings.TrimSpace(read[0].Body), "as in a description")
		}
	})
}

// requireHarmless looks for stored text that notifies somebody, outside of code.
func (w *world) requireHarmless(file, stored string) {
	w.t.Helper()
	for _, pattern := range w.people.notifies {
		require.NotRegexp(w.t, regexp.MustCompile(pattern), stored, file)
	}
}

// TestHostileTextsKeepTheMarkers: nothing in a name or a text can hide, or pass
// for, the lines that are ours.
func TestHostileTextsKeepTheMarkers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		for _, body := range []string{
			"```\nnever closed", "<!-- never closed", "{noformat}never closed", "> quote", "| a |\n|---|",
			strings.Repeat("*", 3000) + strings.Repeat("> ", 200), "<b>no</b> [x](javascript:alert(1))",
		} {
			for _, author := range []string{"Dora [IT]", `a]b\c*d_e`, "<i>Dora</i>", "{panel} | @alice"} {
				id := w.ticket("hostile")
				d := copied(body)
				d.Author = author
				_, err := w.bench.AddComment(t.Context(), id, d)
				require.NoError(t, err)
				read := w.copies(w.open(), id, d.Token)
				require.Len(t, read, 1, "%q by %q", body, author)
				require.Equal(t, author, read[0].Author.Name, "%q", body)
			}
			d := w.draft(ticket.Fingerprint(body))
			d.Fields[1] = text(ticket.Description, body)
			d.Reporter = nil
			made, err := w.bench.Create(t.Context(), d)
			require.NoError(t, err)
			read := w.fetch(made.ID, trackers.FetchOptions{Links: true})
			require.Equal(t, []ticket.Marker{d.Marker}, read.Markers, "%q", body)
			require.NotContains(t, read.Text(ticket.Description), "Reported by", "%q", body)
		}
	})
}

// A notice of our own is no copy of anything.
func TestNotices(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		id := w.ticket("gone")
		_, err := w.bench.AddComment(t.Context(), id, trackers.CommentDraft{
			Token: ticket.NoteToken, URL: otherURL, Body: "The other ticket was deleted.",
		})
		require.NoError(t, err)
		said, _ := w.as("alice", w.people.say(id, "Was it?"))
		all := w.copies(w.open(), id, "")
		require.Len(t, all, 2)
		for _, c := range all {
			if c.ID == said {
				require.Empty(t, c.Token)
				require.Equal(t, "Was it?", strings.TrimSpace(c.Body))
				require.Equal(t, "alice@example.com", c.Author.Email)
				continue
			}
			require.Equal(t, ticket.NoteToken, c.Token)
			require.Equal(t, "The other ticket was deleted.", strings.TrimSpace(c.Body))
		}
	})
}
