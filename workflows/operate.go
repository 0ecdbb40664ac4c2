package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

// Resolve decides a field that waits for a person.
type Resolve struct {
	Field ticket.Field `json:"field"`
	Take  ticket.Side  `json:"take"`
}

// LinkTo links the pair's origin with a replica that exists.
type LinkTo struct {
	Replica ticket.Ref       `json:"replica"`
	Rules   *reconcile.Rules `json:"rules"` // of the route the link is on
}

// handleUpdates lets operators and replicas speak to the pair. Handlers
// validate and record; the run acts.
func (p *pair) handleUpdates() error {
	set := func(name string, handler, validate any) error {
		return workflow.SetUpdateHandlerWithOptions(p.ctx, name, handler, workflow.UpdateHandlerOptions{Validator: validate})
	}
	return errors.Join(
		workflow.SetQueryHandler(p.ctx, addressing.QueryStatus, func() (View, error) { return p.view(), nil }),
		set(addressing.UpdateClaim, p.claimed, nil),
		set(addressing.UpdatePause, p.pause, p.linked),
		set(addressing.UpdateResume, p.resume, p.linked),
		set(addressing.UpdateRetry, p.retry, p.linked),
		set(addressing.UpdateResolve, p.resolve, p.resolvable),
		set(addressing.UpdateUnlink, p.unlink, p.unlinkable),
		set(addressing.UpdateLink, p.relink, p.linkable),
	)
}

// refusal is an update's validation error, in words for the operator.
func refusal(format string, args ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, args...), "invalid", nil)
}

// claimed answers a ticket that carries this pair's marker.
func (p *pair) claimed(ctx workflow.Context, c claim) (activities.Answer, error) {
	if !p.decide {
		// A tracker that does not answer must not use up the pair's updates.
		const patience = 30 * time.Second
		p.claims = append(p.claims, c)
		if decided, err := workflow.AwaitWithTimeout(ctx, patience, func() bool { return p.decide }); err != nil || !decided {
			return activities.Later, err
		}
	}
	switch {
	case p.Phase == Resting && p.Rest == ticket.UnlinkedByOperator && (c.Ours || c.Ref == p.Replica):
		return activities.Unlinked, nil // for what the pair had; a clone is another ticket
	case c.Ref == p.Replica:
		p.wake = p.wake || p.Hold != nil
		return activities.Mine, nil
	case p.Phase == Fresh:
		return activities.Later, nil // the origin cannot be read, or is not ours to replicate
	case !c.Ours || c.Generation != p.Generation:
		return activities.NotMine, nil
	case p.Replica.IsZero() && p.Intent != nil:
		p.Replica = c.Ref
		return activities.Mine, nil
	case p.Replica.IsZero():
		return activities.Later, nil
	}
	p.duplicate(c.Ref, "a ticket")
	return activities.Duplicate, nil
}

func (p *pair) linked(ctx workflow.Context) error {
	if p.Phase == Resting {
		return refusal("the pair rests (%s): ticketsync link <key> <key> links it again", p.Rest)
	}
	return nil
}

func (p *pair) unlinkable(ctx workflow.Context) error {
	if p.Phase == Fresh {
		return refusal("the ticket is being looked at for the first time: try again in a moment")
	}
	return p.linked(ctx)
}

func (p *pair) pause(ctx workflow.Context) error {
	if !p.Paused {
		p.Paused = true
		p.journal("paused", "", "")
		p.stop()
	}
	p.wake = true
	return nil
}

func (p *pair) resume(ctx workflow.Context) error {
	if p.Paused {
		p.calm()
		p.journal("resumed", "", "")
		p.dueAll()
		p.soilBoth()
	}
	p.wake = true
	return nil
}

func (p *pair) retry(ctx workflow.Context) error {
	p.journal("retry asked for", "", "")
	if p.Storm != "" {
		p.calm() // a pause of the pair's own making; an operator's takes resume
	}
	p.dueAll()
	if p.Phase == Linked {
		p.soilBoth()
	}
	p.wake = true
	return nil
}

