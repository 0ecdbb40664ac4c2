package e2e

import (
	"net/http"
	"strings"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
)

// desk is a channel in Ravenna.
type desk struct {
	w       *world
	channel string
}

func (d desk) connection() string { return "helpdesk" }

func (d desk) html(text string) string {
	return "<p>" + boldWord.ReplaceAllString(text, "<strong>$1</strong>") + "</p>"
}

func (d desk) fields(to values) map[string]any {
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

func (d desk) show(t people.Ticket) shown {
	s := shown{id: t.ID, key: t.Key(), title: t.Title, text: t.Text(), priority: strings.ToLower(t.Priority), status: t.Status.Label}
	if t.AssigneeID != nil {
		s.assignee = strings.TrimPrefix(*t.AssigneeID, "u_")
	}
	return s
}

func (d desk) create(title, text string, set values) (shown, error) {
	t, err := d.w.rav.Create(d.w.ctx, d.channel, title, d.html(text), d.fields(set))
	return d.show(t), err
}

func (d desk) all() (out []shown, err error) {
	list, err := d.w.rav.All(d.w.ctx, d.channel)
	for _, t := range list {
		out = append(out, d.show(t))
	}
	return out, err
}

func (d desk) look(id string) (shown, error) {
	t, err := d.w.rav.Get(d.w.ctx, id)
	return d.show(t), err
}

func (d desk) set(id string, to values) error { return d.w.rav.Edit(d.w.ctx, id, d.fields(to)) }
func (d desk) status(id, name string) error   { return d.w.rav.SetStatus(d.w.ctx, id, name) }
func (d desk) remove(id string) error         { return d.call(http.MethodDelete, "/tickets/"+id, nil) }
func (d desk) unsay(_, comment string) error {
	return d.call(http.MethodDelete, "/ticket-messages/"+comment, nil)
}
func (d desk) reword(_, comment, text string) error {
	return d.call(http.MethodPut, "/ticket-messages/"+comment, map[string]string{"content": d.html(text)})
}

func (d desk) call(method, path string, body any) error {
	return d.w.rav.Call(d.w.ctx, method, path, body, nil)
}

func (d desk) say(id, text string) (string, error) {
	m, err := d.w.rav.Say(d.w.ctx, id, d.html(text), false)
	return m.ID, err
}

func (d desk) heard(id string) (out []string, err error) {
	list, err := d.w.rav.Messages(d.w.ctx, id)
	for _, m := range list {
		out = append(out, m.Content)
	}
	return out, err
}

func (d desk) links(id string) (int, error) {
	list, err := d.w.rav.Links(d.w.ctx, id)
	return len(list), err
}
