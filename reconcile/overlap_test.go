package reconcile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ticketsync/ticketsync/ticket"
)

// join is a route between two containers, each written connection/container,
// with an issue type after a colon.
func join(name, left, right string, change ...func(*Rules)) Rules {
	end := func(s string) End {
		s, kind, _ := strings.Cut(s, ":")
		connection, container, _ := strings.Cut(s, "/")
		e := End{Connection: connection, Name: container, Type: kind}
		e.Container = ticket.Container{ID: "id-of-" + container, Key: container}
		return e
	}
	r := Rules{Name: name, Left: end(left), Right: end(right), Direction: Both}
	for _, c := range change {
		c(&r)
	}
	return r
}

func to(d Direction) func(*Rules) { return func(r *Rules) { r.Direction = d } }

func labelled(any ...string) func(*Rules) { return func(r *Rules) { r.Filter.Labels.Any = any } }

func types(any ...string) func(*Rules) { return func(r *Rules) { r.Filter.Types.Any = any } }

func without(labels ...string) func(*Rules) {
	return func(r *Rules) { r.Filter.Labels.None = labels }
}

func TestOverlaps(t *testing.T) {
	t.Parallel()
	off := false
	for name, c := range map[string]struct {
		routes []Rules
		// want are parts of the sentences, in order.
		want []string
	}{
		"none":      {nil, nil},
		"one":       {[]Rules{join("a", "h/IT", "j/ENG")}, nil},
		"unrelated": {[]Rules{join("a", "h/IT", "j/ENG"), join("b", "h/HR", "j/OPS")}, nil},
		"the same twice": {
			[]Rules{join("a", "h/IT", "j/ENG"), join("b", "h/IT", "j/ENG")},
			[]string{"routes a and b both create tickets on j from IT on h and neither has a filter", "on h from ENG on j"},
		},
		"the same twice, seen from the other side": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToRight)), join("b", "j/ENG", "h/IT", to(ToLeft))},
			[]string{"routes a and b both create tickets on j from IT on h"},
		},
		"one each way": {[]Rules{join("a", "h/IT", "j/ENG", to(ToRight)), join("b", "h/IT", "j/ENG", to(ToLeft))}, nil},
		"one container to two": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToRight)), join("b", "h/IT", "j/OPS", to(ToRight))},
			[]string{"both create tickets on j from IT on h and neither has a filter"},
		},
		"one container to two, one creates": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToRight)), join("b", "h/IT", "j/OPS", to(ToLeft))}, nil,
		},
		"one container to two, with a filter each": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToRight), labelled("x")), join("b", "h/IT", "j/OPS", to(ToRight), labelled("y"))}, nil,
		},
		"one container to two, one filter is missing": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToRight), labelled("x")), join("b", "h/IT", "j/OPS", to(ToRight))},
			[]string{"and b has no filter"},
		},
		"one container to two, by the same filter": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToRight), labelled("x")), join("b", "h/IT", "j/OPS", to(ToRight), labelled("X"))},
			[]string{"their filters let the same tickets through"},
		},
		"one filter is part of the other": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToRight), labelled("x")), join("b", "h/IT", "j/OPS", to(ToRight), labelled("y", "x"))},
			[]string{"their filters let the same tickets through"},
		},
		"what one demands the other forbids": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToRight), labelled("x")), join("b", "h/IT", "j/OPS", to(ToRight), without("x"))}, nil,
		},
		"two connections": {[]Rules{join("a", "h/IT", "j/ENG"), join("b", "h/IT", "l/TEAM")}, nil},
		"two containers into one": {
			[]Rules{join("a", "h/IT", "j/ENG"), join("b", "h/HR", "j/ENG")},
			[]string{"both create tickets on h from ENG on j"},
		},
		"two containers into one, one way": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToRight)), join("b", "h/HR", "j/ENG", to(ToRight))}, nil,
		},
		"two types of one project": {
			[]Rules{join("a", "h/IT", "j/ENG:Bug"), join("b", "h/HR", "j/ENG:Task")}, nil,
		},
		"two types by filter": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToLeft), types("Bug")), join("b", "h/HR", "j/ENG", to(ToLeft), types("Task"))}, nil,
		},
		"a type the other's filter leaves out": {
			[]Rules{join("a", "h/IT", "j/ENG:Bug"), join("b", "h/HR", "j/ENG", to(ToLeft), types("Task"))}, nil,
		},
		"removed":  {[]Rules{join("a", "h/IT", "j/ENG"), join("b", "h/IT", "j/ENG", func(r *Rules) { r.Removed = true })}, nil},
		"disabled": {[]Rules{join("a", "h/IT", "j/ENG"), join("b", "h/IT", "j/ENG", func(r *Rules) { r.Enabled = &off })}, nil},
		"paused": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToRight)), join("b", "h/IT", "j/ENG", to(ToRight), func(r *Rules) { r.Paused = true })},
			[]string{"routes a and b"},
		},
		"a ring of three": {
			[]Rules{join("a", "h/IT", "j/ENG"), join("b", "j/ENG", "l/TEAM"), join("c", "l/TEAM", "h/IT")},
			[]string{"routes a, b, c form a ring"},
		},
		"a ring of three, one way round": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToRight)), join("b", "j/ENG", "l/TEAM", to(ToRight)), join("c", "h/IT", "l/TEAM", to(ToLeft))},
			[]string{"routes a, b, c form a ring"},
		},
		"a fan is no ring": {
			[]Rules{join("a", "h/IT", "j/ENG", to(ToRight)), join("b", "j/ENG", "l/TEAM", to(ToRight)), join("c", "h/IT", "l/TEAM", to(ToRight))}, nil,
		},
		"a chain is no ring": {[]Rules{join("a", "h/IT", "j/ENG"), join("b", "j/ENG", "l/TEAM"), join("c", "l/TEAM", "f/X")}, nil},
		"a chain that passes a connection twice is no ring": {
			[]Rules{join("a", "h/IT", "j/ENG"), join("b", "j/ENG", "l/TEAM"), join("c", "l/TEAM", "h/HR")}, nil,
		},
		"a ring of four beside a chain": {
			[]Rules{
				join("z", "q/Z", "h/IT"), join("a", "h/IT", "j/ENG"), join("b", "j/ENG", "l/TEAM"),
				join("c", "l/TEAM", "d/OPS"), join("d", "d/OPS", "h/IT"),
			},
			[]string{"routes a, b, c, d form a ring"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Overlaps(c.routes)
			require.Len(t, got, len(c.want), "%v", got)
			for i, want := range c.want {
				require.Contains(t, got[i], want)
			}
		})
	}
}

