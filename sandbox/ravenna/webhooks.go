package ravenna

import (
	"encoding/json"
	"slices"
	"strconv"
)

var eventTypes = []string{"Ticket", "Message"}

// Registered webhooks are kept but not called: deliveries go to the URL that
// the sandbox was started with.
func (s *Server) listWebhooks(c *call) (any, error) {
	query := c.URL.Query()
	ids, active := many(query, "ids"), query.Get("active")
	found := s.webhooks.Select(func(w webhook) bool {
		return (len(ids) == 0 || slices.Contains(ids, w.ID)) && (active == "" || active == strconv.FormatBool(w.Active))
	})
	return pageOf(query, found, renderWebhook)
}

type webhookInput struct {
	Name       *string         `json:"name"`
	URL        *string         `json:"url"`
	Secret     json.RawMessage `json:"secret"`
	Active     *bool           `json:"active"`
	EventTypes []string        `json:"eventTypes"`
}

func applyWebhook(w webhook, input webhookInput) (webhook, error) {
	if input.URL != nil {
		if !isURI(*input.URL) {
			return webhook{}, invalid("url: expected a URI")
		}
		w.URL = *input.URL
	}
	if input.Name != nil {
		w.Name = input.Name
	}
	if input.Secret != nil {
		secret, err := readOptional(input.Secret)
		if err != nil {
			return webhook{}, invalid("secret: " + err.Error())
		}
		w.Secret = secret
	}
	if input.Active != nil {
		w.Active = *input.Active
	}
	if input.EventTypes != nil {
		for _, eventType := range input.EventTypes {
			if !slices.Contains(eventTypes, eventType) {
				return webhook{}, invalid("eventTypes: expected Ticket and Message")
			}
		}
		w.EventTypes = input.EventTypes
	}
	return w, nil
}

func (s *Server) createWebhook(c *call) (any, error) {
	var input webhookInput
	if err := c.decode(&input); err != nil {
		return nil, err
	}
	if input.URL == nil {
		return nil, invalid("url: required")
	}
	now := s.now()
	w, err := applyWebhook(webhook{ID: newID(), Active: true, EventTypes: eventTypes, CreatedAt: now, UpdatedAt: now}, input)
	if err != nil {
		return nil, err
	}
	s.webhooks.Put(w.ID, w)
	return renderWebhook(w), nil
}

func (s *Server) getWebhook(c *call) (any, error) {
	w, ok := s.webhooks.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("Webhook")
	}
	return renderWebhook(w), nil
}

func (s *Server) updateWebhook(c *call) (any, error) {
	before, ok := s.webhooks.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("Webhook")
	}
	var input webhookInput
	if err := c.decode(&input); err != nil {
		return nil, err
	}
	w, err := applyWebhook(before, input)
	if err != nil {
		return nil, err
	}
	w.UpdatedAt = s.after(before.UpdatedAt)
	s.webhooks.Put(w.ID, w)
	return renderWebhook(w), nil
}

func (s *Server) deleteWebhook(c *call) (any, error) {
	w, ok := s.webhooks.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("Webhook")
	}
	s.webhooks.Delete(w.ID)
	return object{}, nil
}

func renderWebhook(w webhook) object {
	return object{
		"id": w.ID, "name": w.Name, "url": w.URL, "secret": w.Secret, "active": w.Active, "eventTypes": w.EventTypes,
		"workspaceId": workspaceID, "createdAt": w.CreatedAt, "updatedAt": w.UpdatedAt,
	}
}
