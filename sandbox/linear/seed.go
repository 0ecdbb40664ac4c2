package linear

import (
	"strings"

	"github.com/ticketsync/ticketsync/sandbox"
)

const (
	orgName = "Sandbox"
	orgSlug = "sandbox"
)

var (
	orgID       = seedID("organization")
	webhookID   = seedID("webhook")
	appClientID = seedID("client/app")
)

// Types of workflow states, in the order of a board.
const (
	typeBacklog   = "backlog"
	typeUnstarted = "unstarted"
	typeStarted   = "started"
	typeCompleted = "completed"
	typeCanceled  = "canceled"
)

var seedStates = []state{
	{Name: "Backlog", Type: typeBacklog, Color: "#bec2c8"},
	{Name: "Todo", Type: typeUnstarted, Color: "#e2e2e2"},
	{Name: "In Progress", Type: typeStarted, Color: "#f2c94c"},
	{Name: "Done", Type: typeCompleted, Color: "#5e6ad2"},
	{Name: "Canceled", Type: typeCanceled, Color: "#95a2b3"},
}

// seed fills a new workspace. The flag is written last: ids of seeds are fixed,
// so seeding again after a crash changes nothing.
func (s *Server) seed(seeds *sandbox.Table[bool]) {
	const version = "1"
	if done, _ := seeds.Get(version); done {
		return
	}
	now := s.now()
	for _, login := range []string{"alice", "bob", "bot"} {
		id := seedID("user/" + login)
		s.users.Put(id, user{
			ID: id, Login: login, Name: strings.ToUpper(login[:1]) + login[1:] + " Example",
			Email: login + "@example.com", Admin: login == "alice", CreatedAt: now,
		})
	}
	app := seedID("user/app")
	s.users.Put(app, user{ID: app, Login: "bot", Name: "Sandbox App", Email: app + "@oauthapp.linear.app", App: true, CreatedAt: now})
	for _, t := range []team{{Key: "PRO", Name: "Product"}, {Key: "PLT", Name: "Platform"}} {
		t.ID, t.CreatedAt = seedID("team/"+t.Key), now
		s.teams.Put(t.ID, t)
		for position, st := range seedStates {
			st.ID, st.TeamID = seedID("state/"+t.Key+"/"+st.Name), t.ID
			st.Position, st.CreatedAt = float64(position), now
			s.states.Put(st.ID, st)
		}
	}
	group := seedID("label/Area")
	for _, l := range []label{
		{Name: "Bug", Color: "#eb5757"}, {Name: "Feature", Color: "#bb87fc"}, {Name: "Area", Color: "#26b5ce", IsGroup: true},
		{Name: "Frontend", Color: "#4ea7fc", ParentID: &group}, {Name: "Backend", Color: "#4cb782", ParentID: &group},
	} {
		l.ID, l.CreatedAt, l.UpdatedAt = seedID("label/"+l.Name), now, now
		s.labels.Put(l.ID, l)
	}
	for _, name := range []string{"Launch", "Polish"} {
		id := seedID("project/" + name)
		s.projects.Put(id, project{ID: id, Name: name, TeamIDs: []string{seedID("team/PRO")}, CreatedAt: now, UpdatedAt: now})
	}
	seeds.Put(version, true)
}
