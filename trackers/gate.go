package trackers

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// reserve is the share of a quota that is left for live edits.
	reserve = 0.2
	// firstBackoff and lastBackoff bound the wait after a 429 that names none.
	firstBackoff = 2 * time.Second
	lastBackoff  = 30 * time.Second
	// reserveWindow is how long a low quota is believed when its end is not told.
	reserveWindow = time.Minute
	// longestClosure bounds what a tracker can ask for, lest a broken header
	// closes the gate for good.
	longestClosure = time.Hour
)

// Gate keeps one connection's calls within the tracker's limits, for a whole
// process. It never waits: a call that may not be made now fails at once with
// kind rate-limited and the time to wait, and Temporal does the waiting.
type Gate struct {
	log *slog.Logger
	// now and spread are replaced in tests.
	now    func() time.Time
	spread func(time.Duration) time.Duration

	mu sync.Mutex
	// closed holds until when a scope is closed, strikes how many 429s without
	// Retry-After it has seen in a row.
	closed  map[scope]time.Time
	strikes map[scope]int
	// reserved is until when only live edits pass.
	reserved time.Time
}

// NewGate returns an open gate.
func NewGate(log *slog.Logger) *Gate {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Gate{log: log, now: time.Now, spread: spread, closed: map[scope]time.Time{}, strikes: map[scope]int{}}
}

type backgroundKey struct{}

// Background marks work that gives way to live edits when the quota runs low:
// sweeps, and what sweeps and audits had pairs look at.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

// IsBackground reports whether such work is done.
func IsBackground(ctx context.Context) bool {
	background, _ := ctx.Value(backgroundKey{}).(bool)
	return background
}

// Transport returns next behind the gate; nil is http.DefaultTransport.
func (g *Gate) Transport(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return &gated{gate: g, next: next}
}

type gated struct {
	gate *Gate
	next http.RoundTripper
}

// RoundTrip refuses, or makes the call and learns from its answer.
func (t *gated) RoundTrip(req *http.Request) (*http.Response, error) {
	err := t.gate.admit(req)
	if ended := req.Context().Err(); err == nil && ended != nil {
		err = &unsentError{ended}
	}
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	var asked, connected atomic.Bool
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}
	resp, err := t.next.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		// Only here is it known that nothing was sent, which a write's
		// caller needs to know.
		if asked.Load() && !connected.Load() {
			err = &unsentError{err}
		}
		return nil, err
	}
	t.gate.learn(req, resp)
	return resp, nil
}

// unsentError is a call that failed before any connection was there to use.
type unsentError struct{ err error }

func (e *unsentError) Error() string { return e.err.Error() }
func (e *unsentError) Unwrap() error { return e.err }

// admit returns an *Error when the call may not be made now.
func (g *Gate) admit(req *http.Request) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	var until time.Time
	for _, s := range scopesOf(req) {
		if at := g.closed[s]; at.After(until) {
			until = at
		}
	}
	message, gaveWay := "held back until the tracker's rate limit has passed", false
	if IsBackground(req.Context()) && g.reserved.After(until) {
		until, message, gaveWay = g.reserved, "held back to leave the rest of the quota to live edits", true
	}
	if !until.After(now) {
		return nil
	}
	wait := until.Sub(now)
	// Whoever was held back must not come back all at the same instant.
	return &Error{Kind: RateLimited, RetryAfter: wait + g.spread(wait), Message: message, GaveWay: gaveWay}
}

func spread(wait time.Duration) time.Duration {
	return rand.N(wait/4 + time.Second)
}

// learn takes limits from an answer. A 429 without Retry-After is given one,
// so that its caller knows how long the gate will be closed.
func (g *Gate) learn(req *http.Request, resp *http.Response) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	wait, told := RetryAfter(resp.Header, now)
	limited := resp.StatusCode == http.StatusTooManyRequests
	switch {
	case limited || resp.StatusCode == http.StatusServiceUnavailable && told:
		s := limitedScope(req, resp.Header)
		if !told {
			wait = g.backoff(s, now)
			resp.Header.Set("Retry-After", wholeSeconds(wait))
		}
		g.close(s, now, min(wait, longestClosure))
	case resp.StatusCode < http.StatusInternalServerError:
		for _, s := range scopesOf(req) {
			delete(g.strikes, s)
		}
	}
	g.budget(resp.Header, now)
}

// backoff grows with each 429 that comes after the scope was open again; those
// of calls already under way count once.
func (g *Gate) backoff(s scope, now time.Time) time.Duration {
	if !g.closed[s].After(now) {
		g.strikes[s]++
	}
	wait := firstBackoff
	for n := 1; n < g.strikes[s] && wait < lastBackoff; n++ {
		wait *= 2
	}
	return min(wait, lastBackoff)
}

func (g *Gate) close(s scope, now time.Time, wait time.Duration) {
	for other, until := range g.closed {
		if !until.After(now) && other != s {
			delete(g.closed, other)
		}
	}
	until := now.Add(wait)
	if !until.After(g.closed[s]) {
		return
	}
	g.closed[s] = until
	g.log.Warn("tracker limits our calls", "scope", s.what, "wait", wait)
}

// Shut closes the gate for everyone: the tracker said, in a way of its own, that
// it takes no calls for as long.
func (g *Gate) Shut(wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.close(everything, g.now(), min(max(wait, time.Second), longestClosure))
}

// Left tells the gate how much of a quota is left, and when it is whole again;
// a zero end is not known.
func (g *Gate) Left(left, limit float64, end time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.reserve(left < limit*reserve, end, g.now())
}

// budget reads how much of the quota is left.
func (g *Gate) budget(h http.Header, now time.Time) {
	if low, known := lowBudget(h); known {
		g.reserve(low, resetTime(h, now), now)
	}
}

func (g *Gate) reserve(low bool, end, now time.Time) {
	if !low {
		g.reserved = time.Time{}
		return
	}
	if !end.After(now) {
		end = now.Add(reserveWindow)
	}
	if last := now.Add(longestClosure); end.After(last) {
		end = last
	}
	if g.reserved.IsZero() || !g.reserved.After(now) {
		g.log.Info("quota runs low, only live edits pass", "until", end)
	}
	g.reserved = end
}
