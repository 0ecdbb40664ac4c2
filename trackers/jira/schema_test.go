package jira

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func schemaTracker(t *testing.T) *Tracker {
	t.Helper()
	tracker, err := New(connection("http://jira.example.com", Cloud), trackers.Options{})
	require.NoError(t, err)
	tracker.schema = map[string]fieldSchema{
		"number": {kind: "number"}, "option": {kind: "option"}, "text": {kind: "string"},
		"options": {kind: "array", items: "option"}, "tags": {kind: "array", items: "string"},
		"resolution": {kind: "resolution"}, "fixVersions": {kind: "array", items: "version"},
	}
	return tracker
}

func TestCustomFieldsTakeTheirShape(t *testing.T) {
	t.Parallel()
	tracker := schemaTracker(t)
	three := 3.0
	for _, c := range []struct {
		field ticket.Field
		value ticket.Value
		want  any
	}{
		{"number", ticket.Value{Number: &three}, 3.0},
		{"number", ticket.Value{Text: "2.5"}, 2.5},
		{"number", ticket.Value{}, nil},
		{"option", ticket.Value{Text: "Platform"}, map[string]any{"value": "Platform"}},
		{"option", ticket.Value{Level: ticket.High}, map[string]any{"value": "high"}},
		{"option", ticket.Value{}, nil},
		{"text", ticket.Value{Text: "x"}, "x"},
		{"text", ticket.Value{Number: &three}, "3"},
		{"text", ticket.Value{User: &ticket.User{Name: "Dora"}}, "Dora"},
		{"options", ticket.Value{Names: []string{"a", "b"}}, []any{map[string]any{"value": "a"}, map[string]any{"value": "b"}}},
		{"tags", ticket.Value{Text: "a"}, []any{"a"}},
	} {
		got, err := tracker.custom(t.Context(), c.field, c.value)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%s %+v", c.field, c.value)
	}
	_, err := tracker.custom(t.Context(), "number", ticket.Value{Text: "many"})
	require.Contains(t, failure(t, err).Fields, ticket.Field("number"))
}

func TestConstantsTakeTheirShape(t *testing.T) {
	t.Parallel()
	got, err := schemaTracker(t).constants(t.Context(), map[string]any{
		"resolution":  "Done",
		"option":      "High",
		"number":      7,
		"fixVersions": []any{"1.0", map[string]any{"id": "9"}},
		"tags":        "one",
		"text":        map[any]any{"a": []any{map[any]any{1: "b"}}},
	})
	require.NoError(t, err)
	require.Equal(t, map[string]any{
		"resolution":  map[string]any{"name": "Done"},
		"option":      map[string]any{"value": "High"},
		"number":      7,
		"fixVersions": []any{map[string]any{"name": "1.0"}, map[string]any{"id": "9"}},
		"tags":        []any{"one"},
		"text":        map[string]any{"a": []any{map[string]any{"1": "b"}}},
	}, got)
}
