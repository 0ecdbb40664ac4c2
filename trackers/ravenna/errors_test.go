package ravenna

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const secret = "rav_very-secret-token"

// stub is a tracker whose API answers every call alike.
func stub(t *testing.T, answer http.HandlerFunc) *Tracker {
	t.Helper()
	front := httptest.NewServer(answer)
	t.Cleanup(front.Close)
	tracker, err := New(trackers.Connection{Name: "helpdesk", Installation: installation, URL: front.URL + "/api", Token: secret}, trackers.Options{})
	require.NoError(t, err)
	return tracker
}

// operations are all calls there are; wrote tells that they change something
// before anything else is asked.
var operations = []struct {
	name  string
	wrote bool
	call  func(context.Context, *Tracker) error
}{
	{"fetch", false, func(ctx context.Context, t *Tracker) error {
		return second(t.Fetch(ctx, "t1", trackers.FetchOptions{}))
	}},
	{"lookup", false, func(ctx context.Context, t *Tracker) error { return second(t.Lookup(ctx, "IT-1")) }},
	{"find", false, func(ctx context.Context, t *Tracker) error {
		return second(t.Find(ctx, ticket.Container{ID: "q1"}, marker(), at8()))
	}},
	{"changed", false, func(ctx context.Context, t *Tracker) error {
		return second(t.Changed(ctx, []ticket.Container{{ID: "q1"}}, at8(), ""))
	}},
	{"describe", false, func(ctx context.Context, t *Tracker) error { return second(t.Describe(ctx, "IT", "")) }},
	{"mark", false, func(ctx context.Context, t *Tracker) error { return t.Mark(ctx, "t1", marker(), "x") }},
	{"create", true, func(ctx context.Context, t *Tracker) error {
		return second(t.Create(ctx, trackers.Draft{Container: ticket.Container{ID: "q1"}, Marker: marker()}))
	}},
	{"update", true, func(ctx context.Context, t *Tracker) error {
		return second(t.Update(ctx, trackers.Update{ID: "t1", Fields: []trackers.FieldWrite{write(ticket.Priority, ticket.Value{Level: ticket.Low})}}))
	}},
	{"add comment", true, func(ctx context.Context, t *Tracker) error { return second(t.AddComment(ctx, "t1", copyDraft())) }},
	{"edit comment", true, func(ctx context.Context, t *Tracker) error {
		return second(t.EditComment(ctx, "t1", "m1", copyDraft()))
	}},
	{"delete comment", true, func(ctx context.Context, t *Tracker) error { return t.DeleteComment(ctx, "t1", "m1") }},
}

func second[T any](_ T, err error) error { return err }

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 400, 401, 403, 404, 408, 409, 410, 413, 422, 425, 429, 500, 502, 503, 504} {
		for form, body := range map[string]string{
			"documented": `{"message":"no","code":"BAD_REQUEST"}`,
			"met":        `{"error":{"code":"queue_not_found","message":"no"}}`,
			"text":       "no",
			"empty":      "",
		} {
			for _, operation := range operations {
				tracker := stub(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Retry-After", "7")
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(status)
					_, _ = w.Write([]byte(body))
				})
				name := fmt.Sprintf("%s %d %s", operation.name, status, form)
				err := operation.call(t.Context(), tracker)
				if operation.name == "delete comment" && (status == 404 || status == 410) {
					require.NoError(t, err, name)
					continue
				}
				var e *trackers.Error
				require.ErrorAs(t, err, &e, name)
				require.Equal(t, trackers.Verdict(status), e.Kind, name)
				require.Equal(t, status, e.Status, name)
				require.Equal(t, operation.wrote && (status >= 500 || status == 408), e.Ambiguous, name)
				if status == 429 {
					require.GreaterOrEqual(t, e.RetryAfter, 7*time.Second, name)
				}
				if form != "empty" {
					require.Equal(t, "no", e.Message, name)
				}
			}
		}
	}
}

// TestUnreadableAnswers are those of gateways and broken connections.
func TestUnreadableAnswers(t *testing.T) {
	t.Parallel()
	page := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(status)
			_, _ = w.Write([]byte("<html><title>Sign in</title></html>"))
		}
	}
	for name, c := range map[string]struct {
		answer    http.HandlerFunc
		ambiguous bool
		deleted   bool // enough of an answer for a deletion
	}{
		"page 200": {page(200), true, false},
		"page 404": {page(404), false, false},
		"page 502": {page(502), true, false},
		"truncated": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			_, _ = w.Write([]byte(`{"id":"t1","ti`))
		}, true, false},
		"cut off":  {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true, false},
		"no JSON":  {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("OK")) }, true, true},
		"nothing":  {func(http.ResponseWriter, *http.Request) {}, true, true},
		"no id":    {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{}`)) }, true, true},
		"null":     {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`null`)) }, true, true},
		"mistyped": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"id":{},"items":3}`)) }, true, true},
	} {
		for _, operation := range operations {
			err := operation.call(t.Context(), stub(t, c.answer))
			if operation.name == "delete comment" && c.deleted {
				require.NoError(t, err, name)
				continue
			}
			var e *trackers.Error
			require.ErrorAs(t, err, &e, "%s: %s", name, operation.name)
			require.Equal(t, trackers.Unavailable, e.Kind, "%s: %s", name, operation.name)
			require.Equal(t, operation.wrote && c.ambiguous, e.Ambiguous, "%s: %s", name, operation.name)
		}
	}
}

