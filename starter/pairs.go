package starter

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// PairReport is one pair as pairs lists it: show's without fields and journal.
type PairReport struct {
	Route      string               `json:"route"`
	WorkflowID string               `json:"workflow_id"`
	State      string               `json:"state"`
	Reason     ticket.Reason        `json:"reason"`
	Left       workflows.TicketView `json:"left"`
	Right      workflows.TicketView `json:"right"`
	Comments   int                  `json:"comments"`
	Detail     string               `json:"detail,omitempty"`
	SyncedAt   time.Time            `json:"synced_at,omitzero"`
}

// PairsOptions narrow the list; empty ones narrow nothing.
type PairsOptions struct {
	Route string
	State string
}

// Pairs lists the pairs, by route and left key, without tickets that were
// skipped.
func Pairs(ctx context.Context, c client.Client, o PairsOptions, out Console) error {
	states := []string{workflows.Syncing, workflows.IsLinked, workflows.IsPaused, workflows.Attention, workflows.Unlinked}
	if o.State != "" && !slices.Contains(states, o.State) {
		return BadInput("--state %s: want one of %v", o.State, states)
	}
	query := "WorkflowType = '" + addressing.Pair + "' AND ExecutionStatus = 'Running'"
	runs, err := list(ctx, c, query)
	if err != nil {
		return err
	}
	lost, err := lostPairs(ctx, c, runs)
	if err != nil {
		return err
	}
	if len(lost) > 0 {
		out.note("ended from outside: %d, such as %s; each comes back at its tickets' next change, or with ticketsync retry <key>",
			len(lost), lost[0].id)
	}
	views, silent, err := look(ctx, c, append(runs, lost...))
	if err != nil {
		return err
	}
	silent.note(out)
	reports := []PairReport{}
	for _, v := range views {
		if v.State == workflows.Skipped || o.Route != "" && v.Route != o.Route || o.State != "" && v.State != o.State {
			continue
		}
		reports = append(reports, PairReport{v.Route, v.WorkflowID, v.State, v.Reason, v.Left, v.Right, v.Comments, v.Detail, v.SyncedAt})
	}
	slices.SortFunc(reports, func(a, b PairReport) int {
		return cmp.Or(cmp.Compare(a.Route, b.Route), compareKeys(a.Left.Key, b.Left.Key),
			compareKeys(a.Right.Key, b.Right.Key), cmp.Compare(a.WorkflowID, b.WorkflowID))
	})
	printPairs(out, reports)
	return nil
}

// lostPairs lists the pairs whose latest run was ended from outside.
func lostPairs(ctx context.Context, c client.Client, running []run) ([]run, error) {
	ended, err := list(ctx, c, "WorkflowType = '"+addressing.Pair+"' AND ExecutionStatus IN ('Terminated', 'Failed', 'TimedOut', 'Canceled')")
	if err != nil {
		return nil, err
	}
	alive := map[string]bool{}
	for _, r := range running {
		alive[r.id] = true
	}
	var lost []run
	for _, r := range latest(ended) {
		if alive[r.id] {
			continue
		}
		// A later run may have completed, or be an alias.
		answer, err := c.DescribeWorkflowExecution(ctx, r.id, "")
		if missing(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("describe %s: %w", r.id, plain(err))
		}
		if answer.GetWorkflowExecutionInfo().GetExecution().GetRunId() == r.runID {
			lost = append(lost, r)
		}
	}
	return lost, nil
}

func printPairs(out Console, reports []PairReport) {
	if out.JSON {
		printJSON(out.Out, reports)
		return
	}
	if len(reports) == 0 {
		out.note("no pairs")
		return
	}
	t := newColumns(out.Out)
	t.row("LEFT", "RIGHT", "STATE", "REASON", "SYNCED (UTC)", "ROUTE")
	for _, r := range reports {
		t.row(cmp.Or(r.Left.Key, "-"), cmp.Or(r.Right.Key, "-"), r.State,
			cmp.Or(string(r.Reason), "-"), cmp.Or(clock(r.SyncedAt), "-"), r.Route)
	}
	t.flush("")
}
