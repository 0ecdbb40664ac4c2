package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// next is how first contact ends.
type next int

const (
	goesOn next = iota
	looksAgain
	completes
	becomesAlias
)

// claim is a replica's question that waits for the end of first contact.
type claim = activities.Claim

// looks is how often a ticket of our own is looked at for a marker that is
// not readable yet, with growing waits from ownWait.
const (
	looks   = 6
	ownWait = 2 * time.Second
)

// firstContact looks at the origin and decides what this run is: a linked
// pair whose state was lost, a replica's alias, the beginning of a pair, or
// nothing at all.
func (p *pair) firstContact() (next, error) {
	for look := 0; ; look++ {
		p.drain()
		if p.owner != "" {
			return becomesAlias, nil
		}
		var met activities.MeetResult
		ctx := reading(p.ctx, "first contact")
		err := workflow.ExecuteActivity(ctx, act.Meet, activities.MeetParams{
			Ref: p.Origin, Pair: p.id, Other: p.other, Claimed: len(p.claims) > 0, Background: p.Background,
		}).Get(ctx, &met)
		if err != nil {
			f := activities.FailureOf(err)
			if f.Kind == trackers.NotFound {
				if p.awaitOwner() {
					continue
				}
				return p.skip(ticket.AccessLost, f.Message)
			}
			if p.ctx.Err() != nil {
				return completes, p.ctx.Err()
			}
			p.breathe(f)
			continue
		}
		if met.GaveWay != nil {
			p.breathe(*met.GaveWay)
			continue
		}
		outcome, err := p.meet(&met, look)
		switch {
		case err != nil || outcome != looksAgain && (outcome != completes || p.hints.Len() == 0 && p.enlist.Len() == 0 && p.operator == nil):
			return outcome, err
		case outcome == completes:
			// What came in while we looked would be lost with the run.
			p.decide, look = false, 0
		default:
			if err := workflow.Sleep(p.ctx, ownWait<<look); err != nil {
				return completes, err
			}
		}
	}
}

// awaitOwner stays with a ticket that was deleted for as long as a create call
// may go unanswered: the pair that made it does not know it yet, and will not
// find out. It reports whether anything came.
func (p *pair) awaitOwner() bool {
	if p.told == nil && p.hints.Len() == 0 ||
		workflow.GetVersion(p.ctx, "a deleted ticket may have an owner", workflow.DefaultVersion, 1) < 1 {
		return false
	}
	if p.drain(); p.told == nil {
		return false
	}
	if p.toldAt.IsZero() {
		p.toldAt = workflow.Now(p.ctx)
	}
	wait := p.toldAt.Add(defaultQuiet).Sub(workflow.Now(p.ctx))
	if wait <= 0 {
		return false
	}
	came, err := workflow.AwaitWithTimeout(p.ctx, wait, func() bool { return p.enlist.Len() > 0 || p.hints.Len() > 0 })
	return came && err == nil
}

// breathe waits, visibly, until a tracker may answer again.
func (p *pair) breathe(f activities.Failure) {
	p.fail(f)
	p.show()
	p.rest()
	p.wake = false
	p.drain()
	p.held, p.Hold = p.Hold, nil
}

