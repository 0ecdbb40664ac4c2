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

// beginTelling links the origin with what will be told of it, under the key it
// has now. Nothing has to be made for that.
func (p *pair) beginTelling(origin *ticket.Snapshot) {
	side := p.originSide()
	p.Replica = ticket.Ref{Connection: p.other, ID: origin.Key}
	p.at(side.Other(), func(t *Ticket) { t.Key = origin.Key })
	p.journal("told from now on", origin.Key, p.other)
	p.Phase = Linked
	p.soil(side, Dirt{Fields: true})
}

// history asks for what was not told yet.
func (p *pair) history() *string {
	after := ""
	if told := p.Sync.Told; told != nil {
		after = told.Change.ID
	}
	return &after
}

// readOn has the rest of a long history read once what was read is told.
func (p *pair) readOn() {
	for _, side := range p.spoken() {
		if snap := p.snap[side]; snap != nil && snap.MoreChanges && p.Sync.Fields[ticket.Status].Hold == nil {
			p.soil(side, Dirt{Fields: true})
		}
	}
}

// tell announces one change.
func (p *pair) tell(op reconcile.Operation) bool {
	if err := p.announce(op.Side, *op.News); err != nil {
		p.fail(activities.FailureOf(err))
		p.soil(op.Side.Other(), Dirt{Fields: true})
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
	if gone := p.Tickets[side.Other()].Gone; gone.After(news.Change.At) {
		news.Change.At = gone
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
