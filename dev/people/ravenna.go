package people

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Ravenna is a person on the sandbox help desk.
type Ravenna struct{ Person }

// AtRavenna returns the person of this name (alice, bob, carol, bot).
func AtRavenna(root, name string) Ravenna {
	return Ravenna{Person{root: root + "/api", auth: func(r *http.Request) { r.Header.Set("x-ravenna-api-token", "rav_"+name) }}}
}

// Ticket is a Ravenna ticket, as much of it as people look at.
type Ticket struct {
	ID          string  `json:"id"`
	Number      int     `json:"number"`
	Title       string  `json:"title"`
	Description *string `json:"description"`
	Priority    string  `json:"priority"`
	AssigneeID  *string `json:"assigneeId"`
	RequesterID *string `json:"requesterId"`
	QueueID     string  `json:"queueId"`
	Private     bool    `json:"private"`
	UpdatedAt   string  `json:"updatedAt"`
	Status      struct {
		Label string `json:"label"`
	} `json:"status"`
	Queue struct {
		Prefix string `json:"prefix"`
		Name   string `json:"name"`
	} `json:"queue"`
	Tags []struct {
		Name string `json:"name"`
	} `json:"tags"`
	CustomFields map[string]any `json:"customFields"`
	Metadata     map[string]any `json:"metadata"`
}

// Key is the ticket's key, such as IT-12.
func (t Ticket) Key() string { return fmt.Sprintf("%s-%d", t.Queue.Prefix, t.Number) }

// Text is the description's HTML.
func (t Ticket) Text() string {
	if t.Description == nil {
		return ""
	}
	return *t.Description
}

// Message is a message on a Ravenna ticket.
type Message struct {
	ID       string `json:"id"`
	Content  string `json:"content"`
	AuthorID string `json:"authorId"`
	Private  bool   `json:"private"`
}

// Link is a link on a Ravenna ticket.
type Link struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	URL  string `json:"url"`
}

type page[T any] struct {
	Items []T `json:"items"`
}

// Channel returns a channel's id by its name.
func (r Ravenna) Channel(ctx context.Context, name string) (string, error) {
	var out page[struct{ ID, Name string }]
	if err := r.Call(ctx, http.MethodGet, "/queues", nil, &out); err != nil {
		return "", err
	}
	for _, q := range out.Items {
		if q.Name == name {
			return q.ID, nil
		}
	}
	return "", fmt.Errorf("no channel %q", name)
}

// Create makes a ticket. Fields overrides or adds to the request's fields.
func (r Ravenna) Create(ctx context.Context, channel, title, html string, fields map[string]any) (Ticket, error) {
	id, err := r.Channel(ctx, channel)
	if err != nil {
		return Ticket{}, err
	}
	body := map[string]any{"title": title, "description": html, "priority": "MEDIUM", "queueId": id}
	for k, v := range fields {
		body[k] = v
	}
	var out Ticket
	return out, r.Call(ctx, http.MethodPost, "/tickets", body, &out)
}

// Get reads a ticket by id or key.
func (r Ravenna) Get(ctx context.Context, id string) (Ticket, error) {
	var out Ticket
	return out, r.Call(ctx, http.MethodGet, "/tickets/"+url.PathEscape(id), nil, &out)
}

// All lists the tickets of a channel.
func (r Ravenna) All(ctx context.Context, channel string) ([]Ticket, error) {
	id, err := r.Channel(ctx, channel)
	if err != nil {
		return nil, err
	}
	var out page[Ticket]
	err = r.Call(ctx, http.MethodGet, "/tickets?openFilter=false&responseType=default&limit=1000&queueId="+url.QueryEscape(id), nil, &out)
	return out.Items, err
}

// Titled lists the tickets of a channel with this title.
func (r Ravenna) Titled(ctx context.Context, channel, title string) ([]Ticket, error) {
	all, err := r.All(ctx, channel)
	var out []Ticket
	for _, t := range all {
		if t.Title == title {
			out = append(out, t)
		}
	}
	return out, err
}

// Edit sets fields of a ticket.
func (r Ravenna) Edit(ctx context.Context, id string, fields map[string]any) error {
	return r.Call(ctx, http.MethodPut, "/tickets/"+id, map[string]any{"data": fields}, nil)
}

// SetStatus sets a ticket's status by its label.
func (r Ravenna) SetStatus(ctx context.Context, id, label string) error {
	var out struct {
		Statuses []struct{ ID, Label string }
	}
	if err := r.Call(ctx, http.MethodGet, "/statuses", nil, &out); err != nil {
		return err
	}
	for _, s := range out.Statuses {
		if strings.EqualFold(s.Label, label) {
			return r.Edit(ctx, id, map[string]any{"statusId": s.ID})
		}
	}
	return fmt.Errorf("no status %q", label)
}

// Say writes a message.
func (r Ravenna) Say(ctx context.Context, id, html string, private bool) (Message, error) {
	var out Message
	return out, r.Call(ctx, http.MethodPost, "/ticket-messages", map[string]any{"ticketId": id, "content": html, "private": private}, &out)
}

// Messages lists a ticket's messages.
func (r Ravenna) Messages(ctx context.Context, id string) ([]Message, error) {
	var out page[Message]
	err := r.Call(ctx, http.MethodGet, "/ticket-messages?limit=1000&ticketId="+url.QueryEscape(id), nil, &out)
	return out.Items, err
}

// Links lists a ticket's links.
func (r Ravenna) Links(ctx context.Context, id string) ([]Link, error) {
	var out []Link
	return out, r.Call(ctx, http.MethodGet, "/ticket-links?ticketId="+url.QueryEscape(id), nil, &out)
}
