package ravenna

import (
	"fmt"
	"slices"
)

// Attachments exist by name only: no bytes are taken or given. That is enough
// for a replicator, which links to them.

func (s *Server) attachmentsOf(ticketID string) []attachment {
	return s.attachments.Select(func(a attachment) bool { return a.TicketID == ticketID })
}

func (s *Server) listAttachments(c *call) (any, error) {
	t, err := s.requireTicket(c.URL.Query().Get("ticketId"))
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, a := range s.attachmentsOf(t.ID) {
		if a.Status == attachmentReady {
			list = append(list, s.renderAttachment(a))
		}
	}
	return list, nil
}

const (
	attachmentPending = "pending"
	attachmentReady   = "completed"
)

func (s *Server) createAttachment(c *call) (any, error) {
	body := struct {
		TicketID  string  `json:"ticketId"`
		MimeType  string  `json:"mimeType"`
		Filename  string  `json:"filename"`
		MessageID *string `json:"ticketMessageId"`
		Placement string  `json:"placement"`
	}{Placement: "TICKET"}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.MimeType == "" || body.Filename == "" {
		return nil, invalid("mimeType and filename: required")
	}
	if !slices.Contains([]string{"TICKET", "MESSAGE", "CUSTOM_FIELD"}, body.Placement) {
		return nil, invalid("placement: expected one of TICKET, MESSAGE, CUSTOM_FIELD")
	}
	t, err := s.requireTicket(body.TicketID)
	if err != nil {
		return nil, err
	}
	now := s.now()
	a := attachment{
		ID: newID(), Filename: body.Filename, MimeType: body.MimeType, Status: attachmentPending, Placement: body.Placement,
		TicketID: t.ID, MessageID: body.MessageID, AuthorID: c.actor.ID, CreatedAt: now, UpdatedAt: now,
	}
	s.attachments.Put(a.ID, a)
	answer := s.renderAttachment(a)
	for _, name := range []string{"createdAt", "updatedAt", "metadata"} {
		delete(answer, name)
	}
	answer["uploadUrl"] = s.attachmentURL(a)
	return answer, nil
}

func (s *Server) connectAttachments(c *call) (any, error) {
	return s.eachAttachment(c, func(a attachment, messageID *string) {
		a.Status = attachmentReady
		if messageID != nil {
			a.MessageID = messageID
		}
		a.UpdatedAt = s.after(a.UpdatedAt)
		s.attachments.Put(a.ID, a)
	})
}

func (s *Server) archiveAttachments(c *call) (any, error) {
	return s.eachAttachment(c, func(a attachment, _ *string) { s.attachments.Delete(a.ID) })
}

func (s *Server) eachAttachment(c *call, do func(a attachment, messageID *string)) (any, error) {
	var body struct {
		TicketID  string   `json:"ticketId"`
		MessageID *string  `json:"ticketMessageId"`
		IDs       []string `json:"attachmentIds"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	found := make([]attachment, 0, len(body.IDs))
	for _, id := range body.IDs {
		a, ok := s.attachments.Get(id)
		if !ok || a.TicketID != body.TicketID {
			return nil, invalid(fmt.Sprintf("attachmentIds: no attachment %q of this ticket", id))
		}
		found = append(found, a)
	}
	for _, a := range found {
		do(a, body.MessageID)
	}
	return object{}, nil
}

func (s *Server) attachmentURL(a attachment) string {
	return s.options.BaseURL + "/attachments/" + a.ID
}

func (s *Server) renderAttachment(a attachment) object {
	location := s.attachmentURL(a)
	return object{
		"id": a.ID, "filename": a.Filename, "location": location, "downloadUrl": location, "status": a.Status,
		"source": "WEB", "ticketId": a.TicketID, "ticketMessageId": a.MessageID, "mimeType": a.MimeType,
		"metadata": nil, "authorId": a.AuthorID, "placement": a.Placement, "createdAt": a.CreatedAt, "updatedAt": a.UpdatedAt,
	}
}