// TestOverlapsByLabel: before anybody has resolved a container, its name in
// the file counts.
func TestOverlapsByLabel(t *testing.T) {
	t.Parallel()
	unresolved := func(r *Rules) { r.Left.Container, r.Right.Container = ticket.Container{}, ticket.Container{} }
	require.NotEmpty(t, Overlaps([]Rules{join("a", "h/IT", "j/ENG", unresolved), join("b", "h/it", "j/OPS", unresolved)}))
	require.NotEmpty(t, Overlaps([]Rules{join("a", "h/IT", "j/ENG"), join("b", "h/IT", "j/OPS", unresolved)}))
	require.Empty(t, Overlaps([]Rules{join("a", "h/IT", "j/ENG", unresolved), join("b", "h/HR", "j/OPS", unresolved)}))
}

func TestJoins(t *testing.T) {
	t.Parallel()
	a := join("a", "h/IT", "j/ENG:Bug")
	for _, c := range []struct {
		other Rules
		want  bool
	}{
		{join("b", "h/IT", "j/ENG:Bug"), true},
		{join("b", "j/ENG:Bug", "h/IT"), true},
		{join("b", "h/IT", "j/ENG:Task"), false},
		{join("b", "h/IT", "j/OPS:Bug"), false},
		{join("b", "h/HR", "j/ENG:Bug"), false},
	} {
		require.Equal(t, c.want, a.Joins(&c.other), "%+v", c.other)
		require.Equal(t, c.want, c.other.Joins(&a), "%+v", c.other)
	}
}

