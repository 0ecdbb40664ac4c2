package people

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// Team is a team in Linear.
type Team struct {
	Linear
	Key string
}

// linearPriorities are the priorities by Linear's numbers.
var linearPriorities = []string{"no_priority", "urgent", "high", "medium", "low"}

// Name implements Place.
func (t Team) Name() string { return "linear " + t.Key }

// Connection implements Place.
func (t Team) Connection() string { return "linear" }

func (t Team) fields(ctx context.Context, to Values) (map[string]any, error) {
	out := map[string]any{}
	for name, value := range to {
		switch name {
		case ticket.Title:
			out["title"] = value
		case ticket.Description:
			out["description"] = value
		case ticket.Priority:
			out["priority"] = slices.Index(linearPriorities, value)
		case ticket.Assignee:
			out["assigneeId"] = nil
			if value != "" {
				id, err := t.User(ctx, value+"@example.com")
				if err != nil {
					return nil, err
				}
				out["assigneeId"] = id
			}
		}
	}
	return out, nil
}

func (t Team) show(i LinearIssue) Shown {
	s := Shown{ID: i.ID, Key: i.Identifier, Title: i.Title, Text: i.Description, Priority: linearPriorities[int(i.Priority)], Status: i.State.Name}
	if i.Assignee != nil {
		s.Assignee, _, _ = strings.Cut(i.Assignee.Email, "@")
	}
	return s
}

// Create implements Place.
func (t Team) Create(ctx context.Context, title, text string, set Values) (Shown, error) {
	fields, err := t.fields(ctx, set)
	if err != nil {
		return Shown{}, err
	}
	i, err := t.Linear.Create(ctx, t.Key, title, text, fields)
	return t.show(i), err
}

// All implements Place.
func (t Team) All(ctx context.Context) (out []Shown, err error) {
	list, err := t.Linear.All(ctx, t.Key)
	for _, i := range list {
		out = append(out, t.show(i))
	}
	return out, err
}

// Look implements Place.
func (t Team) Look(ctx context.Context, id string) (Shown, error) {
	i, err := t.Get(ctx, id)
	return t.show(i), err
}

// Set implements Place.
func (t Team) Set(ctx context.Context, id string, to Values) error {
	fields, err := t.fields(ctx, to)
	if err != nil {
		return err
	}
	return t.Edit(ctx, id, fields)
}

// Statuses implements Place.
func (t Team) Statuses(context.Context, string) ([]string, error) {
	return []string{"Backlog", "Todo", "In Progress", "Done", "Canceled"}, nil
}

// Remove implements Place: into the trash.
func (t Team) Remove(ctx context.Context, id string) error { return t.Trash(ctx, id) }

// Hide implements Place: nothing in Linear is private by itself.
func (t Team) Hide(context.Context, string, bool) error { return errors.ErrUnsupported }

// Say implements Place.
func (t Team) Say(ctx context.Context, id, text string) (string, error) {
	return t.Reply(ctx, id, "", text)
}

// Note implements Place: Linear has no private comments.
func (t Team) Note(context.Context, string, string) (string, error) {
	return "", errors.ErrUnsupported
}

// Reply implements Place.
func (t Team) Reply(ctx context.Context, id, to, text string) (string, error) {
	c, err := t.Linear.Say(ctx, id, text, to)
	return c.ID, err
}

// Reword implements Place.
func (t Team) Reword(ctx context.Context, _, comment, text string) error {
	return t.EditComment(ctx, comment, text)
}

// Unsay implements Place.
func (t Team) Unsay(ctx context.Context, _, comment string) error {
	return t.DeleteComment(ctx, comment)
}

// Heard implements Place.
func (t Team) Heard(ctx context.Context, id string) ([]Said, error) {
	list, err := t.Comments(ctx, id)
	out := make([]Said, 0, len(list))
	for _, c := range list {
		out = append(out, Said{c.ID, c.Body})
	}
	return out, err
}

// Links implements Place.
func (t Team) Links(ctx context.Context, id string) (int, error) {
	i, err := t.Get(ctx, id)
	return len(i.Attachments.Nodes), err
}

var _ Place = Team{}
