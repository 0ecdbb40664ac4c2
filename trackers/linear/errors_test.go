package linear

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const secret = "lin_api_very-secret-token"

// viewerAnswer is the answer to the question who we are, which comes before
// most others.
const viewerAnswer = `{"data":{"viewer":{"id":"me","name":"Bot","displayName":"bot","email":"bot@example.com","app":false}}}`

// stub is a tracker whose API answers every call alike, but for who we are.
func stub(t *testing.T, answer http.HandlerFunc) *Tracker {
	t.Helper()
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil && strings.Contains(string(body), `"operationName":"Viewer"`) {
			_, _ = io.WriteString(w, viewerAnswer)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer(w, r)
	}))
	t.Cleanup(front.Close)
	tracker, err := New(trackers.Connection{Name: "linear", Installation: installation, URL: front.URL, Token: secret}, trackers.Options{})
	require.NoError(t, err)
	return tracker
}

// operations are all calls there are; wrote tells that they change something
// before anything else but our account is asked.
var operations = []struct {
	name  string
	wrote bool
	call  func(context.Context, *Tracker) error
}{
	{"fetch", false, func(ctx context.Context, t *Tracker) error {
		return second(t.Fetch(ctx, "i1", trackers.FetchOptions{}))
	}},
	{"fetch with comments", false, func(ctx context.Context, t *Tracker) error {
		return second(t.Fetch(ctx, "i1", trackers.FetchOptions{Comments: true}))
	}},
	{"lookup", false, func(ctx context.Context, t *Tracker) error { return second(t.Lookup(ctx, "PRO-1")) }},
	{"find", false, func(ctx context.Context, t *Tracker) error {
		return second(t.Find(ctx, ticket.Container{ID: "t1"}, marker(), at8()))
	}},
	{"changed", false, func(ctx context.Context, t *Tracker) error {
		return second(t.Changed(ctx, []ticket.Container{{ID: "t1"}}, at8(), ""))
	}},
	{"describe", false, func(ctx context.Context, t *Tracker) error {
		return second(t.Describe(ctx, trackers.Place{Container: "PRO"}))
	}},
	{"mark", false, func(ctx context.Context, t *Tracker) error { return t.Mark(ctx, "i1", marker(), "x") }},
	{"create", true, func(ctx context.Context, t *Tracker) error {
		return second(t.Create(ctx, trackers.Draft{Container: ticket.Container{ID: "t1"}, Marker: marker()}))
	}},
	{"update", true, func(ctx context.Context, t *Tracker) error {
		return second(t.Update(ctx, trackers.Update{ID: "i1", Fields: []trackers.FieldWrite{write(ticket.Priority, ticket.Value{Level: ticket.Low})}}))
	}},
	{"add comment", true, func(ctx context.Context, t *Tracker) error { return second(t.AddComment(ctx, "i1", copyDraft())) }},
	{"edit comment", true, func(ctx context.Context, t *Tracker) error {
		return second(t.EditComment(ctx, "i1", "c1", copyDraft()))
	}},
	{"delete comment", false, func(ctx context.Context, t *Tracker) error { return t.DeleteComment(ctx, "i1", "c1") }},
}

// refusal is an answer in Linear's own form.
func refusal(message, code, typ string, status int) string {
	body, _ := json.Marshal(map[string]any{
		"data":   nil,
		"errors": []any{map[string]any{"message": message, "extensions": map[string]any{"code": code, "type": typ, "statusCode": status}}},
	})
	return string(body)
}

// TestVerdicts: the words decide, whatever the HTTP status.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code, typ string
		status    int
		kind      trackers.Kind
	}{
		{"RATELIMITED", "ratelimited", 429, trackers.RateLimited},
		{"", "ratelimited", 0, trackers.RateLimited},
		{"AUTHENTICATION_ERROR", "authentication error", 401, trackers.Auth},
		{"FORBIDDEN", "forbidden", 403, trackers.Forbidden},
		{"FEATURE_NOT_ACCESSIBLE", "feature not accessible", 403, trackers.Forbidden},
		{"USAGE_LIMIT_EXCEEDED", "usage limit exceeded", 400, trackers.Forbidden},
		{"INPUT_ERROR", "invalid input", 400, trackers.Invalid},
		{"INVALID_INPUT", "", 400, trackers.Invalid},
		{"", "user error", 0, trackers.Invalid},
		{"GRAPHQL_VALIDATION_FAILED", "graphql error", 400, trackers.Invalid},
		{"INTERNAL_SERVER_ERROR", "internal error", 500, trackers.Unavailable},
		{"", "lock timeout", 0, trackers.Unavailable},
		{"", "network error", 0, trackers.Unavailable},
		{"", "bootstrap error", 0, trackers.Unavailable},
		{"SOMETHING_NEW", "unknown", 403, trackers.Forbidden},
		{"SOMETHING_NEW", "other", 500, trackers.Unavailable},
		{"SOMETHING_NEW", "other", 0, trackers.Unavailable},
	} {
		for _, http := range []int{200, 400, 401, 403, 404, 429, 500} {
			for _, operation := range operations {
				err := operation.call(t.Context(), stub(t, answering(http, refusal("no", c.code, c.typ, c.status))))
				name := fmt.Sprintf("%s: %s %s, HTTP %d", operation.name, c.code, c.typ, http)
				var e *trackers.Error
				require.ErrorAs(t, err, &e, name)
				require.Equal(t, c.kind, e.Kind, name)
				require.Equal(t, http, e.Status, name)
				require.Equal(t, operation.wrote && c.kind == trackers.Unavailable, e.Ambiguous, name)
				require.Equal(t, "no", e.Message, name)
				require.Equal(t, c.kind == trackers.RateLimited, e.RetryAfter > 0, name)
			}
		}
	}
}

