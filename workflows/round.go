package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

var bothSides = []ticket.Side{ticket.Left, ticket.Right}

// round is one turn of the pair: fetch what may have changed, plan, write, and
// plan again until there is nothing to write.
func (p *pair) round() {
	p.held, p.Hold = p.Hold, nil
	if !p.inForce() {
		return
	}
	p.links()
	if !p.fetch() {
		return
	}
	if !p.Rules.IsEnabled() {
		p.suspend() // newer settings say so
		return
	}
	// Each turn writes something; a way of many transitions takes one each.
	const turns = 25
	for range turns {
		if p.snap[ticket.Left] == nil || p.snap[ticket.Right] == nil {
			break
		}
		d := reconcile.Plan(p.Rules, p.Sync, p.snap[ticket.Left], p.snap[ticket.Right])
		p.Sync = d.State
		p.entries(d.Notes)
		p.stampHolds()
		if d.Standing != "" {
			p.hold(d.Standing, d.Detail)
		}
		if len(d.Operations) == 0 {
			p.SyncedAt, p.stale = workflow.Now(p.ctx).UTC(), 0
			break
		}
		if !p.execute(d.Operations) {
			break
		}
	}
	if p.held != nil && p.Hold == nil {
		p.journal("goes on: "+string(p.held.Reason)+" is over", "", "")
	}
	p.held = nil
	p.snap = map[ticket.Side]*ticket.Snapshot{}
	p.bound()
}

// inForce reports whether the route replicates now. While it does not, only
// its settings are looked at, no ticket.
func (p *pair) inForce() bool {
	if p.Rules.IsEnabled() {
		return true
	}
	var rules *reconcile.Rules
	ctx := reading(p.ctx, "is route "+p.Rules.Name+" in force again?")
	err := workflow.ExecuteActivity(ctx, act.Settings, activities.SettingsParams{
		Route: p.Rules.Name, Left: p.Origin.Connection, Right: p.other, Expect: p.expect,
	}).Get(ctx, &rules)
	if err == nil && rules != nil && rules.Version != p.Rules.Version {
		p.adjust(rules)
	}
	if p.Rules.IsEnabled() {
		return true
	}
	p.suspend()
	return false
}

// suspend rests the pair until its route is in force again. What happens
// meanwhile is found by comparing the tickets then.
func (p *pair) suspend() {
	reason := ticket.Disabled
	switch {
	case p.Rules.Removed:
		reason = ticket.RouteRemoved
	case p.Rules.Paused:
		reason = ticket.Paused
	}
	p.hold(reason, p.Rules.Name)
	p.soilBoth()
}

// fetch reads what is dirty, and both tickets where anything may have to be
// written. It reports whether there is something to plan on.
func (p *pair) fetch() bool {
	want := p.Dirty
	p.Dirty = nil
	others := false
	for _, side := range bothSides {
		others = others || want[side].any() && want[side].Others
	}
	need := map[ticket.Side]Dirt{}
	for _, side := range bothSides {
		if d := want[side]; d.any() {
			need[side] = d
		} else if others && p.snap[side] == nil {
			need[side] = Dirt{Fields: true}
		}
	}
	if !p.readAll(need) {
		for _, side := range bothSides {
			p.soil(side, want[side]) // what was asked for is still to be looked at
		}
		return false
	}
	// One side was read alone because only we seemed to have acted. If it
	// shows something new after all, the other is needed.
	for _, side := range bothSides {
		if p.snap[side] != nil && p.snap[side.Other()] == nil && p.differs(side) {
			if p.read(side.Other(), Dirt{Fields: true}) == nil {
				p.soil(side, want[side])
				return false
			}
		}
	}
	return true
}

// differs reports whether a ticket shows anything the state does not know.
func (p *pair) differs(side ticket.Side) bool {
	snap := p.snap[side]
	if snap.Private != "" || !p.Rules.Covers(side, snap.Container) || snap.Elsewhere != "" {
		return true
	}
	for _, f := range p.Rules.FieldRules() {
		v, ok := snap.Fields[f.On(side)]
		fs := p.Sync.Fields[f.Name]
		known := fs.Left
		if side == ticket.Right {
			known = fs.Right
		}
		if ok && v.Fingerprint != known {
			return true
		}
	}
	return snap.CommentsRead && p.commentsDiffer(side)
}

func (p *pair) commentsDiffer(side ticket.Side) bool {
	present := map[string]string{}
	for _, c := range p.snap[side].Comments {
		present[c.ID] = c.Fingerprint
	}
	for _, l := range p.Sync.Comments {
		id, fp := l.Copy, l.CopyFP
		if l.From == side {
			id, fp = l.Source, l.SourceFP
		}
		if l.Fate == "" && id != "" && present[id] != fp {
			return true
		}
		delete(present, id)
	}
	return len(present) > 0
}

