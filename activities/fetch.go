package activities

import (
	"context"
	"time"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// FetchParams asks for one ticket.
type FetchParams struct {
	Ref     ticket.Ref            `json:"ref"`
	Options trackers.FetchOptions `json:"options"`
	// Route and Version are the settings the pair works by.
	Route   string `json:"route"`
	Version int    `json:"version"`
	// Other is the pair's other connection.
	Other string `json:"other"`
	// Expect is the version of the settings that must exist by now, 0 for any.
	Expect int `json:"expect,omitempty"`
}

// FetchResult is the ticket, and what else a pair learns on the occasion.
type FetchResult struct {
	Ticket *ticket.Snapshot `json:"ticket"`
	// Rules are newer settings of the pair's route, nil when there are none.
	Rules *reconcile.Rules `json:"rules,omitempty"`
	// Routes are all routes between the two connections; given when the
	// ticket lies outside its route's container.
	Routes []reconcile.Rules `json:"routes,omitempty"`
	// Quiet and Confirm are the connection's waiting times.
	Quiet   time.Duration `json:"quiet,omitempty"`
	Confirm time.Duration `json:"confirm,omitempty"`
}

// Fetch reads a ticket. It changes nothing, so it may run any number of times.
func (a *Activities) Fetch(ctx context.Context, p FetchParams) (*FetchResult, error) {
	reader, conn, err := use[trackers.Reader](a, p.Ref.Connection, "fetch ticket")
	if err != nil {
		return nil, err
	}
	routes, err := a.between(ctx, p.Ref.Connection, p.Other, expect{p.Route, p.Expect})
	if err != nil {
		return nil, fail(err)
	}
	out := &FetchResult{Quiet: conn.Quiet, Confirm: conn.ConfirmDelete}
	for i, r := range routes {
		if r.Name == p.Route && r.Version != p.Version {
			out.Rules = &routes[i]
			side, _ := r.SideOf(p.Ref.Connection)
			p.Options.Custom = r.CustomFields(side)
		}
	}
	if out.Ticket, err = reader.Fetch(ctx, p.Ref.ID, p.Options); err != nil {
		return nil, fail(err)
	}
	for _, r := range routes {
		if side, _ := r.SideOf(p.Ref.Connection); r.Name == p.Route && !r.Covers(side, out.Ticket.Container) {
			out.Routes = routes
		}
	}
	return out, nil
}

// expect names settings that are known to have been applied, so that ones
// remembered from before do not count.
type expect struct {
	route   string
	version int
}

// between lists the routes between two connections.
func (a *Activities) between(ctx context.Context, left, right string, e expect) ([]reconcile.Rules, error) {
	for again := false; ; again = true {
		all, err := a.routes.Rules(ctx)
		if err != nil {
			return nil, err
		}
		var out []reconcile.Rules
		old := false
		for _, r := range all {
			if r.Connects(left, right) {
				out = append(out, r)
				old = old || r.Name == e.route && r.Version < e.version
			}
		}
		if !old || again {
			return out, nil
		}
		a.routes.Forget()
	}
}
