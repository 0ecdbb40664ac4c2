package e2e

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

const (
	hourTickets = 200
	hourEdits   = 600
	// hourBudget is Linear's limit for an API key, in requests an hour.
	hourBudget = 2500
	linking    = 10 * time.Minute // before the hour begins
)

// TestAnHourOfEdits: 600 edits on 200 tickets within an hour, half of them on
// either side, stay inside what Linear allows, with sweeps and an audit.
func TestAnHourOfEdits(t *testing.T) {
	t.Parallel()
	s := newSimulation(t)
	var tickets []people.Ticket
	for i := range hourTickets {
		made, err := s.rav.Create(t.Context(), "Product", fmt.Sprintf("Ticket %d", i), "<p>It does not work.</p>", nil)
		require.NoError(t, err)
		tickets = append(tickets, made)
	}
	issues := map[string]people.LinearIssue{}
	s.env.RegisterDelayedCallback(func() {
		all, err := s.lin.All(t.Context(), "PRO")
		require.NoError(t, err)
		require.Len(t, all, hourTickets, "every ticket has its replica before the hour begins")
		for _, i := range all {
			issues[i.Title] = i
		}
		require.NoError(t, people.Forget(t.Context(), s.linearURL))
	}, linking)

	dice := rand.New(rand.NewPCG(3, 600))
	for n := range hourEdits {
		at := linking + time.Second + time.Duration(dice.Int64N(int64(time.Hour)))
		which, left, what := dice.IntN(hourTickets), n%2 == 0, dice.IntN(5)
		s.env.RegisterDelayedCallback(func() {
			title := fmt.Sprintf("Ticket %d", which)
			require.NoError(t, s.edit(tickets[which], issues[title], left, what, n))
		}, at)
	}
	s.tick()
	s.env.ExecuteWorkflow(func(ctx workflow.Context) error {
		start := func(id, kind string, input any) {
			ctx := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowID: id})
			workflow.ExecuteChildWorkflow(ctx, kind, input)
		}
		for _, made := range tickets {
			id := ticket.PairID(ticket.Ref{Connection: "helpdesk", ID: made.ID}, "linear")
			s.pairs[id] = true
			start(id, addressing.Pair, workflows.PairState{})
		}
		start("sweep/linear", addressing.Sweep, workflows.SweepState{Connection: "linear"})
		return workflow.Sleep(ctx, linking+time.Hour+time.Minute)
	})
	require.NoError(t, s.env.GetWorkflowError())

	reads, writes, by := 0, 0, map[string]int{}
	for _, r := range s.requests(s.linearURL) {
		by[r.Operation]++
		if r.Kind == "write" {
			writes++
		} else {
			reads++
		}
	}
	t.Logf("%d edits on %d tickets: %d reads and %d writes at Linear: %v", hourEdits, hourTickets, reads, writes, by)
	require.LessOrEqual(t, reads+writes, hourBudget)
	require.GreaterOrEqual(t, writes, hourEdits/3, "half of the edits had to be written there")
	s.equal(tickets)
}

// edit is one person's edit on one side.
func (s *simulation) edit(t people.Ticket, i people.LinearIssue, left bool, what, n int) error {
	ctx, text := s.Context(), fmt.Sprintf("Said as number %d.", n)
	if left {
		switch what {
		case 0:
			_, err := s.rav.Say(ctx, t.ID, "<p>"+text+"</p>", false)
			return err
		case 1:
			return s.rav.Edit(ctx, t.ID, map[string]any{"priority": []string{"URGENT", "HIGH", "MEDIUM", "LOW"}[n%4]})
		case 2:
			return s.rav.Edit(ctx, t.ID, map[string]any{"description": "<p>" + text + "</p>"})
		case 3:
			return s.rav.Edit(ctx, t.ID, map[string]any{"assigneeId": []any{"u_bob", "u_alice", nil}[n%3]})
		}
		return s.rav.SetStatus(ctx, t.ID, []string{"Open", "In Progress", "Done", "Closed"}[n%4])
	}
	switch what {
	case 0:
		_, err := s.lin.Say(ctx, i.ID, text, "")
		return err
	case 1:
		return s.lin.Edit(ctx, i.ID, map[string]any{"priority": 1 + n%4})
	case 2:
		return s.lin.Edit(ctx, i.ID, map[string]any{"description": text})
	}
	return s.lin.SetStatus(ctx, i.ID, []string{"Todo", "In Progress", "Done", "Canceled"}[n%4])
}

// equal requires that both sides of every pair say the same in the end.
func (s *simulation) equal(tickets []people.Ticket) {
	status := map[string]string{"Backlog": "Open", "Todo": "Open", "In Progress": "In Progress", "Done": "Done", "Canceled": "Closed"}
	priority := map[string]float64{"URGENT": 1, "HIGH": 2, "MEDIUM": 3, "LOW": 4, "NO_PRIORITY": 0}
	for n, made := range tickets {
		there, err := s.rav.Get(s.Context(), made.ID)
		require.NoError(s, err)
		found, err := s.lin.Titled(s.Context(), "PRO", fmt.Sprintf("Ticket %d", n))
		require.NoError(s, err)
		require.Len(s, found, 1)
		require.Equal(s, there.Status.Label, status[found[0].State.Name], "%s", found[0].Identifier)
		require.Equal(s, priority[there.Priority], found[0].Priority, "%s", found[0].Identifier)
	}
}
