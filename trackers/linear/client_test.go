package linear

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
)

func viewerOf(t *testing.T) api.Account {
	t.Helper()
	return api.Account{Id: "me", Name: "Bot", DisplayName: "bot", Email: "bot@example.com"}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := trackers.Connection{Name: "x", URL: "https://api.linear.app/graphql", Token: secret}
	for want, spoil := range map[string]func(*trackers.Connection){
		"token is empty":               func(c *trackers.Connection) { c.Token = "" },
		"url is no address of an API":  func(c *trackers.Connection) { c.URL = "api.linear.app" },
		"such as https://api.linear.a": func(c *trackers.Connection) { c.URL = "https://api.linear.app/?key=x" },
		`"blocker" is no level`:        func(c *trackers.Connection) { c.Priorities = map[string]string{"Urgent": "blocker"} },
	} {
		c := good
		spoil(&c)
		_, err := New(c, trackers.Options{})
		require.ErrorContains(t, err, "open connection x: ")
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), secret)
	}
	tracker, err := New(good, trackers.Options{})
	require.NoError(t, err)
	require.Equal(t, "linear", tracker.Kind())
}

// TestToken: an API key goes as it is, any other token is an OAuth token.
func TestToken(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{"lin_api_abc": "lin_api_abc", "lin_oauth_abc": "Bearer lin_oauth_abc", "abc": "Bearer abc"} {
		var got http.Header
		var path, operation string
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var request struct{ OperationName string }
			_ = json.NewDecoder(r.Body).Decode(&request)
			got, path, operation = r.Header, r.URL.Path, request.OperationName
			_, _ = io.WriteString(w, viewerAnswer)
		}))
		t.Cleanup(front.Close)
		tracker, err := New(trackers.Connection{Name: "x", URL: front.URL, Token: token}, trackers.Options{})
		require.NoError(t, err)
		_, err = tracker.viewer(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, got.Get("Authorization"))
		require.Equal(t, "/graphql", path)
		require.Equal(t, "Viewer", operation)
	}
}

// TestRedirectsAreNotFollowed: a mutation would be made at a place we do not know.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	for _, client := range []*http.Client{nil, {}} {
		calls := 0
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls++
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}))
		t.Cleanup(front.Close)
		tracker, err := New(trackers.Connection{Name: "x", URL: front.URL, Token: secret}, trackers.Options{HTTP: client})
		require.NoError(t, err)
		tracker.accounts.Put("", viewerOf(t))
		_, err = tracker.AddComment(t.Context(), "i1", copyDraft())
		require.True(t, trackers.Is(err, trackers.Unavailable), "%v", err)
		require.Equal(t, 1, calls)
	}
}

