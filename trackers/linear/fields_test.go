package linear

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

func TestStatusByNameAndType(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	for name, want := range map[string]string{"todo": "Todo", "Backlog": "Backlog", "started": "In Progress", "unstarted": "Todo", "CANCELED": "Canceled"} {
		r := s.update(id, "", write(ticket.Status, ticket.Value{State: &ticket.State{Name: name}}))
		require.Equal(t, want, r.Snapshot.Status().Name)
	}
	_, err := s.tracker.Update(t.Context(), trackers.Update{ID: id, Fields: []trackers.FieldWrite{write(ticket.Status, ticket.Value{State: &ticket.State{Name: "Nirvana"}})}})
	var e *trackers.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, trackers.Invalid, e.Kind)
	require.Contains(t, e.Fields, ticket.Status)
}

func TestLabels(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	r := s.update(id, "", write(ticket.Labels, ticket.Value{Names: []string{"BUG", "bug", "unheard of", "Area"}}))
	require.Equal(t, []string{"Bug"}, r.Snapshot.Fields[ticket.Labels].Names)
	w := written(t, r, ticket.Labels)
	require.Equal(t, ticket.LabelUnknown, w.Note, "existing ones only")
	require.Equal(t, "unheard of, Area", w.Detail, "a group is no label")

	r = s.update(id, r.Snapshot.Version, trackers.FieldWrite{
		Field: ticket.Labels, Value: ticket.Value{Names: []string{"Feature", "unheard of"}}, Create: true, Replaces: w.Stored,
	})
	require.Equal(t, []string{"Feature", "unheard of"}, r.Snapshot.Fields[ticket.Labels].Names)
	require.Empty(t, written(t, r, ticket.Labels).Note)

	for text, names := range map[string][]string{"group of labels": {"Area"}, "exclusive": {"Frontend", "Backend"}} {
		_, err := s.tracker.Update(t.Context(), trackers.Update{ID: id, Fields: []trackers.FieldWrite{{Field: ticket.Labels, Value: ticket.Value{Names: names}, Create: true}}})
		var e *trackers.Error
		require.ErrorAs(t, err, &e, names)
		require.Equal(t, trackers.Invalid, e.Kind, names)
		require.Contains(t, e.Fields[ticket.Labels], text)
	}
}

// labelled is an issue with the label Bug, and the write that makes it Feature.
func (s *space) labelled() (id string, before *ticket.Snapshot, f trackers.FieldWrite) {
	s.t.Helper()
	id = s.report("alice", map[string]any{"labelIds": []string{s.labelID("Bug")}})
	before = s.fetch(id, trackers.FetchOptions{})
	f = write(ticket.Labels, ticket.Value{Names: []string{"Feature"}})
	f.Replaces = before.Fields[ticket.Labels].Fingerprint
	return id, before, f
}

func (s *space) labelID(name string) string {
	s.t.Helper()
	l, ok, err := s.tracker.label(s.t.Context(), s.team.ID, name)
	require.NoError(s.t, err)
	require.True(s.t, ok, name)
	return l.Id
}

func (s *space) bears(id string) []string {
	s.t.Helper()
	return s.fetch(id, trackers.FetchOptions{}).Fields[ticket.Labels].Names
}

// TestLabelOfAnotherPersonStays: the difference is sent, not the whole set, and
// what then is more than ours is told.
func TestLabelOfAnotherPersonStays(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id, before, f := s.labelled()
	s.edit("bob", id, map[string]any{"addedLabelIds": []string{s.labelID("Backend")}})
	r := s.update(id, before.Version, f)
	require.Equal(t, []string{"Backend", "Feature"}, r.Snapshot.Fields[ticket.Labels].Names)
	w := written(t, r, ticket.Labels)
	require.True(t, w.Foreign, "taken for ours, theirs would never be copied")
	require.Empty(t, w.Lost)

	id, before, f = s.labelled()
	require.False(t, written(t, s.update(id, before.Version, f), ticket.Labels).Foreign)
}

// TestLabelsOfAnotherMoment: a difference from other labels than those the write
// was decided on would take a person's away.
func TestLabelsOfAnotherMoment(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(*space, string){
		"another worker": func(s *space, _ string) { s.tracker = s.open() },
		"another fetch":  func(s *space, id string) { s.fetch(id, trackers.FetchOptions{}) },
	} {
		s := newSpace(t)
		id, before, f := s.labelled()
		s.edit("bob", id, map[string]any{"addedLabelIds": []string{s.labelID("Backend")}})
		forget(s, id)
		f.Value.Names, f.Create = append(f.Value.Names, "unheard of"), true
		s.calls()
		_, err := s.tracker.Update(t.Context(), trackers.Update{ID: id, Version: before.Version, Fields: []trackers.FieldWrite{f}})
		require.True(t, trackers.Is(err, trackers.Stale), "%s: %v", name, err)
		require.NotContains(t, s.calls(), "CreateLabel", name)
		require.Equal(t, []string{"Backend", "Bug"}, s.bears(id), name)
	}
}

// TestLabelsThatAreThereAlready: repeating a write whose answer was lost is not
// stale, and labels that nobody knew are not taken away.
func TestLabelsThatAreThereAlready(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id, before, f := s.labelled()
	s.update(id, before.Version, f)
	s.tracker = s.open()
	require.False(t, written(t, s.update(id, before.Version, f), ticket.Labels).Foreign)
	require.Equal(t, []string{"Feature"}, s.bears(id))

	id, before, f = s.labelled()
	s.tracker.recent.Put(id, glance{version: before.Version, team: s.team.ID, labels: []api.LabelFields{{Name: "Bugs"}}})
	require.Equal(t, []string{"Feature"}, s.update(id, before.Version, f).Snapshot.Fields[ticket.Labels].Names, "a renamed label changes no version")

	s.update(id, "", write(ticket.Labels, ticket.Value{Names: []string{"Backend"}}))
	require.Equal(t, []string{"Backend", "Feature"}, s.bears(id))
	s.update(id, "", write(ticket.Labels, ticket.Value{}))
	require.Equal(t, []string{"Backend", "Feature"}, s.bears(id))
}

// TestLongTexts are cut on a rune and end with a link to the whole.
func TestLongTexts(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	d := s.draft(trackers.FieldWrite{Field: ticket.Description, Origin: originURL, Value: ticket.Value{Text: "```\n" + strings.Repeat("ä\n", maxText)}})
	d.Fields[0].Value.Text = strings.Repeat("😀", maxTitle)
	made := s.create(d)
	require.Equal(t, ticket.TooLong, written(t, made.Result, ticket.Title).Note)
	require.Equal(t, ticket.TooLong, written(t, made.Result, ticket.Description).Note)
	snap := s.fetch(made.ID, trackers.FetchOptions{})
	require.LessOrEqual(t, markdown.Length(snap.Text(ticket.Title)), maxTitle)
	require.True(t, strings.HasSuffix(snap.Text(ticket.Title), "😀…"))
	require.Contains(t, snap.Text(ticket.Description), "[Whole text]")
	require.Equal(t, []ticket.Marker{marker()}, snap.Markers, "an open fence does not swallow our last line")
}

func TestOmittedTextIsNotWritten(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	_, err := s.tracker.Create(t.Context(), s.draft(write(ticket.Description, ticket.Value{Omitted: true})))
	require.ErrorContains(t, err, "its text was left out")
	_, err = s.tracker.Update(t.Context(), trackers.Update{ID: "x", Fields: []trackers.FieldWrite{write("customfield_1", ticket.Value{Text: "x"})}})
	require.ErrorContains(t, err, "Linear has no field customfield_1")
}
