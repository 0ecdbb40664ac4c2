package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// SweepParams asks for one pass over what changed on a connection.
type SweepParams struct {
	Connection string    `json:"connection"`
	Watermark  time.Time `json:"watermark,omitzero"` // the tracker's own time
	// Caught is when the last route was restored that earlier passes caught up with.
	Caught time.Time `json:"caught,omitzero"`
	// Hinted are the versions that earlier passes hinted within the overlap, by
	// ticket id, for a comment "<ticket id> <comment id>".
	Hinted map[string]string `json:"hinted,omitempty"`
	// Hidden are the containers that could not be read, by id.
	Hidden map[string]Hidden `json:"hidden,omitempty"`
}

// SweepResult is a complete pass.
type SweepResult struct {
	Watermark time.Time         `json:"watermark"`
	Caught    time.Time         `json:"caught,omitzero"`
	Hinted    map[string]string `json:"hinted,omitempty"`
	Hidden    map[string]Hidden `json:"hidden,omitempty"`
	Seen      int               `json:"seen"`
	Sent      int               `json:"sent"`
	// Interval and Audit are how often the connection wants to be swept.
	Interval time.Duration `json:"interval"`
	Audit    time.Duration `json:"audit"`
}

// Hidden is a container that the account cannot read for now. It is asked for by
// itself, so that it keeps nothing from the others, and from where it was read
// last, so that nothing is missed.
type Hidden struct {
	Name  string    `json:"name"`  // for people
	Since time.Time `json:"since"` // what changed since is not known
	Error string    `json:"error"`
	// First is when it was refused first, Next when it is asked for again: soon at
	// first, then after an eighth of the time that it has been hidden, an hour at most.
	First time.Time `json:"first"`
	Next  time.Time `json:"next"`
}

const (
	// overlap is how far each pass looks back behind the watermark: longer
	// than a search index lags and two clocks differ.
	overlap = 5 * time.Minute
	// known is when every worker has heard that a route is in force again: before
	// that, what it has missed would be turned away once more.
	known = 15 * time.Second
	// underway is how long before a route came to rest what it turned away may have
	// happened: Jira delivers up to half an hour late, and so may we.
	underway = 30 * time.Minute
	// remembered bounds Hinted; beyond it a ticket is hinted twice, which
	// costs its pair a dropped echo.
	remembered = 2000
)

// Sweep pages through what changed since the watermark and hints the pairs
// concerned, as the receiver would. Repeating it hints again, which corrupts
// nothing; the cursor rides in the heartbeat.
func (a *Activities) Sweep(ctx context.Context, p SweepParams) (*SweepResult, error) {
	lister, conn, err := use[trackers.Lister](a, p.Connection, "list changes")
	if err != nil {
		return nil, err
	}
	routes, err := a.routes.Rules(ctx)
	if err != nil {
		return nil, fail(err)
	}
	out := &SweepResult{Watermark: p.Watermark, Hinted: map[string]string{}, Interval: conn.Sweep, Audit: conn.Audit}
	var at pass
	if !activity.IsActivity(ctx) || !activity.HasHeartbeatDetails(ctx) || activity.GetHeartbeatDetails(ctx, &at) != nil || len(at.Parts) == 0 {
		at = begin(routes, p)
	}
	ctx = trackers.Background(ctx)
	var refused error
	for len(at.Parts) > 0 {
		now := at.Parts[0]
		page, err := lister.Changed(ctx, now.Containers, now.Since.Add(-overlap), at.Cursor)
		switch {
		case err != nil && !ofOneContainer(err):
			return nil, fail(err)
		case err != nil:
			refused = err
			at.refuse(err)
		default:
			for _, e := range page.Events {
				if err := a.tell(ctx, routes, p, now, e, out); err != nil {
					return nil, err
				}
			}
			at.turn(page)
		}
		if len(at.Parts) > 0 && activity.IsActivity(ctx) {
			activity.RecordHeartbeat(ctx, at)
		}
	}
	switch {
	case !at.Now.IsZero():
		out.Watermark = at.Now
	case refused != nil:
		return nil, fail(refused) // not one answered: it is no container's fault
	}
	a.toldOf(p, at.Hidden)
	out.Caught, out.Hidden = at.Caught, at.Hidden
	return out, nil
}

// tell hints the pairs that an event concerns, unless an earlier pass has.
func (a *Activities) tell(ctx context.Context, routes []reconcile.Rules, p SweepParams, now part, e ticket.Event, out *SweepResult) error {
	out.Seen++
	what := e.ID
	if e.Comment == "" {
		e.Kind = ticket.ChangeHint
	} else {
		what += " " + e.Comment
	}
	if len(out.Hinted) < remembered {
		out.Hinted[what] = e.Version
	}
	if e.Version != "" && p.Hinted[what] == e.Version && !now.Again {
		return nil
	}
	for _, d := range addressing.Deliver(routes, p.Connection, e, "sweep") {
		if _, err := routing.Send(ctx, a.temporal, d); err != nil {
			return fail(unavailable("hint pair", err))
		}
		out.Sent++
	}
	return nil
}

// toldOf logs which containers can no longer be read, and which can again.
func (a *Activities) toldOf(p SweepParams, hidden map[string]Hidden) {
	for id, h := range hidden {
		if _, was := p.Hidden[id]; !was {
			a.log.Warn("sweep: container cannot be read, the others are swept without it", "connection", p.Connection, "container", h.Name, "error", h.Error)
		}
	}
	for id, h := range p.Hidden {
		if _, still := hidden[id]; !still {
			a.log.Info("sweep: container can be read again", "connection", p.Connection, "container", h.Name, "since", h.Since)
		}
	}
}
