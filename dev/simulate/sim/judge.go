package sim

import (
	"context"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/ticket"
)

// judge waits until nothing is found to be wrong any more, or healing takes too
// long, and then looks at everything once and for all.
func (p *play) judge(ctx context.Context) error {
	begin, bound := time.Now(), healing
	switch {
	case p.plant != "":
		bound = planting
	case len(p.faults) == 0:
		bound = syncing
	}
	for {
		if err := pause(ctx, 300*time.Millisecond); err != nil {
			return err
		}
		if p.resting() < rested && time.Since(begin) < bound {
			continue
		}
		f, err := p.look(ctx)
		if err != nil {
			return err
		}
		p.lift(ctx, f)
		// Looking takes a while, in which something may have begun.
		if time.Since(begin) > bound {
			break
		}
		if len(p.standing(f)) > 0 || p.resting() < rested {
			continue
		}
		if idle, err := p.idle(ctx); err != nil {
			return err
		} else if idle {
			break
		}
	}
	p.result.Healed = time.Since(begin)
	p.note("settled after %s", p.result.Healed.Round(time.Millisecond))
	if p.result.Healed > bound {
		p.pending(ctx)
	}
	unquiet, err := p.quiet(ctx)
	if err != nil {
		return err
	}
	f, err := p.look(ctx)
	if err != nil {
		return err
	}
	if err := p.read(ctx, f); err != nil {
		return err
	}
	leaks, err := p.private(ctx)
	if err != nil {
		return err
	}
	p.result.Apart = p.countApart(f)
	p.result.Findings = append(append(p.before, p.standing(f)...), p.lost(f)...)
	p.result.Findings = append(p.result.Findings, unquiet...)
	p.result.Findings = append(p.result.Findings, leaks...)
	if len(p.result.Findings) > 0 {
		p.tell(f)
	}
	return nil
}

// pending notes what Temporal waits for in the pairs that came to no end.
func (p *play) pending(ctx context.Context) {
	for _, g := range p.groups {
		for _, t := range g.ties {
			run, err := p.Client.DescribeWorkflowExecution(ctx, t.id(), "")
			if err != nil || len(run.GetPendingActivities()) == 0 && run.GetPendingWorkflowTask() == nil {
				continue
			}
			p.note("%s: pair %s waits: %s %s", g.tag, t.id(), run.GetPendingActivities(), run.GetPendingWorkflowTask())
			events := p.Client.GetWorkflowHistory(ctx, t.id(), "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
			for events.HasNext() {
				if event, err := events.Next(); err == nil {
					p.note("%s: %d %s %s", g.tag, event.GetEventId(), event.GetEventTime().AsTime().Local().Format("15:04:05.000"), event.GetEventType())
				}
			}
		}
	}
}

// lift is an operator who resumes the routes that stopped themselves.
func (p *play) lift(ctx context.Context, f *facts) {
	stopped := map[string]bool{}
	for _, v := range f.views {
		if v.Reason == ticket.RouteStopped && !stopped[v.Route] {
			stopped[v.Route] = true
			p.note("resume route %s: %v", v.Route, p.ask(ctx, addressing.RouteID(v.Route), addressing.UpdateResume))
		}
	}
}

// rested is how long nothing was written when things are looked at.
const rested = 1500 * time.Millisecond

// standing are the properties that can be seen from how things stand.
func (p *play) standing(f *facts) []Finding {
	return append(append(p.converged(f), p.once(f)...), p.visible(f)...)
}

// resting is how long nothing was written.
func (p *play) resting() time.Duration {
	var last time.Time
	for _, f := range p.fronts {
		if at := f.wroteAt(); at.After(last) {
			last = at
		}
	}
	return time.Since(last)
}

// tell puts the journals and calls of what was found into the play's log.
func (p *play) tell(f *facts) {
	wrong := map[string]bool{}
	for _, one := range p.result.Findings {
		wrong[one.Tag] = true
	}
	for _, g := range p.groups {
		if !wrong[g.tag] {
			continue
		}
		for _, e := range g.edits {
			p.note("%s: %s of %s (%s) = %q from %s to %s", g.tag, e.field, e.at.key, e.at.place, e.value, e.begin.Format("15:04:05.000"), e.done.Format("15:04:05.000"))
		}
		for _, t := range g.ties {
			p.note("%s: pair %s (%s) is %s %s %s%s", g.tag, t.id(), t.route, f.views[t].State, f.views[t].Reason, f.views[t].Detail, f.journal(t))
		}
		for _, e := range g.ends {
			s := f.shown[e]
			p.note("%s: %s at %s %+v, %d links, said %v", g.tag, e.key, e.place, s, f.links[e], f.heard[e])
		}
	}
	for name, front := range p.fronts {
		for _, line := range front.since(0) {
			p.note("call %s %s", name, line)
		}
	}
}

// Finding is a property that does not hold.
type Finding struct {
	// Property is Lost, Duplicates, Leaked, Unquiet or Unhealed.
	Property string
	Tag      string // of the ticket, in its title
	Text     string
}

// The properties, as the table names their violations.
const (
	Lost       = "lost"
	Duplicates = "duplicates"
	Leaked     = "leaked"
	Unquiet    = "unquiet"
	Unhealed   = "unhealed"
)

func finding(property, tag, format string, args ...any) Finding {
	return Finding{property, tag, fmt.Sprintf(format, args...)}
}
