package starter

import (
	"context"
	"sync"
	"sync/atomic"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// queries is how many pairs are asked at once.
const queries = 16

// look asks pairs how they stand. A pair that does not answer, because no
// worker runs, is shown by its search attributes; silent counts those.
func look(ctx context.Context, c client.Client, runs []run) (views []workflows.View, silent int, err error) {
	_, alive, err := lastPoll(ctx, c)
	if err != nil {
		return nil, 0, err
	}
	views = make([]workflows.View, len(runs))
	answered := make([]bool, len(runs))
	gate := make(chan struct{}, queries)
	// A pair that does not answer speaks for all, until one does: then the
	// worker lives and only that pair is in trouble.
	ctx, giveUp := context.WithCancel(ctx)
	defer giveUp()
	var heard atomic.Bool
	var all sync.WaitGroup
	for i, r := range runs {
		views[i] = r.last
		if !alive {
			continue
		}
		all.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			view, err := query(ctx, c, r)
			if err != nil {
				if late(err) && !heard.Load() {
					giveUp()
				}
				return
			}
			heard.Store(true)
			views[i], answered[i] = view, true
		})
	}
	all.Wait()
	for i := range views {
		if !answered[i] {
			silent++
			if views[i].Reason == "" {
				views[i].Reason = ticket.NoWorker
			}
		}
	}
	return views, silent, nil
}

// query asks one pair.
func query(ctx context.Context, c client.Client, r run) (workflows.View, error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	var view workflows.View
	answer, err := c.QueryWorkflow(ctx, r.id, r.runID, addressing.QueryStatus)
	if err == nil {
		err = answer.Get(&view)
	}
	if view.Fields == nil {
		view.Fields = []workflows.FieldView{}
	}
	if view.Journal == nil {
		view.Journal = []workflows.Entry{}
	}
	return view, err
}
