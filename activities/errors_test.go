package activities

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
)

// Which errors Temporal repeats, and when.
func TestFailDecidesAboutRepetition(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind      trackers.Kind
		after     time.Duration
		retryable bool
		next      time.Duration
	}{
		{kind: trackers.Auth}, {kind: trackers.Forbidden}, {kind: trackers.NotFound}, {kind: trackers.Invalid}, {kind: trackers.Stale},
		{kind: trackers.Unavailable, retryable: true},
		{kind: trackers.Unavailable, after: 9 * time.Second, retryable: true, next: 9 * time.Second},
		{kind: trackers.RateLimited, retryable: true, next: time.Second},
		{kind: trackers.RateLimited, after: time.Minute, retryable: true, next: time.Minute},
	} {
		t.Run(fmt.Sprint(c.kind, c.after), func(t *testing.T) {
			t.Parallel()
			cause := &trackers.Error{
				Kind: c.kind, Op: "update ticket", Status: 418, RetryAfter: c.after, Message: "no tea", Ambiguous: true,
				Fields: map[ticket.Field]string{ticket.Title: "too hot"}, Required: []string{"cup"},
			}
			err := fail(fmt.Errorf("wrapped: %w", cause))
			var app *temporal.ApplicationError
			require.ErrorAs(t, err, &app)
			require.Equal(t, string(c.kind), app.Type())
			require.Equal(t, c.retryable, !app.NonRetryable())
			require.Equal(t, c.next, app.NextRetryDelay())
			require.Equal(t, Failure{
				Kind: c.kind, Message: cause.Error(), Ambiguous: true, Retry: c.after,
				Fields: map[ticket.Field]string{ticket.Title: "too hot"}, Required: []string{"cup"},
			}, FailureOf(err))
			require.Equal(t, err, fail(err), "an error is translated once")
		})
	}
	require.NoError(t, fail(nil))
	require.ErrorIs(t, fail(context.Canceled), context.Canceled, "Temporal knows a cancellation by itself")

	var app *temporal.ApplicationError
	require.ErrorAs(t, fail(errors.New("connection reset")), &app)
	require.Equal(t, string(trackers.Unavailable), app.Type())
	require.False(t, app.NonRetryable())
}

// Where it is not known what an activity did, the workflow has to look.
func TestFailureOfWhatNobodyKnows(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"timeout":   temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_START_TO_CLOSE, nil),
		"lost":      temporal.NewHeartbeatTimeoutError(),
		"cancelled": temporal.NewCanceledError(),
		"panic":     temporal.NewApplicationError("runtime error", "PanicError"),
		"other":     errors.New("anything"),
	} {
		f := FailureOf(err)
		require.Equal(t, trackers.Unavailable, f.Kind, name)
		require.True(t, f.Ambiguous, name)
		require.NotEmpty(t, f.Message, name)
	}
	// A refusal is certain.
	require.False(t, FailureOf(fail(&trackers.Error{Kind: trackers.Invalid})).Ambiguous)
}

// No secret of a connection reaches a workflow's history, whatever a tracker,
// or a proxy in front of it, sends back.
func TestNoSecretReachesAFailure(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t-t0k3n"
	for _, status := range []int{400, 401, 403, 404, 409, 429, 500, 502, 302} {
		for _, kind := range []string{"ravenna", "jira"} {
			for _, body := range []string{"html", "json", "none"} {
				t.Run(fmt.Sprint(kind, status, body), func(t *testing.T) {
					t.Parallel()
					server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						echo, _ := httputil.DumpRequest(r, true)
						switch body {
						case "none":
							panic(http.ErrAbortHandler)
						case "json":
							words := "refused: " + r.Header.Get("Authorization") + r.Header.Get("X-Ravenna-Api-Token")
							echo, _ = json.Marshal(map[string]any{"message": words, "error": words, "errorMessages": []string{words}})
						}
						w.Header().Set("Content-Type", "text/"+body)
						if body == "json" {
							w.Header().Set("Content-Type", "application/json")
						}
						w.WriteHeader(status)
						_, _ = w.Write(echo)
					}))
					defer server.Close()
					conn := trackers.Connection{
						Name: "x", Installation: "test", Kind: kind, URL: server.URL, WebURL: server.URL + "/{key}", Email: "bot@example.com",
						Token: secret, HookKey: secret, Secret: secret, Flavor: "cloud",
					}
					tracker, err := registry.Open(conn, slog.New(slog.DiscardHandler))
					require.NoError(t, err)
					a := New([]Connection{{Connection: conn, Tracker: tracker}}, &routes{}, nil, slog.New(slog.DiscardHandler))
					ref := ticket.Ref{Connection: "x", ID: "10000"}

					_, fetch := a.fetch(t.Context(), FetchTicket{Ref: ref})
					_, create := a.Create(t.Context(), CreateParams{Connection: "x", Draft: trackers.Draft{
						Container: ticket.Container{ID: "1", Key: "ENG"}, Type: "Bug",
						Fields: []trackers.FieldWrite{{Field: ticket.Title, Value: ticket.Value{Text: "Printer"}}},
					}})
					mark := a.Mark(t.Context(), MarkParams{Ref: ref})
					for what, err := range map[string]error{"fetch": fail(fetch), "create": create, "mark": mark} {
						require.Error(t, err, what)
						said := fmt.Sprintf("%v %+v", err, FailureOf(err))
						require.NotContains(t, said, secret, what)
						require.NotContains(t, said, base64.StdEncoding.EncodeToString([]byte("bot@example.com:"+secret)), what)
					}
				})
			}
		}
	}
}

func TestUse(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, _, err := use[trackers.Reader](b.Activities, "nowhere", "fetch ticket")
	f := FailureOf(err)
	require.Equal(t, trackers.Invalid, f.Kind)
	require.Contains(t, f.Message, `no connection "nowhere"`)
	require.Contains(t, f.Message, "add it")

	_, _, err = use[trackers.Reader](b.Activities, "pager", "fetch ticket")
	require.Equal(t, trackers.Invalid, FailureOf(err).Kind)
	require.Contains(t, FailureOf(err).Message, "flashduty cannot fetch ticket")
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	require.True(t, app.NonRetryable())

	_, conn, err := use[trackers.Reader](b.Activities, "jira", "fetch ticket")
	require.NoError(t, err)
	require.Equal(t, 3*time.Minute, conn.Quiet)
}
