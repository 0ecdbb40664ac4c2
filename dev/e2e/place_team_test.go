package e2e

import (
	"strings"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
)

// team is a team in Linear.
type team struct {
	w   *world
	key string
}

var linearPriorities = []string{"no_priority", "urgent", "high", "medium", "low"}

func (t team) connection() string { return "linear" }

func (t team) fields(to values) (map[string]any, error) {
	out := map[string]any{}
	for name, value := range to {
		switch name {
		case ticket.Title:
			out["title"] = value
		case ticket.Description:
			out["description"] = value
		case ticket.Priority:
			for n, level := range linearPriorities {
				if level == value {
					out["priority"] = n
				}
			}
		case ticket.Assignee:
			out["assigneeId"] = nil
			if value != "" {
				id, err := t.w.linear.User(t.w.ctx, value+"@example.com")
				if err != nil {
					return nil, err
				}
				out["assigneeId"] = id
			}
		}
	}
	return out, nil
}

func (t team) show(i people.LinearIssue) shown {
	s := shown{id: i.ID, key: i.Identifier, title: i.Title, text: i.Description, priority: linearPriorities[int(i.Priority)], status: i.State.Name}
	if i.Assignee != nil {
		s.assignee, _, _ = strings.Cut(i.Assignee.Email, "@")
	}
	return s
}

func (t team) create(title, text string, set values) (shown, error) {
	fields, err := t.fields(set)
	if err != nil {
		return shown{}, err
	}
	i, err := t.w.linear.Create(t.w.ctx, t.key, title, text, fields)
	return t.show(i), err
}

func (t team) all() (out []shown, err error) {
	list, err := t.w.linear.All(t.w.ctx, t.key)
	for _, i := range list {
		out = append(out, t.show(i))
	}
	return out, err
}

func (t team) look(id string) (shown, error) {
	i, err := t.w.linear.Get(t.w.ctx, id)
	return t.show(i), err
}

func (t team) set(id string, to values) error {
	fields, err := t.fields(to)
	if err != nil {
		return err
	}
	return t.w.linear.Edit(t.w.ctx, id, fields)
}

func (t team) status(id, name string) error  { return t.w.linear.SetStatus(t.w.ctx, id, name) }
func (t team) remove(id string) error        { return t.w.linear.Trash(t.w.ctx, id) }
func (t team) unsay(_, comment string) error { return t.w.linear.DeleteComment(t.w.ctx, comment) }
func (t team) reword(_, comment, text string) error {
	return t.w.linear.EditComment(t.w.ctx, comment, text)
}

func (t team) say(id, text string) (string, error) {
	c, err := t.w.linear.Say(t.w.ctx, id, text, "")
	return c.ID, err
}

func (t team) heard(id string) (out []string, err error) {
	list, err := t.w.linear.Comments(t.w.ctx, id)
	for _, c := range list {
		out = append(out, c.Body)
	}
	return out, err
}

func (t team) links(id string) (int, error) {
	i, err := t.w.linear.Get(t.w.ctx, id)
	return len(i.Attachments.Nodes), err
}
