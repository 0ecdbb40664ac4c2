package starter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// Target names what a command acts on.
type Target struct {
	// Key is a ticket's key; for Pause and Resume also a route's name.
	Key string
	// Route chooses among the pairs of a ticket that has several; "" is all,
	// where that does no harm.
	Route string
}

// Retry has every hold of a ticket's pairs tried now. A pair whose run was
// ended from outside begins anew: it finds its marker.
func Retry(ctx context.Context, c client.Client, target Target, out Console) error {
	return operate(ctx, c, target, order{update: addressing.UpdateRetry, done: "is tried again", revive: true}, out)
}

// Resolve decides a field that waits for a person: the value of one side is
// taken. With several pairs the target has to name the route.
func Resolve(ctx context.Context, c client.Client, target Target, field string, take string, out Console) error {
	side := ticket.Side(take)
	if side != ticket.Left && side != ticket.Right {
		return BadInput("--take %q: want left or right", take)
	}
	if field == "" {
		return BadInput("--field is missing: name the field to decide, as ticketsync show %s lists it", target.Key)
	}
	return operate(ctx, c, target, order{
		update: addressing.UpdateResolve, args: []any{workflows.Resolve{Field: ticket.Field(field), Take: side}},
		single: true, choosy: true, done: field + " is taken from the " + take,
	}, out)
}

// Unlink ends the replication of a pair for good, and says so on both tickets.
func Unlink(ctx context.Context, c client.Client, target Target, out Console) error {
	return operate(ctx, c, target, order{update: addressing.UpdateUnlink, single: true, done: "is unlinked"}, out)
}

// Pause rests a route, or the pairs of a ticket.
func Pause(ctx context.Context, c client.Client, target Target, out Console) error {
	return pauseOr(ctx, c, target, order{update: addressing.UpdatePause, done: "is paused"}, out)
}

// Resume is the inverse of Pause.
func Resume(ctx context.Context, c client.Client, target Target, out Console) error {
	return pauseOr(ctx, c, target, order{update: addressing.UpdateResume, done: "goes on"}, out)
}

func pauseOr(ctx context.Context, c client.Client, target Target, o order, out Console) error {
	routes, err := routesInForce(ctx, c)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(routes, func(r reconcile.Rules) bool { return r.Name == target.Key }) {
		if err := ask(ctx, c, question{workflow: addressing.RouteID(target.Key), update: o.update}, nil); err != nil {
			return fmt.Errorf("route %s: %w", target.Key, plain(err))
		}
		_, _ = fmt.Fprintf(out.Out, "route %s %s\n", target.Key, o.done)
		return nil
	}
	if _, err := ParseKey(target.Key); err != nil {
		return NotFound("%q is neither a route in force nor a ticket's key: ticketsync routes lists the routes", target.Key)
	}
	return operate(ctx, c, target, o, out)
}

// order is what a command asks of pairs.
type order struct {
	update string
	args   []any
	// single keeps the command from acting on several pairs unasked.
	single bool
	// choosy tells that the pair refuses what the operator chose, and not the
	// time for it.
	choosy bool
	// revive lets it begin a run where one was ended from outside.
	revive bool
	// done follows the pair's name when the pair has agreed.
	done string
}

// gap stands between the pair's name and what was done: a colon where a new
// sentence begins.
func (o order) gap() string {
	if o.choosy {
		return ": "
	}
	return " "
}

// operate gives an order to the pairs of a ticket.
func operate(ctx context.Context, c client.Client, target Target, o order, out Console) error {
	key, err := ParseKey(target.Key)
	if err != nil {
		return err
	}
	found, _, err := locate(ctx, c, key)
	if err != nil {
		return err
	}
	pairs, err := choose(key, target.Route, found)
	if err != nil {
		return err
	}
	if o.single && len(pairs) > 1 {
		return BadInput("%s has %d pairs: choose one with --route %s", key, len(pairs), strings.Join(routesOf(pairs), " or --route "))
	}
	for _, p := range pairs {
		q := question{workflow: p.id, update: o.update, args: o.args}
		if o.revive {
			q.start = c.NewWithStartWorkflowOperation(routing.PairOptions(p.id), addressing.Pair, struct{}{})
		}
		switch err := ask(ctx, c, q, nil); {
		case missing(err):
			return fmt.Errorf("%s: its run was ended from outside: ticketsync retry %s brings it back", name(p), key)
		case err != nil:
			_, _, refused := said(err)
			err = fmt.Errorf("%s: %w", name(p), plain(err))
			if refused && o.choosy && p.last.State != workflows.Unlinked {
				return &BadInputError{err}
			}
			return err
		}
		_, _ = fmt.Fprintf(out.Out, "%s%s%s\n", name(p), o.gap(), o.done)
	}
	return nil
}

// choose narrows the pairs of a ticket. Pairs that were unlinked are left
// alone while there is another.
func choose(key, route string, found []run) ([]run, error) {
	if len(found) == 0 {
		return nil, NotFound("%s is not linked: ticketsync show %s says why", key, key)
	}
	if route != "" {
		of := slices.DeleteFunc(slices.Clone(found), func(r run) bool { return r.last.Route != route })
		if len(of) == 0 {
			return nil, NotFound("%s has no pair on route %s, but on %s", key, route, strings.Join(routesOf(found), ", "))
		}
		return of, nil
	}
	live := slices.DeleteFunc(slices.Clone(found), func(r run) bool { return r.last.State == workflows.Unlinked })
	if len(live) > 0 {
		return live, nil
	}
	return found, nil
}

func routesOf(pairs []run) []string {
	var out []string
	for _, p := range pairs {
		out = append(out, p.last.Route)
	}
	return out
}

// name is how messages call a pair: by its keys, where they are known.
func name(r run) string {
	if r.last.Left.Key != "" && r.last.Right.Key != "" {
		return r.last.Left.Key + " ⇄ " + r.last.Right.Key
	}
	return r.id
}
