package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/ticket"
)

// The limits on writes to one issue of the strictest tracker, Jira Cloud.
const (
	shortWindow, shortWrites = 2 * time.Second, 20
	longWindow, longWrites   = 30 * time.Second, 90 // of 100: a write may be tried twice
)

// pace keeps what is written to one ticket below the tracker's limits for it,
// however many workers there are: a pair is one workflow and writes one thing
// after another. Where other pairs write to the ticket as well, all of them
// know how many they are and each takes its part.
func (p *pair) pace(side ticket.Side) {
	now := workflow.Now(p.ctx)
	times := append(slices.Clone(p.Wrote[side]), now)
	short, long := allowance(p.Tickets[side].Writers)
	wait := time.Duration(0)
	if n := len(times); n > short {
		wait = shortWindow - now.Sub(times[n-1-short])
	}
	if n := len(times); n > long {
		wait = max(wait, longWindow-now.Sub(times[n-1-long]))
		times = times[n-long:]
	}
	if wait > 0 {
		_ = workflow.Sleep(p.ctx, wait)
		times[len(times)-1] = workflow.Now(p.ctx)
	}
	if p.Wrote == nil {
		p.Wrote = map[ticket.Side][]time.Time{}
	}
	p.Wrote[side] = times
}

// allowance is how many writes one of so many pairs may begin in either window.
// Three less than its part: a write that a busy worker begins late shares a
// window with one more than was counted, and the two that mark a ticket are not
// counted. 0 is from before workers told; such runs must replay as they were.
func allowance(writers int) (short, long int) {
	if writers == 0 {
		return 18, 90
	}
	const spare = 3
	return max(shortWrites/writers-spare, 1), max(longWrites/writers-spare, 1)
}

// passed forgets the writes that no window holds any more: a run carries only
// what the next one has to reckon with.
func (p *pair) passed() {
	now := workflow.Now(p.ctx)
	for _, side := range bothSides {
		recent := slices.DeleteFunc(slices.Clone(p.Wrote[side]), func(at time.Time) bool { return now.Sub(at) >= longWindow })
		if len(recent) == 0 {
			delete(p.Wrote, side)
			continue
		}
		p.Wrote[side] = recent
	}
}
