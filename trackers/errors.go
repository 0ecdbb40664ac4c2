package trackers

import (
	"errors"
	"fmt"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
)

// Kind says what an error means for whoever called, whatever the tracker.
type Kind string

// The kinds of error; the same words are Temporal error types and log values.
const (
	Auth        Kind = "auth"         // the token is refused; the connection is at fault
	Forbidden   Kind = "forbidden"    // the account may not
	NotFound    Kind = "not-found"    // missing, or not ours to see
	Invalid     Kind = "invalid"      // refused as it is; never retried
	Deleted     Kind = "deleted"      // what was to be made was made before, and a person deleted it
	Stale       Kind = "stale"        // decided on old facts: fetch and plan again
	RateLimited Kind = "rate-limited" // try again after RetryAfter
	Unavailable Kind = "unavailable"  // network, 5xx, a gateway's page
)

// Error is what every adapter returns for a call that failed.
type Error struct {
	Kind   Kind
	Op     string // "create issue", "update ticket"
	Status int    // HTTP status, 0 without an answer
	// RetryAfter is the tracker's own wish, 0 when it gave none.
	RetryAfter time.Duration
	// Message is the tracker's own text, cut to a readable length. It never
	// holds a secret or more of a ticket than a field's name.
	Message string
	// Fields are the refused fields with the tracker's text for each; Required
	// those among them that lack a value.
	Fields   map[ticket.Field]string
	Required []string
	// GaveWay tells that background work was held back to leave the rest of a
	// quota to live edits: live work would have passed.
	GaveWay bool
	// Ambiguous tells that a write may have taken effect.
	Ambiguous bool
	Err       error
}

func (e *Error) Error() string {
	s := e.Op + ": " + string(e.Kind)
	if e.Status != 0 {
		s += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	if e.Ambiguous {
		s += ", may have taken effect"
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of err; Unavailable for an error that is not an *Error.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Unavailable
}

// Is reports whether err is an *Error of the given kind.
func Is(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}

// Verdict is what an HTTP status means on any tracker. A 2xx has none.
func Verdict(status int) Kind {
	switch {
	case status == 401:
		return Auth
	case status == 403:
		return Forbidden
	case status == 404 || status == 410:
		return NotFound
	case status == 408 || status == 425:
		return Unavailable
	case status == 409:
		return Stale
	case status == 429:
		return RateLimited
	case status >= 500 || status < 400:
		return Unavailable
	}
	return Invalid
}
