package activities

import (
	"context"
	"slices"
	"time"

	"go.temporal.io/api/workflowservice/v1"
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
}

// SweepResult is a complete pass.
type SweepResult struct {
	Watermark time.Time         `json:"watermark"`
	Caught    time.Time         `json:"caught,omitzero"`
	Hinted    map[string]string `json:"hinted,omitempty"`
	Seen      int               `json:"seen"`
	Sent      int               `json:"sent"`
	// Interval and Audit are how often the connection wants to be swept.
	Interval time.Duration `json:"interval"`
	Audit    time.Duration `json:"audit"`
}

const (
	// overlap is how far each pass looks back behind the watermark: longer
	// than a search index lags and two clocks differ.
	overlap = 5 * time.Minute
	// known is when every worker has heard that a route is in force again: before
	// that, what it has missed would be turned away once more.
	known = 15 * time.Second
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
	out := &SweepResult{Watermark: p.Watermark, Caught: p.Caught, Hinted: map[string]string{}, Interval: conn.Sweep, Audit: conn.Audit}
	containers := swept(routes, p.Connection)
	if len(containers) == 0 {
		return out, nil
	}
	var at pass
	if activity.IsActivity(ctx) && activity.HasHeartbeatDetails(ctx) {
		_ = activity.GetHeartbeatDetails(ctx, &at) // from the start again, then
	}
	if at.Cursor == "" || len(at.Containers) == 0 {
		at = begin(routes, p, containers)
	}
	if at.CatchesUp {
		p.Hinted = nil
	}
	ctx = trackers.Background(ctx)
	for {
		page, err := lister.Changed(ctx, at.Containers, at.Since.Add(-overlap), at.Cursor)
		if err != nil {
			return nil, fail(err)
		}
		if at.Now.IsZero() {
			// What changes while we page is found again by the next pass.
			at.Now = page.Now
		}
		for _, e := range page.Events {
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
			if e.Version != "" && p.Hinted[what] == e.Version {
				continue
			}
			for _, d := range addressing.Deliver(routes, p.Connection, e, "sweep") {
				if _, err := routing.Send(ctx, a.temporal, d); err != nil {
					return nil, fail(unavailable("hint pair", err))
				}
				out.Sent++
			}
		}
		if at.Cursor = page.Next; at.Cursor == "" {
			if at.CatchesUp {
				out.Caught = at.Caught
			} else {
				out.Watermark = at.Now
			}
			return out, nil
		}
		if activity.IsActivity(ctx) {
			activity.RecordHeartbeat(ctx, at)
		}
	}
}

// pass is one way through what changed since a time, and how far it has come.
type pass struct {
	Containers []ticket.Container
	Since      time.Time
	// CatchesUp tells that it looks at what routes restored until Caught have
	// missed; the usual pass comes the next time.
	CatchesUp bool
	Caught    time.Time

	Cursor string
	Now    time.Time
}

func begin(routes []reconcile.Rules, p SweepParams, containers []ticket.Container) pass {
	if missed, from, caught := restored(routes, p.Connection, p.Caught, time.Now().Add(-known)); len(missed) > 0 {
		return pass{Containers: missed, Since: from, CatchesUp: true, Caught: caught}
	}
	since := p.Watermark
	if since.IsZero() {
		since = earliest(routes, p.Connection)
	}
	return pass{Containers: containers, Since: since}
}

// swept lists the containers of a connection that a route in force covers.
func swept(routes []reconcile.Rules, connection string) []ticket.Container {
	var out []ticket.Container
	seen := map[string]bool{}
	for i := range routes {
		side, ok := routes[i].SideOf(connection)
		if !ok || !routes[i].IsEnabled() {
			continue
		}
		if c := routes[i].End(side).Container; !seen[c.ID] {
			seen[c.ID] = true
			out = append(out, c)
		}
	}
	return out
}

// restored lists the containers of routes that have come into force again since
// a time and until another, when the first of them had ceased to be, and when the
// last one came.
func restored(routes []reconcile.Rules, connection string, after, until time.Time) (out []ticket.Container, from, last time.Time) {
	back := slices.DeleteFunc(slices.Clone(routes), func(r reconcile.Rules) bool {
		return !r.Restored.After(after) || r.Restored.After(until)
	})
	if out = swept(back, connection); len(out) == 0 {
		return nil, from, after
	}
	last = after
	for i := range back {
		if _, ok := back[i].SideOf(connection); !ok || !back[i].IsEnabled() {
			continue
		}
		rested := back[i].Rested
		if rested.Before(back[i].Since) {
			rested = back[i].Since // it began at rest: what is older is no concern of its
		}
		if from.IsZero() || rested.Before(from) {
			from = rested
		}
		if back[i].Restored.After(last) {
			last = back[i].Restored
		}
	}
	return out, from, last
}

func earliest(routes []reconcile.Rules, connection string) time.Time {
	var out time.Time
	for i := range routes {
		if _, ok := routes[i].SideOf(connection); ok && routes[i].IsEnabled() && (out.IsZero() || routes[i].Since.Before(out)) {
			out = routes[i].Since
		}
	}
	return out
}

// AuditParams asks for every open pair that touches a connection to look again.
type AuditParams struct {
	Connection string `json:"connection"`
}

// AuditResult counts the pairs hinted.
type AuditResult struct {
	Sent int `json:"sent"`
}

// Audit hints the linked pairs of a connection's own tickets: deletions, and
// on some trackers comments, appear in no list of changes. A pair whose
// tickets are both done ignores it. Repeating it costs reads and nothing else.
func (a *Activities) Audit(ctx context.Context, p AuditParams) (*AuditResult, error) {
	out := &AuditResult{}
	var page []byte
	for {
		answer, err := a.temporal.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
			NextPageToken: page,
			Query: "WorkflowType = '" + addressing.Pair + "' AND ExecutionStatus = 'Running' AND " + addressing.AttrState +
				" IN ('linked', 'attention', 'syncing')",
		})
		if err != nil {
			return nil, fail(unavailable("list pairs", err))
		}
		for _, e := range answer.GetExecutions() {
			id := e.GetExecution().GetWorkflowId()
			origin, other, err := ticket.ParsePairID(id)
			if err != nil || origin.Connection != p.Connection && other != p.Connection {
				continue
			}
			hint := ticket.Hint{Ref: ticket.Ref{Connection: p.Connection}, Kind: ticket.ChangeHint, Source: "audit"}
			if _, err := routing.Send(ctx, a.temporal, addressing.Delivery{WorkflowID: id, Hint: hint}); err != nil {
				return nil, fail(unavailable("hint pair", err))
			}
			out.Sent++
		}
		if page = answer.GetNextPageToken(); len(page) == 0 {
			return out, nil
		}
		if activity.IsActivity(ctx) {
			activity.RecordHeartbeat(ctx)
		}
	}
}
