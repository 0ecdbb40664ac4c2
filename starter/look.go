package starter

import (
	"cmp"
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

// silence says which pairs gave no answer, and why.
type silence struct {
	pairs    int
	noWorker bool // else the pairs themselves are in trouble
}

// look asks pairs how they stand. A pair that does not answer is shown by its
// search attributes, with the reason no-worker when no worker runs.
func look(ctx context.Context, c client.Client, runs []run) ([]workflows.View, silence, error) {
	before, alive, err := lastPoll(ctx, c)
	if err != nil {
		return nil, silence{}, err
	}
	views := make([]workflows.View, len(runs))
	answered := make([]bool, len(runs))
	gate := make(chan struct{}, queries)
	// A pair that does not answer speaks for all, until one does: then the
	// worker lives and only that pair is in trouble.
	asking, giveUp := context.WithCancel(ctx)
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
			view, err := query(asking, c, r)
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
	var silent silence
	for i := range answered {
		if !answered[i] {
			silent.pairs++
		}
	}
	if silent.pairs == 0 || heard.Load() {
		return views, silent, nil
	}
	last, _, err := lastPoll(ctx, c)
	if silent.noWorker = err != nil || !last.After(before); silent.noWorker {
		for i := range views {
			views[i].Reason = cmp.Or(views[i].Reason, ticket.NoWorker)
		}
	}
	return views, silent, nil
}

// note tells the operator that what is shown may be old.
func (s silence) note(out Console) {
	switch {
	case s.pairs == 0:
	case s.noWorker:
		out.note("%s; shown is what the pairs last said", ErrNoWorker)
	default:
		out.note("without an answer: %d; shown is what these pairs last said, Temporal's UI says what ails them", s.pairs)
	}
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
