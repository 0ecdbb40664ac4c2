package addressing

import (
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

// Delivery is one workflow to tell about an event.
type Delivery struct {
	WorkflowID string
	// Route is the name of the one route that covers the ticket, when the
	// event tells enough; else "".
	Route string
	// Start asks for a run to be started when none is there. Without it a
	// missing run means that the event concerns nobody: no route would
	// replicate the ticket, so only a pair that exists already cares.
	Start bool
	Hint  ticket.Hint
}

// Deliver returns whom to tell about an event on a connection: one delivery
// for each other connection that shares a route with this one.
func Deliver(routes []reconcile.Rules, connection string, e ticket.Event, source string) []Delivery {
	ref := ticket.Ref{Connection: connection, ID: e.ID}
	hint := ticket.Hint{Ref: ref, Kind: e.Kind, Version: e.Version, Comment: e.Comment, Actor: e.Actor, Source: source}
	if e.Kind == ticket.DeleteEvent {
		hint.Acted = e.Acted
	}

	var out []Delivery
	index := map[string]int{} // other connection: place in out
	covering := map[string]int{}
	for i := range routes {
		r := &routes[i]
		side, ok := r.SideOf(connection)
		if !ok {
			continue
		}
		other := r.End(side.Other()).Connection
		if r.End(side.Other()).Announces && (e.Kind == ticket.CommentEvent || e.Kind == ticket.LinkEvent) {
			continue // neither is ever told
		}
		at, seen := index[other]
		if !seen {
			at = len(out)
			index[other] = at
			out = append(out, Delivery{WorkflowID: ticket.PairID(ref, other), Hint: hint})
		}
		if !r.IsEnabled() || excludes(r, side, e) {
			continue
		}
		covering[other]++
		out[at].Route = r.Name
		if covering[other] > 1 {
			out[at].Route = ""
		}
		// A deleted ticket starts nothing, and neither does one on the
		// receiving end of a one-way route.
		if e.Kind != ticket.DeleteEvent && r.Direction.From(side) {
			out[at].Start = true
		}
	}
	return out
}

// excludes reports whether the event itself proves that the route does not
// cover its ticket. What the event does not say excludes nothing.
func excludes(r *reconcile.Rules, side ticket.Side, e ticket.Event) bool {
	end := r.End(side)
	if !sameContainer(end, e.Container) {
		return true
	}
	if end.Type != "" && e.Type != "" && !strings.EqualFold(end.Type, e.Type) {
		return true
	}
	return r.Existing != "on-update" && !e.Created.IsZero() && e.Created.Before(r.Since)
}

func sameContainer(end reconcile.End, c ticket.Container) bool {
	known := end.Container
	same := func(told string, names ...string) bool {
		return told != "" && slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, told) })
	}
	switch {
	case c.ID != "" && known.ID != "":
		return c.ID == known.ID && known.HasPart(c)
	case c.Key != "" && (end.ByKey || known.Key != ""):
		return same(c.Key, known.Key, end.Name) || same(c.Name, known.Name, end.Name)
	case c.Name != "" && end.Name != "":
		return same(c.Name, known.Name, end.Name)
	}
	return true
}
