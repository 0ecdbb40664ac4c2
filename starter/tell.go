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

// telling finds the route that tells a connection of a ticket's changes.
func telling(routes []reconcile.Rules, key, connection string) (p place, ok bool) {
	for _, r := range routes {
		side, announces := r.Announces()
		if !announces || !strings.EqualFold(r.End(side).Connection, connection) {
			continue
		}
		if p = (place{r, side.Other()}); prefixed(p, key) {
			return p, true
		}
	}
	return place{}, false
}

// tellAgain takes up a pair that only tells of changes, after an unlink.
func tellAgain(ctx context.Context, c client.Client, p place, key string, out Console) error {
	verdicts, err := judgeKey(ctx, c, []reconcile.Rules{p.rules}, key)
	if err != nil {
		return err
	}
	var ref ticket.Ref
	for _, v := range verdicts {
		if v.side == p.side {
			ref = v.Ref
		}
	}
	if ref.IsZero() {
		return NotFound("ticket %s cannot be found on %s", key, p.end().Connection)
	}
	id := ticket.PairID(ref, p.other())
	err = ask(ctx, c, question{
		workflow: id, update: addressing.UpdateLink,
		args:  []any{workflows.LinkTo{Replica: ticket.Ref{Connection: p.other(), ID: key}, Rules: &p.rules}},
		start: c.NewWithStartWorkflowOperation(routing.PairOptions(id), addressing.Pair, struct{}{}),
	}, nil)
	if err != nil {
		return fmt.Errorf("link %s with %s: %w", key, p.other(), plain(err))
	}
	_, _ = fmt.Fprintf(out.Out, "%s is told of %s again on route %s\n", p.other(), key, p.rules.Name)
	return nil
}
