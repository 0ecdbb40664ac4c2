package linear

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/trackers"
)

// TestUnreadableAnswers are those of gateways and broken connections, and of an
// API that contradicts itself.
func TestUnreadableAnswers(t *testing.T) {
	t.Parallel()
	page := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(status)
			_, _ = w.Write([]byte("<html><title>Sign in</title></html>"))
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"page 200": page(200), "page 401": page(401), "page 404": page(404), "page 502": page(502),
		"truncated": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			_, _ = w.Write([]byte(`{"data":{"issue":{"id":"i1","ti`))
		},
		"truncated 400": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			w.WriteHeader(400)
			_, _ = w.Write([]byte(`{"errors":[`))
		},
		"cut off":       func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"no JSON":       answering(200, "OK"),
		"nothing":       answering(200, ""),
		"no data":       answering(200, `{}`),
		"null":          answering(200, `{"data":null}`),
		"list":          answering(200, `[]`),
		"bad request":   answering(400, `{"message":"Not found"}`),
		"mistyped":      answering(200, `{"data":{"issue":3,"issues":3,"comments":3,"teams":3,"issueCreate":3,"issueUpdate":3,"commentCreate":3,"commentUpdate":3,"commentDelete":3}}`),
		"errors and no": answering(500, `{"errors":[]}`),
		"data and 500":  answering(500, `{"data":{"issue":{"id":"i1"},"issues":{"nodes":[]},"teams":{"nodes":[]},"commentDelete":{"success":true}}}`),
		"empty objects": answering(200, `{"data":{"issueCreate":{"success":true,"issue":null},"issueUpdate":{"success":true,"issue":null},"commentCreate":{},"commentUpdate":{}}}`),
	} {
		for _, operation := range operations {
			if name == "empty objects" && !operation.wrote || name == "empty objects" && operation.name == "delete comment" {
				continue
			}
			err := operation.call(t.Context(), stub(t, answer))
			var e *trackers.Error
			require.ErrorAs(t, err, &e, "%s: %s", name, operation.name)
			require.Equal(t, trackers.Unavailable, e.Kind, "%s: %s", name, operation.name)
			refused := name == "page 401" || name == "page 404" // by a gateway, before it reached Linear
			require.Equal(t, operation.wrote && !refused, e.Ambiguous, "%s: %s", name, operation.name)
		}
	}
}

// TestRefusedAccountWithoutWords: the status is all there is, and is enough.
func TestRefusedAccountWithoutWords(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]trackers.Kind{401: trackers.Auth, 403: trackers.Forbidden} {
		for _, body := range []string{"Unauthorized", "", `{"message":"no"}`} {
			for _, operation := range operations {
				err := operation.call(t.Context(), stub(t, answering(status, body)))
				var e *trackers.Error
				require.ErrorAs(t, err, &e, operation.name)
				require.Equal(t, kind, e.Kind, "%s: %s", operation.name, body)
				require.Equal(t, status, e.Status, operation.name)
				require.False(t, e.Ambiguous, operation.name)
			}
		}
	}
}

// TestNotCarriedOut: an answer without an error that says no.
func TestNotCarriedOut(t *testing.T) {
	t.Parallel()
	no := `{"data":{"issue":{"id":"i1"},"issueCreate":{"success":false,"issue":null},"issueUpdate":{"success":false},` +
		`"commentCreate":{"success":false},"commentUpdate":{"success":false},"commentDelete":{"success":false},"attachmentCreate":{"success":false}}}`
	for _, operation := range operations {
		if !operation.wrote && operation.name != "mark" {
			continue
		}
		err := operation.call(t.Context(), stub(t, answering(200, no)))
		var e *trackers.Error
		require.ErrorAs(t, err, &e, operation.name)
		require.Equal(t, trackers.Invalid, e.Kind, operation.name)
		require.False(t, e.Ambiguous, operation.name)
		require.Equal(t, "Linear did not carry it out", e.Message, operation.name)
	}
}

// TestPartialData: an error beside data is an error, and of a write nobody knows
// what happened.
func TestPartialData(t *testing.T) {
	t.Parallel()
	const partial = `{"data":{"issue":{"id":"i1"},"issues":{"nodes":[]},"teams":{"nodes":[]},"issueCreate":{"success":true},"issueUpdate":{"success":true},` +
		`"commentCreate":{"success":true},"commentUpdate":{"success":true},"commentDelete":{"success":true}},` +
		`"errors":[{"message":"no","path":["issue","labels"],"extensions":{"code":"FORBIDDEN","type":"forbidden"}}]}`
	for _, operation := range operations {
		err := operation.call(t.Context(), stub(t, answering(200, partial)))
		var e *trackers.Error
		require.ErrorAs(t, err, &e, operation.name)
		want := trackers.Forbidden
		if operation.wrote {
			want = trackers.Unavailable
		}
		require.Equal(t, want, e.Kind, operation.name)
		require.Equal(t, operation.wrote, e.Ambiguous, operation.name)
	}
}

func TestNothingWasSent(t *testing.T) {
	t.Parallel()
	front := httptest.NewServer(http.NotFoundHandler())
	front.Close()
	tracker, err := New(trackers.Connection{Name: "linear", URL: front.URL, Token: secret}, trackers.Options{})
	require.NoError(t, err)
	for _, operation := range operations {
		var e *trackers.Error
		require.ErrorAs(t, operation.call(t.Context(), tracker), &e, operation.name)
		require.Equal(t, trackers.Unavailable, e.Kind)
		require.False(t, e.Ambiguous, operation.name)
	}
}

// TestCancelledCall: a write that was cut off may have arrived.
func TestCancelledCall(t *testing.T) {
	t.Parallel()
	for _, operation := range operations {
		ctx, cancel := context.WithCancel(t.Context())
		tracker := stub(t, func(http.ResponseWriter, *http.Request) {
			cancel()
			time.Sleep(10 * time.Millisecond)
			panic(http.ErrAbortHandler)
		})
		var e *trackers.Error
		require.ErrorAs(t, operation.call(ctx, tracker), &e, operation.name)
		require.Equal(t, trackers.Unavailable, e.Kind)
		require.Equal(t, operation.wrote, e.Ambiguous, operation.name)
		cancel()
	}
}
