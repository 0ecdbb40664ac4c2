package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// Overlaps says which routes cannot be in force together, one sentence for
// each mistake, in an order that depends on the routes only. Routes that are
// removed or disabled count for nothing; paused ones count, because they can
// be resumed without a look at the others.
func Overlaps(routes []Rules) []string {
	var live []*Rules
	for i := range routes {
		if r := &routes[i]; !r.Removed && (r.Enabled == nil || *r.Enabled) {
			live = append(live, r)
		}
	}
	slices.SortStableFunc(live, func(a, b *Rules) int { return strings.Compare(a.Name, b.Name) })
	var out []string
	for i, a := range live {
		for _, b := range live[i+1:] {
			out = append(out, between(a, b)...)
		}
	}
	return append(out, rings(live)...)
}

// between judges two routes by every container that both create from towards
// one connection.
func between(a, b *Rules) []string {
	var out []string
	for _, sa := range []ticket.Side{ticket.Left, ticket.Right} {
		end, other := a.End(sa), a.End(sa.Other())
		sb, ok := b.SideOf(end.Connection)
		if !ok || b.End(sb.Other()).Connection != other.Connection || !sameEnd(end, b.End(sb)) {
			continue
		}
		if !a.Direction.From(sa) || !b.Direction.From(sb) || apart(a, sa, b, sb) {
			continue
		}
		where := fmt.Sprintf("both create tickets on %s from %s on %s", other.Connection, end.Label(), end.Connection)
		switch {
		case a.Filter.IsZero() && b.Filter.IsZero():
			out = append(out, fmt.Sprintf("routes %s and %s %s and neither has a filter: give each one, or let only one create", a.Name, b.Name, where))
		case a.Filter.IsZero() || b.Filter.IsZero():
			bare := a.Name
			if b.Filter.IsZero() {
				bare = b.Name
			}
			out = append(out, fmt.Sprintf("routes %s and %s %s and %s has no filter: give it one, or let only one create", a.Name, b.Name, where, bare))
		case a.Filter.within(b.Filter) || b.Filter.within(a.Filter):
			out = append(out, fmt.Sprintf("routes %s and %s %s and their filters let the same tickets through: make the filters exclude each other", a.Name, b.Name, where))
		}
	}
	return out
}

// Joins reports whether two routes are between the same two containers, with
// the same types: the same route under another name, as far as tickets see.
func (r *Rules) Joins(other *Rules) bool {
	same := func(a, b End) bool { return sameEnd(a, b) && strings.EqualFold(a.Type, b.Type) }
	return same(r.Left, other.Left) && same(r.Right, other.Right) || same(r.Left, other.Right) && same(r.Right, other.Left)
}

// sameEnd reports whether two ends are one container, or share part of one.
func sameEnd(a, b End) bool {
	if a.Connection != b.Connection {
		return false
	}
	if a.Container.ID != "" && b.Container.ID != "" {
		return a.Container.ID == b.Container.ID && a.Container.HasPart(b.Container)
	}
	for _, n := range []string{a.Name, a.Container.Key, a.Container.Name} {
		for _, m := range []string{b.Name, b.Container.Key, b.Container.Name} {
			if n != "" && strings.EqualFold(n, m) {
				return a.Part == "" || b.Part == "" || strings.EqualFold(a.Part, b.Part)
			}
		}
	}
	return false
}

// apart reports whether no ticket of the shared container can be meant by
// both routes, by what a ticket has exactly one of: its type.
func apart(a *Rules, sa ticket.Side, b *Rules, sb ticket.Side) bool {
	ta, tb := a.End(sa).Type, b.End(sb).Type
	if ta != "" && tb != "" && !strings.EqualFold(ta, tb) {
		return true
	}
	if a.Filter.Types.excludes(b.Filter.Types) || b.Filter.Types.excludes(a.Filter.Types) || disjoint(a.Filter.Types.Any, b.Filter.Types.Any) {
		return true
	}
	if ta != "" && !b.Filter.Types.Accepts(ta) || tb != "" && !a.Filter.Types.Accepts(tb) {
		return true
	}
	// Of labels and the like a ticket may have several: only what one route
	// demands and the other forbids keeps them apart.
	f, g := a.Filter, b.Filter
	for _, pair := range [][2]Choice{{f.Labels, g.Labels}, {f.Priorities, g.Priorities}, {f.Components, g.Components}, {f.Statuses, g.Statuses}} {
		if pair[0].excludes(pair[1]) || pair[1].excludes(pair[0]) {
			return true
		}
	}
	return false
}

// excludes reports whether whatever other accepts by its Any is in c's None.
func (c Choice) excludes(other Choice) bool { return len(other.Any) > 0 && subset(other.Any, c.None) }

// within reports whether whatever f accepts is accepted by g too.
func (f Filter) within(g Filter) bool {
	return f.Types.within(g.Types) && f.Labels.within(g.Labels) && f.Priorities.within(g.Priorities) &&
		f.Components.within(g.Components) && f.Statuses.within(g.Statuses)
}

func (c Choice) within(d Choice) bool {
	return (len(d.Any) == 0 || len(c.Any) > 0 && subset(c.Any, d.Any)) && subset(d.None, c.None)
}

// IsZero reports whether the filter accepts every ticket.
func (f Filter) IsZero() bool {
	return f.Types.IsZero() && f.Labels.IsZero() && f.Priorities.IsZero() && f.Components.IsZero() && f.Statuses.IsZero()
}

func subset(a, b []string) bool {
	return !slices.ContainsFunc(a, func(s string) bool { return !Listed(b, s) })
}

func disjoint(a, b []string) bool {
	return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(s string) bool { return Listed(b, s) })
}

// Listed reports whether a list holds a name, in whatever case.
func Listed(list []string, s string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return strings.EqualFold(e, s) })
}
