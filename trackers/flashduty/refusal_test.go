package flashduty

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/trackers"
)

// stub is a service that answers every call alike.
func stub(t *testing.T, status int, body string, header ...string) *Tracker {
	t.Helper()
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(front.Close)
	return open(t, front.URL, "integration-key-9")
}

func refused(code, message string) string {
	body, _ := json.Marshal(map[string]any{"request_id": "0ace", "error": map[string]string{"code": code, "message": message}})
	return string(body)
}

func announce(t *testing.T, tracker *Tracker) *trackers.Error {
	t.Helper()
	err := tracker.Announce(t.Context(), news())
	if err == nil {
		return nil
	}
	var e *trackers.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "push change", e.Op)
	return e
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]struct {
		kind      trackers.Kind
		ambiguous bool
	}{
		301: {trackers.Unavailable, false},
		400: {trackers.Invalid, false},
		401: {trackers.Auth, false},
		402: {trackers.Invalid, false},
		403: {trackers.Forbidden, false},
		404: {trackers.Invalid, false},
		405: {trackers.Invalid, false},
		408: {trackers.Invalid, false},
		409: {trackers.Invalid, false},
		410: {trackers.Invalid, false},
		413: {trackers.Invalid, false},
		415: {trackers.Invalid, false},
		422: {trackers.Invalid, false},
		425: {trackers.Invalid, false},
		429: {trackers.RateLimited, false},
		500: {trackers.Unavailable, true},
		502: {trackers.Unavailable, true},
		503: {trackers.Unavailable, true},
		504: {trackers.Unavailable, true},
	} {
		for form, answer := range map[string]struct{ body, message string }{
			"documented": {refused("Code", "no"), "Code: no"},
			"code alone": {refused("Code", ""), "Code"},
			"text error": {`{"error":"no"}`, "no"},
			"message":    {`{"message":"no"}`, "no"},
			"text":       {"no\n", "no"},
			"mistyped":   {`{"error":7,"message":{}}`, ""},
			"list":       {`["no"]`, ""},
			"empty":      {"", ""},
		} {
			about := fmt.Sprintf("%d %s", status, form)
			e := announce(t, stub(t, status, answer.body))
			require.NotNil(t, e, about)
			require.Equal(t, want.kind, e.Kind, about)
			require.Equal(t, status, e.Status, about)
			require.Equal(t, answer.message, e.Message, about)
			require.Equal(t, want.ambiguous, e.Ambiguous, about)
		}
	}
}

// TestCodesAreThePublishedOnes: each code with its documented status, and in a
// good answer too.
func TestCodesAreThePublishedOnes(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(contract.Shared(t, "reference", "flashduty", "response-and-errors.json"))
	require.NoError(t, err)
	var published struct{ Codes map[string]int }
	require.NoError(t, json.Unmarshal(raw, &published))
	require.NotEmpty(t, published.Codes)
	for code, status := range published.Codes {
		want := map[string]trackers.Kind{
			"NoLicense": trackers.Forbidden, "AccessDenied": trackers.Forbidden, "Unauthorized": trackers.Auth,
			"RequestTooFrequently": trackers.RateLimited, "InternalError": trackers.Unavailable,
		}[code]
		if want == "" {
			want = trackers.Invalid
		}
		for _, sent := range []int{status, http.StatusOK} {
			e := announce(t, stub(t, sent, refused(code, "no")))
			require.NotNil(t, e, code)
			require.Equal(t, want, e.Kind, "%s %d", code, sent)
			require.Equal(t, sent, e.Status)
			require.Equal(t, code+": no", e.Message)
		}
	}
}

func TestWrongKeyIsTheConnectionsFault(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	e := announce(t, open(t, a.url+pushPath, "some-other-key"))
	require.Equal(t, trackers.Auth, e.Kind)
	require.Equal(t, "push change: auth (HTTP 400): InvalidParameter: integration_key is not a valid one", e.Error())
}

func TestRateLimitTellsHowLong(t *testing.T) {
	t.Parallel()
	e := announce(t, stub(t, 429, refused("RequestTooFrequently", "slow down"), "Retry-After", "7"))
	require.GreaterOrEqual(t, e.RetryAfter, 7*time.Second)
	require.Equal(t, "RequestTooFrequently: slow down", e.Message)
}

func TestClosedGateHoldsBack(t *testing.T) {
	t.Parallel()
	gate := trackers.NewGate(nil)
	a := newAccount(t)
	tracker, err := New(trackers.Connection{URL: a.url + pushPath, Token: "sandbox"}, trackers.Options{HTTP: trackers.NewHTTPClient(gate, time.Minute), Gate: gate})
	require.NoError(t, err)
	gate.Shut(time.Minute)
	e := announce(t, tracker)
	require.Equal(t, trackers.RateLimited, e.Kind)
	require.Empty(t, a.sent)
}

// TestAnswersThatAreTaken: services differ in what they say on success.
func TestAnswersThatAreTaken(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 201, 202, 204} {
		for _, body := range []string{`{"request_id":"x","data":{}}`, "{}", "", "OK", "null", `[]`, `{"error":null}`, `{"error":{}}`, `{"error":""}`, `{"message":"Event processed"}`} {
			require.Nil(t, announce(t, stub(t, status, body)), "%d %s", status, body)
		}
	}
}

// TestFaults are those of gateways and broken connections, in front of the
// sandbox. Afterwards the same push is taken, and has been taken once.
func TestFaults(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]struct {
		kind    trackers.Kind
		message string
	}{
		"status:429":         {trackers.RateLimited, "RequestTooFrequently: Too Many Requests"},
		"status:500":         {trackers.Unavailable, "InternalError: Internal Server Error"},
		"status:503":         {trackers.Unavailable, "InternalError: Service Unavailable"},
		"status:400":         {trackers.Invalid, "InvalidParameter: Bad Request"},
		"status:403":         {trackers.Forbidden, "AccessDenied: Forbidden"},
		"status:404":         {trackers.Invalid, "RouteNotFound: Not Found"},
		"html":               {trackers.Unavailable, "the answer is a web page"},
		"html:200":           {trackers.Unavailable, "the answer is a web page"},
		"html:404":           {trackers.Unavailable, "the answer is a web page"},
		"truncate":           {trackers.Unavailable, "the answer could not be read"},
		"drop-before-commit": {trackers.Unavailable, "the connection broke before the answer was complete"},
		"drop-after-commit":  {trackers.Unavailable, "the connection broke before the answer was complete"},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t)
			a.call(http.MethodPut, "/_sandbox/faults", []any{map[string]any{"fault": fault}}, nil)
			e := announce(t, a.tracker)
			require.NotNil(t, e)
			require.Equal(t, want.kind, e.Kind)
			require.Equal(t, want.message, e.Message)
			again := open(t, a.url+pushPath, "sandbox") // its gate is open
			require.Nil(t, announce(t, again))
			require.Len(t, a.changes(), 1)
			require.Equal(t, a.sent[0], a.sent[len(a.sent)-1])
		})
	}
}

func TestNothingWasSent(t *testing.T) {
	t.Parallel()
	front := httptest.NewServer(http.NotFoundHandler())
	front.Close()
	e := announce(t, open(t, front.URL, "key"))
	require.Equal(t, trackers.Unavailable, e.Kind)
	require.Equal(t, "no connection", e.Message)
	require.False(t, e.Ambiguous)
}
