package workflows

import (
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// fail holds the whole pair because a tracker cannot be used now.
func (p *pair) fail(f activities.Failure) {
	reasons := map[trackers.Kind]ticket.Reason{
		trackers.Auth: ticket.Auth, trackers.Forbidden: ticket.Forbidden, trackers.Invalid: ticket.Invalid,
		trackers.RateLimited: ticket.RateLimited, trackers.NotFound: ticket.AccessLost,
	}
	reason, ok := reasons[f.Kind]
	if !ok {
		reason = ticket.Unavailable
	}
	p.hold(reason, f.Message)
	p.GaveWay = f.GaveWay
	if f.Retry > 0 {
		p.Hold.RetryAt = workflow.Now(p.ctx).Add(f.Retry)
	}
}

// hold makes the whole pair wait. The same reason again waits longer.
func (p *pair) hold(reason ticket.Reason, detail string) {
	now := workflow.Now(p.ctx)
	h := &reconcile.Hold{Reason: reason, Detail: detail, Since: now.UTC()}
	was := p.Hold
	if was == nil {
		was = p.held
	}
	if was != nil && was.Reason == reason {
		h.Since, h.Tries = was.Since, was.Tries+1
	} else {
		p.journal("waits: "+string(reason), "", detail)
	}
	if timed(reason) {
		h.RetryAt = now.Add(backoff(h.Tries)).UTC()
	}
	p.Hold, p.held = h, nil
}

// timed reports whether a hold is worth another look without a hint.
func timed(r ticket.Reason) bool {
	switch r {
	case ticket.TooLong, ticket.Conflict, ticket.StatusUnmapped, ticket.PriorityUnmapped, ticket.BecamePrivate, ticket.MovedOut,
		ticket.ReplicatedElsewhere, ticket.Paused, ticket.Disabled, ticket.RouteRemoved, ticket.RouteStopped, ticket.Ambiguous:
		return false
	}
	return true
}

// waiting reports whether the whole pair waits for its time.
func (p *pair) waiting() bool { return p.Hold != nil && !p.Hold.Due }

// stampHolds gives new holds of fields and comments their times.
func (p *pair) stampHolds() {
	p.eachHold(func(h *reconcile.Hold) {
		if h.Since.IsZero() {
			h.Since = workflow.Now(p.ctx).UTC()
		}
		if h.RetryAt.IsZero() && timed(h.Reason) {
			h.RetryAt = workflow.Now(p.ctx).Add(backoff(h.Tries)).UTC()
			h.Tries++
		}
	})
}

// eachHold visits the holds of fields, comments and the link, and stores what
// the visitor changed.
func (p *pair) eachHold(visit func(*reconcile.Hold)) {
	for _, name := range workflow.DeterministicKeys(p.Sync.Fields) {
		if fs := p.Sync.Fields[name]; fs.Hold != nil {
			visit(fs.Hold)
		}
	}
	for i := range p.Sync.Comments {
		if h := p.Sync.Comments[i].Hold; h != nil {
			visit(h)
		}
	}
	if p.LinkHold != nil {
		visit(p.LinkHold)
	}
}

// holdsComments reports whether a comment waits.
func (p *pair) holdsComments() bool {
	return slices.ContainsFunc(p.Sync.Comments, func(l reconcile.Link) bool { return l.Hold != nil })
}

// nextTry is when the earliest hold is due.
func (p *pair) nextTry() (at time.Time, ok bool) {
	if p.Paused || p.Phase == Resting && p.LinkHold == nil {
		return at, false
	}
	note := func(h *reconcile.Hold) {
		if !h.RetryAt.IsZero() && (at.IsZero() || h.RetryAt.Before(at)) {
			at = h.RetryAt
		}
	}
	if p.Hold != nil {
		note(p.Hold)
		if p.linksApart() {
			note(p.LinkHold)
		}
		return at, !at.IsZero()
	}
	if p.Phase == Resting {
		note(p.LinkHold) // a marker that could not say unlinked yet
		return at, !at.IsZero()
	}
	p.eachHold(note)
	return at, !at.IsZero()
}

// linksApart reports whether a marker that could not be written is tried again
// though the pair waits. One whose ticket was moved may wait for good, and is
// found by its markers all the same; a ticket that became private gets none.
func (p *pair) linksApart() bool {
	return p.Hold != nil && p.Hold.Reason == ticket.MovedOut && p.LinkHold != nil &&
		workflow.GetVersion(p.ctx, "a moved ticket is marked later", workflow.DefaultVersion, 1) == 1
}

// due lets the holds whose time has come be tried.
func (p *pair) due(now time.Time) {
	mark := func(h *reconcile.Hold) bool {
		if h.RetryAt.IsZero() || h.RetryAt.After(now) {
			return false
		}
		h.Due, h.RetryAt = true, time.Time{}
		return true
	}
	if p.Hold != nil {
		if mark(p.Hold) {
			p.soilBoth()
		}
		if p.linksApart() {
			p.Mark = mark(p.LinkHold) || p.Mark
		}
		return
	}
	if p.Phase == Resting {
		p.Unmark = p.LinkHold != nil && mark(p.LinkHold)
		return
	}
	any := false
	p.eachHold(func(h *reconcile.Hold) { any = mark(h) || any })
	if any {
		p.soilBoth()
	}
	if p.LinkHold != nil && p.LinkHold.Due {
		p.Mark = true
	}
}

// dueAll lets every hold be tried now.
func (p *pair) dueAll() {
	p.Background = false
	if p.Hold != nil {
		p.Hold.Due = true
	}
	p.eachHold(func(h *reconcile.Hold) { h.Due, h.RetryAt = true, time.Time{} })
	if p.LinkHold != nil {
		p.Mark = true
	}
}

func (p *pair) soilBoth() {
	for _, side := range bothSides {
		p.soil(side, Dirt{Fields: true, Comments: true, Others: true})
	}
}

// entries adds a plan's notes to the journal, with the tickets' keys in the
// place of their sides.
func (p *pair) entries(notes []reconcile.Note) {
	left, right := p.label(ticket.Left), p.label(ticket.Right)
	keys := strings.NewReplacer("→ left", "→ "+left, "→ right", "→ "+right, "on the left", "on "+left, "on the right", "on "+right)
	for _, n := range notes {
		p.journal(keys.Replace(n.What), n.From, n.To)
	}
}
