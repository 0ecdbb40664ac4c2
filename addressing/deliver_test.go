package addressing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

var since = time.Date(2026, time.May, 1, 0, 0, 0, 0, time.UTC)

// route runs from the IT channel of desk to the bugs of project ENG of jira.
func route(change ...func(*reconcile.Rules)) reconcile.Rules {
	r := reconcile.Rules{
		Name:  "it-to-eng",
		Left:  reconcile.End{Connection: "desk", Name: "IT Support", Container: ticket.Container{ID: "c1", Key: "IT", Name: "IT Support"}},
		Right: reconcile.End{Connection: "jira", Name: "ENG", ByKey: true, Type: "Bug", Container: ticket.Container{ID: "10", Key: "ENG", Name: "Engineering"}},
		Since: since,
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func named(name string) func(*reconcile.Rules) { return func(r *reconcile.Rules) { r.Name = name } }

func inPart(r *reconcile.Rules) { r.Right.Container.Part = "p1" }

func TestDeliverOverOneRoute(t *testing.T) {
	t.Parallel()
	no := false
	eng := ticket.Container{Key: "ENG"}
	for name, c := range map[string]struct {
		connection string
		event      ticket.Event
		change     func(*reconcile.Rules)
		start      bool
	}{
		"nothing told but the id":                      {"jira", ticket.Event{}, nil, true},
		"container by key":                             {"jira", ticket.Event{Container: eng}, nil, true},
		"container by key, other case":                 {"jira", ticket.Event{Container: ticket.Container{Key: "eng"}}, nil, true},
		"container by id":                              {"jira", ticket.Event{Container: ticket.Container{ID: "10", Key: "RENAMED"}}, nil, true},
		"container by name":                            {"desk", ticket.Event{Container: ticket.Container{Name: "it support"}}, nil, true},
		"another container by id":                      {"jira", ticket.Event{Container: ticket.Container{ID: "11", Key: "ENG"}}, nil, false},
		"another container by key":                     {"jira", ticket.Event{Container: ticket.Container{Key: "OPS"}}, nil, false},
		"another container by name":                    {"desk", ticket.Event{Container: ticket.Container{Name: "Product"}}, nil, false},
		"by the file's name, unresolved":               {"jira", ticket.Event{Container: ticket.Container{Key: "OPS"}}, func(r *reconcile.Rules) { r.Right.Container = ticket.Container{} }, false},
		"by the file's name, given instead of the key": {"jira", ticket.Event{Container: ticket.Container{Key: "EN", Name: "Eng"}}, func(r *reconcile.Rules) { r.Right.Container = ticket.Container{} }, true},
		"a part of the container":                      {"jira", ticket.Event{Container: ticket.Container{ID: "10", Part: "p1"}}, inPart, true},
		"another part":                                 {"jira", ticket.Event{Container: ticket.Container{ID: "10", Part: "p2"}}, inPart, false},
		"no part":                                      {"jira", ticket.Event{Container: ticket.Container{ID: "10", Part: ticket.NoPart}}, inPart, false},
		"the part is not told":                         {"jira", ticket.Event{Container: ticket.Container{ID: "10"}}, inPart, true},
		"the type":                                     {"jira", ticket.Event{Container: eng, Type: "bug"}, nil, true},
		"another type":                                 {"jira", ticket.Event{Container: eng, Type: "Task"}, nil, false},
		"any type where none is asked":                 {"desk", ticket.Event{Type: "Question"}, nil, true},
		"younger than the route":                       {"jira", ticket.Event{Created: since.Add(time.Second)}, nil, true},
		"older than the route":                         {"jira", ticket.Event{Created: since.Add(-time.Second)}, nil, false},
		"older, on update":                             {"jira", ticket.Event{Created: since.Add(-time.Second)}, func(r *reconcile.Rules) { r.Existing = "on-update" }, true},
		"a comment":                                    {"jira", ticket.Event{Kind: ticket.CommentEvent, Comment: "5"}, nil, true},
		"a deletion":                                   {"jira", ticket.Event{Kind: ticket.DeleteEvent, Container: eng}, nil, false},
		"one way, from the source":                     {"desk", ticket.Event{}, func(r *reconcile.Rules) { r.Direction = reconcile.ToRight }, true},
		"one way, from the target":                     {"jira", ticket.Event{}, func(r *reconcile.Rules) { r.Direction = reconcile.ToRight }, false},
		"disabled":                                     {"jira", ticket.Event{}, func(r *reconcile.Rules) { r.Enabled = &no }, false},
		"paused":                                       {"jira", ticket.Event{}, func(r *reconcile.Rules) { r.Paused = true }, false},
		"removed":                                      {"jira", ticket.Event{}, func(r *reconcile.Rules) { r.Removed = true }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := route()
			if c.change != nil {
				c.change(&r)
			}
			c.event.ID, c.event.Version, c.event.Actor = "7", "v1", "u1"
			if c.event.Kind == "" {
				c.event.Kind = ticket.TicketEvent
			}
			other := map[string]string{"jira": "desk", "desk": "jira"}[c.connection]

			out := Deliver([]reconcile.Rules{r}, c.connection, c.event, "webhook")
			require.Len(t, out, 1, "a pair that exists is always told")
			require.Equal(t, "pair/"+c.connection+"/7/"+other, out[0].WorkflowID)
			require.Equal(t, c.start, out[0].Start)
			require.Equal(t, ticket.Hint{
				Ref: ticket.Ref{Connection: c.connection, ID: "7"}, Kind: c.event.Kind, Version: "v1",
				Comment: c.event.Comment, Actor: "u1", Source: "webhook",
			}, out[0].Hint)
		})
	}
}

func TestDeliverNamesTheRouteThatCovers(t *testing.T) {
	t.Parallel()
	ops := func(r *reconcile.Rules) {
		r.Name, r.Right.Name, r.Right.Container = "it-to-ops", "OPS", ticket.Container{ID: "11", Key: "OPS"}
	}
	routes := []reconcile.Rules{route(), route(ops)}

	out := Deliver(routes, "jira", ticket.Event{ID: "7", Container: ticket.Container{Key: "OPS"}}, "")
	require.Len(t, out, 1, "one pair for each other connection")
	require.Equal(t, "it-to-ops", out[0].Route)
	require.True(t, out[0].Start)

	out = Deliver(routes, "jira", ticket.Event{ID: "7"}, "")
	require.Len(t, out, 1)
	require.Empty(t, out[0].Route, "either may")
	require.True(t, out[0].Start)

	out = Deliver(routes, "jira", ticket.Event{ID: "7", Container: ticket.Container{Key: "HELP"}}, "")
	require.Len(t, out, 1)
	require.Empty(t, out[0].Route)
	require.False(t, out[0].Start)
}

func TestDeliverToSeveralConnections(t *testing.T) {
	t.Parallel()
	linear := func(r *reconcile.Rules) {
		r.Name, r.Left, r.Right = "eng-to-linear", route().Right, reconcile.End{Connection: "linear"}
		r.Direction = reconcile.ToLeft
	}
	elsewhere := func(r *reconcile.Rules) { r.Left.Connection, r.Right.Connection = "a", "b" }
	routes := []reconcile.Rules{route(elsewhere), route(), route(linear), route(named("again"))}

	out := Deliver(routes, "jira", ticket.Event{ID: "7", Container: ticket.Container{Key: "ENG"}}, "sweep")
	require.Len(t, out, 2)
	require.Equal(t, "pair/jira/7/desk", out[0].WorkflowID)
	require.True(t, out[0].Start)
	require.Equal(t, "pair/jira/7/linear", out[1].WorkflowID)
	require.Equal(t, "eng-to-linear", out[1].Route)
	require.False(t, out[1].Start, "nothing flows from jira there")

	require.Empty(t, Deliver(routes, "nobody", ticket.Event{ID: "7"}, ""))
	require.Empty(t, Deliver(nil, "jira", ticket.Event{ID: "7"}, ""))
}

func TestIDs(t *testing.T) {
	t.Parallel()
	name, err := ParseRouteID(RouteID("it-to-eng"))
	require.NoError(t, err)
	require.Equal(t, "it-to-eng", name)
	for _, bad := range []string{"", "route/", "sweep/jira"} {
		_, err := ParseRouteID(bad)
		require.ErrorContains(t, err, "parse route id", bad)
	}
	require.Equal(t, "sweep/jira", SweepID("jira"))
}
