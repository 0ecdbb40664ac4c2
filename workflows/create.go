package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// create makes the replica. The intent is in the state before the call is
// scheduled; a call whose end is not known is looked into, after the replica
// has had its quiet period to show up by itself, before it is repeated.
// A reason is returned when the ticket is not to be replicated after all.
func (p *pair) create() (reason ticket.Reason, detail string) {
	if p.waiting() {
		return "", ""
	}
	p.held, p.Hold = p.Hold, nil
	side := p.originSide()
	origin := p.snap[side]
	if origin == nil || p.held != nil {
		// Some time has passed: decide on fresh facts.
		if origin = p.read(side, Dirt{Fields: true, Links: true}); origin == nil {
			return "", ""
		}
		chosen, reason, detail := reconcile.Choose([]reconcile.Rules{*p.Rules}, func(*reconcile.Rules) ticket.Side { return side }, origin)
		if chosen == nil && p.Intent == nil {
			return reason, detail
		}
	}
	if p.silent(side.Other()) {
		p.beginTelling(origin)
		return "", ""
	}
	if p.Intent != nil && p.resolveIntent() || p.Intent == nil && p.send(origin) {
		p.settle(origin)
	}
	return "", ""
}

// send makes the create call; false when no replica came of it for now.
func (p *pair) send(origin *ticket.Snapshot) bool {
	side := p.originSide()
	target := p.Rules.End(side.Other())
	draft := reconcile.Draft(p.Rules, side, origin)
	p.Intent = &Intent{At: workflow.Now(p.ctx), Draft: draft}
	params := activities.CreateParams{
		Connection: p.other, Source: p.Origin, Background: p.Background,
		Draft: trackers.Draft{
			Container: target.Container, Type: target.Type, Fields: p.wire(draft),
			Reporter: reconcile.Reporter(p.Rules, side, origin), Constants: p.Rules.Create.On(side.Other()),
			Private: origin.Private != "", Marker: p.marker(ticket.Linked, origin.URL),
		},
	}
	params.Draft.Footer = p.footer(origin)
	var created trackers.Created
	ctx := once(p.cancellable(), "create "+target.Label()+" ticket for "+origin.Key)
	err := workflow.ExecuteActivity(ctx, act.Create, params).Get(ctx, &created)
	if err == nil {
		made := ticket.Ref{Connection: p.other, ID: created.ID}
		if !p.Replica.IsZero() && p.Replica != made {
			// The call before this one had an effect after all.
			p.duplicate(made, created.Key)
			return p.Phase == Creating
		}
		p.Replica = made
		p.at(side.Other(), func(t *Ticket) { t.Key, t.URL = created.Key, created.URL })
		p.created = created.Result
		p.Unmark = p.Phase == Resting // unlinked meanwhile: both tickets have to say so
		return p.Phase == Creating
	}
	f := activities.FailureOf(err)
	switch {
	case p.Phase != Creating:
		return false // an operator ended it meanwhile
	case !p.Replica.IsZero():
		return true // its own run claimed it meanwhile
	case f.Ambiguous:
		p.journal("create call ended without a clear answer", "", f.Message)
		return p.resolveIntent()
	case len(f.Required) > 0:
		p.Intent = nil
		p.hold(ticket.RequiredField, f.Message)
	default:
		p.Intent = nil
		p.fail(f)
	}
	return false
}

// resolveIntent finds out what an ambiguous create call did: the replica's own run
// claims it as soon as its webhook comes; else it is looked for once the
// tracker's index must know it.
func (p *pair) resolveIntent() bool {
	due := p.Intent.At.Add(or(p.Quiet, defaultQuiet))
	if p.Replica.IsZero() && due.After(workflow.Now(p.ctx)) {
		p.hold(ticket.Ambiguous, "")
		p.show()
	}
	for p.Replica.IsZero() && p.Phase == Creating {
		if wait := due.Sub(workflow.Now(p.ctx)); wait > 0 {
			if _, err := workflow.AwaitWithTimeout(p.ctx, wait, func() bool { return !p.Replica.IsZero() || p.Phase != Creating }); err != nil {
				return false
			}
			continue
		}
		target := p.Rules.End(p.originSide().Other())
		var found []trackers.Found
		ctx := reading(p.ctx, "look for the replica")
		err := workflow.ExecuteActivity(ctx, act.Find, activities.FindParams{
			Connection: p.other, Container: target.Container, Marker: p.marker(ticket.Linked, ""), Since: p.Intent.At,
		}).Get(ctx, &found)
		switch {
		case err != nil:
			p.fail(activities.FailureOf(err))
			return false
		case len(found) == 0 && p.Replica.IsZero():
			p.journal("create call had no effect; it is repeated", "", "")
			p.Hold, p.Intent = nil, nil
			p.snap = map[ticket.Side]*ticket.Snapshot{}
			return false
		case len(found) > 0 && p.Replica.IsZero():
			p.found(found)
			p.journal("replica found after an unclear create call", "", found[0].Key)
		}
	}
	p.Hold = nil
	return p.Phase == Creating
}

