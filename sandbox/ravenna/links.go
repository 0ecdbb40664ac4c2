package ravenna

import (
	"fmt"
	"net/url"
)

func (s *Server) linksOf(ticketID string) []link {
	return s.links.Select(func(l link) bool { return l.TicketID == ticketID })
}

// listLinks answers a bare array, as the real one does.
func (s *Server) listLinks(c *call) (any, error) {
	query := c.URL.Query()
	if query.Get("ticketId") == "" {
		return nil, invalid("ticketId: required")
	}
	t, err := s.requireTicket(query.Get("ticketId"))
	if err != nil {
		return nil, err
	}
	p, err := readPage(query)
	if err != nil {
		return nil, err
	}
	window, _ := cut(s.linksOf(t.ID), p)
	rendered := make([]object, 0, len(window))
	for _, l := range window {
		rendered = append(rendered, renderLink(l))
	}
	return rendered, nil
}

func (s *Server) getLink(c *call) (any, error) {
	l, ok := s.links.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("Ticket link")
	}
	return renderLink(l), nil
}

// createLink leaves the ticket's version alone and delivers nothing.
func (s *Server) createLink(c *call) (any, error) {
	var body struct {
		Name     *string `json:"name"`
		URL      *string `json:"url"`
		TicketID string  `json:"ticketId"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.Name == nil {
		return nil, invalid("name: required")
	}
	if body.URL == nil || !isURI(*body.URL) {
		return nil, invalid("url: expected a URI")
	}
	t, err := s.requireTicket(body.TicketID)
	if err != nil {
		return nil, err
	}
	now := s.now()
	l := link{
		ID: newID(), Name: *body.Name, URL: *body.URL, UserID: c.actor.ID, TicketID: t.ID, CreatedAt: now, UpdatedAt: now,
	}
	s.links.Put(l.ID, l)
	return renderLink(l), nil
}

func (s *Server) updateLink(c *call) (any, error) {
	before, ok := s.links.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("Ticket link")
	}
	var body struct {
		Name *string `json:"name"`
		URL  *string `json:"url"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	after := before
	if body.Name != nil {
		after.Name = *body.Name
	}
	if body.URL != nil {
		if !isURI(*body.URL) {
			return nil, invalid("url: expected a URI")
		}
		after.URL = *body.URL
	}
	if after != before {
		after.UpdatedAt = s.after(before.UpdatedAt)
		s.links.Put(after.ID, after)
	}
	return renderLink(after), nil
}

func (s *Server) deleteLink(c *call) (any, error) {
	l, ok := s.links.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("Ticket link")
	}
	s.links.Delete(l.ID)
	return renderLink(l), nil
}

// linkTitle never leaves this machine, so it knows no title.
func (s *Server) linkTitle(c *call) (any, error) {
	var body struct {
		URL string `json:"url"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if !isURI(body.URL) {
		return nil, invalid(fmt.Sprintf("url: %q is no URI", body.URL))
	}
	return object{"title": nil}, nil
}

func isURI(text string) bool {
	parsed, err := url.Parse(text)
	return err == nil && parsed.Scheme != "" && (parsed.Host != "" || parsed.Opaque != "")
}

func renderLink(l link) object {
	var replication any
	if l.App != "" {
		replication = object{"integration": object{"app": l.App}}
	}
	return object{
		"id": l.ID, "name": l.Name, "url": l.URL, "userId": l.UserID, "ticketId": l.TicketID, "remoteId": nil,
		"createdAt": l.CreatedAt, "updatedAt": l.UpdatedAt, "integrationReplication": replication,
	}
}
