package jira

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestJiraErrorShapes(t *testing.T) {
	t.Parallel()
	tracker, err := New(connection("http://jira.example.com", Cloud), trackers.Options{})
	require.NoError(t, err)
	for body, want := range map[string]string{
		`{"errorMessages":["a","b"],"errors":{}}`:              "a; b",
		`{"errorMessages":[],"errors":{"summary":"too long"}}`: "summary: too long",
		`{"errorMessages":null,"errors":["odd"]}`:              "odd",
		`{"errors":[{"message":"nested"}]}`:                    "nested",
		`{"errors":{"priority":["one","two"]}}`:                "priority: one two",
		`{"message":"plain","status-code":404}`:                "plain",
		`[]`:                                                   "",
		`<xml/>`:                                               "",
		`{"errorMessages":["` + strings.Repeat("x", 2*maxMessage) + `"]}`: strings.Repeat("x", maxMessage) + "…",
	} {
		e := &trackers.Error{Kind: trackers.Invalid, Status: 400}
		tracker.explain(e, http.Header{}, []byte(body), nil)
		require.Equal(t, want, e.Message, body)
	}
	e := &trackers.Error{Kind: trackers.Invalid, Status: 400}
	sent := map[string]any{"summary": "x", "duedate": nil}
	tracker.explain(e, http.Header{}, []byte(`{"errors":{"summary":"bad","duedate":"is required","customfield_7":"is required"}}`), sent)
	require.Equal(t, map[ticket.Field]string{ticket.Title: "bad", "duedate": "is required", "customfield_7": "is required"}, e.Fields)
	require.Equal(t, []string{"customfield_7", "duedate"}, e.Required)

	locked := &trackers.Error{Kind: trackers.Forbidden, Status: 403}
	tracker.explain(locked, http.Header{"X-Seraph-Loginreason": {"AUTHENTICATION_DENIED"}}, nil, nil)
	require.Equal(t, trackers.Auth, locked.Kind)
}