func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// TestNotFound: a missing ticket and one that may not be seen look alike, but
// what a write refers to is a field's matter.
func TestNotFound(t *testing.T) {
	t.Parallel()
	text := "Entity not found: Issue - Could not find referenced Issue."
	for _, operation := range operations {
		err := operation.call(t.Context(), stub(t, answering(200, refusal(text, "INPUT_ERROR", "invalid input", 400))))
		if operation.name == "find" || operation.name == "delete comment" {
			require.NoError(t, err, operation.name)
			continue
		}
		require.True(t, trackers.Is(err, trackers.NotFound), "%s: %v", operation.name, err)
	}
	for entity, field := range map[string]ticket.Field{"User": ticket.Assignee, "WorkflowState": ticket.Status, "IssueLabel": ticket.Labels, "Project": ""} {
		tracker := stub(t, answering(400, refusal("Entity not found: "+entity+" - Could not find referenced "+entity+".", "INPUT_ERROR", "invalid input", 400)))
		_, err := tracker.Update(t.Context(), trackers.Update{ID: "i1", Fields: []trackers.FieldWrite{write(ticket.Title, ticket.Value{Text: "x"})}})
		var e *trackers.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, trackers.Invalid, e.Kind, entity)
		if field != "" {
			require.Contains(t, e.Fields, field)
		} else {
			require.Empty(t, e.Fields)
		}
	}
}

// TestConflict is one about our id only: of another's nothing of ours is there.
func TestConflict(t *testing.T) {
	t.Parallel()
	id := commentID(installation, "i1", copyDraft().Token)
	const other = "3a3b1f6c-0f33-4a5e-9d0a-2f6f1f8f7e11"
	for text, exists := range map[string]bool{
		"Entity Comment with id " + id + " already exists.":                  true,
		"Entity Comment with id " + strings.ToUpper(id) + " already exists.": true,
		"It exists already.": true,
		"Entity Comment with id " + other + " already exists.": false,
	} {
		looked := false
		tracker := stub(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if strings.Contains(string(body), `"operationName":"Comment"`) {
				looked = true
			}
			answering(200, fmt.Sprintf(`{"data":null,"errors":[{"message":"conflict on insert of Comment","extensions":{"type":"invalid input","userPresentableMessage":%q}}]}`, text))(w, r)
		})
		_, err := tracker.AddComment(t.Context(), "i1", copyDraft())
		require.True(t, trackers.Is(err, trackers.Invalid), "%s: %v", text, err)
		require.Equal(t, exists, looked, text)
	}
}

// TestRefusedFieldsAreNamed: the write is then repeated without them.
func TestRefusedFieldsAreNamed(t *testing.T) {
	t.Parallel()
	for text, fields := range map[string][]ticket.Field{
		"title must be shorter than or equal to 255 characters": {ticket.Title},
		"labelIds not exclusive child labels":                   {ticket.Labels},
		"addedLabelIds must be a list":                          {ticket.Labels},
		"stateId is not of this team":                           {ticket.Status},
		"assigneeId cannot be assigned":                         {ticket.Assignee},
		"createAsUser is for apps":                              {ticket.Reporter},
		"priority and description are wrong":                    {ticket.Priority, ticket.Description},
		"the subtitle is entitled":                              nil,
	} {
		tracker := stub(t, answering(400, refusal(text, "INPUT_ERROR", "invalid input", 400)))
		_, err := tracker.Create(t.Context(), trackers.Draft{Container: ticket.Container{ID: "t1"}, Marker: marker()})
		var e *trackers.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, trackers.Invalid, e.Kind)
		var named []ticket.Field
		for field := range e.Fields {
			named = append(named, field)
		}
		require.ElementsMatch(t, fields, named, text)
	}
}

// TestNoSecretLeaves: not in an error and not in the log, whatever the server
// repeats, and no text of the ticket either.
func TestNoSecretLeaves(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	repeat := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		text := "header " + r.Header.Get("Authorization") + ` body ` + string(body) + ` Variable "$input" got invalid value "Confidential"; no`
		if strings.Contains(string(body), "Salary") {
			text = r.Header.Get("Authorization") + " Salary of Alice, the whole list of it"
		}
		answering(400, refusal(text, "INPUT_ERROR", "invalid input", 400))(w, r)
	}
	front := httptest.NewServer(http.HandlerFunc(repeat))
	t.Cleanup(front.Close)
	gate := trackers.NewGate(slog.New(slog.NewTextHandler(&logged, nil)))
	tracker, err := New(
		trackers.Connection{Name: "linear", Installation: installation, URL: front.URL, Token: secret, Secret: "hook-secret", HookKey: "path-secret"},
		trackers.Options{Gate: gate, Log: slog.New(slog.NewTextHandler(&logged, nil))})
	require.NoError(t, err)
	tracker.accounts.Put("", viewerOf(t))
	texts := []trackers.FieldWrite{
		write(ticket.Title, ticket.Value{Text: "Salary of Alice"}),
		write(ticket.Description, ticket.Value{Text: "the whole list of it"}),
	}
	for _, operation := range operations {
		said := fmt.Sprint(operation.call(t.Context(), tracker))
		_, err := tracker.Update(t.Context(), trackers.Update{ID: "i1", Fields: texts})
		for _, leak := range []string{secret, "hook-secret", "path-secret", "Salary", "whole list", "Confidential"} {
			require.NotContains(t, said+err.Error()+logged.String(), leak, operation.name)
		}
	}
}
