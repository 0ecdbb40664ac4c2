package jira

import (
	"encoding/json"
	"testing"

	gojira "github.com/andygrunwald/go-jira"
	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// A history entry may be dated a moment after the version it led to. What the
// write was decided on is not lost by it.
func TestJudgeKnowsWhatTheWriteReplaces(t *testing.T) {
	t.Parallel()
	tracker, err := New(connection("http://jira.example.com", Cloud), trackers.Options{})
	require.NoError(t, err)
	issue := func(entries string) (*document, *ticket.Snapshot) {
		doc := &document{}
		require.NoError(t, json.Unmarshal([]byte(`{"id":"1","fields":{"summary":"ours"},"changelog":{"histories":[`+entries+`
			{"id":"9","author":{"accountId":"bot"},"created":"2026-05-01T12:00:09.000+0000","items":[{"fieldId":"summary","toString":"ours"}]}]}}`), doc))
		me, err := tracker.self(t.Context())
		require.NoError(t, err)
		return doc, tracker.snapshot(t.Context(), doc, me, trackers.FetchOptions{})
	}
	tracker.me = &gojira.User{AccountID: "bot"}
	for _, c := range []struct{ put, known, lost string }{
		{"known", "known", ""},
		{"newer", "known", "newer"},
		{"", "known", "(empty)"},
		{"", "", ""},
	} {
		doc, s := issue(`{"id":"8","author":{"accountId":"ann"},"created":"2026-05-01T12:00:00.003+0000","items":[{"fieldId":"summary","toString":"` + c.put + `"}]},`)
		w := text(ticket.Title, "ours")
		w.Replaces = ticket.Fingerprint(c.known)
		u := trackers.Update{ID: "1", Version: "2026-05-01T12:00:00.000Z", Fields: []trackers.FieldWrite{w}}
		got := tracker.judge(t.Context(), u, map[string]any{"summary": "ours"}, nil, doc, s, tracker.me)
		require.Equal(t, []trackers.Written{{Field: ticket.Title, Stored: ticket.Fingerprint("ours"), Lost: c.lost}}, got)
	}
}

// Jira stores a text as it likes, so only somebody else in the history makes a
// description foreign; an exact value is foreign when it reads differently.
func TestForeign(t *testing.T) {
	t.Parallel()
	doc := &document{Fields: map[string]json.RawMessage{
		"description": json.RawMessage(`"a\r\nb"`),
		"priority":    json.RawMessage(`{"name":"High"}`),
		"assignee":    json.RawMessage(`{"accountId":"a1"}`),
	}}
	option := customValue(json.RawMessage(`{"id":"1","value":"Platform"}`))
	for _, c := range []struct {
		field  ticket.Field
		sent   any
		stored ticket.Value
		after  bool
		want   bool
	}{
		{ticket.Description, "a\nb", ticket.Value{}, false, false},
		{ticket.Description, "a\nb", ticket.Value{}, true, true},
		{ticket.Description, "a\r\nb", ticket.Value{}, true, false},
		{ticket.Title, "x", ticket.Value{Text: "x"}, true, false},
		{ticket.Title, "x", ticket.Value{Text: "y"}, false, true},
		{ticket.Priority, map[string]any{"name": "high"}, ticket.Value{}, false, false},
		{ticket.Priority, map[string]any{"name": "Low"}, ticket.Value{}, false, true},
		{ticket.Assignee, map[string]any{"accountId": "a1"}, ticket.Value{}, false, false},
		{ticket.Assignee, map[string]any{"accountId": "a2"}, ticket.Value{}, false, true},
		{ticket.Assignee, nil, ticket.Value{}, false, true},
		{ticket.Labels, []string{"b", "a"}, ticket.Value{Names: []string{"a", "b"}}, false, false},
		{ticket.Labels, []string{"a"}, ticket.Value{Names: []string{"a", "b"}}, false, true},
		{"customfield_1", 3.0, customValue(json.RawMessage(`3`)), false, false},
		{"customfield_1", 3.0, customValue(json.RawMessage(`4`)), false, true},
		{"customfield_1", nil, customValue(nil), false, false},
		{"customfield_1", nil, customValue(json.RawMessage(`4`)), false, true},
		{"customfield_1", map[string]any{"value": "Platform"}, option, false, false},
		{"customfield_1", map[string]any{"value": "Support"}, option, false, true},
	} {
		require.Equal(t, c.want, foreign(c.field, c.sent, c.stored, doc, c.after), "%s %v", c.field, c.sent)
	}
}