// found takes the oldest of the tickets that carry the pair's marker for the
// replica, and reports the others.
func (p *pair) found(list []trackers.Found) {
	p.Replica = ticket.Ref{Connection: p.other, ID: list[0].ID}
	p.at(p.originSide().Other(), func(t *Ticket) { t.Key, t.URL = list[0].Key, list[0].URL })
	for _, f := range list[1:] {
		p.duplicate(ticket.Ref{Connection: p.other, ID: f.ID}, f.Key)
	}
}

// settle takes over as baseline what the new replica was created with. The
// first round makes the link and the alias, and writes what a create call
// cannot, such as a status.
func (p *pair) settle(origin *ticket.Snapshot) {
	side := p.originSide()
	var replica *ticket.Snapshot
	outcomes := map[ticket.Field]reconcile.FieldOutcome{}
	if p.created != nil {
		replica = p.created.Snapshot
		for _, w := range p.created.Fields {
			if w.Field == ticket.Reporter {
				if w.Note != "" {
					p.Sync.Footer = p.footer(origin)
				}
				continue
			}
			outcomes[p.fieldName(side.Other(), w.Field)] = reconcile.FieldOutcome{Foreign: w.Foreign, Refused: w.Note, Detail: w.Detail, LeftOut: w.LeftOut}
		}
	}
	if replica != nil {
		p.met(side.Other(), replica, p.Intent.At)
		p.date(side.Other(), p.Intent.At)
	} else if replica = p.read(side.Other(), Dirt{Fields: true}); replica == nil {
		p.missed()
		return // the hold says why; create comes back here with the intent
	}
	if p.Phase != Creating {
		return // an operator ended it meanwhile
	}
	later := p.created == nil || p.created.Snapshot == nil // read when the call was over
	visited := reconcile.Visited(replica, later) &&
		workflow.GetVersion(p.ctx, "a new replica may have been visited", workflow.DefaultVersion, 1) == 1
	p.Sync.Created(p.Rules, p.Intent.Draft, origin, replica, outcomes, visited)
	set := reconcile.Undrafted(p.Rules, side, p.Intent.Draft, origin)
	if len(set) > 0 && workflow.GetVersion(p.ctx, "a field set while the replica is made is an edit", workflow.DefaultVersion, 1) == 1 {
		p.Sync.Overtaken(set)
	}
	for _, w := range p.Intent.Draft {
		if o := outcomes[w.Field]; o.Refused == ticket.FieldRefused {
			w.Replaces = replica.Fields[w.On].Fingerprint
			p.entries(p.Sync.Wrote(p.Rules, side.Other(), w, o))
		}
	}
	p.journal("replica created", origin.Key, replica.Key)
	p.Intent, p.created = nil, nil
	p.Phase, p.Background = Linked, false
	p.Enlist, p.Mark = true, true
	p.soil(side, Dirt{Fields: true, Comments: true})
}

// missed has a replica that cannot be found tell what becomes of it: if it was
// deleted, its own run was told, and only an alias passes that on.
func (p *pair) missed() {
	if p.Phase == Creating && p.Hold != nil && p.Hold.Reason == ticket.AccessLost && p.Tickets[p.originSide().Other()].Gone.IsZero() &&
		workflow.GetVersion(p.ctx, "a replica that cannot be found has an alias", workflow.DefaultVersion, 1) == 1 {
		p.Enlist = true
		p.links()
	}
}

// footer names the reporter for a tracker that cannot hold them, "" when
// nobody is known.
func (p *pair) footer(origin *ticket.Snapshot) string {
	who := reconcile.Reporter(p.Rules, p.originSide(), origin)
	if who == nil {
		return ""
	}
	return trackers.Footer("Reported by "+who.Display(), origin.Key, origin.URL)
}

// duplicate reports a further replica. Nothing is deleted.
func (p *pair) duplicate(ref ticket.Ref, key string) {
	for _, d := range p.Duplicates {
		if d == ref {
			return
		}
	}
	const most = 20
	if len(p.Duplicates) < most {
		p.Duplicates = append(p.Duplicates, ref)
	}
	p.journal(string(ticket.DuplicateReplica), p.Origin.String(), key+" ("+ref.String()+")")
	p.wake = true
}

func (p *pair) marker(state ticket.MarkerState, url string) ticket.Marker {
	return ticket.Marker{Pair: p.id, Generation: p.Generation, State: state, URL: url}
}