func TestNothingWasSent(t *testing.T) {
	t.Parallel()
	front := httptest.NewServer(http.NotFoundHandler())
	front.Close()
	tracker, err := New(trackers.Connection{Name: "helpdesk", URL: front.URL + "/api", Token: secret}, trackers.Options{})
	require.NoError(t, err)
	for _, operation := range operations {
		var e *trackers.Error
		require.ErrorAs(t, operation.call(t.Context(), tracker), &e, operation.name)
		require.Equal(t, trackers.Unavailable, e.Kind, operation.name)
		require.False(t, e.Ambiguous, operation.name)
	}
}

func TestErrorsHoldNoSecret(t *testing.T) {
	t.Parallel()
	for _, answer := range []http.HandlerFunc{
		func(w http.ResponseWriter, r *http.Request) { // a gateway that repeats what it got
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprintf(w, "bad header %s: %s", tokenHeader, r.Header.Get(tokenHeader))
		},
		func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = fmt.Fprintf(w, `{"message":"title %s","issues":[{"message":"%s"}]}`, r.Header.Get(tokenHeader), r.Header.Get(tokenHeader))
		},
		func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://localhost.invalid/?"+r.Header.Get(tokenHeader), http.StatusFound)
		},
		func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		tracker := stub(t, answer)
		for _, operation := range operations {
			err := operation.call(t.Context(), tracker)
			require.Error(t, err, operation.name)
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), secret, operation.name)
		}
	}
	for _, c := range []trackers.Connection{{URL: "http://h/api"}, {URL: "ftp://h", Token: secret}, {URL: "/api?key=" + secret, Token: secret}, {URL: "::", Token: secret}} {
		_, err := New(c, trackers.Options{})
		require.Error(t, err)
		require.NotContains(t, err.Error(), secret)
	}
}

func TestTokenStaysWithItsHost(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("redirected with token %q", r.Header.Get(tokenHeader))
	}))
	t.Cleanup(other.Close)
	front := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	t.Cleanup(front.Close)
	for _, caller := range []*http.Client{nil, {}} {
		tracker, err := New(trackers.Connection{URL: front.URL + "/api", Token: secret}, trackers.Options{HTTP: caller})
		require.NoError(t, err)
		for _, operation := range operations {
			require.True(t, trackers.Is(operation.call(t.Context(), tracker), trackers.Unavailable), operation.name)
		}
	}
}

func TestRefusalsNameFields(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]ticket.Field{
		`{"message":"Input validation failed","code":"BAD_REQUEST","issues":[{"message":"assigneeId: no user"}]}`: {ticket.Assignee},
		`{"message":"statusId is unknown"}`:                                           {ticket.Status},
		`{"error":{"message":"Invalid title and description"}}`:                       {ticket.Title, ticket.Description},
		`{"message":"x","issues":[{"message":"Invalid","path":["data","priority"]}]}`: {ticket.Priority},
		`{"message":"addTags: no tag"}`:                                               {ticket.Labels},
		`{"message":"customFields.asset is no option, see its description"}`:          {"customFields.asset"},
		`{"message":"requesterEmail must be an email"}`:                               {ticket.Reporter},
		`{"message":"you are not entitled, subtitle"}`:                                nil,
	} {
		e := &trackers.Error{Status: http.StatusBadRequest}
		refusal([]byte(body)).into(e, secret)
		var fields []ticket.Field
		for f := range e.Fields {
			fields = append(fields, f)
		}
		require.ElementsMatch(t, want, fields, body)
		require.Empty(t, e.Required, body)
		e = &trackers.Error{Status: http.StatusForbidden}
		refusal([]byte(body)).into(e, secret)
		require.Empty(t, e.Fields, "only a 400 speaks of fields")
	}
	e := &trackers.Error{Status: http.StatusBadRequest}
	refusal([]byte(`{"issues":[{"message":"title: Required"}]}`)).into(e, secret)
	require.Equal(t, []string{"title"}, e.Required)
	e = &trackers.Error{Status: http.StatusBadRequest}
	refusal([]byte(strings.Repeat("ä", 1000))).into(e, secret)
	require.Len(t, []rune(e.Message), maxMessage+1)
}
