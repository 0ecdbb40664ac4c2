package ravenna

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

var prefixPattern = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,9}$`)

func (s *Server) listQueues(c *call) (any, error) {
	query := c.URL.Query()
	wanted := strings.ToLower(query.Get("search"))
	found := s.queues.Select(func(q queue) bool { return strings.Contains(strings.ToLower(q.Name), wanted) })
	return pageOf(query, found, s.renderQueue)
}

func (s *Server) getQueue(c *call) (any, error) {
	q, ok := s.queues.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("Channel")
	}
	return s.renderQueue(q), nil
}

type queueInput struct {
	Name   *string `json:"name"`
	Prefix *string `json:"prefix"`
	Emoji  *string `json:"emoji"`
}

func (s *Server) applyQueue(q queue, input queueInput) (queue, error) {
	if input.Name != nil {
		if *input.Name == "" {
			return queue{}, invalid("name: required")
		}
		q.Name = *input.Name
	}
	if input.Emoji != nil {
		q.Emoji = *input.Emoji
	}
	if input.Prefix != nil {
		q.Prefix = *input.Prefix
	}
	if q.Prefix == "" {
		q.Prefix = prefixOf(q.Name)
	}
	if !prefixPattern.MatchString(q.Prefix) {
		return queue{}, invalid("prefix: expected " + prefixPattern.String())
	}
	// Two channels with one prefix would make keys ambiguous.
	taken := s.queues.Select(func(other queue) bool { return other.ID != q.ID && other.Prefix == q.Prefix })
	if len(taken) > 0 {
		return queue{}, invalid(fmt.Sprintf("prefix: %q exists already", q.Prefix))
	}
	return q, nil
}

// prefixOf makes a prefix of a channel's first letters.
func prefixOf(name string) string {
	const length = 4
	var prefix strings.Builder
	for _, r := range strings.ToUpper(name) {
		if r < unicode.MaxASCII && unicode.IsLetter(r) && prefix.Len() < length {
			prefix.WriteRune(r)
		}
	}
	return prefix.String()
}

func (s *Server) createQueue(c *call) (any, error) {
	var input queueInput
	if err := c.decode(&input); err != nil {
		return nil, err
	}
	if input.Name == nil || input.Emoji == nil {
		return nil, invalid("name and emoji: required")
	}
	now := s.now()
	q, err := s.applyQueue(queue{ID: newID(), CreatedAt: now, UpdatedAt: now}, input)
	if err != nil {
		return nil, err
	}
	s.queues.Put(q.ID, q)
	return s.renderQueue(q), nil
}

func (s *Server) updateQueue(c *call) (any, error) {
	before, ok := s.queues.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("Channel")
	}
	var input queueInput
	if err := c.decode(&input); err != nil {
		return nil, err
	}
	q, err := s.applyQueue(before, input)
	if err != nil {
		return nil, err
	}
	if q != before {
		q.UpdatedAt = s.after(before.UpdatedAt)
		s.queues.Put(q.ID, q)
	}
	return s.renderQueue(q), nil
}

// deleteQueue moves its tickets to the fallback, which is needed only if there
// are any.
func (s *Server) deleteQueue(c *call) (any, error) {
	q, ok := s.queues.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("Channel")
	}
	holders := s.tickets.Select(func(t ticket) bool { return t.QueueID == q.ID })
	if len(holders) > 0 {
		fallback, ok := s.queues.Get(c.URL.Query().Get("fallbackTicketQueueId"))
		if !ok || fallback.ID == q.ID {
			return nil, invalid(fmt.Sprintf("fallbackTicketQueueId: required, the channel has %d tickets", len(holders)))
		}
		for _, before := range holders {
			after := before
			s.enterQueue(&after, fallback)
			s.saveTicket(before, after, false)
		}
	}
	s.queues.Delete(q.ID)
	return object{}, nil
}

func (s *Server) renderQueueByID(id string) object {
	q, _ := s.queues.Get(id)
	return s.renderQueue(q)
}

func (s *Server) renderQueue(q queue) object {
	return object{
		"id": q.ID, "name": q.Name, "prefix": q.Prefix, "emoji": q.Emoji, "type": "DEFAULT", "system": false, "ownerId": nil,
		"workspaceId": workspaceID, "workspace": object{"id": workspaceID, "slug": workspaceSlug, "organizationId": organizationID},
		"settings": nil, "slackChannels": []object{}, "requestTypes": []object{}, "agent": nil, "queueAgents": []object{},
		"autoAssignees": []object{}, "_count": object{"tickets": s.index.inQueue[q.ID]},
		"createdAt": q.CreatedAt, "updatedAt": q.UpdatedAt, "deletedAt": nil,
	}
}

func (s *Server) renderQueueThin(id string) object {
	q, _ := s.queues.Get(id)
	return object{
		"id": q.ID, "prefix": q.Prefix, "emoji": q.Emoji, "type": "DEFAULT", "workspaceId": workspaceID, "name": q.Name,
		"workspace": object{"slug": workspaceSlug},
	}
}
