package starter

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// RouteInForce is one route as routes lists it.
type RouteInForce struct {
	Route      string              `json:"route"`
	WorkflowID string              `json:"workflow_id"`
	State      string              `json:"state"` // in-force, attention, paused, disabled or removed
	Direction  reconcile.Direction `json:"direction"`
	Left       EndReport           `json:"left"`
	Right      EndReport           `json:"right"`
	Version    int                 `json:"version"`
	Since      time.Time           `json:"since"`
	// Reason and Detail are why the route is in attention.
	Reason ticket.Reason `json:"reason,omitempty"`
	Detail string        `json:"detail,omitempty"`
}

// Routes lists every route that was ever applied.
func Routes(ctx context.Context, c client.Client, out Console) error {
	rules, err := routesInForce(ctx, c)
	if err != nil {
		return err
	}
	list := []RouteInForce{}
	for _, r := range rules {
		in := RouteInForce{
			Route: r.Name, WorkflowID: addressing.RouteID(r.Name), State: routeState(&r), Direction: r.Direction,
			Left: endReport(r.Left), Right: endReport(r.Right), Version: r.Version, Since: r.Since,
		}
		if in.State == workflows.Attention {
			in.Reason, in.Detail = r.Resting(), r.Stopped
		}
		list = append(list, in)
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
	for _, r := range list {
		if r.Reason != "" {
			m, _ := ticket.Explain(r.Reason)
			_, _ = fmt.Fprintf(out.Out, "\nroute %s: %s: %s\n  %s\n", r.Route, r.Reason, r.Detail, m.Remedy)
		}
	}
	return nil
}

func routeState(r *reconcile.Rules) string {
	switch {
	case r.Removed:
		return "removed"
	case r.Paused:
		return "paused"
	case r.Stopped != "":
		return workflows.Attention
	case !r.IsEnabled():
		return "disabled"
	}
	return "in-force"
}
