package ravenna

import (
	"encoding/json"
	"fmt"
)

const (
	maxBulk   = 50
	maxImport = 100
)

func (s *Server) createTickets(c *call) (any, error) { return s.insertTickets(c, maxBulk, false) }

// importTickets takes tickets of the past: nothing is delivered for them.
func (s *Server) importTickets(c *call) (any, error) { return s.insertTickets(c, maxImport, true) }

// insertTickets stores all of the tickets or none.
func (s *Server) insertTickets(c *call, most int, quiet bool) (any, error) {
	var body struct {
		Tickets []map[string]json.RawMessage `json:"tickets"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if len(body.Tickets) < 1 || len(body.Tickets) > most {
		return nil, invalid(fmt.Sprintf("tickets: expected 1 to %d items", most))
	}
	built := make([]ticket, 0, len(body.Tickets))
	for _, item := range body.Tickets {
		t, err := s.newTicket(c.actor, item)
		if err != nil {
			return nil, err
		}
		built = append(built, t)
	}
	rendered := make([]object, 0, len(built))
	for i, t := range built {
		rendered = append(rendered, s.insertTicket(t, quiet || noDispatch(body.Tickets[i]), ticketCreated))
	}
	return object{"tickets": rendered}, nil
}

func (s *Server) moveTickets(c *call) (any, error) {
	var body struct {
		IDs  []string `json:"ids"`
		Data moveData `json:"data"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	rendered := make([]object, 0, len(body.IDs))
	for _, id := range body.IDs {
		t, ok := s.findTicket(id)
		if !ok {
			return nil, invalid(fmt.Sprintf("ids: no ticket %q", id))
		}
		moved, err := s.move(t, body.Data)
		if err != nil {
			return nil, err
		}
		rendered = append(rendered, s.renderTicket(moved))
	}
	return rendered, nil
}

func (s *Server) mergeTickets(c *call) (any, error) {
	var body struct {
		PrimaryID string   `json:"primaryId"`
		SourceIDs []string `json:"sourceIds"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	primary, ok := s.findTicket(body.PrimaryID)
	if !ok {
		return nil, invalid(fmt.Sprintf("primaryId: no ticket %q", body.PrimaryID))
	}
	if len(body.SourceIDs) == 0 {
		return nil, invalid("sourceIds: expected 1 item or more")
	}
	for _, id := range body.SourceIDs {
		source, ok := s.findTicket(id)
		if !ok || source.ID == primary.ID {
			return nil, invalid(fmt.Sprintf("sourceIds: no other ticket %q", id))
		}
		now := s.now()
		merged := source
		merged.MergedIntoID, merged.MergedByID, merged.MergedAt = &primary.ID, &c.actor.ID, &now
		s.saveTicket(source, merged, false)
	}
	return renderMerge(primary), nil
}

func (s *Server) unmergeTicket(c *call) (any, error) {
	var body struct {
		SourceID string `json:"sourceId"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	source, ok := s.findTicket(body.SourceID)
	if !ok || source.MergedIntoID == nil {
		return nil, invalid(fmt.Sprintf("sourceId: no merged ticket %q", body.SourceID))
	}
	restored := source
	restored.MergedIntoID, restored.MergedByID, restored.MergedAt = nil, nil, nil
	return renderMerge(s.saveTicket(source, restored, false)), nil
}

func renderMerge(t ticket) object {
	return object{"id": t.ID, "mergedIntoId": t.MergedIntoID, "mergedAt": t.MergedAt, "mergedById": t.MergedByID}
}
