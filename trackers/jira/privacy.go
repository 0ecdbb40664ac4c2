package jira

import (
	"context"
	"encoding/json"
)

// deskProperty is where a service desk keeps that a comment is internal.
const deskProperty = "sd.public.comment"

// hidden names why a comment is not for everybody; "" only when Jira says that
// it is, or when its project is no service desk, where all comments are alike.
func (t *Tracker) hidden(ctx context.Context, projectID string, c comment) (string, error) {
	if c.Visibility != nil && (c.Visibility.Type != "" || c.Visibility.Value != "") {
		return "restricted to " + c.Visibility.Type + " " + c.Visibility.Value, nil
	}
	public := c.JsdPublic
	for _, p := range c.Properties {
		var value struct {
			Internal *bool `json:"internal"`
		}
		if p.Key == deskProperty && json.Unmarshal(p.Value, &value) == nil && value.Internal != nil {
			if *value.Internal {
				return "internal comment", nil
			}
			if public == nil {
				public = new(bool)
				*public = true
			}
		}
	}
	switch {
	case public != nil && *public:
		return "", nil
	case public != nil:
		return "internal comment", nil
	}
	desk, err := t.isDesk(ctx, projectID)
	if err != nil || desk {
		return "visibility unknown", err
	}
	return "", nil
}

// isDesk tells whether a project is a service desk, as far as can be known.
func (t *Tracker) isDesk(ctx context.Context, projectID string) (bool, error) {
	t.mu.Lock()
	desk, known := t.desks[projectID]
	t.mu.Unlock()
	if known {
		return desk, nil
	}
	var raw json.RawMessage
	if _, err := t.get(ctx, "read project", "project/"+segment(projectID), nil, &raw); err != nil {
		return true, err
	}
	kind := projectKind(raw)
	t.noteDesk(projectID, kind)
	// A project that does not tell its kind is taken for a service desk.
	return kind == "" || kind == deskKind, nil
}

const deskKind = "service_desk"

func projectKind(raw json.RawMessage) string {
	var project struct {
		Kind string `json:"projectTypeKey"`
	}
	_ = json.Unmarshal(raw, &project)
	return project.Kind
}

func (t *Tracker) noteDesk(projectID, kind string) {
	if projectID == "" || kind == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	makeRoom(t.desks, maxAccounts)
	t.desks[projectID] = kind == deskKind
}
