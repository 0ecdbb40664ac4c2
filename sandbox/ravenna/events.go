package ravenna

// Events that are delivered. The real names and shape are undocumented.
const (
	ticketCreated  = "ticket.created"
	ticketUpdated  = "ticket.updated"
	ticketDeleted  = "ticket.deleted"
	messageCreated = "message.created"
	messageUpdated = "message.updated"
	messageDeleted = "message.deleted"
)

func (s *Server) deliverTicket(event string, t ticket) {
	s.deliver(event, t.ID, t.ID, t.UpdatedAt)
}

func (s *Server) deliverMessage(event string, m message) {
	s.deliver(event, m.ID, m.TicketID, m.UpdatedAt)
}

// deliver names the event's object, its ticket, and the object's version.
func (s *Server) deliver(event, id, ticketID, updatedAt string) {
	body, err := encode(object{
		"type": event,
		"data": object{"id": id, "ticketId": ticketID, "updatedAt": updatedAt},
	})
	if err == nil {
		s.core.Deliver(body, nil)
	}
}
