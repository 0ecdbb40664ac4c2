package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// silent reports whether a side is only told of changes: it is neither read
// nor marked, and has no events of its own.
func (p *pair) silent(side ticket.Side) bool {
	return p.Rules != nil && p.Rules.End(side).Announces
}

// spoken are the sides that can be read.
func (p *pair) spoken() []ticket.Side {
	var out []ticket.Side
	for _, side := range bothSides {
		if !p.silent(side) {
			out = append(out, side)
		}
	}
	return out
}

// beginTelling links the origin with what will be told of it. Nothing has to be
// made for that.
func (p *pair) beginTelling(origin *ticket.Snapshot) {
	side := p.originSide()
	p.Replica = ticket.Ref{Connection: p.other, ID: origin.Key}
	p.at(side.Other(), func(t *Ticket) { t.Key = origin.Key })
	p.journal("told from now on", origin.Key, p.other)
	p.Phase = Linked
	p.soil(side, Dirt{Fields: true})
}

// readOn has the rest of a long history read once what was read is told.
func (p *pair) readOn() {
	p.behind = false
	for _, side := range p.spoken() {
		if snap := p.snap[side]; snap != nil && snap.MoreChanges && p.Sync.Fields[ticket.Status].Hold == nil {
			p.behind = true
			p.soil(side, Dirt{Fields: true})
		}
	}
}

// tell announces one change.
func (p *pair) tell(op reconcile.Operation) bool {
	if p.Sync.Told == nil {
		// The first key it is told under is its name there for ever.
		p.Replica.ID = op.News.Change.Key
		p.at(op.Side, func(t *Ticket) { t.Key = op.News.Change.Key })
	}
	if err := p.announce(op.Side, *op.News); err != nil {
		p.soil(op.Side.Other(), Dirt{Fields: true})
		if !p.stopped() {
			p.fail(activities.FailureOf(err))
		}
		return false
	}
	p.entries(p.Sync.Announced(*op.News))
	return true
}

// farewell says what is said last of a deleted ticket.
func (p *pair) farewell(side ticket.Side) bool {
	news, ok := p.Rules.Farewell(&p.Sync)
	if !ok {
		return true
	}
	if at := p.Tickets[side.Other()].Deleted; at.After(news.Change.At) {
		news.Change.At = at
	}
	if err := p.announce(side, news); err != nil {
		p.fail(activities.FailureOf(err))
		return false
	}
	p.entries(p.Sync.Announced(news))
	return true
}

func (p *pair) announce(side ticket.Side, n reconcile.News) error {
	c := n.Change
	params := activities.AnnounceParams{Connection: p.connection(side), News: trackers.News{
		Subject: p.ref(side).ID, At: c.At, Status: n.Status, Called: c.Status.Name, URL: p.Tickets[side.Other()].URL,
		Description: n.Description, Key: c.Key, Title: c.Title, Container: c.Container, Type: c.Type, Priority: c.Priority,
		Creator: c.Creator, Reporter: c.Reporter, Assignee: c.Assignee, Labels: c.Labels, Altered: c.Altered,
	}}
	ctx := writing(p.cancellable(), p.connection(side)+": "+c.Key+" "+c.Status.Name+" → "+n.Status)
	return workflow.ExecuteActivity(ctx, act.Announce, params).Get(ctx, nil)
}
