package linear

import (
	"net/http"
	"strconv"
	"time"

	"github.com/ticketsync/ticketsync/trackers"
)

const (
	// leastWait is for a refusal that does not say how long it lasts.
	leastWait = 5 * time.Second
	// longestWait is how long a limit's own end is waited for. Linear's limits
	// are buckets that fill steadily until then, so that there is room again long
	// before the end.
	longestWait = 2 * time.Minute
)

// quota is one of Linear's limits as an answer's headers tell it.
type quota struct {
	left, limit float64
	reset       time.Time // by our clock
}

// quotaSet is what is known of the account's limits, and of one that closes a
// single endpoint.
type quotaSet struct {
	account  []quota
	endpoint *quota
	// retry is Retry-After, which Linear does not document.
	retry time.Duration
}

func quotas(h http.Header, skew time.Duration, now time.Time) quotaSet {
	var s quotaSet
	for _, name := range []string{"Requests", "Complexity"} {
		if q, ok := quotaOf(h, name, skew); ok {
			s.account = append(s.account, q)
		}
	}
	if q, ok := quotaOf(h, "Endpoint-Requests", skew); ok {
		s.endpoint = &q
	}
	s.retry, _ = trackers.RetryAfter(h, now)
	return s
}

// quotaOf reads X-RateLimit-<name>-Limit, -Remaining and -Reset, the last in
// milliseconds since 1970.
func quotaOf(h http.Header, name string, skew time.Duration) (quota, bool) {
	prefix := "X-RateLimit-" + name
	left, err := strconv.ParseFloat(h.Get(prefix+"-Remaining"), 64)
	if err != nil {
		return quota{}, false
	}
	limit, err := strconv.ParseFloat(h.Get(prefix+"-Limit"), 64)
	if err != nil || limit <= 0 {
		return quota{}, false
	}
	q := quota{left: left, limit: limit}
	if reset, err := strconv.ParseFloat(h.Get(prefix+"-Reset"), 64); err == nil && reset > 0 {
		q.reset = time.UnixMilli(int64(reset)).Add(-skew)
	}
	return q, true
}

// tell passes the scarcer of the account's limits on to the gate. One that is
// used up closes it for everyone at once: the next call would be refused.
func (s quotaSet) tell(gate *trackers.Gate, now time.Time) {
	if len(s.account) == 0 {
		return
	}
	scarce := s.account[0]
	for _, q := range s.account[1:] {
		if q.left/q.limit < scarce.left/scarce.limit {
			scarce = q
		}
	}
	gate.Left(scarce.left, scarce.limit, scarce.reset)
	if scarce.left < 1 {
		gate.Shut(scarce.wait(now))
	}
}

// wait is how long a refused call should wait, and whether the whole account is
// meant: a limit of one endpoint closes that alone.
func (s quotaSet) wait(now time.Time) (wait time.Duration, everything bool) {
	wait, everything = s.retry, true
	if q := s.endpoint; q != nil && q.left < 1 {
		wait, everything = max(wait, q.wait(now)), false
	}
	for _, q := range s.account {
		if q.left < 1 {
			wait, everything = max(wait, q.wait(now)), true
		}
	}
	if wait <= 0 {
		wait = leastWait
	}
	return wait, everything
}

func (q quota) wait(now time.Time) time.Duration { return min(q.reset.Sub(now), longestWait) }

// limited completes the error of a refused call and closes the gate.
func (x *call) limited(e *trackers.Error, s quotaSet) {
	wait, everything := s.wait(x.client.now())
	e.RetryAfter = max(wait, time.Second)
	if everything {
		x.client.gate.Shut(e.RetryAfter)
	}
}