func (p *pair) resolvable(ctx workflow.Context, r Resolve) error {
	if err := p.linked(ctx); err != nil {
		return err
	}
	if r.Take != ticket.Left && r.Take != ticket.Right {
		return refusal("take %q: want left or right", r.Take)
	}
	if p.Rules == nil {
		return refusal("the ticket is being looked at for the first time: try again in a moment")
	}
	if _, tells := p.Rules.Announces(); tells {
		return refusal("nothing comes back from %s: add the status to the route's map, then apply", p.other)
	}
	if p.fieldRule(r.Field) == nil {
		return refusal("field %q is not replicated by the pair's route; replicated are %s", r.Field, p.fieldNames())
	}
	return nil
}

func (p *pair) resolve(ctx workflow.Context, r Resolve) error {
	fs := p.Sync.Fields[r.Field]
	fs.Take = r.Take
	if p.Sync.Fields == nil {
		p.Sync.Fields = map[ticket.Field]reconcile.FieldState{}
	}
	p.Sync.Fields[r.Field] = fs
	p.journal("resolve "+string(r.Field), "", "take "+string(r.Take))
	p.soilBoth()
	p.wake = true
	return nil
}

// unlink writes `unlinked` into both markers, so that no other run ever takes
// the link up again, and rests the pair.
func (p *pair) unlink(ctx workflow.Context) error {
	p.stop()
	p.part()
	return nil
}

// part ends the link, for an operator who says so now or said so before.
func (p *pair) part() {
	p.journal("unlinked", p.label(p.originSide()), p.label(p.originSide().Other()))
	p.Phase, p.Rest, p.Hold, p.Dirty, p.Enlist, p.Mark = Resting, ticket.UnlinkedByOperator, nil, nil, false, false
	p.Unmark = !p.Replica.IsZero()
	p.wake = true
}

func (p *pair) linkable(ctx workflow.Context, l LinkTo) error {
	if p.Phase == Creating {
		return refusal("the ticket is being replicated: wait until it is linked, then unlink it first")
	}
	if p.Phase != Resting && !p.Replica.IsZero() && p.Replica != l.Replica {
		return refusal("the ticket is linked with %s: unlink it first", p.label(p.originSide().Other()))
	}
	if l.Replica.Connection == "" || l.Replica.ID == "" || l.Rules == nil {
		return refusal("link: want a replica and its route")
	}
	return nil
}

// relink links the origin with a ticket that exists, under a new generation,
// so that it never meets what an earlier link left behind.
func (p *pair) relink(ctx workflow.Context, l LinkTo) error {
	if p.Phase == Linked && p.Replica == l.Replica {
		return nil
	}
	p.operator = &l
	p.wake = true
	if p.decide && p.Phase != Fresh {
		p.startLink(l)
	}
	return nil
}

// startLink carries out relink, once the origin has been met.
func (p *pair) startLink(l LinkTo) {
	p.operator, p.MarkedBy = nil, ""
	side, ok := l.Rules.SideOf(p.Origin.Connection)
	if !ok {
		return
	}
	if p.Storm != "" {
		p.calm()
	}
	p.Generation++
	subject := p.Replica
	p.Rules, p.Replica, p.Duplicates = l.Rules, l.Replica, nil
	heard, told := p.Sync.Heard, p.Sync.Told
	p.Sync = reconcile.State{Origin: side}
	if p.silent(side.Other()) {
		// What was told stays told, under the name it has there.
		if p.Sync.Heard, p.Sync.Told = heard, told; told != nil {
			p.Replica = subject
		}
	}
	p.Tickets = map[ticket.Side]Ticket{side: p.Tickets[side]}
	p.journal("linked by an operator", p.Origin.String(), p.Replica.String())
	p.link()
}

func (p *pair) fieldRule(name ticket.Field) *reconcile.FieldRule {
	for _, f := range p.Rules.FieldRules() {
		if f.Name == name {
			return &f
		}
	}
	return nil
}

func (p *pair) fieldNames() string {
	out := ""
	for i, f := range p.Rules.FieldRules() {
		if i > 0 {
			out += ", "
		}
		out += string(f.Name)
	}
	return out
}

// cancellable returns a context that pause and unlink cancel.
func (p *pair) cancellable() workflow.Context {
	if p.scope == nil || p.scope.Err() != nil {
		p.scope, p.stop = workflow.WithCancel(p.ctx)
	}
	return p.scope
}
