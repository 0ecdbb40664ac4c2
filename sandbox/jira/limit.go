package jira

import (
	"net/http"
	"strconv"
	"time"
)

// writeLimits are Cloud's limits on writes to one issue.
var writeLimits = []struct {
	window time.Duration
	writes int
}{{2 * time.Second, 20}, {30 * time.Second, 100}}

// throttle counts a write to an issue, or refuses it. Data Center has no such
// limit. A refused write does not count.
func (c *call) throttle(issueID string) error {
	if !c.cloud {
		return nil
	}
	now := c.s.core.Now()
	longest := writeLimits[len(writeLimits)-1].window
	recent := c.s.writes[issueID]
	for len(recent) > 0 && now.Sub(recent[0]) >= longest {
		recent = recent[1:]
	}
	for _, l := range writeLimits {
		if len(recent) < l.writes {
			continue
		}
		oldest := recent[len(recent)-l.writes]
		if wait := l.window - now.Sub(oldest); wait > 0 {
			e := fail(http.StatusTooManyRequests, "Rate limit exceeded.")
			// Rounded up: a client that waits as told is let through.
			seconds := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
			e.header = http.Header{"Retry-After": {seconds}, "Ratelimit-Reason": {"jira-per-issue-on-write"}}
			return e
		}
	}
	c.s.writes[issueID] = append(recent, now)
	return nil
}
