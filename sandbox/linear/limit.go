package linear

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Linear's limits per user: requests and points of complexity that drain out of
// a leaky bucket in one hour.
const (
	keyRequests         = 2_500
	keyComplexity       = 3_000_000
	appRequests         = 5_000
	appComplexity       = 2_000_000
	anonymousRequests   = 600
	anonymousComplexity = 100_000
	maxComplexity       = 10_000 // of a single query
	limitPeriod         = time.Hour
)

// limits are the buckets of everybody, and what the control lowered.
type limits struct {
	requests, complexity int // 0: Linear's own
	buckets              map[string]*bucket
}

// bucket is what somebody used up, as it was at a time.
type bucket struct {
	at                   time.Time
	requests, complexity float64
}

func newLimits() limits { return limits{buckets: map[string]*bucket{}} }

// allowed are the limits in force for a user.
func (l *limits) allowed(u user) (requests, complexity int) {
	switch {
	case u.ID == "":
		requests, complexity = anonymousRequests, anonymousComplexity
	case u.App:
		requests, complexity = appRequests, appComplexity
	default:
		requests, complexity = keyRequests, keyComplexity
	}
	if l.requests > 0 {
		requests = l.requests
	}
	if l.complexity > 0 {
		complexity = l.complexity
	}
	return requests, complexity
}

// bucket is a user's, drained up to now.
func (l *limits) bucket(u user, now time.Time) *bucket {
	b, ok := l.buckets[u.ID]
	if !ok {
		b = &bucket{at: now}
		l.buckets[u.ID] = b
	}
	requests, complexity := l.allowed(u)
	if passed := now.Sub(b.at); passed > 0 {
		share := float64(passed) / float64(limitPeriod)
		b.requests = max(0, b.requests-share*float64(requests))
		b.complexity = max(0, b.complexity-share*float64(complexity))
	}
	b.at = now
	return b
}

// admit counts a request, or refuses it without counting.
func (s *Server) admit(u user, cost int) *apiError {
	if cost > maxComplexity {
		// The wording is ours: the real one was not seen.
		return inputError(http.StatusBadRequest, "Query too complex",
			fmt.Sprintf("The query has a complexity of %d. The most allowed is %d.", cost, maxComplexity))
	}
	requests, complexity := s.limits.allowed(u)
	b := s.limits.bucket(u, s.core.Now())
	switch {
	case b.requests+1 > float64(requests):
		return ratelimited("requests", requests)
	case b.complexity+float64(cost) > float64(complexity):
		return ratelimited("points of complexity", complexity)
	}
	b.requests++
	b.complexity += float64(cost)
	return nil
}

// limitHeaders says what is left. Reset is when the whole allowance is back, in
// epoch milliseconds.
func (s *Server) limitHeaders(header http.Header, u user, cost int) {
	now := s.core.Now()
	requests, complexity := s.limits.allowed(u)
	b := s.limits.bucket(u, now)
	header.Set("X-Complexity", strconv.Itoa(cost))
	for _, part := range []struct {
		name  string
		used  float64
		limit int
	}{{"Requests", b.requests, requests}, {"Complexity", b.complexity, complexity}} {
		prefix := "X-RateLimit-" + part.name + "-"
		header.Set(prefix+"Limit", strconv.Itoa(part.limit))
		header.Set(prefix+"Remaining", strconv.Itoa(left(part.used, part.limit)))
		header.Set(prefix+"Reset", strconv.FormatInt(resetOf(now, part.used, part.limit).UnixMilli(), 10))
	}
}

func left(used float64, limit int) int {
	return max(0, int(math.Floor(float64(limit)-used)))
}

func resetOf(now time.Time, used float64, limit int) time.Time {
	return now.Add(time.Duration(used / float64(limit) * float64(limitPeriod)))
}

// rateLimitStatus answers the query of that name.
func (c *call) rateLimitStatus(input) (any, error) {
	now := c.s.core.Now()
	requests, complexity := c.s.limits.allowed(c.actor)
	b := c.s.limits.bucket(c.actor, now)
	entry := func(typ string, used float64, limit int) node {
		return node{"RateLimitResultPayload", object{
			"type": typ, "requestedAmount": 1, "allowedAmount": limit, "period": limitPeriod.Milliseconds(),
			"remainingAmount": left(used, limit), "reset": resetOf(now, used, limit).UnixMilli(),
		}}
	}
	return node{"RateLimitPayload", object{
		"identifier": c.actor.ID, "kind": "user",
		"limits": []node{entry("requests", b.requests, requests), entry("complexity", b.complexity, complexity)},
	}}, nil
}
