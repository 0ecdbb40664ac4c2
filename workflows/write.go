package workflows

import (
	"strconv"

	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// execute carries out operations in order. It stops, and reports false, when
// what they were decided on may not hold any more.
func (p *pair) execute(ops []reconcile.Operation) bool {
	for i, op := range ops {
		p.pace(op.Side)
		if p.stopped() || op.Comment == nil && (p.old(ticket.Left) || p.old(ticket.Right)) {
			p.postpone(ops[i:])
			return false
		}
		p.tally(op)
		var ok bool
		switch op.Kind {
		case reconcile.SetFields:
			ok = p.set(op)
		case reconcile.MoveStatus:
			ok = p.move(op)
		case reconcile.Announce:
			ok = p.tell(op)
		default:
			ok = p.comment(op)
		}
		p.guard()
		if !ok {
			p.postpone(ops[i:])
			return false
		}
	}
	return true
}

// postpone has what was not carried out planned again, comments included: a
// write that fails must not lose the comments behind it.
func (p *pair) postpone(ops []reconcile.Operation) {
	for _, op := range ops {
		p.soil(op.Side.Other(), Dirt{Fields: true, Comments: op.Comment != nil, Others: true})
	}
}

// stopped reports whether an operator, or the end of the run, forbids a
// further write.
func (p *pair) stopped() bool { return p.Paused || p.Phase == Resting || p.ctx.Err() != nil }

// set writes fields.
func (p *pair) set(op reconcile.Operation) bool {
	before := p.snap[op.Side]
	params := activities.UpdateParams{
		Ref: p.ref(op.Side), Source: p.ref(op.Side.Other()),
		Update: trackers.Update{ID: p.ref(op.Side).ID, Fields: p.wire(op.Writes), Version: before.Version, Edits: before.Edits,
			Custom: p.Rules.CustomFields(op.Side)},
	}
	params.NoHistory, params.Shared = before.ChangedAt == nil, p.Tickets[op.Side].Writers > 1
	if params.NoHistory || params.Shared {
		params.Age = workflow.Now(p.ctx).Sub(p.seen[op.Side].got)
	}
	var result trackers.Result
	asked := workflow.Now(p.ctx)
	ctx := writing(p.cancellable(), p.label(op.Side)+": "+describe(op.Writes))
	if err := workflow.ExecuteActivity(ctx, act.Update, params).Get(ctx, &result); err != nil {
		p.touched(op.Side)
		return p.failed(op, activities.FailureOf(err))
	}
	outcomes := map[ticket.Field]trackers.Written{}
	for _, w := range result.Fields {
		outcomes[w.Field] = w
	}
	var notes []reconcile.Note
	for _, w := range op.Writes {
		o, told := outcomes[w.On]
		out := reconcile.FieldOutcome{Stored: o.Stored, Foreign: o.Foreign, Lost: o.Lost, Refused: o.Note, Detail: o.Detail, LeftOut: o.LeftOut}
		if !told && result.Snapshot != nil {
			out.Stored = result.Snapshot.Fields[w.On].Fingerprint
		}
		notes = append(notes, p.Sync.Wrote(p.Rules, op.Side, w, out)...)
	}
	p.entries(notes)
	p.stampHolds()
	if result.Snapshot == nil {
		p.touched(op.Side)
		p.soil(op.Side, Dirt{Fields: true, Others: true})
		return false
	}
	p.met(op.Side, result.Snapshot, asked)
	if before.ChangedAt == nil {
		p.at(op.Side, func(t *Ticket) {
			t.Window = &Window{Before: before.Version, After: result.Snapshot.Version, Notes: notes}
		})
	}
	return true
}

// move makes one transition.
func (p *pair) move(op reconcile.Operation) bool {
	var now ticket.Snapshot
	asked := workflow.Now(p.ctx)
	ctx := writing(p.cancellable(), p.label(op.Side)+": status → "+op.Move.Move.To.Name)
	err := workflow.ExecuteActivity(ctx, act.Move, activities.MoveParams{Ref: p.ref(op.Side), Step: trackers.MoveRequest{
		ID: p.ref(op.Side).ID, Move: op.Move.Move, From: op.Move.From, Fields: op.Move.Fields, Fresh: true,
		Custom: p.Rules.CustomFields(op.Side),
	}}).Get(ctx, &now)
	if err != nil {
		p.touched(op.Side)
		f := activities.FailureOf(err)
		if f.Kind == trackers.Invalid || f.Kind == trackers.Forbidden {
			p.refuse(op, ticket.NoTransition, f.Message)
			return true
		}
		return p.failed(op, f)
	}
	p.entries(p.Sync.Moved(p.Rules, op.Side, *op.Move, &now))
	p.met(op.Side, &now, asked)
	return true
}

// comment makes, edits or deletes a copy.
func (p *pair) comment(op reconcile.Operation) bool {
	c := *op.Comment
	params := activities.CommentParams{Ref: p.ref(op.Side), Source: p.ref(c.From), Copy: c}
	var copied ticket.Comment
	var err error
	switch op.Kind {
	case reconcile.AddComment:
		p.Sync.Asked(c)
		ctx := once(p.cancellable(), p.label(op.Side)+": copy comment")
		err = workflow.ExecuteActivity(ctx, act.AddComment, params).Get(ctx, &copied)
	case reconcile.EditComment:
		ctx := writing(p.cancellable(), p.label(op.Side)+": edit copied comment")
		err = workflow.ExecuteActivity(ctx, act.EditComment, params).Get(ctx, &copied)
	default:
		ctx := writing(p.cancellable(), p.label(op.Side)+": delete copied comment")
		err = workflow.ExecuteActivity(ctx, act.DeleteComment, params).Get(ctx, nil)
	}
	p.touched(op.Side) // a comment may give its ticket a new version
	if err == nil {
		p.entries(p.Sync.Copied(op.Kind, c, &copied))
		// The list read before does not show it: it would pass for a person's doing.
		p.snap[op.Side].CommentsRead = false
		return true
	}
	f := activities.FailureOf(err)
	switch {
	case op.Kind == reconcile.AddComment && f.Ambiguous:
		return p.lookForCopy(op)
	case f.Kind == trackers.Deleted, f.Kind == trackers.NotFound && op.Kind != reconcile.AddComment:
		p.entries(p.Sync.Missing(c))
		return true
	case f.Kind == trackers.Invalid || f.Kind == trackers.Forbidden:
		p.entries(p.Sync.Refused(c, ticket.CommentRefused, f.Message))
		p.stampHolds()
		return true
	}
	if op.Kind == reconcile.AddComment {
		p.Sync.NotThere(c.From, c.Source)
	}
	p.soil(c.From, Dirt{Comments: true, Others: true})
	return p.failed(op, f)
}

// lookForCopy finds out what an ambiguous call did: after a moment in which a
// late commit can land, the copies are listed and the token is looked for.
func (p *pair) lookForCopy(op reconcile.Operation) bool {
	c := *op.Comment
	p.journal("copying a comment ended without a clear answer", c.Source, "")
	if err := workflow.Sleep(p.ctx, settleCopy); err != nil {
		return false
	}
	p.soil(c.From, Dirt{Comments: true, Others: true})
	if p.stopped() {
		return false
	}
	now := p.read(op.Side, Dirt{Comments: true})
	if now == nil {
		return false // stays pending; the next round looks again
	}
	for _, there := range now.Comments {
		if there.Token == c.Token {
			p.entries(p.Sync.Copied(reconcile.AddComment, c, &there))
			return true
		}
	}
	p.Sync.NotThere(c.From, c.Source)
	return false
}

// failed handles a write that came to nothing.
func (p *pair) failed(op reconcile.Operation, f activities.Failure) bool {
	switch f.Kind {
	case trackers.Stale:
		p.stale++
		if p.stale > staleTries {
			p.stale = 0
			p.fail(f)
		}
	case trackers.Invalid, trackers.Forbidden:
		reason := ticket.Invalid
		if f.Kind == trackers.Forbidden {
			reason = ticket.Forbidden
		}
		p.refuse(op, reason, f.Message)
		return true
	case trackers.NotFound:
		p.absent(op.Side)
	default:
		p.fail(f)
	}
	for _, side := range bothSides {
		p.soil(side, Dirt{Fields: true, Others: true})
	}
	return false
}

// staleTries is how often a write may lose the race against people before the
// pair waits a moment.
const staleTries = 5

// refuse holds every field of an operation.
func (p *pair) refuse(op reconcile.Operation, reason ticket.Reason, detail string) {
	writes := op.Writes
	if op.Move != nil {
		snap := p.snap[op.Side]
		writes = []reconcile.Write{{Field: ticket.Status, Source: op.Move.Source, Replaces: snap.Fields[ticket.Status].Fingerprint}}
	}
	for _, w := range writes {
		p.entries(p.Sync.Wrote(p.Rules, op.Side, w, reconcile.FieldOutcome{Refused: reason, Detail: detail}))
	}
	p.stampHolds()
}

// wire turns planned writes into a tracker's.
func (p *pair) wire(writes []reconcile.Write) []trackers.FieldWrite {
	out := make([]trackers.FieldWrite, 0, len(writes))
	for _, w := range writes {
		out = append(out, trackers.FieldWrite{
			Field: w.On, Value: w.Value, Footer: w.Footer, Origin: w.Origin, Source: w.Source, Replaces: w.Replaces,
			Create: p.Rules.CreateLabels && w.Field == ticket.Labels,
		})
	}
	return out
}

// fieldName returns what the rules call a field that a tracker names.
func (p *pair) fieldName(side ticket.Side, on ticket.Field) ticket.Field {
	for _, f := range p.Rules.FieldRules() {
		if f.On(side) == on {
			return f.Name
		}
	}
	return on
}

// describe sums up writes for Temporal UI: fields and short values, no texts.
func describe(writes []reconcile.Write) string {
	out := ""
	for i, w := range writes {
		if i > 0 {
			out += ", "
		}
		out += string(w.Field)
		if w.Field == ticket.Status || w.Field == ticket.Priority {
			out += " → " + w.To
		}
	}
	return out
}

func itoa(n int) string { return strconv.Itoa(n) }
