package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/ticket"
)

// AliasState is all that an alias carries.
type AliasState struct {
	// Pair is the workflow id of the pair whose replica this alias stands for.
	Pair string `json:"pair"`
	// Hints still to be forwarded. Bounded: more than a few are one "something
	// changed".
	Hints []ticket.Hint `json:"hints,omitempty"`
}

// add keeps a hint for forwarding.
func (st *AliasState) add(h ticket.Hint) {
	const most = 50
	if len(st.Hints) >= most {
		// That a ticket was deleted cannot be found out by looking.
		st.Hints = slices.DeleteFunc(st.Hints, func(h ticket.Hint) bool { return h.Kind != ticket.DeleteEvent })
		st.Hints = append(st.Hints[:min(len(st.Hints), 1)], ticket.Hint{Ref: h.Ref, Kind: ticket.ChangeHint, Source: "alias"})
	}
	st.Hints = append(st.Hints, h)
}

// Alias runs under the id that a replica's events are addressed to, and
// forwards them to the pair. When the pair is gone it becomes a Pair run,
// which finds the marker and brings the pair back.
func Alias(ctx workflow.Context, st AliasState) error {
	a := &alias{AliasState: st, ctx: ctx,
		hints:  workflow.GetSignalChannel(ctx, addressing.SignalHint),
		master: workflow.GetSignalChannel(ctx, addressing.SignalAlias),
	}
	if err := workflow.SetUpdateHandler(ctx, addressing.UpdateClaim, a.claimed); err != nil {
		return err
	}
	return a.run()
}

type alias struct {
	AliasState
	ctx    workflow.Context
	hints  workflow.ReceiveChannel
	master workflow.ReceiveChannel
}

func (a *alias) run() error {
	began := workflow.Now(a.ctx)
	workflow.SetCurrentDetails(a.ctx, "Replica of `"+a.Pair+"`; forwards what its tracker reports.")
	for {
		a.drain()
		if !a.forward() {
			return a.firstContact()
		}
		if a.hints.Len() > 0 || a.master.Len() > 0 {
			continue
		}
		info := workflow.GetInfo(a.ctx)
		if info.GetContinueAsNewSuggested() || info.GetCurrentHistoryLength() > manyEvents {
			if age := workflow.Now(a.ctx).Sub(began); age < shortRun {
				if err := workflow.Sleep(a.ctx, shortRun-age); err != nil {
					return err
				}
			}
			if err := a.quiesce(); err != nil {
				return err
			}
			a.drain()
			return workflow.NewContinueAsNewError(a.ctx, addressing.Alias, a.AliasState)
		}
		if err := workflow.Await(a.ctx, func() bool { return a.hints.Len() > 0 || a.master.Len() > 0 }); err != nil {
			return err
		}
	}
}

// serve forwards hints until a time; what cannot be forwarded is the next run's.
func (a *alias) serve(until time.Time) {
	for a.forward() {
		wait := until.Sub(workflow.Now(a.ctx))
		if wait <= 0 {
			return
		}
		more, err := workflow.AwaitWithTimeout(a.ctx, wait, func() bool { return a.hints.Len() > 0 || a.master.Len() > 0 })
		if err != nil || !more {
			return
		}
		a.drain()
	}
}

func (a *alias) drain() {
	for {
		var h ticket.Hint
		if !a.hints.ReceiveAsync(&h) {
			break
		}
		a.add(h)
	}
	for {
		var pair string
		if !a.master.ReceiveAsync(&pair) {
			return
		}
		a.Pair = pair
	}
}

// forward passes the hints on; false when the pair cannot be signalled.
func (a *alias) forward() bool {
	for len(a.Hints) > 0 {
		err := workflow.SignalExternalWorkflow(a.ctx, a.Pair, "", addressing.SignalHint, a.Hints[0]).Get(a.ctx, nil)
		if err != nil {
			return a.ctx.Err() != nil
		}
		a.Hints = a.Hints[1:]
	}
	return true
}

// firstContact turns the alias back into a run that looks at its ticket. The
// ticket's marker brings the pair back, and the run becomes its alias again.
func (a *alias) firstContact() error {
	if err := a.quiesce(); err != nil {
		return err
	}
	a.drain()
	return workflow.NewContinueAsNewError(a.ctx, addressing.Pair, PairState{})
}

func (a *alias) quiesce() error {
	return workflow.Await(a.ctx, func() bool { return workflow.AllHandlersFinished(a.ctx) })
}

// claimed passes a clone's question on: its marker names the replica's own id
// only by mistake, and the pair knows.
func (a *alias) claimed(ctx workflow.Context, c activities.Claim) (activities.Answer, error) {
	var answer activities.Answer
	ctx = temporalCall(ctx, "pass a claim on")
	err := workflow.ExecuteActivity(ctx, act.Ask, activities.AskParams{Pair: a.Pair, Claim: c}).Get(ctx, &answer)
	return answer, err
}
