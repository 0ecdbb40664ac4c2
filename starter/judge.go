package starter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/workflows"
)

// verdict is what one route says about a ticket.
type verdict struct {
	place
	activities.JudgeResult
}

// pairID is the id of the pair that the ticket would start.
func (v verdict) pairID() string { return ticket.PairID(v.Ref, v.other()) }

// judgeKey fetches a ticket through every route it may be on and returns each
// route's verdicts. A ticket that none can find is a *NotFoundError.
func judgeKey(ctx context.Context, c client.Client, routes []reconcile.Rules, key string) ([]verdict, error) {
	at := places(routes, key)
	if len(at) == 0 {
		return nil, NotFound("ticket %s cannot be looked up: no route is in force, ticketsync apply makes one", key)
	}
	verdicts := make([]verdict, len(at))
	errs := make([]error, len(at))
	var all sync.WaitGroup
	for i, p := range at {
		all.Go(func() {
			verdicts[i].place = p
			errs[i] = ask(ctx, c, question{
				workflow: addressing.RouteID(p.rules.Name), update: addressing.UpdateJudge,
				args: []any{workflows.Judge{Side: p.side, Key: key}},
			}, &verdicts[i].JudgeResult)
		})
	}
	all.Wait()
	var found []verdict
	var failed error
	for i, err := range errs {
		_, kind, spoken := said(err)
		switch {
		case err == nil:
			found = append(found, verdicts[i])
		case errors.Is(err, ErrNoWorker):
			return nil, err
		case spoken && (kind == string(trackers.NotFound) || kind == string(trackers.Invalid)):
			// Not there, or nothing that this tracker would call a key.
		default:
			failed = cmp.Or(failed, fmt.Errorf("look for %s on %s: %w", key, at[i].end().Connection, plain(err)))
		}
	}
	switch {
	case len(found) > 0:
		return found, nil
	case failed != nil:
		return nil, failed
	}
	return nil, NotFound("ticket %s cannot be found: it does not exist, or the accounts of the connections may not see it", key)
}

// firstNo is the reason of the first rule that keeps the ticket from being
// replicated, "" when none does.
func (v verdict) firstNo() (ticket.Reason, string) {
	for _, w := range v.Verdicts {
		if !w.OK {
			return w.Reason, w.Detail
		}
	}
	return "", ""
}

// view presents a ticket without a pair.
func (v verdict) view() TicketReport {
	r := TicketReport{View: workflows.View{
		Route: v.rules.Name, WorkflowID: v.pairID(), State: workflows.Skipped,
		Fields: []workflows.FieldView{}, Journal: []workflows.Entry{},
	}, Verdicts: v.Verdicts}
	r.Reason, r.Detail = v.firstNo()
	t := workflows.TicketView{Key: v.Key, Ref: v.Ref.ID, URL: v.URL}
	if v.side == ticket.Left {
		r.Left = t
	} else {
		r.Right = t
	}
	return r
}

// routesInForce returns the settings of every route.
func routesInForce(ctx context.Context, c client.Client) ([]reconcile.Rules, error) {
	rules, err := routing.NewRegistry(c, quiet, 0).Rules(ctx)
	if err != nil {
		return nil, plain(err)
	}
	return rules, nil
}

// locate finds the pairs of a ticket. The lists of Temporal lag by a moment,
// so a ticket that is in none is looked up and its pair asked for by id; what
// the routes say about it is returned when there is no pair.
func locate(ctx context.Context, c client.Client, key string) ([]run, []verdict, error) {
	pairs, err := byKey(ctx, c, key)
	if err != nil || len(pairs) > 0 {
		return pairs, nil, err
	}
	routes, err := routesInForce(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	verdicts, err := judgeKey(ctx, c, routes, key)
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{}
	for _, v := range verdicts {
		if seen[v.pairID()] {
			continue
		}
		seen[v.pairID()] = true
		found, _, err := pairAt(ctx, c, v.pairID())
		if err != nil {
			return nil, nil, err
		}
		if found != nil {
			pairs = append(pairs, *found)
		}
	}
	return pairs, verdicts, nil
}
