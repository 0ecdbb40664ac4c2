package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// TestThousandComments: all of them, each of 30 KB, on a simulated clock: whole
// and once, for one write each and few reads, at the pace that trackers ask for.
// What it takes of Temporal is for TestManyComments.
func TestThousandComments(t *testing.T) {
	t.Parallel()
	s := newSimulation(t)
	const comments, most = 1000, 10 * time.Minute
	made, err := s.rav.Create(t.Context(), "Product", "Much was said", "<p>text</p>", nil)
	require.NoError(t, err)
	require.NoError(t, imported(t.Context(), s.rav, made.ID, comments))
	s.tick()
	s.env.ExecuteWorkflow(func(ctx workflow.Context) error {
		id := ticket.PairID(ticket.Ref{Connection: "helpdesk", ID: made.ID}, "linear")
		s.pairs[id] = true
		workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: id}), addressing.Pair, workflows.PairState{})
		return workflow.Sleep(ctx, most)
	})
	require.NoError(t, s.env.GetWorkflowError())
	found, err := s.lin.Titled(t.Context(), "PRO", "Much was said")
	require.NoError(t, err)
	require.Len(t, found, 1)
	list, err := people.Team{Linear: s.lin}.Heard(t.Context(), found[0].ID)
	require.NoError(t, err)
	require.NoError(t, wholeOnce(list, comments))
	reads, writes := count(s.requests(s.linearURL))
	asked, lists := 0, 0
	for _, r := range s.requests(s.ravennaURL) {
		if r.Method == http.MethodGet {
			asked++
		}
		if strings.HasPrefix(r.Path, "/api/ticket-messages?") {
			lists++
		}
	}
	t.Logf("%d comments: %d reads and %d writes in Linear, %d reads at Ravenna, %d of them pages of comments", comments, reads, writes, asked, lists)
	require.LessOrEqual(t, writes, comments+5)
	require.LessOrEqual(t, lists, 40, "the list is read a few times, not for each comment")
}
