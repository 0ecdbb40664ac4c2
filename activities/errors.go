package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// Failure is what a workflow learns about a failed activity. Its type is the
// error's kind; the tracker's message never holds a secret or ticket text.
type Failure struct {
	Kind      trackers.Kind           `json:"kind"`
	Message   string                  `json:"message,omitempty"`
	Ambiguous bool                    `json:"ambiguous,omitempty"`
	GaveWay   bool                    `json:"gave_way,omitempty"`
	Retry     time.Duration           `json:"retry,omitempty"`
	Fields    map[ticket.Field]string `json:"fields,omitempty"`
	Required  []string                `json:"required,omitempty"`
}

// fail turns a tracker's error into a Temporal error: what a repetition cannot
// mend is not retried, a rate limit waits as long as the tracker asks.
func fail(err error) error {
	if err == nil {
		return nil
	}
	var e *trackers.Error
	var done *temporal.ApplicationError
	if errors.As(err, &done) {
		return err // by use, which knows the connection
	}
	if !errors.As(err, &e) {
		if errors.Is(err, context.Canceled) {
			return err
		}
		e = &trackers.Error{Kind: trackers.Unavailable, Op: "call", Message: err.Error(), Err: err}
	}
	f := Failure{Kind: e.Kind, Message: e.Error(), Ambiguous: e.Ambiguous, GaveWay: e.GaveWay, Retry: e.RetryAfter, Fields: e.Fields, Required: e.Required}
	opts := temporal.ApplicationErrorOptions{Details: []any{f}}
	switch e.Kind {
	case trackers.RateLimited:
		opts.NextRetryDelay = max(e.RetryAfter, time.Second)
	case trackers.Unavailable:
		if e.RetryAfter > 0 {
			opts.NextRetryDelay = e.RetryAfter
		}
	default:
		opts.NonRetryable = true
	}
	return temporal.NewApplicationErrorWithOptions(e.Error(), string(e.Kind), opts)
}

// FailureOf reads what fail wrote, from an activity error in a workflow. A
// time-out, a cancellation or a lost worker is an ambiguous Unavailable: what
// the activity did is not known.
func FailureOf(err error) Failure {
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		var f Failure
		if app.HasDetails() && app.Details(&f) == nil && f.Kind != "" {
			return f
		}
		return Failure{Kind: trackers.Unavailable, Message: app.Message(), Ambiguous: true}
	}
	return Failure{Kind: trackers.Unavailable, Message: err.Error(), Ambiguous: true}
}
