package linear

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
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

	r = s.update(id, r.Snapshot.Version, trackers.FieldWrite{Field: ticket.Labels, Value: ticket.Value{Names: []string{"Feature", "unheard of"}}, Create: true})
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

// TestLabelOfAnotherPersonStays: the difference is sent, not the whole set.
func TestLabelOfAnotherPersonStays(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	before := s.fetch(id, trackers.FetchOptions{})
	feature, ok, err := s.tracker.label(t.Context(), s.team.ID, "Feature")
	require.NoError(t, err)
	require.True(t, ok)
	s.edit("bob", id, map[string]any{"addedLabelIds": []string{feature.Id}})
	r := s.update(id, before.Version, write(ticket.Labels, ticket.Value{Names: []string{"Bug"}}))
	require.Equal(t, []string{"Bug", "Feature"}, r.Snapshot.Fields[ticket.Labels].Names)
	require.Empty(t, written(t, r, ticket.Labels).Lost)
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
	require.LessOrEqual(t, units(snap.Text(ticket.Title)), maxTitle)
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
