package starter

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
)

// RouteInForce is one route as routes lists it.
type RouteInForce struct {
	Route      string              `json:"route"`
	WorkflowID string              `json:"workflow_id"`
	State      string              `json:"state"` // in-force, paused, disabled or removed
	Direction  reconcile.Direction `json:"direction"`
	Left       EndReport           `json:"left"`
	Right      EndReport           `json:"right"`
	Version    int                 `json:"version"`
	Since      time.Time           `json:"since"`
}

// Routes lists every route that was ever applied.
func Routes(ctx context.Context, c client.Client, out Console) error {
	rules, err := routesInForce(ctx, c)
	if err != nil {
		return err
	}
	list := []RouteInForce{}
	for _, r := range rules {
		list = append(list, RouteInForce{
			Route: r.Name, WorkflowID: addressing.RouteID(r.Name), State: routeState(&r), Direction: r.Direction,
			Left: endReport(r.Left), Right: endReport(r.Right), Version: r.Version, Since: r.Since,
		})
	}
	if out.JSON {
		printJSON(out.Out, list)
		return nil
	}
	if len(list) == 0 {
		out.note("no routes: ticketsync apply brings those of a file into force")
		return nil
	}
	t := table(out.Out)
	_, _ = fmt.Fprintln(t, "ROUTE\tSTATE\tLEFT\tDIRECTION\tRIGHT\tVERSION\tSINCE")
	for _, r := range list {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", r.Route, r.State, r.Left, r.Direction, r.Right, r.Version, clock(r.Since))
	}
	_ = t.Flush()
	return nil
}

func routeState(r *reconcile.Rules) string {
	switch {
	case r.Removed:
		return "removed"
	case r.Paused:
		return "paused"
	case !r.IsEnabled():
		return "disabled"
	}
	return "in-force"
}
