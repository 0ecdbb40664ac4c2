package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// arc is one direction of a route.
type arc struct {
	from, to End
	route    *Rules
}

// rings finds three or more routes along which a ticket's copies could come
// back to where it started. A route there and back is none: the pair's own
// marker ends it.
func rings(routes []*Rules) []string {
	var arcs []arc
	for _, r := range routes {
		if r.Direction.From(ticket.Left) {
			arcs = append(arcs, arc{r.Left, r.Right, r})
		}
		if r.Direction.From(ticket.Right) {
			arcs = append(arcs, arc{r.Right, r.Left, r})
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
				key, a.from.Label()))
		}
	}
	return out
}

// back returns the shortest way from where an arc leads to where it comes
// from, of at least two arcs; nil when there is none. Ends are compared pair by
// pair: a whole container shares something with each of its parts, which share
// nothing with each other.
func back(arcs []arc, a arc) []arc {
	came := map[int]int{} // an arc's place: that of the arc before it
	const start = -1
	queue := []int{start}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		here := a.to
		if at != start {
			here = arcs[at].to
		}
		for i, next := range arcs {
			if _, seen := came[i]; seen || !sameEnd(here, next.from) || sameEnd(next.to, a.to) || at == start && sameEnd(next.to, a.from) {
				continue
			}
			came[i] = at
			if sameEnd(next.to, a.from) {
				var way []arc
				for n := i; n != start; n = came[n] {
					way = append(way, arcs[n])
				}
				return way
			}
			queue = append(queue, i)
		}
	}
	return nil
}
