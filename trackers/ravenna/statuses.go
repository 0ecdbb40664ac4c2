package ravenna

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const keepStatuses = 5 * time.Minute

// categories are what the groups mean, by their labels in lower case. Other
// groups can exist; none of them is documented to.
var categories = map[string]ticket.Category{
	"open": ticket.Open, "in progress": ticket.Started, "waiting": ticket.Waiting, "done": ticket.Completed, "closed": ticket.Canceled,
}

// statuses are the workspace's, in the order of its own lists.
type statuses struct {
	client *client
	known  *trackers.Cache[[]rawStatus]
}

func newStatuses(c *client) *statuses {
	return &statuses{client: c, known: trackers.NewCache[[]rawStatus](c.now, keepStatuses, 1)}
}

func (s *statuses) list(ctx context.Context) ([]rawStatus, error) {
	if all, ok := s.known.Get(""); ok {
		return all, nil
	}
	var answered *struct {
		Statuses []rawStatus `json:"statuses"`
		Groups   []rawGroup  `json:"groups"`
	}
	if _, err := s.client.get(ctx, "list statuses", "/statuses", nil, &answered); err != nil {
		return nil, err
	}
	if answered == nil {
		return nil, nil
	}
	groups := map[string]rawGroup{}
	for _, g := range answered.Groups {
		groups[g.ID] = g
	}
	all := answered.Statuses
	for i, status := range all {
		if g, ok := groups[status.GroupID]; ok && status.Group.Label == "" {
			all[i].Group = g
		}
	}
	slices.SortStableFunc(all, func(a, b rawStatus) int {
		if a.Group.Order != b.Group.Order {
			return compare(a.Group.Order, b.Group.Order)
		}
		return compare(a.Order, b.Order)
	})
	s.known.Put("", all)
	return all, nil
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// resolve finds the status meant by a name from a route: a status's label, or
// else a group's. A miss reads the list once more before it is believed.
func (s *statuses) resolve(ctx context.Context, want ticket.State) (found rawStatus, ok bool, err error) {
	for range 2 {
		all, err := s.list(ctx)
		if err != nil {
			return rawStatus{}, false, err
		}
		if found, ok := pick(all, want); ok {
			return found, true, nil
		}
		s.known.Forget()
	}
	return rawStatus{}, false, nil
}

func pick(all []rawStatus, want ticket.State) (rawStatus, bool) {
	for _, matches := range []func(rawStatus) bool{
		func(r rawStatus) bool { return same(r.Label, want.Name) && same(r.Group.Label, want.Group) },
		func(r rawStatus) bool { return same(r.Label, want.Name) },
		func(r rawStatus) bool { return want.Name == "" && want.ID != "" && r.ID == want.ID },
		// A group's own status before the others filed under it.
		func(r rawStatus) bool { return same(r.Group.Label, want.Name) && same(r.Label, r.Group.Label) },
		func(r rawStatus) bool { return same(r.Group.Label, want.Name) },
		func(r rawStatus) bool { return same(r.Group.Label, want.Group) && same(r.Label, want.Group) },
		func(r rawStatus) bool { return same(r.Group.Label, want.Group) },
	} {
		if i := slices.IndexFunc(all, matches); i >= 0 {
			return all[i], true
		}
	}
	return rawStatus{}, false
}

func same(a, b string) bool {
	return a != "" && strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// byID returns a status whose ticket did not carry it along.
func (s *statuses) byID(ctx context.Context, id string) (ticket.State, error) {
	found, ok, err := s.resolve(ctx, ticket.State{ID: id})
	if err != nil {
		return ticket.State{}, err
	}
	if !ok {
		return ticket.State{ID: id, Name: id}, nil
	}
	return found.state(), nil
}

func (r rawStatus) state() ticket.State {
	category := categories[strings.ToLower(strings.TrimSpace(r.Group.Label))]
	return ticket.State{
		ID:       r.ID,
		Name:     r.Label,
		Group:    r.Group.Label,
		Category: category,
		Done:     category == ticket.Completed || category == ticket.Canceled,
	}
}
