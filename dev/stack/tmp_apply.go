package stack

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/workflows"
)

func applyDirect(ctx context.Context, s *Stack) error {
	for _, r := range s.File.Routes {
		var res workflows.CheckResult
		if err := upd(ctx, s.Client, r.Name, addressing.UpdateCheck, r, &res); err != nil {
			return err
		}
		if len(res.Errors) > 0 {
			return fmt.Errorf("%v", res.Errors)
		}
		var out reconcile.Rules
		if err := upd(ctx, s.Client, r.Name, addressing.UpdateApply, res.Rules, &out); err != nil {
			return err
		}
	}
	return nil
}

func upd(ctx context.Context, c client.Client, route, name string, arg, out any) error {
	op := c.NewWithStartWorkflowOperation(routing.RouteOptions(route, nil), addressing.Route, reconcile.Rules{})
	h, err := c.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{StartWorkflowOperation: op, UpdateOptions: client.UpdateWorkflowOptions{
		WorkflowID: addressing.RouteID(route), UpdateName: name, Args: []any{arg}, WaitForStage: client.WorkflowUpdateStageCompleted}})
	if err != nil {
		return err
	}
	return h.Get(ctx, out)
}
