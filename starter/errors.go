package starter

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/ticket"
)

// BadInputError is a mistake in what the operator wrote: a file, a flag, a
// body. Commands exit with 2.
type BadInputError struct{ Err error }

func (e *BadInputError) Error() string { return e.Err.Error() }

func (e *BadInputError) Unwrap() error { return e.Err }

// BadInput returns a *BadInputError with a formatted text.
func BadInput(format string, args ...any) error { return &BadInputError{fmt.Errorf(format, args...)} }

// NotFoundError is a ticket, pair, route or connection that does not exist.
// Commands exit with 3.
type NotFoundError struct{ Err error }

func (e *NotFoundError) Error() string { return e.Err.Error() }

func (e *NotFoundError) Unwrap() error { return e.Err }

// NotFound returns a *NotFoundError with a formatted text.
func NotFound(format string, args ...any) error { return &NotFoundError{fmt.Errorf(format, args...)} }

// ErrNoWorker tells that nothing polls the task queue, so that nobody can
// answer. Its text starts with the reason's code, no-worker.
var ErrNoWorker = errors.New(string(ticket.NoWorker) + ": none answers on task queue " + addressing.TaskQueue + ": start ticketsync worker")

// RefusedError is everything that keeps a configuration from being applied.
type RefusedError struct {
	// Mistakes are sentences, one for each thing to mend.
	Mistakes []string
}

// Error lists the mistakes, one per line.
func (e *RefusedError) Error() string {
	return "nothing was changed:\n  " + strings.Join(e.Mistakes, "\n  ")
}

// said returns what a workflow's handler or activity said, without the
// envelopes in which Temporal brought it; ok is false for any other error.
func said(err error) (text, kind string, ok bool) {
	var app *temporal.ApplicationError
	if !errors.As(err, &app) {
		return "", "", false
	}
	return app.Message(), app.Type(), true
}

// plain turns an error of Temporal's into one for the operator.
func plain(err error) error {
	if text, _, ok := said(err); ok {
		return errors.New(text)
	}
	var namespace *serviceerror.NamespaceNotFound
	if errors.As(err, &namespace) {
		return BadInput("namespace %s does not exist: create it, or set TEMPORAL_NAMESPACE", namespace.Namespace)
	}
	var denied *serviceerror.PermissionDenied
	if errors.As(err, &denied) {
		return fmt.Errorf("permission denied by Temporal: check TEMPORAL_API_KEY and TEMPORAL_NAMESPACE: %w", err)
	}
	return err
}

// missing reports whether Temporal knows no such workflow, or none that runs.
func missing(err error) bool {
	var notFound *serviceerror.NotFound
	return errors.As(err, &notFound)
}

// late reports whether an answer did not come in time, as without a worker.
func late(err error) bool {
	var deadline *serviceerror.DeadlineExceeded
	var precondition *serviceerror.FailedPrecondition
	return errors.As(err, &deadline) || errors.As(err, &precondition) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
