package starter

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/activities"
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
	unread := sweeps{}
	list := []RouteInForce{}
	for _, r := range rules {
		in := RouteInForce{
			Route: r.Name, WorkflowID: addressing.RouteID(r.Name), State: routeState(&r), Direction: r.Direction,
			Left: endReport(r.Left), Right: endReport(r.Right), Version: r.Version, Since: r.Since,
		}
		if in.State == workflows.Attention {
			in.Reason, in.Detail = r.Resting(), r.Stopped
		}
		if in.State == "in-force" {
			if in.Detail, err = unread.hidden(ctx, c, &r); err != nil {
				return err
			}
			if in.Detail != "" {
				in.State, in.Reason = workflows.Attention, ticket.AccessLost
			}
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
			lines := append(wrap(fmt.Sprintf("route %s: %s: %s", r.Route, r.Reason, r.Detail), wide), wrap(m.Remedy, wide)...)
			_, _ = fmt.Fprintf(out.Out, "\n%s\n", strings.Join(lines, "\n  "))
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

// sweeps are what the connections' sweeps cannot read, by connection.
type sweeps map[string]map[string]activities.Hidden

// hidden says which container of a route cannot be read, "" for none.
func (s sweeps) hidden(ctx context.Context, c client.Client, r *reconcile.Rules) (string, error) {
	for _, side := range []ticket.Side{ticket.Left, ticket.Right} {
		end := r.End(side)
		if _, known := s[end.Connection]; !known {
			s[end.Connection] = nil
			answer, err := c.DescribeWorkflowExecution(ctx, addressing.SweepID(end.Connection), "")
			var missing *serviceerror.NotFound
			if errors.As(err, &missing) {
				continue // no sweep: it is only told of changes, or no worker has run yet
			}
			if err != nil {
				return "", plain(err)
			}
			st, _, err := workflows.SweepOf(answer.GetWorkflowExecutionInfo().GetMemo())
			if err != nil {
				return "", fmt.Errorf("read what %s has published: %w", addressing.SweepID(end.Connection), err)
			}
			s[end.Connection] = st.Hidden
		}
		if h, is := s[end.Connection][end.Container.ID]; is {
			return fmt.Sprintf("%s on %s cannot be read, known until %s UTC: %s", h.Name, end.Connection, clock(h.Since), h.Error), nil
		}
	}
	return "", nil
}
