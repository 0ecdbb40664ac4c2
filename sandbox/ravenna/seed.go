package ravenna

import (
	"strings"

	"github.com/ticketsync/ticketsync/sandbox"
)

const (
	workspaceID    = "wksp0sandbox0000000000000"
	workspaceSlug  = "sandbox"
	organizationID = "orga0sandbox0000000000000"
)

// Labels of the system's status groups.
const (
	groupOpen       = "Open"
	groupInProgress = "In Progress"
	groupWaiting    = "Waiting"
	groupDone       = "Done"
	groupClosed     = "Closed"
)

var seedGroups = []struct{ label, color string }{
	{groupOpen, "blue"},
	{groupInProgress, "amber"},
	{groupWaiting, "orange"},
	{groupDone, "green"},
	{groupClosed, "gray"},
}

// seed fills a new workspace. The flag is written last: ids of seeds are fixed,
// so seeding again after a crash changes nothing.
func (s *Server) seed(seeds *sandbox.Table[bool]) {
	const version = "1"
	if done, _ := seeds.Get(version); done {
		return
	}
	now := s.now()
	for _, name := range []string{"alice", "bob", "carol", "bot"} {
		first, last := strings.ToUpper(name[:1])+name[1:], "Example"
		s.users.Put(userPrefix+name, user{
			ID: userPrefix + name, FirstName: &first, LastName: &last,
			Email: name + "@example.com", IsBot: name == "bot", CreatedAt: now, UpdatedAt: now,
		})
	}
	for _, channel := range []queue{
		{Name: "IT Support", Prefix: "IT", Emoji: "🛠️"},
		{Name: "Product", Prefix: "PROD", Emoji: "📦"},
	} {
		channel.ID = seedID("queue/" + channel.Prefix)
		channel.CreatedAt, channel.UpdatedAt = now, now
		s.queues.Put(channel.ID, channel)
	}
	for order, seed := range seedGroups {
		g := group{ID: seedID("group/" + seed.label), Label: seed.label, Order: order, Color: seed.color, CreatedAt: now, UpdatedAt: now}
		s.groups.Put(g.ID, g)
		s.putSeedStatus(seed.label, g.ID, 0, true, now)
		if seed.label == groupWaiting {
			s.putSeedStatus("Waiting on customer", g.ID, 1, false, now)
		}
	}
	seeds.Put(version, true)
}

func (s *Server) putSeedStatus(label, groupID string, order int, system bool, now string) {
	id := seedID("status/" + label)
	s.statuses.Put(id, status{ID: id, Label: label, Order: order, System: system, GroupID: groupID, CreatedAt: now, UpdatedAt: now})
}