// meet judges what first contact found.
func (p *pair) meet(met *activities.MeetResult, look int) (next, error) {
	t := met.Ticket
	side, ok := sideOf(met.Routes, p.Origin.Connection)
	if !ok {
		p.operator = nil // nothing connects the two any more
		return p.skip(ticket.NoRoute, "")
	}
	p.Sync.Origin = side
	p.Quiet, p.Confirm = met.Quiet, met.Confirm
	p.met(side, t, workflow.Now(p.ctx))

	if p.operator != nil {
		p.startLink(*p.operator)
		return goesOn, nil
	}
	var own *ticket.Marker
	for _, m := range t.Markers {
		if m.Installation != met.Installation {
			continue
		}
		origin, to, err := ticket.ParsePairID(m.Pair)
		switch {
		case err != nil:
		case m.Pair == p.id:
			own = &m
		case to == p.Origin.Connection && origin.Connection == p.other:
			// We may be the replica of that pair; it knows.
			switch answer, err := p.ask(m, t.Ours); {
			case err != nil:
				return completes, err
			case answer == activities.Mine:
				p.owner = m.Pair
				return becomesAlias, nil
			case answer == activities.Unlinked:
				return p.skip(ticket.UnlinkedByOperator, m.Pair)
			case answer == activities.Duplicate:
				return p.skip(ticket.DuplicateReplica, m.Pair)
			case answer == activities.Later:
				return p.skip(ticket.Unavailable, m.Pair)
			case answer == activities.NotMine && t.Ours:
				// Made for an earlier link of that pair; a clone has another creator.
				return p.skip(ticket.UnlinkedByOperator, m.Pair)
			}
		}
	}

	if own != nil || len(p.claims) > 0 {
		p.MarkedBy = met.Installation
		adopted, err := p.adopt(own, met.Routes)
		if err != nil || adopted {
			return goesOn, err
		}
	}
	if t.Ours && !replicaOfOthers(t, p.Origin) && !announces(met.Routes) {
		if look < looks {
			return looksAgain, nil
		}
		return p.skip(ticket.OwnUnmarked, "")
	}
	rules, reason, detail := reconcile.Choose(met.Routes, func(r *reconcile.Rules) ticket.Side { return side }, t)
	if rules == nil {
		return p.skip(reason, detail)
	}
	p.Rules = rules
	p.Generation = 1
	if met.Interrupted && !announces(met.Routes) {
		found, err := p.seek(met.Routes)
		if err != nil || found {
			return goesOn, err
		}
	}
	p.Phase = Creating
	return goesOn, nil
}

// seek looks for the replica of a run that was ended before it could mark the
// origin, as for one whose create call was lost.
func (p *pair) seek(routes []reconcile.Rules) (bool, error) {
	p.hold(ticket.Ambiguous, "an earlier run was ended before its time")
	p.show()
	p.held, p.Hold = p.Hold, nil
	since := p.snap[p.originSide()].Created
	claimed, err := workflow.AwaitWithTimeout(p.ctx, or(p.Quiet, defaultQuiet), func() bool {
		return slices.ContainsFunc(p.claims, func(c claim) bool { return c.Ours })
	})
	if err != nil {
		return false, err
	}
	if claimed {
		if adopted, err := p.adopt(nil, routes); err != nil || adopted {
			return adopted, err
		}
	}
	for p.ctx.Err() == nil {
		var found []trackers.Found
		ctx := reading(p.ctx, "look for the replica")
		err := workflow.ExecuteActivity(ctx, act.Find, activities.FindParams{
			Connection: p.other, Container: p.Rules.End(p.originSide().Other()).Container,
			Marker: p.marker(ticket.Linked, ""), Since: since,
		}).Get(ctx, &found)
		switch {
		case err != nil:
			p.breathe(activities.FailureOf(err))
		case len(found) == 0:
			delete(p.snap, p.originSide()) // too old to make a replica of
			return false, nil
		default:
			p.found(found)
			p.journal("link taken up again", p.Origin.String(), p.Replica.String())
			p.link()
			return true, nil
		}
	}
	return false, p.ctx.Err()
}

// replicaOfOthers reports whether our own ticket carries the marker of a pair
// on another connection: that explains why we created it.
func replicaOfOthers(t *ticket.Snapshot, self ticket.Ref) bool {
	for _, m := range t.Markers {
		if origin, _, err := ticket.ParsePairID(m.Pair); err == nil && origin != self {
			return true
		}
	}
	return false
}

// announces reports whether the routes only tell: what is told makes no loop
// and no replica, so it matters not who made a ticket or whether it was told
// before.
func announces(routes []reconcile.Rules) bool {
	return slices.ContainsFunc(routes, func(r reconcile.Rules) bool {
		_, ok := r.Announces()
		return ok
	})
}

func sideOf(routes []reconcile.Rules, connection string) (ticket.Side, bool) {
	for i := range routes {
		if s, ok := routes[i].SideOf(connection); ok {
			return s, true
		}
	}
	return "", false
}