// TestRateLimit: the headers tell in epoch milliseconds how long, and the gate
// is closed for everyone.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		headers  map[string]string
		wait     time.Duration
		everyone bool
	}{
		"requests": {map[string]string{
			"X-RateLimit-Requests-Limit": "2500", "X-RateLimit-Requests-Remaining": "0", "X-RateLimit-Requests-Reset": in(now, 90*time.Second),
			"X-RateLimit-Complexity-Limit": "3000000", "X-RateLimit-Complexity-Remaining": "2000000", "X-RateLimit-Complexity-Reset": in(now, time.Hour),
		}, 90 * time.Second, true},
		"a bucket that is full in an hour": {map[string]string{
			"X-RateLimit-Requests-Limit": "2500", "X-RateLimit-Requests-Remaining": "0", "X-RateLimit-Requests-Reset": in(now, time.Hour),
		}, 2 * time.Minute, true},
		"retry-after beside it": {map[string]string{
			"Retry-After": "300", "X-RateLimit-Requests-Limit": "2500", "X-RateLimit-Requests-Remaining": "0", "X-RateLimit-Requests-Reset": in(now, time.Hour),
		}, 5 * time.Minute, true},
		"complexity": {map[string]string{
			"X-RateLimit-Requests-Limit": "2500", "X-RateLimit-Requests-Remaining": "2000", "X-RateLimit-Requests-Reset": in(now, time.Hour),
			"X-RateLimit-Complexity-Limit": "3000000", "X-RateLimit-Complexity-Remaining": "0", "X-RateLimit-Complexity-Reset": in(now, 40*time.Second),
		}, 40 * time.Second, true},
		"one endpoint": {map[string]string{
			"X-RateLimit-Requests-Limit": "2500", "X-RateLimit-Requests-Remaining": "2000", "X-RateLimit-Requests-Reset": in(now, time.Hour),
			"X-RateLimit-Endpoint-Requests-Limit": "30", "X-RateLimit-Endpoint-Requests-Remaining": "0", "X-RateLimit-Endpoint-Requests-Reset": in(now, 20*time.Second),
		}, 20 * time.Second, false},
		"retry-after": {map[string]string{"Retry-After": "17"}, 17 * time.Second, true},
		"untold":      {nil, leastWait, true},
	} {
		for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
			gate := trackers.NewGate(nil)
			calls := 0
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls++
				for key, value := range c.headers {
					w.Header().Set(key, value)
				}
				w.WriteHeader(status)
				_, _ = io.WriteString(w, refusal("Rate limit exceeded. Only 2500 requests are allowed per 1 hour.", "RATELIMITED", "ratelimited", 429))
			}))
			t.Cleanup(front.Close)
			tracker, err := New(trackers.Connection{Name: "x", URL: front.URL, Token: secret}, trackers.Options{HTTP: trackers.NewHTTPClient(gate, time.Minute), Gate: gate})
			require.NoError(t, err)
			_, err = tracker.viewer(t.Context())
			var e *trackers.Error
			require.ErrorAs(t, err, &e, name)
			require.Equal(t, trackers.RateLimited, e.Kind, name)
			require.InDelta(t, c.wait.Seconds(), e.RetryAfter.Seconds(), 5, name)
			require.False(t, e.Ambiguous)

			_, err = tracker.viewer(t.Context())
			require.ErrorAs(t, err, &e, name)
			require.Equal(t, trackers.RateLimited, e.Kind, name)
			require.Equal(t, map[bool]int{true: 1, false: 2}[c.everyone], calls, "%s: behind a closed gate nothing is sent", name)
		}
	}
}

func in(now time.Time, d time.Duration) string {
	return strconv.FormatInt(now.Add(d).UnixMilli(), 10)
}

// TestReserve: every answer tells how much is left, and the scarcer counts.
func TestReserve(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		requests, complexity string
		held, shut           bool
	}{
		"plenty":            {"2000", "2900000", false, false},
		"few requests":      {"400", "2900000", true, false},
		"little complexity": {"2000", "300000", true, false},
		"no request":        {"0", "2900000", true, true},
	} {
		gate := trackers.NewGate(nil)
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for key, value := range map[string]string{
				"X-RateLimit-Requests-Limit": "2500", "X-RateLimit-Requests-Remaining": c.requests, "X-RateLimit-Requests-Reset": in(time.Now(), time.Hour),
				"X-RateLimit-Complexity-Limit": "3000000", "X-RateLimit-Complexity-Remaining": c.complexity, "X-RateLimit-Complexity-Reset": in(time.Now(), time.Hour),
			} {
				w.Header().Set(key, value)
			}
			_, _ = io.WriteString(w, viewerAnswer)
		}))
		t.Cleanup(front.Close)
		tracker, err := New(trackers.Connection{Name: "x", URL: front.URL, Token: secret}, trackers.Options{HTTP: trackers.NewHTTPClient(gate, time.Minute), Gate: gate})
		require.NoError(t, err)
		_, err = tracker.viewer(t.Context())
		require.NoError(t, err, name)
		tracker.accounts.Forget()
		_, err = tracker.viewer(trackers.Background(t.Context()))
		require.Equal(t, c.held, err != nil, "%s: a sweep gives way", name)
		tracker.accounts.Forget()
		_, err = tracker.viewer(t.Context())
		require.Equal(t, c.shut, err != nil, "%s: a live edit passes as long as anything is left", name)
	}
}

// TestSkew: the tracker's clock is read from its Date header.
func TestSkew(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{0, time.Second, 90 * time.Second, -10 * time.Minute} {
		tracker := stub(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
			_, _ = io.WriteString(w, `{"data":{"issue":{"id":"i1"}}}`)
		})
		x := tracker.client.call("test")
		_, err := api.IssueID(t.Context(), x, "i1")
		require.NoError(t, err)
		want := ahead
		if ahead.Abs() < smallestSkew {
			want = 0
		}
		require.InDelta(t, want.Seconds(), x.skew.Seconds(), 1.5)
	}
}
