package linear_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// rate reads one of the rate limit headers.
func (a answer) rate(t *testing.T, name string) int {
	t.Helper()
	number, err := strconv.Atoi(a.header.Get("X-RateLimit-" + name))
	require.NoError(t, err, name)
	return number
}

func TestEveryAnswerSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	w := open(t)
	const viewer = `query { viewer { id } }`
	got := w.send(viewer, nil)
	require.Equal(t, "2", got.header.Get("X-Complexity"), "1.1 points, rounded up")
	require.Equal(t, 2500, got.rate(t, "Requests-Limit"))
	require.Equal(t, 2499, got.rate(t, "Requests-Remaining"))
	require.Equal(t, 3_000_000, got.rate(t, "Complexity-Limit"))
	require.Equal(t, 2_999_998, got.rate(t, "Complexity-Remaining"))
	require.EqualValues(t, start.Add(time.Hour/2500).UnixMilli(), got.rate(t, "Requests-Reset"), "epoch milliseconds")
	app := w.as("app").send(viewer, nil)
	require.Equal(t, 5000, app.rate(t, "Requests-Limit"), "the app has a bucket of its own")
	require.Equal(t, 2_000_000, app.rate(t, "Complexity-Limit"))
	require.Equal(t, 4999, app.rate(t, "Requests-Remaining"))
	nobody := w.as("carol").send(viewer, nil)
	require.Equal(t, 401, nobody.status)
	require.Equal(t, 600, nobody.rate(t, "Requests-Limit"))
	require.Equal(t, 2499, w.send(`query { nonsense {`, nil).rate(t, "Requests-Remaining"), "what is not run costs nothing")

	status := w.do(`query { rateLimitStatus { kind limits { type allowedAmount remainingAmount period reset } } }`, nil)
	require.Equal(t, 2500.0, at(status, "rateLimitStatus.limits.0.allowedAmount"))
	require.Equal(t, 2498.0, at(status, "rateLimitStatus.limits.0.remainingAmount"))
}

func TestComplexityIsAddedUp(t *testing.T) {
	t.Parallel()
	w := open(t)
	for query, want := range map[string]string{
		`query { viewer { id name } }`:                                                                     "2",
		`query { issues { nodes { id } } }`:                                                                "56",
		`query { issues(first: 10) { nodes { id } pageInfo { hasNextPage } } }`:                            "23",
		`query { issues(first: 10) { nodes { labels(first: 5) { nodes { id } } } } }`:                      "76",
		`query($n: Int = 100) { issues(first: $n) { nodes { id } } }`:                                      "111",
		`query { issues(last: 10) { ...page } } fragment page on IssueConnection { nodes { ... { id } } }`: "12",
	} {
		require.Equal(t, want, w.send(query, nil).header.Get("X-Complexity"), query)
	}
	big := `query { issues(first: 250) { nodes { comments { nodes { id } } } } }`
	e := w.refused(400, "invalid input", "INPUT_ERROR", big, nil)
	require.Equal(t, "Query too complex", e["message"])
}

func TestOverTheLimit(t *testing.T) {
	t.Parallel()
	w := open(t)
	const viewer = `query { viewer { id } }`
	w.steer("PUT", "limits", object{"requests": 2})
	require.Equal(t, 1, w.send(viewer, nil).rate(t, "Requests-Remaining"))
	w.do(viewer, nil)
	for range 2 {
		got := w.send(viewer, nil)
		require.Equal(t, 400, got.status)
		require.Equal(t, "ratelimited", at(got.Errors[0], "extensions.type"))
		require.Equal(t, "RATELIMITED", at(got.Errors[0], "extensions.code"))
		require.Equal(t, 429.0, at(got.Errors[0], "extensions.statusCode"))
		require.Contains(t, got.Errors[0]["message"], "Rate limit exceeded. Only 2 requests are allowed per 1 hour.")
		require.Equal(t, 0, got.rate(t, "Requests-Remaining"))
		require.EqualValues(t, start.Add(time.Hour).UnixMilli(), got.rate(t, "Requests-Reset"))
	}
	w.as("bob").do(viewer, nil)
	w.clock.advance(30 * time.Minute)
	w.do(viewer, nil)
	require.Equal(t, 400, w.send(viewer, nil).status, "the bucket drains evenly")

	w.steer("PUT", "limits", object{"complexity": 3})
	w.do(viewer, nil)
	got := w.send(viewer, nil)
	require.Equal(t, 400, got.status)
	require.Equal(t, 1, got.rate(t, "Complexity-Remaining"))
	w.steer("DELETE", "limits", nil)
	require.Equal(t, 2499, w.send(viewer, nil).rate(t, "Requests-Remaining"))
	status, _ := w.control("PUT", "limits", object{"requests": -1})
	require.Equal(t, 400, status)
}

func TestFaultsLookLikeLinear(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("one", nil)
	for fault, want := range map[string]struct {
		status     int
		kind, code string
	}{
		"status:429": {400, "ratelimited", "RATELIMITED"},
		"status:401": {401, "authentication error", "AUTHENTICATION_ERROR"},
		"status:403": {200, "forbidden", "FORBIDDEN"},
		"status:404": {200, "invalid input", "INPUT_ERROR"},
		"status:400": {400, "invalid input", "INPUT_ERROR"},
		"status:500": {500, "internal error", "INTERNAL_SERVER_ERROR"},
		"status:503": {503, "internal error", "INTERNAL_SERVER_ERROR"},
	} {
		w.steer("PUT", "faults", []object{{"operation": "issueUpdate", "fault": fault, "retry_after": "7"}})
		got := w.send(updateIssue, object{"id": "PRO-1", "in": object{"title": "two"}})
		require.Equal(t, want.status, got.status, fault)
		require.Nil(t, got.Data)
		require.Equal(t, want.kind, at(got.Errors[0], "extensions.type"), fault)
		require.Equal(t, want.code, at(got.Errors[0], "extensions.code"), fault)
		if fault == "status:429" {
			require.EqualValues(t, start.Add(7*time.Second).UnixMilli(), got.rate(t, "Requests-Reset"))
			require.Equal(t, 0, got.rate(t, "Requests-Remaining"))
			require.Empty(t, got.header.Get("Retry-After"))
		}
		if fault == "status:404" {
			require.Contains(t, got.Errors[0]["message"], "Entity not found")
		}
		require.Equal(t, "one", w.read("PRO-1")["title"], "another operation is not concerned")
	}
}
