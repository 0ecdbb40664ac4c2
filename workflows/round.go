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

var bothSides = []ticket.Side{ticket.Left, ticket.Right}

// round is one turn of the pair: fetch what may have changed, plan, write, and
// plan again until there is nothing to write.
func (p *pair) round() {
	p.held, p.Hold = p.Hold, nil
	if !p.inForce() {
		return
	}
	if p.addressed() {
		p.links()
	}
	if !p.fetch() {
		p.snap = map[ticket.Side]*ticket.Snapshot{} // nothing is decided on what was read before
		return
	}
	if !p.Rules.IsEnabled() {
		p.soilBoth() // newer settings say so; the next round asks what is in force
		return
	}
	if p.Sync.Rebuilt && p.MarkedBy != "" && p.undone() {
		p.part()
		return
	}
	p.links()
	// Each turn writes something; a way of many transitions takes one each.
	const turns = 25
	for range turns {
		if !p.refresh() {
			p.soilBoth()
			break
		}
		left, right := p.visible(ticket.Left), p.visible(ticket.Right)
		if left == nil || right == nil || p.stopped() {
			break
		}
		d := reconcile.Plan(p.Rules, p.Sync, left, right)
		if d.Returned && workflow.GetVersion(p.ctx, "a value that came back is an edit", workflow.DefaultVersion, 1) < 1 {
			d = reconcile.PlanByBaseline(p.Rules, p.Sync, left, right)
		}
		p.Sync = d.State
		p.entries(d.Notes)
		p.stampHolds()
		if d.Standing != "" {
			p.hold(d.Standing, d.Detail)
		}
		if len(d.Operations) == 0 {
			p.SyncedAt, p.stale = workflow.Now(p.ctx).UTC(), 0
			p.readOn()
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

// visible is a side's ticket as far as it can be read.
func (p *pair) visible(side ticket.Side) *ticket.Snapshot {
	if p.silent(side) {
		return &ticket.Snapshot{Ref: p.ref(side)}
	}
	return p.snap[side]
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
		Route: p.Rules.Name, Left: p.Rules.Left, Right: p.Rules.Right, Expect: p.expect,
	}).Get(ctx, &rules)
	if err == nil && rules != nil && (rules.Name != p.Rules.Name || rules.Version != p.Rules.Version) {
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
	detail := p.Rules.Name
	if p.Rules.Stopped != "" {
		detail += ": " + p.Rules.Stopped
	}
	p.hold(p.Rules.Resting(), detail)
	if p.Hold.Tries == 0 && workflow.GetVersion(p.ctx, "settings are asked for twice", workflow.DefaultVersion, 1) == 1 {
		// The settings that said so may have been old already, and those that
		// lifted them have woken the pairs that waited by then.
		p.Hold.RetryAt = workflow.Now(p.ctx).Add(firstRetry).UTC()
	}
	p.soilBoth()
}

// fetch reads what is dirty, and both tickets where anything may have to be
// written. It reports whether there is something to plan on.
func (p *pair) fetch() bool {
	p.lookForCopies()
	want := p.Dirty
	p.Dirty = nil
	others := p.held != nil // whether a hold still stands takes both
	for _, side := range bothSides {
		others = others || want[side].any() && want[side].Others
	}
	need := map[ticket.Side]Dirt{}
	for _, side := range p.spoken() {
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
	p.Background = false // what was found is somebody's edit
	// One side was read alone because only we seemed to have acted. If it
	// shows something new after all, the other is needed.
	for _, side := range p.spoken() {
		if p.snap[side] != nil && p.snap[side.Other()] == nil && !p.silent(side.Other()) && p.differs(side) {
			if p.read(side.Other(), Dirt{Fields: true}) == nil {
				p.soil(side, want[side])
				return false
			}
		}
	}
	p.missCopies()
	return true
}

// lookForCopies asks for the comments of both tickets while a copy's fate is
// unknown, or that of all.
func (p *pair) lookForCopies() {
	if p.Sync.Rebuilt || slices.ContainsFunc(p.Sync.Comments, func(l reconcile.Link) bool { return l.Pending }) {
		for _, side := range bothSides {
			p.soil(side, Dirt{Comments: true, Others: true})
		}
	}
}

// missCopies lets copies be made again that were asked for, and that are not
// there now that all comments have been read.
func (p *pair) missCopies() {
	for _, l := range p.Sync.Comments {
		snap := p.snap[l.From.Other()]
		if !l.Pending || snap == nil || !snap.CommentsRead {
			continue
		}
		token := ticket.CommentToken(p.connection(l.From), l.Source)
		if !slices.ContainsFunc(snap.Comments, func(c ticket.Comment) bool { return c.Token == token }) {
			p.Sync.NotThere(l.From, l.Source)
		}
	}
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

// read fetches one ticket; nil when it cannot be had, with the hold that says why.
func (p *pair) read(side ticket.Side, d Dirt) *ticket.Snapshot {
	if !p.readAll(map[ticket.Side]Dirt{side: d}) {
		return nil
	}
	return p.snap[side]
}

// readAll fetches tickets at the same moment; false when one cannot be had,
// with the hold that says why.
func (p *pair) readAll(need map[ticket.Side]Dirt) bool {
	var sides []ticket.Side
	params := activities.FetchParams{
		Left: p.connection(ticket.Left), Right: p.connection(ticket.Right),
		Route: p.Rules.Name, Version: p.Rules.Version, Expect: p.expect, Background: p.Background,
	}
	what := "read"
	for _, side := range bothSides {
		d, ok := need[side]
		if !ok {
			continue
		}
		sides = append(sides, side)
		params.Tickets = append(params.Tickets, activities.FetchTicket{Ref: p.ref(side), Options: p.options(side, d)})
		what += " " + p.label(side)
		if d.Comments && !p.silent(side.Other()) {
			what += " with comments"
		}
	}
	if len(sides) == 0 {
		return true
	}
	var got activities.FetchResult
	asked := workflow.Now(p.ctx)
	ctx := reading(p.cancellable(), what)
	if err := workflow.ExecuteActivity(ctx, act.Fetch, params).Get(ctx, &got); err != nil {
		p.fail(activities.FailureOf(err))
		return false
	}
	if got.Rules != nil {
		p.adjust(got.Rules)
	}
	all := true
	for i, side := range sides {
		if p.Phase == Resting {
			return false // a deletion was carried out
		}
		t := got.Tickets[i]
		if f := t.Failure; f != nil {
			if all = false; f.Kind == trackers.NotFound {
				p.absent(side)
			} else {
				p.fail(*f)
			}
			continue
		}
		if side == p.originSide() {
			p.Confirm = t.Confirm
		} else {
			p.Quiet = t.Quiet
		}
		if t.Ticket.Trashed {
			all = false
			p.trashed(side)
			continue
		}
		p.observe(side, t.Ticket)
		p.met(side, t.Ticket, asked)
		p.at(side, func(known *Ticket) {
			known.Gone, known.Deleted, known.Writers = time.Time{}, time.Time{}, t.Writers
		})
	}
	if got.Routes != nil {
		p.follow(got.Routes)
	}
	return all
}

// options says how much of a ticket to fetch: texts that are known stay there.
func (p *pair) options(side ticket.Side, d Dirt) trackers.FetchOptions {
	opts := trackers.FetchOptions{Custom: p.Rules.CustomFields(side), Comments: d.Comments, Links: d.Links}
	if p.held != nil && p.held.Reason == ticket.ReplicatedElsewhere {
		opts.Links = true // only they tell whether the other engine is gone
	}
	fs := p.Sync.Fields[ticket.Description]
	fp := fs.Left
	if side == ticket.Right {
		fp = fs.Right
	}
	if p.silent(side.Other()) {
		opts.Changes, opts.Comments = &trackers.History{After: p.Sync.Heard, Since: p.Rules.Since}, false
		if p.Sync.Told != nil {
			fp = p.Sync.Told.Description
		}
	}
	if fp != "" && fs.Take == "" {
		opts.Known = map[ticket.Field]string{ticket.Description: fp}
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
	return opts
}

// adjust takes newer settings into use. Holds are tried again under them.
func (p *pair) adjust(rules *reconcile.Rules) {
	if rules.Name != p.Rules.Name {
		p.journal("route", p.Rules.Name, rules.Name)
	} else {
		p.journal("route settings", "version "+itoa(p.Rules.Version), "version "+itoa(rules.Version))
	}
	p.Rules = rules
	p.dueAll()
}

// follow lets the pair go with a ticket that was moved to a container which
// another route between the same two connections covers, together with the
// other ticket's.
func (p *pair) follow(routes []reconcile.Rules) {
	covers := func(r *reconcile.Rules) bool {
		for _, side := range p.spoken() {
			if p.snap[side] == nil || !r.Covers(side, p.snap[side].Container) {
				return false
			}
		}
		return true
	}
	if covers(p.Rules) {
		return
	}
	for i := range routes {
		if r := &routes[i]; r.Name != p.Rules.Name && r.IsEnabled() && covers(r) {
			p.journal("route", p.Rules.Name, r.Name)
			p.Rules = r
			return
		}
	}
}

// met notes a ticket just read, by an activity that was asked for it then.
func (p *pair) met(side ticket.Side, t *ticket.Snapshot, asked time.Time) {
	p.snap[side], p.seen[side] = t, sight{asked: asked, got: workflow.Now(p.ctx)}
	p.at(side, func(known *Ticket) {
		if known.Key != "" && known.Key != t.Key {
			p.journal("key", known.Key, t.Key)
		}
		known.Key, known.URL, known.Done, known.Account = t.Key, t.URL, t.Status().Done, t.Account
		known.Audited = known.Audited && known.Done
		known.saw(t.Version)
	})
}

// connection names the tracker account of one side.
func (p *pair) connection(side ticket.Side) string {
	if side == p.originSide() {
		return p.Origin.Connection
	}
	return p.other
}

// label names a side's ticket for people.
func (p *pair) label(side ticket.Side) string {
	if key := p.Tickets[side].Key; key != "" {
		return key
	}
	return p.ref(side).String()
}
