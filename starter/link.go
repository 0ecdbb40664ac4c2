package starter

import (
	"context"
	"fmt"
	"strings"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// end is one of the two tickets to link.
type end struct {
	key   string
	ref   ticket.Ref
	other string // the other ticket's connection
	// pair tells that a pair runs with this ticket as its origin; alias that
	// something else holds the ticket's id.
	pair, alias bool
}

func (e end) id() string { return ticket.PairID(e.ref, e.other) }

// Link links two tickets that exist, or links them again after an unlink.
// Neither may be linked with another ticket of the same connection. Where the
// second names a connection that is only told of changes, the first is told of
// again.
func Link(ctx context.Context, c client.Client, leftKey, rightKey string, out Console) error {
	routes, err := routesInForce(ctx, c)
	if err != nil {
		return err
	}
	if p, ok := telling(routes, leftKey, rightKey); ok {
		return tellAgain(ctx, c, p, leftKey, out)
	}
	var keys [2]string
	for i, s := range []string{leftKey, rightKey} {
		key, err := ParseKey(s)
		if err != nil {
			return err
		}
		keys[i] = key
	}
	rules, ends, err := join(ctx, c, routes, keys)
	if err != nil {
		return err
	}
	linked, err := elsewhere(ctx, c, ends)
	if err != nil {
		return err
	}
	if linked {
		_, _ = fmt.Fprintf(out.Out, "%s and %s are linked already\n", keys[0], keys[1])
		return nil
	}
	origin, replica, err := originOf(ends)
	if err != nil {
		return err
	}
	err = ask(ctx, c, question{
		workflow: origin.id(), update: addressing.UpdateLink,
		args:  []any{workflows.LinkTo{Replica: replica.ref, Rules: &rules}},
		start: c.NewWithStartWorkflowOperation(routing.PairOptions(origin.id()), addressing.Pair, struct{}{}),
	}, nil)
	if err != nil {
		return fmt.Errorf("link %s with %s: %w", keys[0], keys[1], plain(err))
	}
	_, _ = fmt.Fprintf(out.Out, "%s ⇄ %s is linked on route %s\n", keys[0], keys[1], rules.Name)
	return nil
}

// join finds the route between the two tickets' containers and the tickets'
// own ids.
func join(ctx context.Context, c client.Client, routes []reconcile.Rules, keys [2]string) (reconcile.Rules, [2]end, error) {
	var ends [2]end
	candidates := joining(routes, keys)
	if len(candidates) == 0 {
		return reconcile.Rules{}, ends, NotFound("no route joins the containers of %s and %s: ticketsync routes lists them", keys[0], keys[1])
	}
	chosen := candidates[0]
	for i, key := range keys {
		side := chosen.side
		if i == 1 {
			side = side.Other()
		}
		p := place{chosen.rules, side}
		verdicts, err := judgeKey(ctx, c, []reconcile.Rules{p.rules}, key)
		if err != nil {
			return reconcile.Rules{}, ends, err
		}
		for _, v := range verdicts {
			if v.side == side {
				ends[i] = end{key: v.Key, ref: v.Ref, other: p.other()}
			}
		}
		if ends[i].ref.IsZero() {
			return reconcile.Rules{}, ends, NotFound("ticket %s cannot be found on %s", key, p.end().Connection)
		}
		pair, alias, err := pairAt(ctx, c, ends[i].id())
		if err != nil {
			return reconcile.Rules{}, ends, err
		}
		ends[i].pair, ends[i].alias = pair != nil, alias
	}
	return chosen.rules, ends, nil
}

// joining lists the routes between the containers of two keys, with the side
// of the first; those in force come first.
func joining(routes []reconcile.Rules, keys [2]string) []place {
	var live, resting []place
	for _, p := range places(routes, keys[0]) {
		back := place{p.rules, p.side.Other()}
		if !prefixed(p, keys[0]) || !prefixed(back, keys[1]) {
			continue
		}
		if p.rules.IsEnabled() {
			live = append(live, p)
		} else {
			resting = append(resting, p)
		}
	}
	return append(live, resting...)
}

func prefixed(p place, key string) bool {
	return strings.EqualFold(p.end().Container.Key, ticket.KeyPrefix(key))
}

// elsewhere looks at the pairs the two tickets have with each other's
// connection. It reports whether they are linked with each other, and refuses
// when one is linked with a third.
func elsewhere(ctx context.Context, c client.Client, ends [2]end) (linked bool, err error) {
	for i, e := range ends {
		runs, err := byKey(ctx, c, e.key)
		if err != nil {
			return false, err
		}
		// The list may lag behind a pair that was just begun.
		if e.pair {
			runs = append(runs, run{id: e.id()})
		}
		seen := map[string]bool{}
		for _, r := range runs {
			origin, to, err := ticket.ParsePairID(r.id)
			between := err == nil && (origin.Connection == e.ref.Connection && to == e.other || origin.Connection == e.other && to == e.ref.Connection)
			if !between || seen[r.id] {
				continue
			}
			seen[r.id] = true
			view, err := query(ctx, c, r)
			if late(err) {
				return false, ErrNoWorker
			}
			if err != nil {
				return false, fmt.Errorf("ask %s: %w", r.id, plain(err))
			}
			mine, theirs := partners(view, origin, e.ref)
			if !mine || view.State == workflows.Unlinked || view.State == workflows.Skipped || theirs.Ref == "" {
				continue
			}
			if theirs.Ref != ends[1-i].ref.ID {
				return false, fmt.Errorf("%s is linked with %s: ticketsync unlink %s first", e.key, theirs.Key, e.key)
			}
			linked = true
		}
	}
	return linked, nil
}

// partners reports whether a pair is one of the ticket's, and what it is
// linked with. Two trackers may give different tickets the same id, so the
// connection decides which of the two is meant.
func partners(v workflows.View, origin, ref ticket.Ref) (mine bool, theirs workflows.TicketView) {
	first, replica := v.Left, v.Right
	if first.Ref != origin.ID {
		first, replica = v.Right, v.Left
	}
	if ref.Connection == origin.Connection {
		return ref.ID == origin.ID, replica
	}
	return ref.ID == replica.Ref, first
}

// originOf decides under which ticket's id the pair runs. A ticket whose pair
// runs already stays the origin: its events go there. Else it is the first,
// unless an alias holds its id.
func originOf(ends [2]end) (origin, replica end, err error) {
	a, b := ends[0], ends[1]
	switch {
	case a.pair && b.pair:
		return a, b, fmt.Errorf("%s and %s each have a pair of their own (%s, %s), so neither can become the other's replica: link one with its former partner, or terminate its workflow first",
			a.key, b.key, a.id(), b.id())
	case a.pair:
		return a, b, nil
	case b.pair:
		return b, a, nil
	case !a.alias:
		return a, b, nil
	case !b.alias:
		return b, a, nil
	}
	return a, b, fmt.Errorf("%s and %s are both replicas of tickets they were unlinked from: link one with its former origin", a.key, b.key)
}
