package starter

import (
	"context"
	"strconv"
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
	t := newColumns(out.Out)
	t.row("ROUTE", "STATE", "LEFT", "DIRECTION", "RIGHT", "VERSION", "SINCE (UTC)")
	for _, r := range list {
		t.row(r.Route, r.State, r.Left.String(), string(r.Direction), r.Right.String(), strconv.Itoa(r.Version), clock(r.Since))
	}
	t.flush("")
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
