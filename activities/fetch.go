package activities

import (
	"context"
	"sync"
	"time"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// FetchParams asks for one or both tickets of a pair.
type FetchParams struct {
	Tickets []FetchTicket `json:"tickets"`
	// Left and Right are the pair's connections; Route and Version the
	// settings it works by.
	Left    string `json:"left"`
	Right   string `json:"right"`
	Route   string `json:"route"`
	Version int    `json:"version"`
	// Expect is the version of the settings that must exist by now, 0 for any.
	Expect int `json:"expect,omitempty"`
	// Background gives way to live edits when a quota runs low.
	Background bool `json:"background,omitempty"`
}

// FetchTicket is one ticket wanted.
type FetchTicket struct {
	Ref     ticket.Ref            `json:"ref"`
	Options trackers.FetchOptions `json:"options"`
}

// FetchResult holds the tickets, in the order they were asked for, and what
// else a pair learns on the occasion.
type FetchResult struct {
	Tickets []Fetched `json:"tickets"`
	// Rules are newer settings of the pair's route, nil when there are none.
	Rules *reconcile.Rules `json:"rules,omitempty"`
	// Routes are all routes between the two connections; given when a ticket
	// lies outside its route's container.
	Routes []reconcile.Rules `json:"routes,omitempty"`
}

// Fetched is a ticket, or why it cannot be had.
type Fetched struct {
	Ticket  *ticket.Snapshot `json:"ticket,omitempty"`
	Failure *Failure         `json:"failure,omitempty"`
	// Quiet and Confirm are the connection's waiting times.
	Quiet   time.Duration `json:"quiet,omitempty"`
	Confirm time.Duration `json:"confirm,omitempty"`
	// Writers is how many pairs may write to the ticket. They do not know each
	// other, so each keeps to its part of what the tracker allows.
	Writers int `json:"writers,omitempty"`
}

// Fetch reads tickets at the same moment. One activity for both keeps a
// round's history short: each completion would wake the workflow by itself.
// A failure that may pass fails the activity, which is tried again; one that
// stays is part of the result, and so is having given way: a live edit must be
// able to wake the pair meanwhile. It changes nothing, so it may run any number of
// times.
func (a *Activities) Fetch(ctx context.Context, p FetchParams) (*FetchResult, error) {
	if p.Background {
		ctx = trackers.Background(ctx)
	}
	routes, err := a.between(ctx, p.Left, p.Right, expect{p.Route, p.Expect})
	if err != nil {
		return nil, fail(err)
	}
	out := &FetchResult{Tickets: make([]Fetched, len(p.Tickets))}
	for i, r := range routes {
		if r.Name == p.Route && r.Version != p.Version {
			out.Rules = &routes[i]
		}
	}
	errs := make([]error, len(p.Tickets))
	var reading sync.WaitGroup
	for i, t := range p.Tickets {
		if out.Rules != nil {
			side, _ := out.Rules.SideOf(t.Ref.Connection)
			t.Options.Custom = out.Rules.CustomFields(side)
		}
		reading.Go(func() { out.Tickets[i], errs[i] = a.fetch(ctx, t) })
	}
	reading.Wait()
	for i, err := range errs {
		if err == nil {
			continue
		}
		err = fail(err)
		f := FailureOf(err)
		if f.Kind == trackers.Unavailable || f.Kind == trackers.RateLimited && !f.GaveWay {
			return nil, err
		}
		out.Tickets[i].Failure = &f
	}
	all, err := a.routes.Rules(ctx)
	if err != nil {
		return nil, fail(err)
	}
	for i, got := range out.Tickets {
		if got.Ticket != nil {
			out.Tickets[i].Writers = writers(all, got.Ticket)
		}
		for _, r := range routes {
			side, _ := r.SideOf(p.Tickets[i].Ref.Connection)
			if r.Name == p.Route && got.Ticket != nil && !r.Covers(side, got.Ticket.Container) {
				out.Routes = routes
			}
		}
	}
	return out, nil
}

func (a *Activities) fetch(ctx context.Context, t FetchTicket) (Fetched, error) {
	reader, conn, err := use[trackers.Reader](a, t.Ref.Connection, "fetch ticket")
	if err != nil {
		return Fetched{}, err
	}
	snap, err := reader.Fetch(ctx, t.Ref.ID, t.Options)
	return Fetched{Ticket: snap, Quiet: conn.Quiet, Confirm: conn.ConfirmDelete}, err
}

// writers counts the pairs of a ticket that may write to it: it has at most one
// with each other connection, and a route that only tells writes nothing here.
// A paused route counts, because it may go on at any moment.
func writers(routes []reconcile.Rules, t *ticket.Snapshot) int {
	others := map[string]bool{}
	for i := range routes {
		r := &routes[i]
		side, ok := r.SideOf(t.Ref.Connection)
		if _, tells := r.Announces(); ok && !tells && !r.Removed && r.Covers(side, t.Container) {
			others[r.End(side.Other()).Connection] = true
		}
	}
	return max(len(others), 1)
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
