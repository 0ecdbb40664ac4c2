package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

const (
	// unexplained is how many writes a pair may make within stormWindow beyond
	// the changes it saw. A change often takes two writes, its fields and its
	// status, and a write that fails is tried again up to four times in that
	// time: both stay far below. A way of many transitions counts once (see
	// reconcile.State.Tally).
	unexplained = 30
	stormWindow = 10 // minutes
	// settling is how much later than our write a version may be dated and
	// still be the one it left: clocks are compared by a header that tells
	// seconds.
	settling = 2 * time.Second
)

// Traffic counts what a pair wrote and what it saw others change, by the
// minute. A window of whole minutes is never longer than the time it stands
// for, so that nothing is called a storm that was not one.
type Traffic []Minute

// Minute is one minute with any traffic.
type Minute struct {
	At      int64 `json:"at"` // minutes since 1970
	Writes  int   `json:"w,omitempty"`
	Changes int   `json:"c,omitempty"`
}

// add counts, and lets go of what is older than the window.
func (t Traffic) add(now time.Time, writes, changes int) Traffic {
	if writes == 0 && changes == 0 {
		return t
	}
	at := now.Unix() / 60
	var out Traffic
	for _, m := range t {
		if m.At > at-stormWindow {
			out = append(out, m)
		}
	}
	if n := len(out); n == 0 || out[n-1].At != at {
		out = append(out, Minute{At: at})
	}
	last := &out[len(out)-1]
	last.Writes, last.Changes = last.Writes+writes, last.Changes+changes
	return out
}

// sum is the traffic of the window that ends now.
func (t Traffic) sum(now time.Time) (writes, changes int) {
	for _, m := range t {
		if m.At > now.Unix()/60-stormWindow {
			writes, changes = writes+m.Writes, changes+m.Changes
		}
	}
	return writes, changes
}

// tally counts a write, at the moment it is made.
func (p *pair) tally(op reconcile.Operation) {
	writes, changes := p.Sync.Tally(op)
	p.Traffic = p.Traffic.add(workflow.Now(p.ctx), writes, changes)
}

// observe counts a version that somebody else made, when a read shows it.
func (p *pair) observe(side ticket.Side, t *ticket.Snapshot) {
	known := p.Tickets[side]
	if t.Version == "" || known.knows(t.Version) {
		return
	}
	if !known.Touched.IsZero() && !t.Updated.After(known.Touched.Add(settling)) {
		return // what our own write left
	}
	p.Traffic = p.Traffic.add(workflow.Now(p.ctx), 0, 1)
}

// touched notes a write of ours that did not tell the version it left.
func (p *pair) touched(side ticket.Side) {
	p.at(side, func(t *Ticket) { t.Touched = workflow.Now(p.ctx).UTC() })
}

// guard pauses the pair when it writes what nothing explains: the one thing
// that a mistake of ours, or of a tracker, could do to people's tickets without
// end. Only an operator lets it go on.
func (p *pair) guard() {
	writes, changes := p.Traffic.sum(workflow.Now(p.ctx))
	if writes <= changes+unexplained || p.stopped() {
		return
	}
	if workflow.GetVersion(p.ctx, "a write storm pauses its pair", workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return // a run that wrote on before there was a guard
	}
	p.Paused, p.Storm = true, fmt.Sprintf("%d writes within %d minutes, %d changes seen", writes, stormWindow, changes)
	p.journal("paused itself: "+string(ticket.WriteStorm), "", p.Storm)
	p.log.Warn("write storm", "pair", p.id, "writes", writes, "changes", changes)
}

// calm ends a pause, whoever began it. Counting begins afresh.
func (p *pair) calm() { p.Paused, p.Storm, p.Traffic = false, "", nil }
