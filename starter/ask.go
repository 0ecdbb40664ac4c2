package starter

import (
	"context"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
)

const (
	// patience is how long a worker gets to show itself.
	patience = 10 * time.Second
	// glance is the time between two looks for one.
	glance = 250 * time.Millisecond
	// queryTimeout is how long one pair's answer to a query is waited for.
	queryTimeout = 10 * time.Second
)

// lastPoll is when any worker last asked for work; ok is false when none did
// in the last minutes.
func lastPoll(ctx context.Context, c client.Client) (last time.Time, ok bool, err error) {
	queue, err := c.DescribeTaskQueue(ctx, addressing.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return last, false, fmt.Errorf("describe task queue: %w", plain(err))
	}
	for _, p := range queue.GetPollers() {
		if at := p.GetLastAccessTime().AsTime(); at.After(last) {
			last, ok = at, true
		}
	}
	return last, ok, nil
}

// awaitWorker waits until a worker polls the task queue, and returns
// ErrNoWorker when none does in time.
func awaitWorker(ctx context.Context, c client.Client, wait time.Duration) error {
	deadline := time.Now().Add(wait)
	for {
		_, ok, err := lastPoll(ctx, c)
		if err != nil || ok {
			return err
		}
		if time.Now().After(deadline) {
			return ErrNoWorker
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(glance):
		}
	}
}

// question is an update of one workflow.
type question struct {
	workflow string
	update   string
	args     []any
	// start begins a run where none is; nil where that makes no sense.
	start client.WithStartWorkflowOperation
}

// ask puts a question and stores the answer, unless out is nil. It gives up
// with ErrNoWorker when no worker takes the question: the list of pollers
// alone would still show a worker that was killed minutes ago.
func ask(ctx context.Context, c client.Client, q question, out any) error {
	opts := client.UpdateWorkflowOptions{
		WorkflowID: q.workflow, UpdateName: q.update, Args: q.args,
		WaitForStage: client.WorkflowUpdateStageAccepted,
	}
	var handle client.WorkflowUpdateHandle
	err := attended(ctx, c, func(ctx context.Context) (err error) {
		if q.start == nil {
			handle, err = c.UpdateWorkflow(ctx, opts)
			return err
		}
		handle, err = c.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
			StartWorkflowOperation: q.start, UpdateOptions: opts,
		})
		return err
	})
	if err != nil {
		return err
	}
	return handle.Get(ctx, out)
}

// attended makes a call that a worker has to take up, and watches for signs
// of one meanwhile.
func attended(ctx context.Context, c client.Client, call func(context.Context) error) error {
	before, _, err := lastPoll(ctx, c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- call(ctx) }()
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(patience):
		}
		// A worker that is idle would have taken the question; one that is
		// busy has polled meanwhile.
		last, _, err := lastPoll(ctx, c)
		if err == nil && !last.After(before) {
			cancel()
			<-done
			return ErrNoWorker
		}
		before = last
	}
}
