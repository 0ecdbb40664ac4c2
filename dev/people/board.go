package people

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// Board is one type of issue in a Jira project.
type Board struct {
	Jira
	Project, IssueType string
}

var jiraPriorities = map[string]string{"urgent": "Highest", "high": "High", "medium": "Medium", "low": "Low"}

// Name implements Place.
func (b Board) Name() string { return "jira " + b.Project }

// Connection implements Place.
func (b Board) Connection() string { return "jira" }

func (b Board) wiki(text string) string { return boldWord.ReplaceAllString(text, "*$1*") }

func (b Board) fields(to Values) map[string]any {
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

func (b Board) show(i Issue) Shown {
	s := Shown{ID: i.ID, Key: i.Key, Title: i.Fields.Summary, Text: i.Fields.Description, Status: i.Fields.Status.Name}
	for level, name := range jiraPriorities {
		if i.Fields.Priority != nil && i.Fields.Priority.Name == name {
			s.Priority = level
		}
	}
	if i.Fields.Assignee != nil {
		s.Assignee = strings.TrimPrefix(i.Fields.Assignee.AccountID, "sandbox:")
	}
	return s
}

// Create implements Place.
func (b Board) Create(ctx context.Context, title, text string, set Values) (Shown, error) {
	i, err := b.Jira.Create(ctx, b.Project, b.IssueType, title, b.wiki(text), b.fields(set))
	return b.show(i), err
}

// All implements Place.
func (b Board) All(ctx context.Context) (out []Shown, err error) {
	list, err := b.Jira.All(ctx, b.Project)
	for _, i := range list {
		out = append(out, b.show(i))
	}
	return out, err
}

// Look implements Place.
func (b Board) Look(ctx context.Context, id string) (Shown, error) {
	i, err := b.Get(ctx, id)
	return b.show(i), err
}

// Set implements Place.
func (b Board) Set(ctx context.Context, id string, to Values) error {
	return b.Edit(ctx, id, b.fields(to))
}

// SetStatus implements Place: one transition.
func (b Board) SetStatus(ctx context.Context, id, name string) error { return b.Move(ctx, id, name) }

// Statuses implements Place: those one transition away.
func (b Board) Statuses(ctx context.Context, id string) ([]string, error) {
	return b.Reachable(ctx, id)
}

// Remove implements Place.
func (b Board) Remove(ctx context.Context, id string) error { return b.Delete(ctx, id) }

// Hide implements Place: a security level hides an issue.
func (b Board) Hide(ctx context.Context, id string, private bool) error {
	level := ""
	if private {
		level = "Internal"
	}
	root := strings.TrimSuffix(b.root, "/rest/api/2")
	return Control(ctx, root, http.MethodPut, "/_sandbox/security", map[string]string{"issue": id, "level": level, "actor": "alice"}, nil)
}

// Say implements Place.
func (b Board) Say(ctx context.Context, id, text string) (string, error) {
	c, err := b.Jira.Say(ctx, id, b.wiki(text))
	return c.ID, err
}

// Note implements Place: a comment for a role only.
func (b Board) Note(ctx context.Context, id, text string) (string, error) {
	var out Comment
	err := b.Call(ctx, http.MethodPost, "/issue/"+id+"/comment", map[string]any{
		"body": b.wiki(text), "visibility": map[string]string{"type": "role", "value": "Administrators"},
	}, &out)
	return out.ID, err
}

// Reply implements Place: Jira has no replies.
func (b Board) Reply(context.Context, string, string, string) (string, error) {
	return "", errors.ErrUnsupported
}

// Reword implements Place.
func (b Board) Reword(ctx context.Context, id, comment, text string) error {
	return b.Call(ctx, http.MethodPut, "/issue/"+id+"/comment/"+comment, map[string]string{"body": b.wiki(text)}, nil)
}

// Unsay implements Place.
func (b Board) Unsay(ctx context.Context, id, comment string) error {
	return b.Call(ctx, http.MethodDelete, "/issue/"+id+"/comment/"+comment, nil, nil)
}

// Heard implements Place.
func (b Board) Heard(ctx context.Context, id string) ([]Said, error) {
	list, err := b.Comments(ctx, id)
	out := make([]Said, 0, len(list))
	for _, c := range list {
		out = append(out, Said{c.ID, c.Body})
	}
	return out, err
}

// Links implements Place.
func (b Board) Links(ctx context.Context, id string) (int, error) {
	var remote []struct{}
	err := b.Call(ctx, http.MethodGet, "/issue/"+id+"/remotelink", nil, &remote)
	return len(remote), err
}

var _ Place = Board{}
