package ravenna

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
)

var updateFields = append(slices.Clone(commonFields),
	field{"statusId", setStatus},
	field{"addTags", addTags},
	field{"removeTags", removeTags},
	field{"metadata", setMetadata},
	field{"queueId", func(s *Server, t *ticket, raw json.RawMessage) error {
		q, err := s.readQueue(raw)
		if err == nil {
			s.enterQueue(t, q)
		}
		return err
	}},
	field{"startAt", setTime(func(t *ticket) **string { return &t.StartAt })},
	field{"archivedAt", setTime(func(t *ticket) **string { return &t.ArchivedAt })},
	field{"closedAt", setTime(func(t *ticket) **string { return &t.ClosedAt })},
	field{"approvedAt", setTime(func(t *ticket) **string { return &t.ApprovedAt })},
	field{"declinedAt", setTime(func(t *ticket) **string { return &t.DeclinedAt })},
)

func (s *Server) updateTicket(c *call) (any, error) {
	before, err := s.requireTicket(c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	var body struct {
		Data     map[string]json.RawMessage `json:"data"`
		Expected map[string]json.RawMessage `json:"expected"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Data == nil {
		return nil, invalid("data: required")
	}
	after := before
	if err := s.apply(&after, body.Data, updateFields); err != nil {
		return nil, err
	}
	if err := s.expect(before, body.Expected); err != nil {
		return nil, err
	}
	return s.renderTicket(s.saveTicket(before, after, noDispatch(body.Data))), nil
}

// expect compares the precondition with what is stored. That a mismatch is a
// 409 is our guess: no answer is documented.
func (s *Server) expect(t ticket, expected map[string]json.RawMessage) error {
	wanted := t
	fields := []field{{"title", setTitle}, {"description", setDescription}}
	if err := s.apply(&wanted, expected, fields); err != nil {
		return err
	}
	var issues []string
	if wanted.Title != t.Title {
		issues = append(issues, "title: is not what was expected")
	}
	if text(wanted.Description) != text(t.Description) {
		issues = append(issues, "description: is not what was expected")
	}
	if len(issues) > 0 {
		return &apiError{status: http.StatusConflict, message: "Ticket was changed by someone else", issues: issues}
	}
	return nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// saveTicket stores a changed ticket as a new version. Without a change there
// is no version and no delivery.
func (s *Server) saveTicket(before, after ticket, quiet bool) ticket {
	if reflect.DeepEqual(before, after) {
		return before
	}
	if text(before.AssigneeID) != text(after.AssigneeID) && text(before.AssignedAt) == text(after.AssignedAt) {
		after.AssignedAt = nil
		if now := s.now(); after.AssigneeID != nil {
			after.AssignedAt = &now
		}
	}
	if after.QueueID != before.QueueID {
		after.Number = s.core.Next("number/" + after.QueueID)
	}
	after.UpdatedAt = s.after(before.UpdatedAt)
	s.putTicket(after)
	if !quiet {
		s.deliverTicket(ticketUpdated, after)
	}
	return after
}

// enterQueue moves a ticket; it gets a number there when it is saved.
func (s *Server) enterQueue(t *ticket, q queue) {
	if t.QueueID == q.ID {
		return
	}
	if t.OriginalQueueID == nil {
		origin := t.QueueID
		t.OriginalQueueID = &origin
	}
	t.QueueID = q.ID
}

// setMetadata merges the top level into what is there, or replaces it: the
// documentation does not say which, so that is a quirk.
func setMetadata(s *Server, t *ticket, raw json.RawMessage) error {
	given, err := canonical(raw)
	if err != nil {
		return err
	}
	var old, update map[string]json.RawMessage
	if s.quirks.Metadata == quirkReplace || json.Unmarshal(given, &update) != nil || update == nil ||
		json.Unmarshal(t.Metadata, &old) != nil || old == nil {
		t.Metadata = given
		return nil
	}
	for key, value := range update {
		old[key] = value
	}
	merged, err := json.Marshal(old)
	if err != nil {
		return err
	}
	t.Metadata = merged
	return nil
}

// moveData is what moving one ticket and moving many have in common.
type moveData struct {
	QueueID  json.RawMessage `json:"queueId"`
	StatusID json.RawMessage `json:"statusId"`
	Tags     json.RawMessage `json:"tags"`
}

func (s *Server) move(before ticket, data moveData) (ticket, error) {
	if data.QueueID == nil {
		return ticket{}, invalid("data.queueId: required")
	}
	q, err := s.readQueue(data.QueueID)
	if err != nil {
		return ticket{}, err
	}
	after := before
	s.enterQueue(&after, q)
	body := map[string]json.RawMessage{}
	for name, raw := range map[string]json.RawMessage{"statusId": data.StatusID, "tags": data.Tags} {
		if raw != nil {
			body[name] = raw
		}
	}
	if err := s.apply(&after, body, updateFields); err != nil {
		return ticket{}, err
	}
	return s.saveTicket(before, after, false), nil
}

func (s *Server) moveTicket(c *call) (any, error) {
	var body struct {
		ID   string   `json:"id"`
		Data moveData `json:"data"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	t, ok := s.findTicket(body.ID)
	if !ok {
		return nil, invalid(fmt.Sprintf("id: no ticket %q", body.ID))
	}
	moved, err := s.move(t, body.Data)
	if err != nil {
		return nil, err
	}
	return s.renderTicket(moved), nil
}
