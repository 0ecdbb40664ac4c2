package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// arc is one direction of a route, between containers by their number.
type arc struct {
	from, to int
	route    *Rules
}

// rings finds three or more routes along which a ticket's copies could come
// back to where it started. A route there and back is none: the pair's own
// marker ends it.
func rings(routes []*Rules) []string {
	var ends []End
	number := func(e End) int {
		at := slices.IndexFunc(ends, func(known End) bool { return sameEnd(known, e) })
		if at < 0 {
			ends = append(ends, e)
			at = len(ends) - 1
		}
		return at
	}
	var arcs []arc
	for _, r := range routes {
		left, right := number(r.Left), number(r.Right)
		if r.Direction.From(ticket.Left) {
			arcs = append(arcs, arc{left, right, r})
		}
		if r.Direction.From(ticket.Right) {
			arcs = append(arcs, arc{right, left, r})
		}
	}
	var out []string
	seen := map[string]bool{}
	for _, a := range arcs {
		way := back(arcs, a)
		if way == nil {
			continue
		}
		names := []string{a.route.Name}
		for _, b := range way {
			names = append(names, b.route.Name)
		}
		slices.Sort(names)
		key := strings.Join(names, ", ")
		if !seen[key] {
			seen[key] = true
			out = append(out, fmt.Sprintf("routes %s form a ring: a ticket's copies would come back to %s; take one of them out, or make it go one way only",
				key, ends[a.from].Label()))
		}
	}
	return out
}

// back returns the shortest way from where an arc leads to where it comes
// from, of at least two arcs; nil when there is none.
func back(arcs []arc, a arc) []arc {
	came := map[int]arc{}
	queue := []int{a.to}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, next := range arcs {
			if _, seen := came[next.to]; next.from != at || seen || next.to == a.to || at == a.to && next.to == a.from {
				continue
			}
			came[next.to] = next
			if next.to == a.from {
				var way []arc
				for n := a.from; n != a.to; n = came[n].from {
					way = append(way, came[n])
				}
				return way
			}
			queue = append(queue, next.to)
		}
	}
	return nil
}
