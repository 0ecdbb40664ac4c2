package activities

import (
	"context"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/ticket"
)

// AuditParams asks for every open pair that touches a connection to look again.
type AuditParams struct {
	Connection string `json:"connection"`
}

// AuditResult counts the pairs hinted.
type AuditResult struct {
	Sent int `json:"sent"`
}

// Audit hints the linked pairs of a connection's own tickets: deletions, and
// on some trackers comments, appear in no list of changes. A pair whose
// tickets are both done ignores it. Repeating it costs reads and nothing else.
func (a *Activities) Audit(ctx context.Context, p AuditParams) (*AuditResult, error) {
	out := &AuditResult{}
	var page []byte
	for {
		answer, err := a.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			NextPageToken: page,
			Query: "WorkflowType = '" + addressing.Pair + "' AND ExecutionStatus = 'Running' AND " + addressing.AttrState +
				" IN ('linked', 'attention', 'syncing')",
		})
		if err != nil {
			return nil, fail(unavailable("list pairs", err))
		}
		for _, e := range answer.GetExecutions() {
			id := e.GetExecution().GetWorkflowId()
			origin, other, err := ticket.ParsePairID(id)
			if err != nil || origin.Connection != p.Connection && other != p.Connection {
				continue
			}
			hint := ticket.Hint{Ref: ticket.Ref{Connection: p.Connection}, Kind: ticket.ChangeHint, Source: "audit"}
			if _, err := routing.Send(ctx, a.temporal, addressing.Delivery{WorkflowID: id, Hint: hint}); err != nil {
				return nil, fail(unavailable("hint pair", err))
			}
			out.Sent++
		}
		if page = answer.GetNextPageToken(); len(page) == 0 {
			return out, nil
		}
		if activity.IsActivity(ctx) {
			activity.RecordHeartbeat(ctx)
		}
	}
}
