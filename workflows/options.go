package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Activity options by purpose. An activity retries for about a minute; longer
// waiting belongs to the workflow, which fetches and plans anew.

const (
	// queueing is how long a task may wait for a worker before the pair plans
	// anew on fresh facts.
	queueing = time.Hour
	// call bounds one attempt, a few HTTP calls at most.
	call = 45 * time.Second
)

// reading is for activities that change nothing.
func reading(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		ScheduleToStartTimeout: queueing,
		StartToCloseTimeout:    call,
		Summary:                summary,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 20 * time.Second, MaximumAttempts: 6,
		},
	})
}

// writing is for writes that may be repeated.
func writing(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		ScheduleToStartTimeout: queueing,
		StartToCloseTimeout:    call,
		Summary:                summary,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 20 * time.Second, MaximumAttempts: 5,
		},
	})
}

// once is for creates: one attempt, then look before trying again.
func once(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		ScheduleToStartTimeout: queueing,
		StartToCloseTimeout:    call,
		Summary:                summary,
		RetryPolicy:            &temporal.RetryPolicy{MaximumAttempts: 1},
	})
}

// temporalCall is for activities that signal or ask other workflows.
func temporalCall(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		ScheduleToStartTimeout: queueing,
		StartToCloseTimeout:    call,
		Summary:                summary,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 500 * time.Millisecond, BackoffCoefficient: 2, MaximumAttempts: 5},
	})
}

// paging is for sweeps, which may turn many pages; the heartbeat carries the
// cursor. They give way to live edits.
func paging(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		ScheduleToStartTimeout: queueing,
		StartToCloseTimeout:    15 * time.Minute,
		HeartbeatTimeout:       2 * time.Minute,
		Summary:                summary,
		Priority:               temporal.Priority{PriorityKey: 5},
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 2 * time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute, MaximumAttempts: 10,
		},
	})
}

// The waiting times of a pair.
const (
	firstRetry   = time.Minute // of a hold; doubled up to
	lastRetry    = time.Hour
	fresh        = 2 * time.Second // how long what was read is decided on,
	awaited      = 5 * time.Second // counted from when it was asked for
	settleCopy   = 5 * time.Second // before a comment's lost answer is looked into
	defaultQuiet = 3 * time.Minute
	confirmGone  = time.Minute
	// A run continues as new when it is idle with more events than this.
	manyEvents = 200
	// A run shorter than this delays its successor (Temporal's
	// system.workflowIdReuseMinimalInterval).
	shortRun = time.Second
)

// backoff is the wait before the n-th try of a hold, from 0.
func backoff(tries int) time.Duration {
	d := firstRetry
	for range min(tries, 10) {
		d *= 2
	}
	return min(d, lastRetry)
}
