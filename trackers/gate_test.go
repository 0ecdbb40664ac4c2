package trackers

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// gateBundle is a gate with a clock of its own in front of a server that
// answers with what the test put into answer.
type gateBundle struct {
	gate   *Gate
	client *http.Client
	server *httptest.Server
	now    time.Time
	calls  int
	answer func(http.ResponseWriter)
	logged bytes.Buffer
}

func newGateBundle(t *testing.T) *gateBundle {
	t.Helper()
	b := &gateBundle{now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		b.calls++
		if b.answer != nil {
			b.answer(w)
		}
	}))
	t.Cleanup(b.server.Close)
	b.gate = NewGate(slog.New(slog.NewTextHandler(&b.logged, nil)))
	b.gate.now = func() time.Time { return b.now }
	b.gate.spread = func(time.Duration) time.Duration { return 0 }
	b.client = &http.Client{Transport: b.gate.Transport(nil)}
	return b
}

// call returns the error of one call, classified; nil when it was let through
// and answered with success.
func (b *gateBundle) call(t *testing.T, method, path string, background bool) *Error {
	t.Helper()
	ctx := t.Context()
	if background {
		ctx = Background(ctx)
	}
	req, err := http.NewRequestWithContext(ctx, method, b.server.URL+path, strings.NewReader("{}"))
	require.NoError(t, err)
	resp, err := b.client.Do(req)
	if err == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, resp.Body.Close())
	}
	return Classify("test call", resp, err, method != http.MethodGet)
}

func limit(header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(http.StatusTooManyRequests)
	}
}

func TestGateClosesForEveryoneUntilRetryAfter(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]string{
		"seconds": "7",
		"date":    "Fri, 01 May 2026 12:00:07 GMT",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newGateBundle(t)
			b.answer = limit("Retry-After", header, "Date", "Fri, 01 May 2026 12:00:00 GMT")
			err := b.call(t, http.MethodPost, "/rest/api/2/issue", false)
			require.Equal(t, RateLimited, err.Kind)
			require.Equal(t, 7*time.Second, err.RetryAfter)

			b.answer = nil
			b.now = b.now.Add(6 * time.Second)
			err = b.call(t, http.MethodGet, "/rest/api/2/myself", false)
			require.Equal(t, RateLimited, err.Kind)
			require.Equal(t, time.Second, err.RetryAfter)
			require.Equal(t, "test call", err.Op)
			require.False(t, err.Ambiguous, "nothing was sent")
			require.Equal(t, 1, b.calls, "a closed gate makes no call")

			b.now = b.now.Add(time.Second)
			require.Nil(t, b.call(t, http.MethodGet, "/rest/api/2/myself", false))
		})
	}
}

func TestGateFloorsRetryAfterAtOneSecond(t *testing.T) {
	t.Parallel()
	b := newGateBundle(t)
	b.answer = limit("Retry-After", "0")
	require.Equal(t, time.Second, b.call(t, http.MethodGet, "/x", false).RetryAfter)
	require.Equal(t, time.Second, b.call(t, http.MethodGet, "/x", false).RetryAfter)
	require.Equal(t, 1, b.calls)
}

func TestGateBoundsWhatAServerCanAskFor(t *testing.T) {
	t.Parallel()
	b := newGateBundle(t)
	b.answer = limit("Retry-After", "99999999999999999999")
	require.NotNil(t, b.call(t, http.MethodGet, "/x", false))
	require.Equal(t, longestClosure, b.call(t, http.MethodGet, "/x", false).RetryAfter)
}

