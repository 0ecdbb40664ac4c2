package activities

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// pass is one way through what changed, and how far it has come.
type pass struct {
	Parts  []part // still to do; the first one is under way
	Cursor string // in it
	// Now is the tracker's time at the first page: what changes while we page is
	// found again by the next pass.
	Now time.Time
	// Caught and Hidden are as they will be when all parts are done.
	Caught time.Time
	Hidden map[string]Hidden
}

// part is containers that are listed together, from the same time on.
type part struct {
	Containers []ticket.Container
	Since      time.Time
	// Again hints what was hinted before, too: it may have been turned away.
	Again bool
}

// begin plans a pass: what changed since the watermark; what routes that were
// restored have missed; and each container that could not be read, by itself.
func begin(routes []reconcile.Rules, p SweepParams) pass {
	at := pass{Hidden: maps.Clone(p.Hidden)}
	maps.DeleteFunc(at.Hidden, func(id string, _ Hidden) bool { return !named(routes, p.Connection, id) })
	usual := part{Since: p.Watermark}
	if usual.Since.IsZero() {
		usual.Since = earliest(routes, p.Connection)
	}
	var hidden []part
	for _, c := range swept(routes, p.Connection) {
		h, is := p.Hidden[c.ID]
		switch {
		case !is:
			usual.Containers = append(usual.Containers, c)
		case !time.Now().Before(h.Next):
			hidden = append(hidden, part{Containers: []ticket.Container{c}, Since: h.Since, Again: true})
		}
	}
	missed := part{Again: true}
	missed.Containers, missed.Since, at.Caught = restored(routes, p.Connection, p.Caught, time.Now().Add(-known))
	for _, one := range append([]part{usual, missed}, hidden...) {
		if len(one.Containers) > 0 {
			at.Parts = append(at.Parts, one)
		}
	}
	return at
}

// turn goes on to the next page, or to the next part.
func (p *pass) turn(page trackers.ChangedPage) {
	if p.Now.IsZero() {
		p.Now = page.Now
	}
	if p.Cursor = page.Next; p.Cursor != "" {
		return
	}
	now := p.Parts[0]
	for _, c := range now.Containers {
		if h, is := p.Hidden[c.ID]; is && !h.Since.Before(now.Since) {
			delete(p.Hidden, c.ID)
		}
	}
	p.Parts = p.Parts[1:]
}

// refuse takes a part for refused: its containers are asked for one by one, and
// one that was is hidden until it can be read.
func (p *pass) refuse(err error) {
	now := p.Parts[0]
	p.Cursor, p.Parts = "", p.Parts[1:]
	if len(now.Containers) > 1 {
		var each []part
		for _, c := range now.Containers {
			each = append(each, part{Containers: []ticket.Container{c}, Since: now.Since, Again: now.Again})
		}
		p.Parts = append(each, p.Parts...)
		return
	}
	if p.Hidden == nil {
		p.Hidden = map[string]Hidden{}
	}
	c, at := now.Containers[0], time.Now()
	h, was := p.Hidden[c.ID]
	if !was {
		h.First = at
	}
	if !was || now.Since.Before(h.Since) {
		h.Since = now.Since
	}
	h.Name, h.Error, h.Next = cmp.Or(c.Key, c.Name, c.ID), err.Error(), at.Add(min(at.Sub(h.First)/8, time.Hour))
	p.Hidden[c.ID] = h
}

// ofOneContainer reports whether a list may have been refused because of one of
// its containers: it is gone, or the account may not read it.
func ofOneContainer(err error) bool {
	switch trackers.KindOf(err) {
	case trackers.NotFound, trackers.Forbidden, trackers.Invalid:
		return true
	}
	return false
}

// named reports whether some route that was not removed names a container.
func named(routes []reconcile.Rules, connection, container string) bool {
	return slices.ContainsFunc(routes, func(r reconcile.Rules) bool {
		side, ok := r.SideOf(connection)
		return ok && !r.Removed && r.End(side).Container.ID == container
	})
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
// a time and until another, from when on the first of them has turned tickets
// away, and when the last one came.
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
		rested := back[i].Rested.Add(-underway)
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
