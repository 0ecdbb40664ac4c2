package ravenna

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

const (
	messageNew    = "CREATED"
	messageEdited = "EDITED"
	messageGone   = "DELETED"
)

var messageOrder = map[string]func(a, b message) int{
	"createdAt": func(a, b message) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
	"updatedAt": func(a, b message) int { return cmp.Compare(a.UpdatedAt, b.UpdatedAt) },
}

func (s *Server) messagesOf(ticketID string) []message {
	return s.messages.Select(func(m message) bool { return m.TicketID == ticketID })
}

func (s *Server) listMessages(c *call) (any, error) {
	query := c.URL.Query()
	if query.Get("ticketId") == "" {
		return nil, invalid("ticketId: required")
	}
	t, err := s.requireTicket(query.Get("ticketId"))
	if err != nil {
		return nil, err
	}
	found := s.messagesOf(t.ID)
	if s.quirks.Sort == quirkOn {
		order(query, found, "createdAt", false, messageOrder)
	}
	return pageOf(query, found, s.renderMessage)
}

func (s *Server) requireMessage(c *call) (message, error) {
	m, ok := s.messages.Get(c.PathValue("id"))
	if !ok {
		return message{}, notFound("Ticket message")
	}
	return m, nil
}

func (s *Server) getMessage(c *call) (any, error) {
	m, err := s.requireMessage(c)
	if err != nil {
		return nil, err
	}
	return s.renderMessage(m), nil
}

// messageInput is a message as the two ways of creating one give it; authorId
// and createdAt are for imports only.
type messageInput struct {
	Content    *string         `json:"content"`
	TicketID   string          `json:"ticketId"`
	Source     json.RawMessage `json:"source"`
	Private    bool            `json:"private"`
	NoDispatch bool            `json:"noDispatch"`
	AuthorID   *string         `json:"authorId"`
	CreatedAt  *string         `json:"createdAt"`
}

func (s *Server) newMessage(authorID string, input messageInput) (message, ticket, error) {
	if input.Content == nil || *input.Content == "" {
		return message{}, ticket{}, invalid("content: required")
	}
	t, err := s.requireTicket(input.TicketID)
	if err != nil {
		return message{}, ticket{}, err
	}
	source, err := readSource(input.Source)
	if err != nil {
		return message{}, ticket{}, err
	}
	now := s.now()
	return message{
		ID: newID(), Content: editorHTML(*input.Content), AuthorID: authorID, TicketID: t.ID, Source: source,
		Status: messageNew, Private: input.Private, Reactions: []reaction{}, CreatedAt: now, UpdatedAt: now,
	}, t, nil
}

func readSource(raw json.RawMessage) (*string, error) {
	if raw == nil {
		return nil, nil
	}
	source, err := readNullable(raw)
	if err != nil || source != nil && !slices.Contains(sources, *source) {
		return nil, invalid(fmt.Sprintf("source: expected one of %v", sources))
	}
	return source, nil
}

func (s *Server) createMessage(c *call) (any, error) {
	var input messageInput
	if err := c.decode(&input); err != nil {
		return nil, err
	}
	m, t, err := s.newMessage(c.actor.ID, input)
	if err != nil {
		return nil, err
	}
	s.messages.Put(m.ID, m)
	s.bump(t)
	if !input.NoDispatch {
		s.deliverMessage(messageCreated, m)
	}
	return s.renderMessage(m), nil
}

// bump gives a ticket a new version because of a message, unless the quirk says
// that messages do not. The message's own event is the only delivery.
func (s *Server) bump(t ticket) {
	if s.quirks.MessageBumps == quirkOff {
		return
	}
	t.UpdatedAt = s.after(t.UpdatedAt)
	s.putTicket(t)
}

// importMessages takes messages of the past, with author and time; nothing is
// delivered for them.
func (s *Server) importMessages(c *call) (any, error) {
	var body struct {
		Messages []messageInput `json:"messages"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if len(body.Messages) < 1 || len(body.Messages) > maxImport {
		return nil, invalid(fmt.Sprintf("messages: expected 1 to %d items", maxImport))
	}
	built := make([]message, 0, len(body.Messages))
	for _, input := range body.Messages {
		author := c.actor.ID
		if input.AuthorID != nil {
			author = *input.AuthorID
		}
		if _, ok := s.users.Get(author); !ok {
			return nil, invalid(fmt.Sprintf("authorId: no user %q", author))
		}
		m, _, err := s.newMessage(author, input)
		if err != nil {
			return nil, err
		}
		if input.CreatedAt != nil {
			if m.CreatedAt, err = isoTime(*input.CreatedAt); err != nil {
				return nil, invalid("createdAt: " + err.Error())
			}
		}
		built = append(built, m)
	}
	rendered := make([]object, 0, len(built))
	for _, m := range built {
		s.messages.Put(m.ID, m)
		if t, ok := s.tickets.Get(m.TicketID); ok {
			s.bump(t)
		}
		rendered = append(rendered, s.renderMessage(m))
	}
	return object{"messages": rendered}, nil
}

func (s *Server) renderMessage(m message) object {
	author, _ := s.users.Get(m.AuthorID)
	reactions := make([]object, 0, len(m.Reactions))
	for _, r := range m.Reactions {
		by, _ := s.users.Get(r.AuthorID)
		reactions = append(reactions, object{
			"id": r.ID, "emoji": r.Emoji, "authorId": r.AuthorID, "ticketMessageId": m.ID,
			"author": object{"id": by.ID, "firstName": by.FirstName, "lastName": by.LastName, "image": nil},
		})
	}
	return object{
		"id": m.ID, "content": m.Content, "authorId": m.AuthorID, "ticketId": m.TicketID,
		"author": object{"firstName": author.FirstName, "lastName": author.LastName, "email": s.messageEmail(author), "image": nil},
		"source": m.Source, "status": m.Status, "private": m.Private, "metadata": nil, "reactions": reactions,
		"slackChannelId": nil, "slackMessages": []object{}, "emailMessageId": nil, "emailInReplyTo": nil,
		"broadcastFromMessageId": nil, "aiGenerated": false, "agentResponseType": nil,
		"deleted": false, "deletedAt": nil, "createdAt": m.CreatedAt, "updatedAt": m.UpdatedAt,
	}
}
