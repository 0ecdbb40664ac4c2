package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/ticket"
)

// refresh reads again what waiting has made old: links, pacing and retries may
// take a minute, a worker may have been away, and nothing is decided on what was
// true before that.
func (p *pair) refresh() bool {
	need := map[ticket.Side]Dirt{}
	for _, side := range p.spoken() {
		if p.old(side) || p.snap[side] != nil && p.before(p.seen[side].asked, awaited) {
			need[side] = Dirt{Fields: true, Comments: p.snap[side].CommentsRead, Others: true}
		}
	}
	return len(need) == 0 || p.readAll(need)
}

// sight is when a ticket was read: between two moments by the workflow's clock.
type sight struct{ asked, got time.Time }

// old reports whether what was read of a ticket may not be decided on any more.
func (p *pair) old(side ticket.Side) bool {
	return p.snap[side] != nil && p.before(p.seen[side].got, fresh)
}

// before reports whether a moment lies back so far that what was read then
// counts as old.
func (p *pair) before(at time.Time, age time.Duration) bool {
	return workflow.Now(p.ctx).Sub(at) > age &&
		workflow.GetVersion(p.ctx, "old facts are read again", workflow.DefaultVersion, 1) == 1
}

// date notes that a new ticket is as old as the call that made it: the worker
// that tells of it may have been away.
func (p *pair) date(side ticket.Side, asked time.Time) {
	if workflow.Now(p.ctx).Sub(asked) <= fresh ||
		workflow.GetVersion(p.ctx, "a new replica is as old as its call", workflow.DefaultVersion, 1) < 1 {
		return
	}
	p.seen[side] = sight{asked: asked, got: asked}
}
