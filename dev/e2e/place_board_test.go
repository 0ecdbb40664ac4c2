package e2e

import (
	"net/http"
	"strings"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
)

// board is one type of issue in a Jira project.
type board struct {
	w                  *world
	project, issueType string
}

var jiraPriorities = map[string]string{"urgent": "Highest", "high": "High", "medium": "Medium", "low": "Low"}

func (b board) connection() string { return "jira" }

func (b board) wiki(text string) string { return boldWord.ReplaceAllString(text, "*$1*") }

func (b board) fields(to values) map[string]any {
	out := map[string]any{}
	for name, value := range to {
		switch name {
		case ticket.Title:
			out["summary"] = value
		case ticket.Description:
			out["description"] = b.wiki(value)
		case ticket.Priority:
			out["priority"] = map[string]string{"name": jiraPriorities[value]}
		case ticket.Assignee:
			out["assignee"] = nil
			if value != "" {
				out["assignee"] = map[string]string{"accountId": "sandbox:" + value}
			}
		}
	}
	return out
}

func (b board) show(i people.Issue) shown {
	s := shown{id: i.ID, key: i.Key, title: i.Fields.Summary, text: i.Fields.Description, status: i.Fields.Status.Name}
	for level, name := range jiraPriorities {
		if i.Fields.Priority != nil && i.Fields.Priority.Name == name {
			s.priority = level
		}
	}
	if i.Fields.Assignee != nil {
		s.assignee = strings.TrimPrefix(i.Fields.Assignee.AccountID, "sandbox:")
	}
	return s
}

func (b board) create(title, text string, set values) (shown, error) {
	i, err := b.w.jira.Create(b.w.ctx, b.project, b.issueType, title, b.wiki(text), b.fields(set))
	return b.show(i), err
}

func (b board) all() (out []shown, err error) {
	list, err := b.w.jira.All(b.w.ctx, b.project)
	for _, i := range list {
		out = append(out, b.show(i))
	}
	return out, err
}

func (b board) look(id string) (shown, error) {
	i, err := b.w.jira.Get(b.w.ctx, id)
	return b.show(i), err
}

func (b board) set(id string, to values) error { return b.w.jira.Edit(b.w.ctx, id, b.fields(to)) }
func (b board) status(id, name string) error   { return b.w.jira.Move(b.w.ctx, id, name) }
func (b board) remove(id string) error         { return b.call(http.MethodDelete, "/issue/"+id, nil) }
func (b board) unsay(id, comment string) error {
	return b.call(http.MethodDelete, "/issue/"+id+"/comment/"+comment, nil)
}

func (b board) reword(id, comment, text string) error {
	return b.call(http.MethodPut, "/issue/"+id+"/comment/"+comment, map[string]string{"body": b.wiki(text)})
}

func (b board) call(method, path string, body any) error {
	return b.w.jira.Call(b.w.ctx, method, path, body, nil)
}

func (b board) say(id, text string) (string, error) {
	c, err := b.w.jira.Say(b.w.ctx, id, b.wiki(text))
	return c.ID, err
}

func (b board) heard(id string) (out []string, err error) {
	list, err := b.w.jira.Comments(b.w.ctx, id)
	for _, c := range list {
		out = append(out, c.Body)
	}
	return out, err
}

func (b board) links(id string) (int, error) {
	var remote []struct{}
	err := b.w.jira.Call(b.w.ctx, http.MethodGet, "/issue/"+id+"/remotelink", nil, &remote)
	return len(remote), err
}