// ask puts a claim to the pair that a marker names.
func (p *pair) ask(m ticket.Marker, ours bool) (activities.Answer, error) {
	var answer activities.Answer
	ctx := temporalCall(p.ctx, "whose replica is this?")
	err := workflow.ExecuteActivity(ctx, act.Ask, activities.AskParams{
		Pair: m.Pair, Claim: claim{Ref: p.Origin, Generation: m.Generation, Ours: ours},
	}).Get(ctx, &answer)
	if err != nil && p.ctx.Err() == nil {
		return activities.Later, nil
	}
	return answer, err
}

// adopt takes up a link that exists already: its run was lost, or an answer
// was. The baseline is rebuilt by the first plan.
func (p *pair) adopt(own *ticket.Marker, routes []reconcile.Rules) (bool, error) {
	p.Generation = 1
	if own != nil {
		p.Generation = own.Generation
	}
	for i := range routes {
		side, _ := routes[i].SideOf(p.Origin.Connection)
		if p.Rules == nil || routes[i].Covers(side, p.snap[side].Container) && !p.Rules.Covers(side, p.snap[side].Container) {
			p.Rules = &routes[i]
		}
	}
	if own != nil && own.State == ticket.Unlinked {
		p.Phase, p.Rest = Resting, ticket.UnlinkedByOperator
		return true, nil
	}
	switch {
	case own != nil && own.URL != "":
		found, err := p.lookup(own.URL)
		if err != nil {
			return false, err
		}
		if !found {
			return true, nil // an operator links it with another ticket
		}
	default:
		at := slices.IndexFunc(p.claims, func(c claim) bool { return c.Ours })
		if at < 0 {
			return false, nil
		}
		p.Replica = p.claims[at].Ref
		p.Generation = max(p.Generation, p.claims[at].Generation)
	}
	p.journal("link taken up again", p.Origin.String(), p.Replica.String())
	p.link()
	// A copy of a comment that the lost run had under way may still land.
	return true, workflow.Sleep(p.ctx, settleCopy)
}

// undone reports whether one of the tickets of a link that was taken up says that
// it was undone: an operator did that, and not every marker could be written. What
// an operator links anew has no such past.
func (p *pair) undone() bool {
	for _, side := range bothSides {
		if snap := p.snap[side]; snap != nil && slices.ContainsFunc(snap.Markers, func(m ticket.Marker) bool {
			return m.Installation == p.MarkedBy && m.Pair == p.id && m.Generation == p.Generation && m.State == ticket.Unlinked
		}) {
			return true
		}
	}
	return false
}

// lookup finds the replica by its address. The link is certain, and a replica
// that cannot be found may be hidden from us for a while: it is looked for
// until it shows, and never made again. False means that an operator linked
// the origin with another ticket meanwhile.
func (p *pair) lookup(address string) (bool, error) {
	for p.ctx.Err() == nil && p.operator == nil {
		ctx := reading(p.ctx, "find the replica again")
		err := workflow.ExecuteActivity(ctx, act.Lookup, activities.LookupParams{Connection: p.other, Key: address}).Get(ctx, &p.Replica)
		if err == nil {
			return true, nil
		}
		p.breathe(activities.FailureOf(err))
	}
	return false, p.ctx.Err()
}

// link makes the pair a linked one whose tickets have to be compared whole.
func (p *pair) link() {
	p.Sync.Rebuilt = len(p.spoken()) == len(bothSides) &&
		workflow.GetVersion(p.ctx, "copies tell of what they were made", workflow.DefaultVersion, 1) == 1
	p.Phase, p.Rest, p.Hold, p.Intent = Linked, "", nil, nil
	p.Enlist, p.Mark = true, true
	if len(p.spoken()) < len(bothSides) {
		p.Enlist, p.Mark = false, false
	}
	for _, side := range bothSides {
		p.soil(side, Dirt{Fields: true, Comments: true, Others: true, Links: true})
	}
}

// skip completes the run: no pair begins here, now. A claim made meanwhile is
// answered first.
func (p *pair) skip(reason ticket.Reason, detail string) (next, error) {
	p.Rest = reason
	p.decide = true
	p.log.Info("ticket skipped", "ticket", p.Origin.String(), "reason", reason)
	p.showSkipped(reason, detail)
	return completes, workflow.Await(p.ctx, func() bool { return workflow.AllHandlersFinished(p.ctx) })
}
