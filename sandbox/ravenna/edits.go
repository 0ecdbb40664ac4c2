package ravenna

import (
	"encoding/json"
	"reflect"
)

// updateMessage changes content, source, time and reactions; who may see a
// message cannot be changed. Setting the status DELETED deletes it.
func (s *Server) updateMessage(c *call) (any, error) {
	before, err := s.requireMessage(c)
	if err != nil {
		return nil, err
	}
	var body struct {
		Content    *string         `json:"content"`
		Source     json.RawMessage `json:"source"`
		Status     *string         `json:"status"`
		Reactions  []string        `json:"reactions"`
		CreatedAt  *string         `json:"createdAt"`
		NoDispatch bool            `json:"noDispatch"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	after := before
	if body.Content != nil {
		if *body.Content == "" {
			return nil, invalid("content: required")
		}
		after.Content = editorHTML(*body.Content)
	}
	if body.Source != nil {
		if after.Source, err = readSource(body.Source); err != nil {
			return nil, err
		}
	}
	if body.CreatedAt != nil {
		if after.CreatedAt, err = isoTime(*body.CreatedAt); err != nil {
			return nil, invalid("createdAt: " + err.Error())
		}
	}
	if body.Reactions != nil {
		after.Reactions = react(before.Reactions, body.Reactions, c.actor.ID)
	}
	if after.Content != before.Content {
		after.Status = messageEdited
	}
	if body.Status != nil {
		switch *body.Status {
		case messageNew, messageEdited:
			after.Status = *body.Status
		case messageGone:
			return s.removeMessage(before, body.NoDispatch), nil
		default:
			return nil, invalid("status: expected one of CREATED, EDITED, DELETED")
		}
	}
	if !reflect.DeepEqual(after, before) {
		after.UpdatedAt = s.after(before.UpdatedAt)
		s.messages.Put(after.ID, after)
		s.bumpOf(after)
		if !body.NoDispatch {
			s.deliverMessage(messageUpdated, after)
		}
	}
	return s.renderMessage(after), nil
}

// react replaces one person's reactions and keeps everybody else's.
func react(old []reaction, emojis []string, authorID string) []reaction {
	reactions := []reaction{}
	for _, r := range old {
		if r.AuthorID != authorID {
			reactions = append(reactions, r)
		}
	}
	for _, emoji := range emojis {
		reactions = append(reactions, reaction{ID: newID(), Emoji: emoji, AuthorID: authorID})
	}
	return reactions
}

func (s *Server) deleteMessage(c *call) (any, error) {
	m, err := s.requireMessage(c)
	if err != nil {
		return nil, err
	}
	return s.removeMessage(m, c.URL.Query().Get("noDispatch") == "true"), nil
}

// removeMessage answers with the message marked as deleted; after that it is
// neither listed nor found.
func (s *Server) removeMessage(m message, quiet bool) object {
	s.messages.Delete(m.ID)
	m.UpdatedAt = s.after(m.UpdatedAt)
	m.Status = messageGone
	s.bumpOf(m)
	if !quiet {
		s.deliverMessage(messageDeleted, m)
	}
	answer := s.renderMessage(m)
	answer["deleted"], answer["deletedAt"] = true, m.UpdatedAt
	return answer
}

func (s *Server) bumpOf(m message) {
	if t, ok := s.tickets.Get(m.TicketID); ok {
		s.bump(t)
	}
}
