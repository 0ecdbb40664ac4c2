package ravenna

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// findTicket takes an id, a short id, or PREFIX-NUMBER in any case.
func (s *Server) findTicket(identifier string) (ticket, bool) {
	if t, ok := s.tickets.Get(identifier); ok {
		return t, true
	}
	if t, ok := s.tickets.Get(s.index.shortIDs[identifier]); ok {
		return t, true
	}
	found := s.tickets.Select(func(t ticket) bool { return strings.EqualFold(s.key(t), identifier) })
	if len(found) == 0 {
		return ticket{}, false
	}
	return found[0], true
}

func (s *Server) key(t ticket) string {
	q, _ := s.queues.Get(t.QueueID)
	return q.Prefix + "-" + strconv.Itoa(t.Number)
}

func (s *Server) requireTicket(identifier string) (ticket, error) {
	t, ok := s.findTicket(identifier)
	if !ok {
		return ticket{}, notFound("Ticket")
	}
	return t, nil
}

func (s *Server) getTicket(c *call) (any, error) {
	t, err := s.requireTicket(c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return s.renderTicket(t), nil
}

// ticketByURL takes what stands last in a ticket's URL, or the URL itself.
func (s *Server) ticketByURL(c *call) (any, error) {
	t, err := s.requireTicket(lastSegment(c.PathValue("identifier")))
	if err != nil {
		return nil, err
	}
	return s.renderTicket(t), nil
}

func (s *Server) ticketSummary(c *call) (any, error) {
	t, err := s.requireTicket(lastSegment(c.PathValue("identifier")))
	if err != nil {
		return nil, err
	}
	q, _ := s.queues.Get(t.QueueID)
	return object{
		"id": t.ID, "shortId": t.ShortID, "number": t.Number, "queuePrefix": q.Prefix, "workspaceId": workspaceID,
	}, nil
}

func lastSegment(identifier string) string {
	parsed, err := url.Parse(identifier)
	if err != nil {
		return identifier
	}
	path := strings.TrimSuffix(parsed.Path, "/")
	return path[strings.LastIndex(path, "/")+1:]
}

// createFields are set in this order on a new ticket.
var createFields = append(slices.Clone(commonFields),
	field{"authorId", setUser(func(t *ticket) **string { return &t.AuthorID })},
	field{"requesterEmail", setRequesterEmail},
	field{"statusId", func(s *Server, t *ticket, raw json.RawMessage) error {
		if isNull(raw) {
			return nil
		}
		return setStatus(s, t, raw)
	}},
	field{"metadata", setJSON(func(t *ticket) *json.RawMessage { return &t.Metadata })},
	field{"createdAt", func(_ *Server, t *ticket, raw json.RawMessage) error {
		text, err := readString(raw)
		if err == nil {
			t.CreatedAt, err = isoTime(text)
		}
		return err
	}},
)

func setRequesterEmail(s *Server, t *ticket, raw json.RawMessage) error {
	email, err := readNullable(raw)
	if err != nil || email == nil {
		return err
	}
	for _, u := range s.users.All() {
		if strings.EqualFold(u.Email, *email) {
			t.RequesterID = &u.ID
			return nil
		}
	}
	return fmt.Errorf("no user %q", *email)
}

func (s *Server) createTicket(c *call) (any, error) {
	var body map[string]json.RawMessage
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	t, err := s.newTicket(c.actor, body)
	if err != nil {
		return nil, err
	}
	return s.insertTicket(t, noDispatch(body), ticketCreated), nil
}

// newTicket builds a ticket without storing it. Ids, numbers and short ids are
// the server's, whatever the body says.
func (s *Server) newTicket(actor user, body map[string]json.RawMessage) (ticket, error) {
	now := s.now()
	empty := json.RawMessage(`{}`)
	web := "WEB"
	t := ticket{
		ID: newID(), ShortID: randomText(shortLength), Inserted: s.core.Now(),
		StatusID: s.defaultStatus(), RequesterID: &actor.ID, AuthorID: &actor.ID, Source: &web, Published: true,
		Tags: []string{}, Followers: []string{}, Approvers: []string{},
		CustomFields: empty, AttributeFields: empty, Metadata: json.RawMessage(`null`),
		CreatedAt: now, UpdatedAt: now,
	}
	if _, given := body["priority"]; !given {
		return ticket{}, invalid("priority: required")
	}
	q, err := s.readQueue(body["queueId"])
	if err != nil {
		return ticket{}, err
	}
	t.QueueID = q.ID
	if err := s.apply(&t, body, createFields); err != nil {
		return ticket{}, err
	}
	if t.AssigneeID != nil && t.AssignedAt == nil {
		t.AssignedAt = &now
	}
	if t.Published && t.PublishedAt == nil {
		t.PublishedAt = &now
	}
	return t, nil
}

// readQueue takes the first channel where none is named.
func (s *Server) readQueue(raw json.RawMessage) (queue, error) {
	if raw == nil {
		if all := s.queues.All(); len(all) > 0 {
			return all[0], nil
		}
		return queue{}, invalid("queueId: required")
	}
	id, err := readString(raw)
	if err != nil {
		return queue{}, invalid("queueId: " + err.Error())
	}
	q, ok := s.queues.Get(id)
	if !ok {
		return queue{}, invalid(fmt.Sprintf("queueId: no channel %q", id))
	}
	return q, nil
}

// insertTicket numbers and stores a new ticket.
func (s *Server) insertTicket(t ticket, quiet bool, event string) object {
	t.Number = s.core.Next("number/" + t.QueueID)
	s.putTicket(t)
	if !quiet {
		s.deliverTicket(event, t)
	}
	return s.renderTicket(t)
}

// noDispatch suppresses the delivery: our guess at what its name means.
func noDispatch(body map[string]json.RawMessage) bool {
	var quiet bool
	return json.Unmarshal(body["noDispatch"], &quiet) == nil && quiet
}

// deleteTicket removes a ticket with all that belongs to it; its children stay.
func (s *Server) deleteTicket(c *call) (any, error) {
	t, err := s.requireTicket(c.PathValue("id"))
	if err != nil {
		return nil, err
	}
	for _, l := range s.linksOf(t.ID) {
		s.links.Delete(l.ID)
	}
	for _, m := range s.messagesOf(t.ID) {
		s.messages.Delete(m.ID)
	}
	for _, a := range s.attachmentsOf(t.ID) {
		s.attachments.Delete(a.ID)
	}
	for _, child := range s.children(t) {
		child.ParentID = nil
		s.putTicket(child)
	}
	s.dropTicket(t)
	t.UpdatedAt = s.after(t.UpdatedAt)
	if c.URL.Query().Get("noDispatch") != "true" {
		s.deliverTicket(ticketDeleted, t)
	}
	return object{}, nil
}
