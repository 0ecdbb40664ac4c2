package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// away moves one side of a pair to where no route goes: nothing is replicated.
// Back again, what was missed is made up for.
func (p tied) away(move, back func()) {
	w := p.w
	w.Helper()
	move()
	w.settled(p.pair, workflows.Attention, ticket.MovedOut)
	require.NoError(w, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: "while it was away"}))
	w.quiet()
	other, err := p.there.Look(w.ctx, p.replica)
	require.NoError(w, err)
	require.NotEqual(w, "while it was away", other.Title)
	back()
	w.reads(p.there, p.replica, people.Values{ticket.Title: "while it was away"})
	w.settled(p.pair, workflows.IsLinked, "")
	p.flip().sends(people.Values{ticket.Title: "both again"})
	w.silent()
}

// follows requires that a pair goes on over another route.
func (p tied) follows(route string) {
	w := p.w
	w.Helper()
	p.sends(people.Values{ticket.Title: "goes along " + route})
	p.flip().sends(people.Values{ticket.Title: "and back " + route})
	require.Equal(w, route, w.settled(p.pair, workflows.IsLinked, "").Route)
}

// An issue is moved to another team, a ticket to another channel, an issue in
// Jira to another project.
func TestMovedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("product-to-linear"))
	linear := func(team string, p tied) func() {
		return func() {
			id := p.replica
			if p.here.Connection() == "linear" {
				id = p.id
			}
			require.NoError(w, w.linear.MoveTeam(w.ctx, id, team))
		}
	}
	w.ways(t, routes[1:2], func(w *world, here, there people.Place) {
		p := w.tie(here, there, "moved from "+here.Connection(), nil)
		p.away(linear("PLT", p), linear("PRO", p))
		desk := p.id
		if here.Connection() == "linear" {
			desk = p.replica
		}
		channel := func(name string) func() {
			return func() {
				id, err := w.rav.Channel(w.ctx, name)
				require.NoError(w, err)
				require.NoError(w, w.rav.Edit(w.ctx, desk, map[string]any{"queueId": id}))
			}
		}
		p.flip().away(channel("IT Support"), channel("Product"))
		w.holds(here, 1)
		w.holds(there, 1)
		require.NoError(w, here.Remove(w.ctx, p.id))
		w.settled(p.pair, workflows.Unlinked, ticket.Deleted)
		require.NoError(w, there.Remove(w.ctx, p.replica))
		w.quiet()
	})
}

func TestMovedOutOfJira(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("ops-to-linear"))
	p := w.tie(opsBoard(w), pltTeam(w), "moved", nil)
	project := func(key string) func() {
		return func() {
			w.control(w.JiraURL, "/_sandbox/move", map[string]string{"issue": p.id, "project": key})
		}
	}
	p.flip().away(project("ENG"), project("OPS"))
	w.holds(p.here, 1)
	w.holds(p.there, 1)
}

// Moved to a container of another route between the same connections, a pair
// follows.
func TestMovedToAnotherRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("product-to-linear"), with(func(f *config.File) {
		// Two routes out of one channel need a filter each.
		other := f.Routes[0]
		other.Name, other.Right.Name = "product-to-platform", "PLT"
		other.Filter = reconcile.Filter{Labels: reconcile.Choice{Any: []string{"platform"}}}
		f.Routes[0].Filter = reconcile.Filter{Labels: reconcile.Choice{None: []string{"platform"}}}
		desk := f.Routes[0]
		desk.Name, desk.Left.Name, desk.Filter, desk.Direction = "it-to-linear", "IT Support", reconcile.Filter{}, reconcile.ToRight
		f.Routes = append(f.Routes, other, desk)
	}))
	p := w.tie(productDesk(w), proTeam(w), "moved", nil)
	require.NoError(t, w.linear.MoveTeam(w.ctx, p.replica, "PLT"))
	p.follows("product-to-platform")
	require.Contains(t, w.settled(p.pair, workflows.IsLinked, "").Right.Key, "PLT-")
	require.NoError(t, w.linear.MoveTeam(w.ctx, p.replica, "PRO"))
	p.follows("product-to-linear")

	it, err := w.rav.Channel(w.ctx, "IT Support")
	require.NoError(t, err)
	require.NoError(t, w.rav.Edit(w.ctx, p.id, map[string]any{"queueId": it}))
	p.sends(people.Values{ticket.Title: "one way only"})
	require.Equal(t, "it-to-linear", w.settled(p.pair, workflows.IsLinked, "").Route)
	w.quiet()
	w.holds(itDesk(w), 1)
	w.holds(productDesk(w), 0)
	w.holds(proTeam(w), 1)
	w.holds(pltTeam(w), 0)
}

// A route may be narrowed to a project of a team.
func TestProjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("product-to-linear"), with(func(f *config.File) { f.Routes[0].Right.Part = "Launch" }))
	launch, err := w.linear.Project(w.ctx, "Launch")
	require.NoError(t, err)
	polish, err := w.linear.Project(w.ctx, "Polish")
	require.NoError(t, err)

	p := w.tie(productDesk(w), proTeam(w), "launched", nil)
	made, err := w.linear.Get(w.ctx, p.replica)
	require.NoError(t, err)
	require.NotNil(t, made.Project, "the replica is put into the project")
	require.Equal(t, "Launch", made.Project.Name)

	for title, project := range map[string]any{"of no project": nil, "of another": polish} {
		_, err = w.linear.Create(w.ctx, "PRO", title, "text", map[string]any{"projectId": project})
		require.NoError(t, err)
	}
	late, err := w.linear.Create(w.ctx, "PRO", "of the project", "text", map[string]any{"projectId": launch})
	require.NoError(t, err)
	w.one(productDesk(w), "of the project")
	w.quiet()
	w.holds(productDesk(w), 2)

	project := func(id any) func() {
		return func() { require.NoError(t, w.linear.Edit(w.ctx, p.replica, map[string]any{"projectId": id})) }
	}
	p.away(project(polish), project(launch))
	p.away(project(nil), project(launch))

	other := w.File.Routes[0]
	other.Name, other.Left.Name, other.Right.Part = "polish", "IT Support", "Polish"
	w.File.Routes = append(w.File.Routes, other)
	w.apply()
	w.quiet()
	_, err = w.linear.Create(w.ctx, "PRO", "polished", "text", map[string]any{"projectId": polish})
	require.NoError(t, err)
	w.one(itDesk(w), "polished")
	require.NoError(t, w.linear.Edit(w.ctx, late.ID, map[string]any{"title": "still of the project"}))
	w.one(productDesk(w), "still of the project")
	w.quiet()
	w.holds(itDesk(w), 1)
	w.holds(productDesk(w), 2)
}