// readAll fetches several tickets in parallel.
func (p *pair) readAll(need map[ticket.Side]Dirt) bool {
	futures := map[ticket.Side]workflow.Future{}
	for _, side := range bothSides {
		if d, ok := need[side]; ok {
			futures[side] = p.request(side, d)
		}
	}
	ok := true
	for _, side := range bothSides {
		if f := futures[side]; f != nil && p.take(side, f) == nil {
			ok = false
		}
	}
	return ok
}

// read fetches one ticket; nil when it cannot be had, with the hold that says why.
func (p *pair) read(side ticket.Side, d Dirt) *ticket.Snapshot {
	return p.take(side, p.request(side, d))
}

func (p *pair) request(side ticket.Side, d Dirt) workflow.Future {
	ref := p.ref(side)
	opts := trackers.FetchOptions{Custom: p.Rules.CustomFields(side), Comments: d.Comments, Links: d.Links, Known: map[ticket.Field]string{}}
	for _, f := range p.Rules.FieldRules() {
		fs := p.Sync.Fields[f.Name]
		fp := fs.Left
		if side == ticket.Right {
			fp = fs.Right
		}
		if fp != "" && fs.Take == "" && (f.Name == ticket.Description) {
			opts.Known[f.On(side)] = fp
		}
	}
	if d.Comments {
		opts.KnownComments = map[string]string{}
		for _, l := range p.Sync.Comments {
			if l.From == side && l.SourceFP != "" && l.Copy != "" {
				opts.KnownComments[l.Source] = l.SourceFP
			}
			if l.From != side && l.CopyFP != "" {
				opts.KnownComments[l.Copy] = l.CopyFP
			}
		}
	}
	what := "read "
	if d.Comments {
		what = "read with comments "
	}
	ctx := reading(p.cancellable(), what+p.label(side))
	return workflow.ExecuteActivity(ctx, act.Fetch, activities.FetchParams{
		Ref: ref, Options: opts, Route: p.Rules.Name, Version: p.Rules.Version, Other: p.elsewhere(side), Expect: p.expect,
	})
}

// take notes what a fetch brought.
func (p *pair) take(side ticket.Side, f workflow.Future) *ticket.Snapshot {
	var got activities.FetchResult
	if err := f.Get(p.ctx, &got); err != nil {
		failure := activities.FailureOf(err)
		if failure.Kind == trackers.NotFound {
			p.absent(side)
		} else {
			p.fail(failure)
		}
		return nil
	}
	if got.Rules != nil {
		p.adjust(got.Rules)
	}
	if got.Routes != nil {
		p.follow(side, got)
	}
	if side == p.originSide() {
		p.Confirm = got.Confirm
	} else {
		p.Quiet = got.Quiet
	}
	p.met(side, got.Ticket)
	p.at(side, func(t *Ticket) { t.Gone = time.Time{} })
	return got.Ticket
}

// adjust takes newer settings into use. Holds are tried again under them.
func (p *pair) adjust(rules *reconcile.Rules) {
	p.journal("route settings", "version "+itoa(p.Rules.Version), "version "+itoa(rules.Version))
	p.Rules = rules
	p.dueAll()
}

// follow lets the pair go with a ticket that was moved to a container which
// another route between the same two connections covers.
func (p *pair) follow(side ticket.Side, got activities.FetchResult) {
	for i := range got.Routes {
		r := &got.Routes[i]
		if r.Name != p.Rules.Name && r.IsEnabled() && r.Covers(side, got.Ticket.Container) {
			p.journal("route", p.Rules.Name, r.Name)
			p.Rules = r
			return
		}
	}
}

// met notes a ticket just read.
func (p *pair) met(side ticket.Side, t *ticket.Snapshot) {
	p.snap[side] = t
	p.at(side, func(known *Ticket) {
		if known.Key != "" && known.Key != t.Key {
			p.journal("key", known.Key, t.Key)
		}
		known.Key, known.URL, known.Done, known.Account = t.Key, t.URL, t.Status().Done, t.Account
		known.saw(t.Version)
	})
}

// elsewhere is the connection of the other side.
func (p *pair) elsewhere(side ticket.Side) string {
	if side == p.originSide() {
		return p.other
	}
	return p.Origin.Connection
}

// label names a side's ticket for people.
func (p *pair) label(side ticket.Side) string {
	if key := p.Tickets[side].Key; key != "" {
		return key
	}
	return p.ref(side).String()
}