func anyRoute(t *rapid.T, name string) Rules {
	container := rapid.SampledFrom([]string{"h/IT", "h/HR", "j/ENG", "j/OPS", "l/TEAM"})
	left, right := container.Draw(t, "left"), container.Draw(t, "right")
	r := join(name, left, right)
	r.Direction = rapid.SampledFrom([]Direction{Both, ToRight, ToLeft}).Draw(t, "direction")
	some := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), 0, 2, rapid.ID[string])
	r.Filter.Labels = Choice{Any: some.Draw(t, "any"), None: some.Draw(t, "none")}
	return r
}

func anyRoutes(t *rapid.T) []Rules {
	var out []Rules
	for i := range rapid.IntRange(0, 6).Draw(t, "routes") {
		if r := anyRoute(t, fmt.Sprintf("r%d", i)); r.Left.Connection != r.Right.Connection {
			out = append(out, r)
		}
	}
	return out
}

// TestOverlapsIsBlindToOrder: neither the order of the routes nor which side
// is called left matters.
func TestOverlapsIsBlindToOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		routes := anyRoutes(t)
		want := Overlaps(routes)
		require.Equal(t, want, Overlaps(rapid.Permutation(routes).Draw(t, "order")))

		flipped := append([]Rules(nil), routes...)
		for i := range flipped {
			r := &flipped[i]
			r.Left, r.Right = r.Right, r.Left
			switch r.Direction {
			case ToLeft:
				r.Direction = ToRight
			case ToRight:
				r.Direction = ToLeft
			}
		}
		require.Len(t, Overlaps(flipped), len(want))
	})
}

// TestOverlapsOnlyGrow: taking a route away never makes a mistake.
func TestOverlapsOnlyGrow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		routes := anyRoutes(t)
		if len(Overlaps(routes)) > 0 || len(routes) == 0 {
			return
		}
		gone := rapid.IntRange(0, len(routes)-1).Draw(t, "gone")
		require.Empty(t, Overlaps(append(append([]Rules(nil), routes[:gone]...), routes[gone+1:]...)))
	})
}

// TestNoTicketTwice: a ticket that two routes would replicate to one
// connection is only possible where each of them has a filter.
func TestNoTicketTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		routes := anyRoutes(t)
		if len(Overlaps(routes)) > 0 {
			return
		}
		has := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), rapid.ID[string]).Draw(t, "labels")
		taken := map[string]Rules{}
		for _, r := range routes {
			for _, side := range []ticket.Side{ticket.Left, ticket.Right} {
				if !r.Direction.From(side) || !r.Filter.Labels.Accepts(has...) {
					continue
				}
				way := r.End(side).Label() + " to " + r.End(side.Other()).Connection
				if other, twice := taken[way]; twice {
					require.False(t, r.Filter.IsZero() || other.Filter.IsZero(), "%s on %s and %s", way, r.Name, other.Name)
				}
				taken[way] = r
			}
		}
	})
}

// A team covered whole by one route and by its projects in others: the parts
// share nothing with each other, and the whole something with each.
func TestRingThroughAPart(t *testing.T) {
	t.Parallel()
	at := func(connection, container, part string) End {
		return End{Connection: connection, Name: container, Container: ticket.Container{ID: container, Part: part}}
	}
	route := func(name string, from, to End) Rules {
		return Rules{Name: name, Direction: ToRight, Left: from, Right: to}
	}
	ring := []Rules{
		route("b", at("linear", "PRO", ""), at("b", "B", "")),
		route("c", at("b", "B", ""), at("c", "C", "")),
		route("d", at("c", "C", ""), at("linear", "PRO", "p2")),
	}
	require.Len(t, Overlaps(ring), 1)
	require.Len(t, Overlaps(append([]Rules{route("a", at("x", "X", ""), at("linear", "PRO", "p1"))}, ring...)), 1)
	ring[0].Left = at("linear", "PRO", "p1")
	require.Empty(t, Overlaps(ring), "another part is another place")
}
