package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// links makes what ties the two tickets together for others to see: the
// replica's alias, and the markers on both tickets. All at once.
func (p *pair) links() {
	if !p.Enlist && !p.Mark {
		return
	}
	var enlisted workflow.Future
	if p.Enlist {
		ctx := temporalCall(p.ctx, "start alias of "+p.label(p.originSide().Other()))
		enlisted = workflow.ExecuteActivity(ctx, act.Enlist, activities.EnlistParams{Replica: p.Replica, Pair: p.id})
	}
	if p.Mark {
		p.mark(ticket.Linked, bothSides...)
	}
	if enlisted != nil {
		// Without an alias the replica's next event starts a run that finds
		// its marker and asks: slower, not wrong.
		if err := enlisted.Get(p.ctx, nil); err != nil {
			p.journal("alias not started", "", activities.FailureOf(err).Message)
		}
	}
	p.Enlist, p.Mark = false, false
}

// addressed reports whether the links that are to be made know where to lead.
// A link that is taken up again learns it by reading the tickets.
func (p *pair) addressed() bool {
	return p.Tickets[ticket.Left].URL != "" && p.Tickets[ticket.Right].URL != ""
}

// mark writes the pair's marker on some of its tickets. A tracker that refuses
// holds only the link.
func (p *pair) mark(state ticket.MarkerState, sides ...ticket.Side) {
	if len(p.spoken()) < len(bothSides) {
		return // there is no other ticket to lead to
	}
	futures := make([]workflow.Future, len(sides))
	for i, side := range sides {
		address := p.Tickets[side.Other()].URL
		if address == "" && state == ticket.Unlinked {
			address = p.Tickets[side].URL // the other one went before anybody read it
		}
		ctx := writing(p.ctx, p.label(side)+": link to "+p.label(side.Other()))
		futures[i] = workflow.ExecuteActivity(ctx, act.Mark, activities.MarkParams{
			Ref: p.ref(side), Marker: p.marker(state, address), Title: p.label(side.Other()),
		})
	}
	was := p.LinkHold
	p.LinkHold = nil
	for i, side := range sides {
		err := futures[i].Get(p.ctx, nil)
		p.touched(side)
		if err == nil {
			continue
		}
		f := activities.FailureOf(err)
		h := &reconcile.Hold{Reason: ticket.LinkRefused, Detail: p.label(side) + ": " + f.Message}
		if f.Kind == trackers.NotFound {
			// A ticket that is gone needs no marker; one that is hidden gets it
			// when it shows again.
			if state == ticket.Unlinked && !p.mayShow(was) ||
				state != ticket.Unlinked && workflow.GetVersion(p.ctx, "a hidden ticket is marked later", workflow.DefaultVersion, 1) < 1 {
				continue
			}
			h.Reason = ticket.AccessLost
		}
		if was != nil {
			h.Since, h.Tries = was.Since, was.Tries
		} else {
			p.journal("hold link: "+string(h.Reason), "", h.Detail)
		}
		p.LinkHold = h
	}
	p.stampHolds()
}

// mayShow reports whether a ticket that cannot be found is waited for, to tell it
// that it is unlinked: for some hours only, because it may as well be gone.
func (p *pair) mayShow(was *reconcile.Hold) bool {
	const tries = 12
	return p.Rest == ticket.UnlinkedByOperator && (was == nil || was.Tries < tries) &&
		workflow.GetVersion(p.ctx, "a hidden ticket learns that it is unlinked", workflow.DefaultVersion, 1) == 1
}

// trashed handles a ticket that can be read, but lies in the trash.
func (p *pair) trashed(side ticket.Side) {
	p.at(side, func(t *Ticket) {
		if t.Gone.IsZero() {
			t.Gone = workflow.Now(p.ctx)
		}
	})
	p.absent(side)
}

// absent handles a ticket that cannot be found: hidden until it is proven to
// be deleted.
func (p *pair) absent(side ticket.Side) {
	if p.ending {
		return // the other one is gone as well: there is nobody to tell
	}
	gone := p.Tickets[side].Gone
	if gone.IsZero() {
		p.hold(ticket.AccessLost, p.label(side)+" cannot be found")
		return
	}
	if due := gone.Add(or(p.Confirm, confirmGone)); due.After(workflow.Now(p.ctx)) {
		p.hold(ticket.AccessLost, p.label(side)+" was deleted; confirmed at "+due.UTC().Format(time.RFC3339))
		p.Hold.RetryAt = due.UTC()
		return
	}
	var readable bool
	ctx := reading(p.ctx, "is "+p.Rules.End(side).Label()+" still readable?")
	err := workflow.ExecuteActivity(ctx, act.Readable, activities.ReadableParams{End: p.Rules.End(side)}).Get(ctx, &readable)
	if err != nil || !readable {
		p.hold(ticket.AccessLost, p.Rules.End(side).Label()+" cannot be read either")
		return
	}
	if !p.stopped() {
		p.deleted(side)
	}
}

// deleted carries out on_delete on the other ticket and rests the pair.
func (p *pair) deleted(side ticket.Side) {
	other := side.Other()
	p.ending = true
	defer func() { p.ending = false }()
	if !p.ref(other).IsZero() && p.Rules.Direction.From(side) {
		switch {
		case p.silent(other):
			if !p.farewell(other) {
				return
			}
		case p.Rules.OnDelete == "ignore":
		case p.Rules.OnDelete == "close":
			if !p.close(other) {
				return
			}
		default:
			ctx := writing(p.ctx, p.label(other)+": say that "+p.label(side)+" was deleted")
			err := workflow.ExecuteActivity(ctx, act.Notice, activities.NoticeParams{
				Ref: p.ref(other), URL: p.Tickets[side].URL, Text: p.label(side) + " was deleted. This ticket is no longer replicated.",
			}).Get(ctx, nil)
			if err != nil && activities.FailureOf(err).Kind != trackers.NotFound {
				p.fail(activities.FailureOf(err))
				return
			}
		}
	}
	p.journal("deleted", p.label(side), "")
	if !p.ref(other).IsZero() {
		p.mark(ticket.Unlinked, other)
	}
	p.Phase, p.Rest, p.Hold, p.Dirty = Resting, ticket.Deleted, nil, nil
}

// close moves a ticket to where the route finishes one.
func (p *pair) close(side ticket.Side) bool {
	want := p.Rules.Final(side)
	const steps = 10
	for range steps {
		snap := p.read(side, Dirt{Fields: true})
		if snap == nil {
			return p.Hold == nil // gone as well, or to be tried again
		}
		op, ok := reconcile.Close(p.Rules, &p.Sync, side, snap, want)
		if !ok {
			return true // there already, or no way to it: the journal says which
		}
		if !p.execute([]reconcile.Operation{op}) {
			return false
		}
	}
	return true
}
