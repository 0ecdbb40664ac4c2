package trackers

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// scope is a part of a tracker's API that a limit closes.
type scope struct {
	what string // everything, issue, endpoint
	name string // path, or method and pattern; never logged
}

var everything = scope{what: "everything"}

// scopesOf lists the scopes a request falls into.
func scopesOf(req *http.Request) []scope {
	scopes := []scope{everything, endpointScope(req)}
	if s, ok := issueScope(req); ok {
		scopes = append(scopes, s)
	}
	return scopes
}

// limitedScope tells what a 429 closes. Jira names the limit that was hit;
// without a name it is taken for the account's.
func limitedScope(req *http.Request, h http.Header) scope {
	switch h.Get("RateLimit-Reason") {
	case "jira-per-issue-on-write":
		if s, ok := issueScope(req); ok {
			return s
		}
		return endpointScope(req)
	case "jira-burst-based":
		return endpointScope(req)
	}
	return everything
}

// issueScope is the path up to the id that follows "issue".
func issueScope(req *http.Request) (scope, bool) {
	segments := strings.Split(req.URL.EscapedPath(), "/")
	for i, s := range segments {
		if s == "issue" && i+1 < len(segments) && hasDigit(segments[i+1]) {
			return scope{what: "issue", name: strings.Join(segments[:i+2], "/")}, true
		}
	}
	return scope{}, false
}

// endpointScope is the method and the path with every id left out.
func endpointScope(req *http.Request) scope {
	segments := strings.Split(req.URL.EscapedPath(), "/")
	for i, s := range segments {
		if hasDigit(s) {
			segments[i] = "*"
		}
	}
	return scope{what: "endpoint", name: req.Method + " " + strings.Join(segments, "/")}
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// RetryAfter returns how long an answer asks to wait, at least a second: some
// servers send 0 and mean it no more than that. told is false without the header.
func RetryAfter(h http.Header, now time.Time) (wait time.Duration, told bool) {
	raw := strings.TrimSpace(h.Get("Retry-After"))
	if raw == "" {
		return 0, false
	}
	if seconds, err := strconv.ParseFloat(raw, 64); err == nil {
		// Compared as a number first: a huge one would overflow a duration.
		return max(time.Duration(min(max(seconds, 0), longestClosure.Seconds()*24)*float64(time.Second)), time.Second), true
	}
	at, err := http.ParseTime(raw)
	if err != nil {
		return 0, false
	}
	// The date is the server's: compare it with the server's own clock.
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(at.Sub(now), time.Second), true
}

func wholeSeconds(d time.Duration) string {
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}

// lowBudget tells whether less than the reserve is left of the quota; known is
// false when the answer does not say.
func lowBudget(h http.Header) (low, known bool) {
	if near := h.Get("X-RateLimit-NearLimit"); strings.EqualFold(near, "true") {
		return true, true
	}
	left, err := strconv.ParseFloat(h.Get("X-RateLimit-Remaining"), 64)
	if err != nil {
		return false, false
	}
	limit, err := strconv.ParseFloat(h.Get("X-RateLimit-Limit"), 64)
	if err != nil || limit <= 0 {
		return left <= 0, true
	}
	return left < limit*reserve, true
}

// resetTime reads X-RateLimit-Reset: a timestamp, seconds or milliseconds since
// 1970, or seconds from now. Zero when there is none.
func resetTime(h http.Header, now time.Time) time.Time {
	raw := strings.TrimSpace(h.Get("X-RateLimit-Reset"))
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05.000-0700"} {
		if at, err := time.Parse(layout, raw); err == nil {
			return at
		}
	}
	n, err := strconv.ParseFloat(raw, 64)
	switch {
	case err != nil || n <= 0:
		return time.Time{}
	case n < 1e8:
		return now.Add(time.Duration(n) * time.Second)
	case n < 1e11:
		return time.Unix(int64(n), 0)
	}
	return time.UnixMilli(int64(n))
}
