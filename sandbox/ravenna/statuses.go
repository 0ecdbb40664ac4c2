package ravenna

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// listStatuses returns all statuses by group and order, unpaged.
func (s *Server) listStatuses(*call) (any, error) {
	groups := s.groups.All()
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(a.Order, b.Order) })
	renderedGroups, rendered := []object{}, []object{}
	for _, g := range groups {
		renderedGroups = append(renderedGroups, object{
			"id": g.ID, "label": g.Label, "order": g.Order, "color": g.Color, "workspaceId": workspaceID,
			"createdAt": g.CreatedAt, "updatedAt": g.UpdatedAt,
		})
		for _, st := range s.statusesOf(g.ID) {
			rendered = append(rendered, s.renderStatus(st))
		}
	}
	return object{"statuses": rendered, "groups": renderedGroups}, nil
}

func (s *Server) statusesOf(groupID string) []status {
	found := s.statuses.Select(func(st status) bool { return st.GroupID == groupID })
	slices.SortStableFunc(found, func(a, b status) int { return cmp.Compare(a.Order, b.Order) })
	return found
}

// defaultStatus is the first of the first group: what a new ticket gets.
func (s *Server) defaultStatus() string {
	groups := s.groups.All()
	slices.SortStableFunc(groups, func(a, b group) int { return cmp.Compare(a.Order, b.Order) })
	for _, g := range groups {
		if found := s.statusesOf(g.ID); len(found) > 0 {
			return found[0].ID
		}
	}
	return ""
}

func (s *Server) getStatus(c *call) (any, error) {
	st, ok := s.statuses.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("Status")
	}
	return s.renderStatus(st), nil
}

func (s *Server) createStatus(c *call) (any, error) {
	var body struct {
		Label   string `json:"label"`
		GroupID string `json:"statusGroupId"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Label == "" {
		return nil, invalid("label: required")
	}
	if _, ok := s.groups.Get(body.GroupID); !ok {
		return nil, invalid(fmt.Sprintf("statusGroupId: no status group %q", body.GroupID))
	}
	if s.labelTaken(body.Label, "") {
		return nil, invalid(fmt.Sprintf("label: %q exists already", body.Label))
	}
	now := s.now()
	st := status{ID: newID(), Label: body.Label, Order: len(s.statusesOf(body.GroupID)), GroupID: body.GroupID, CreatedAt: now, UpdatedAt: now}
	s.statuses.Put(st.ID, st)
	return s.renderStatus(st), nil
}

func (s *Server) labelTaken(label, except string) bool {
	return len(s.statuses.Select(func(st status) bool { return st.ID != except && strings.EqualFold(st.Label, label) })) > 0
}

// updateStatus acts on the collection: the id is in the body.
func (s *Server) updateStatus(c *call) (any, error) {
	var body struct {
		ID    string   `json:"id"`
		Label *string  `json:"label"`
		Order *float64 `json:"order"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	st, ok := s.statuses.Get(body.ID)
	if !ok {
		return nil, notFound("Status")
	}
	before := st
	if body.Label != nil {
		if *body.Label == "" || s.labelTaken(*body.Label, st.ID) {
			return nil, invalid("label: empty, or exists already")
		}
		st.Label = *body.Label
	}
	if body.Order != nil {
		st.Order = int(*body.Order)
	}
	if st != before {
		st.UpdatedAt = s.after(before.UpdatedAt)
		s.statuses.Put(st.ID, st)
	}
	return s.renderStatus(st), nil
}

// deleteStatus moves the tickets that have it to the target, which is needed
// only if there are any.
func (s *Server) deleteStatus(c *call) (any, error) {
	query := c.URL.Query()
	st, ok := s.statuses.Get(query.Get("id"))
	if !ok {
		return nil, notFound("Status")
	}
	target := query.Get("targetStatusId")
	if _, ok := s.statuses.Get(target); target != "" && (!ok || target == st.ID) {
		return nil, invalid(fmt.Sprintf("targetStatusId: no other status %q", target))
	}
	holders := s.tickets.Select(func(t ticket) bool { return t.StatusID == st.ID })
	if len(holders) > 0 && target == "" {
		return nil, invalid(fmt.Sprintf("targetStatusId: required, %d tickets have this status", len(holders)))
	}
	for _, before := range holders {
		after := before
		s.enterStatus(&after, target)
		s.saveTicket(before, after, false)
	}
	s.statuses.Delete(st.ID)
	return s.renderStatus(st), nil
}

func (s *Server) countByStatus(*call) (any, error) {
	counts := map[string]int{}
	for _, st := range s.statuses.All() {
		counts[st.ID] = 0
	}
	for _, t := range s.tickets.All() {
		counts[t.StatusID]++
	}
	return counts, nil
}

func (s *Server) renderStatusByID(id string) any {
	if st, ok := s.statuses.Get(id); ok {
		return s.renderStatus(st)
	}
	return nil
}

func (s *Server) renderStatus(st status) object {
	answer := s.renderStatusPlain(st)
	answer["requestTypes"] = []json.RawMessage{}
	return answer
}

func (s *Server) renderStatusThin(id string) any {
	if st, ok := s.statuses.Get(id); ok {
		return s.renderStatusPlain(st)
	}
	return nil
}

func (s *Server) renderStatusPlain(st status) object {
	g, _ := s.groups.Get(st.GroupID)
	return object{
		"id": st.ID, "label": st.Label, "order": st.Order, "system": st.System, "statusGroupId": st.GroupID,
		"statusGroup": object{"id": g.ID, "label": g.Label, "order": g.Order, "workspaceId": workspaceID},
		"createdAt":   st.CreatedAt, "updatedAt": st.UpdatedAt,
	}
}