func TestGateScopes(t *testing.T) {
	t.Parallel()
	type probe struct{ method, path string }
	for name, c := range map[string]struct {
		reason       string
		hit          probe
		closed, open []probe
	}{
		"one issue": {
			reason: "jira-per-issue-on-write",
			hit:    probe{"POST", "/rest/api/2/issue/10001/comment"},
			closed: []probe{{"PUT", "/rest/api/2/issue/10001"}, {"POST", "/rest/api/2/issue/10001/transitions"}},
			open:   []probe{{"PUT", "/rest/api/2/issue/10002"}, {"PUT", "/rest/api/2/issue/100010"}, {"POST", "/rest/api/2/issue"}},
		},
		"one endpoint": {
			reason: "jira-burst-based",
			hit:    probe{"GET", "/rest/api/2/issue/10001"},
			closed: []probe{{"GET", "/rest/api/2/issue/10002"}},
			open:   []probe{{"PUT", "/rest/api/2/issue/10001"}, {"GET", "/rest/api/2/issue/10001/comment"}},
		},
		"quota": {
			reason: "jira-quota-tenant-based",
			hit:    probe{"GET", "/rest/api/2/issue/10001"},
			closed: []probe{{"GET", "/rest/api/2/issue/10002"}, {"PUT", "/rest/api/2/issue/10001"}},
		},
		"unnamed": {
			hit:    probe{"GET", "/api/tickets/1"},
			closed: []probe{{"POST", "/api/messages"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newGateBundle(t)
			b.answer = limit("Retry-After", "5", "RateLimit-Reason", c.reason)
			require.NotNil(t, b.call(t, c.hit.method, c.hit.path, false))
			b.answer = nil
			for _, p := range c.closed {
				require.NotNil(t, b.call(t, p.method, p.path, false), "%s %s", p.method, p.path)
			}
			for _, p := range c.open {
				require.Nil(t, b.call(t, p.method, p.path, false), "%s %s", p.method, p.path)
			}
		})
	}
}

func TestGateBacksOffWithoutRetryAfter(t *testing.T) {
	t.Parallel()
	b := newGateBundle(t)
	b.answer = limit()
	var waits []time.Duration
	for range 6 {
		err := b.call(t, http.MethodGet, "/x", false)
		waits = append(waits, err.RetryAfter)
		b.now = b.now.Add(err.RetryAfter)
	}
	require.Equal(t, []time.Duration{
		2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second, 30 * time.Second,
	}, waits)

	b.answer = nil
	require.Nil(t, b.call(t, http.MethodGet, "/x", false))
	b.answer = limit()
	require.Equal(t, 2*time.Second, b.call(t, http.MethodGet, "/x", false).RetryAfter, "success starts over")
}

func TestGateLeavesTheReserveToLiveEdits(t *testing.T) {
	t.Parallel()
	for name, header := range map[string][]string{
		"share":     {"X-RateLimit-Limit", "100", "X-RateLimit-Remaining", "19"},
		"named":     {"X-RateLimit-NearLimit", "true"},
		"exhausted": {"X-RateLimit-Remaining", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newGateBundle(t)
			b.answer = func(w http.ResponseWriter) {
				for i := 0; i < len(header); i += 2 {
					w.Header().Set(header[i], header[i+1])
				}
				w.Header().Set("X-RateLimit-Reset", b.now.Add(40*time.Second).Format(time.RFC3339))
			}
			require.Nil(t, b.call(t, http.MethodGet, "/x", true))
			err := b.call(t, http.MethodGet, "/x", true)
			require.NotNil(t, err)
			require.Equal(t, 40*time.Second, err.RetryAfter)
			require.True(t, err.GaveWay)
			b.answer = nil
			require.Nil(t, b.call(t, http.MethodGet, "/x", false), "a live edit passes")
			require.NotNil(t, b.call(t, http.MethodGet, "/x", true), "an answer that says nothing changes nothing")
			b.answer = func(w http.ResponseWriter) {
				w.Header().Set("X-RateLimit-Limit", "100")
				w.Header().Set("X-RateLimit-Remaining", "90")
			}
			require.Nil(t, b.call(t, http.MethodGet, "/x", false))
			require.Nil(t, b.call(t, http.MethodGet, "/x", true), "the quota has recovered")
		})
	}
}

func TestGateTakesAnAdaptersWord(t *testing.T) {
	t.Parallel()
	b := newGateBundle(t)
	b.gate.Shut(90 * time.Second)
	err := b.call(t, http.MethodGet, "/graphql", false)
	require.Equal(t, RateLimited, err.Kind)
	require.Equal(t, 90*time.Second, err.RetryAfter)
	require.False(t, err.Ambiguous)
	require.False(t, err.GaveWay, "nobody passes")
	b.now = b.now.Add(91 * time.Second)
	require.Nil(t, b.call(t, http.MethodGet, "/graphql", false))

	b.gate.Shut(24 * time.Hour)
	require.Equal(t, time.Hour, b.call(t, http.MethodGet, "/graphql", false).RetryAfter, "a broken answer does not close it for good")
	b.now = b.now.Add(time.Hour)

	b.gate.Left(19, 100, b.now.Add(10*time.Minute))
	require.Nil(t, b.call(t, http.MethodGet, "/graphql", false), "live edits pass")
	require.Equal(t, 10*time.Minute, b.call(t, http.MethodGet, "/graphql", true).RetryAfter)
	b.gate.Left(20, 100, b.now.Add(10*time.Minute))
	require.Nil(t, b.call(t, http.MethodGet, "/graphql", true))
}

func TestGateReadsResetInEveryForm(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	want := now.Add(time.Minute)
	for _, raw := range []string{"2026-05-01T12:01:00Z", "2026-05-01T12:01Z", "60", "1777636860", "1777636860000"} {
		got := resetTime(http.Header{"X-Ratelimit-Reset": {raw}}, now)
		require.True(t, want.Equal(got), "%s read as %s", raw, got)
	}
	require.True(t, resetTime(http.Header{"X-Ratelimit-Reset": {"soon"}}, now).IsZero())
}

func TestGateObeysAnUnavailableServersRetryAfter(t *testing.T) {
	t.Parallel()
	b := newGateBundle(t)
	b.answer = func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	require.Equal(t, Unavailable, b.call(t, http.MethodGet, "/x", false).Kind)
	require.Equal(t, RateLimited, b.call(t, http.MethodGet, "/x", false).Kind)
	require.Equal(t, 1, b.calls)
}

func TestGateLogsNoPath(t *testing.T) {
	t.Parallel()
	b := newGateBundle(t)
	b.answer = limit("RateLimit-Reason", "jira-burst-based")
	require.NotNil(t, b.call(t, http.MethodGet, "/hooks/path-token-secret", false))
	require.Contains(t, b.logged.String(), "endpoint")
	require.NotContains(t, b.logged.String(), "secret")
}

func TestSpreadIsPositiveAndBounded(t *testing.T) {
	t.Parallel()
	for range 100 {
		d := spread(8 * time.Second)
		require.GreaterOrEqual(t, d, time.Duration(0))
		require.Less(t, d, 3*time.Second)
	}
}

// A burst of calls under way is one strike, however many of them are refused.
func TestGateCountsABurstOnce(t *testing.T) {
	t.Parallel()
	b := newGateBundle(t)
	req := httptest.NewRequest(http.MethodGet, "/x", nil)
	for range 5 {
		resp := &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{}}
		b.gate.learn(req, resp)
		require.Equal(t, "2", resp.Header.Get("Retry-After"))
	}
	require.Equal(t, 2*time.Second, b.call(t, http.MethodGet, "/x", false).RetryAfter)
	require.Zero(t, b.calls)
}
