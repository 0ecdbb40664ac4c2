package activities

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// answered is a pair that answers a claim.
type answered struct {
	client.WorkflowUpdateHandle
	answer Answer
	err    error
}

func (a answered) Get(_ context.Context, out any) error {
	if a.err == nil {
		*out.(*Answer) = a.answer
	}
	return a.err
}

func (c *temporalFake) NewWithStartWorkflowOperation(o client.StartWorkflowOptions, _ any, _ ...any) client.WithStartWorkflowOperation {
	c.signals = append(c.signals, "start "+o.ID)
	return nil
}

func (c *temporalFake) UpdateWithStartWorkflow(_ context.Context, o client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	c.signals, c.sent = append(c.signals, o.UpdateOptions.WorkflowID+" "+o.UpdateOptions.UpdateName), append(c.sent, o.UpdateOptions.Args...)
	return c.handle, c.err
}

func TestAsk(t *testing.T) {
	t.Parallel()
	p := AskParams{Pair: pair, Claim: Claim{Ref: ticket.Ref{Connection: "jira", ID: "2"}, Generation: 1, Ours: true}}
	b := newBench(t)
	b.temporal.handle = answered{answer: Mine}
	got, err := b.Ask(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, Mine, got)
	require.Equal(t, []string{"start " + pair, pair + " " + addressing.UpdateClaim}, b.temporal.signals)
	require.Equal(t, []any{p.Claim}, b.temporal.sent)

	// A pair that ends while it is asked cannot tell now.
	b.temporal.handle = answered{err: temporal.NewApplicationError("workflow completed", "AcceptedUpdateCompletedWorkflow")}
	got, err = b.Ask(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, Later, got)

	b.temporal.handle = answered{err: errors.New("connection reset")}
	_, err = b.Ask(t.Context(), p)
	require.Equal(t, trackers.Unavailable, FailureOf(err).Kind)
	b.temporal.err = errors.New("no Temporal")
	_, err = b.Ask(t.Context(), p)
	require.Equal(t, trackers.Unavailable, FailureOf(err).Kind)
}
