package people

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// Desk is a channel in Ravenna.
type Desk struct {
	Ravenna
	Channel string
}

// Name implements Place.
func (d Desk) Name() string { return "helpdesk " + d.Channel }

// Connection implements Place.
func (d Desk) Connection() string { return "helpdesk" }

func (d Desk) html(text string) string {
	return "<p>" + boldWord.ReplaceAllString(text, "<strong>$1</strong>") + "</p>"
}

func (d Desk) fields(to Values) map[string]any {
	out := map[string]any{}
	for name, value := range to {
		switch name {
		case ticket.Title:
			out["title"] = value
		case ticket.Description:
			out["description"] = d.html(value)
		case ticket.Priority:
			out["priority"] = strings.ToUpper(value)
		case ticket.Assignee:
			out["assigneeId"] = nil
			if value != "" {
				out["assigneeId"] = "u_" + value
			}
		}
	}
	return out
}

func (d Desk) show(t Ticket) Shown {
	s := Shown{ID: t.ID, Key: t.Key(), Title: t.Title, Text: t.Text(), Priority: strings.ToLower(t.Priority), Status: t.Status.Label}
	if t.AssigneeID != nil {
		s.Assignee = strings.TrimPrefix(*t.AssigneeID, "u_")
	}
	return s
}

// Create implements Place.
func (d Desk) Create(ctx context.Context, title, text string, set Values) (Shown, error) {
	t, err := d.Ravenna.Create(ctx, d.Channel, title, d.html(text), d.fields(set))
	return d.show(t), err
}

// All implements Place.
func (d Desk) All(ctx context.Context) (out []Shown, err error) {
	list, err := d.Ravenna.All(ctx, d.Channel)
	for _, t := range list {
		out = append(out, d.show(t))
	}
	return out, err
}

// Look implements Place.
func (d Desk) Look(ctx context.Context, id string) (Shown, error) {
	t, err := d.Get(ctx, id)
	return d.show(t), err
}

// Set implements Place.
func (d Desk) Set(ctx context.Context, id string, to Values) error {
	return d.Edit(ctx, id, d.fields(to))
}

// Statuses implements Place.
func (d Desk) Statuses(context.Context, string) ([]string, error) {
	return []string{"Open", "In Progress", "Waiting", "Waiting on customer", "Done", "Closed"}, nil
}

// Remove implements Place.
func (d Desk) Remove(ctx context.Context, id string) error {
	return d.Call(ctx, http.MethodDelete, "/tickets/"+id, nil, nil)
}

// Hide implements Place.
func (d Desk) Hide(ctx context.Context, id string, private bool) error {
	return d.Edit(ctx, id, map[string]any{"private": private})
}

// Say implements Place.
func (d Desk) Say(ctx context.Context, id, text string) (string, error) {
	m, err := d.Ravenna.Say(ctx, id, d.html(text), false)
	return m.ID, err
}

// Note implements Place.
func (d Desk) Note(ctx context.Context, id, text string) (string, error) {
	m, err := d.Ravenna.Say(ctx, id, d.html(text), true)
	return m.ID, err
}

// Reply implements Place: the help desk has no replies.
func (d Desk) Reply(context.Context, string, string, string) (string, error) {
	return "", errors.ErrUnsupported
}

// Reword implements Place.
func (d Desk) Reword(ctx context.Context, _, comment, text string) error {
	return d.Call(ctx, http.MethodPut, "/ticket-messages/"+comment, map[string]string{"content": d.html(text)}, nil)
}

// Unsay implements Place.
func (d Desk) Unsay(ctx context.Context, _, comment string) error {
	return d.Call(ctx, http.MethodDelete, "/ticket-messages/"+comment, nil, nil)
}

// Heard implements Place.
func (d Desk) Heard(ctx context.Context, id string) ([]Said, error) {
	list, err := d.Messages(ctx, id)
	out := make([]Said, 0, len(list))
	for _, m := range list {
		out = append(out, Said{m.ID, m.Content})
	}
	return out, err
}

// Links implements Place.
func (d Desk) Links(ctx context.Context, id string) (int, error) {
	list, err := d.Ravenna.Links(ctx, id)
	return len(list), err
}

var _ Place = Desk{}
