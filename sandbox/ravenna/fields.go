package ravenna

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// Limits of texts, in characters; documented for update preconditions only.
const (
	maxTitle       = 2_000
	maxDescription = 1_000_000
)

var (
	priorities = []string{"URGENT", "HIGH", "MEDIUM", "LOW", "NO_PRIORITY"}
	sources    = []string{
		"WEB", "EMAIL", "FORM", "SLACK", "SLA", "WORKFLOW", "JIRA", "INTEGRATION", "SYSTEM", "AGENT", "TEAMS",
		"PORTAL", "MCP", "COPILOT", "FRESHSERVICE", "LINEAR",
	}
	ticketTypes = []string{"SERVICE", "INCIDENT", "PROBLEM", "CHANGE", "ACCESS"}
)

// field sets one property of a ticket from its JSON; the error says what was
// expected of the value.
type field struct {
	name string
	set  func(s *Server, t *ticket, raw json.RawMessage) error
}

// commonFields may be given when a ticket is created and when it is updated.
var commonFields = []field{
	{"title", setTitle},
	{"description", setDescription},
	{"priority", setPriority},
	{"assigneeId", setUser(func(t *ticket) **string { return &t.AssigneeID })},
	{"requesterId", setUser(func(t *ticket) **string { return &t.RequesterID })},
	{"tags", setTags},
	{"followers", setUsers(func(t *ticket) *[]string { return &t.Followers })},
	{"approvers", setUsers(func(t *ticket) *[]string { return &t.Approvers })},
	{"source", setOneOf(sources, func(t *ticket) **string { return &t.Source })},
	{"type", setOneOf(ticketTypes, func(t *ticket) **string { return &t.Type })},
	{"parentId", setParent},
	{"private", setBool(func(t *ticket) *bool { return &t.Private })},
	{"published", setBool(func(t *ticket) *bool { return &t.Published })},
	{"disableAIResponse", setBool(func(t *ticket) *bool { return &t.DisableAI })},
	{"agentAssigneeId", setText(func(t *ticket) **string { return &t.AgentAssigneeID })},
	{"code", setText(func(t *ticket) **string { return &t.Code })},
	{"slackChannelId", setText(func(t *ticket) **string { return &t.SlackChannelID })},
	{"customFields", setJSON(func(t *ticket) *json.RawMessage { return &t.CustomFields })},
	{"attributeFields", setJSON(func(t *ticket) *json.RawMessage { return &t.AttributeFields })},
	{"dueAt", setTime(func(t *ticket) **string { return &t.DueAt })},
	{"snoozeUntil", setTime(func(t *ticket) **string { return &t.SnoozeUntil })},
	{"assignedAt", setTime(func(t *ticket) **string { return &t.AssignedAt })},
	{"resolvedAt", setTime(func(t *ticket) **string { return &t.ResolvedAt })},
	{"publishedAt", setTime(func(t *ticket) **string { return &t.PublishedAt })},
}

// apply sets what the body names of fields, and reports all mistakes at once.
func (s *Server) apply(t *ticket, body map[string]json.RawMessage, fields []field) error {
	var issues []string
	for _, f := range fields {
		raw, given := body[f.name]
		if !given {
			continue
		}
		err := f.set(s, t, raw)
		var refused *apiError
		switch {
		case errors.As(err, &refused):
			issues = append(issues, refused.issues...)
		case err != nil:
			issues = append(issues, f.name+": "+err.Error())
		}
	}
	if len(issues) > 0 {
		return invalid(issues...)
	}
	return nil
}

func isNull(raw json.RawMessage) bool { return bytes.Equal(bytes.TrimSpace(raw), []byte("null")) }

func readString(raw json.RawMessage) (string, error) {
	var text string
	if isNull(raw) || json.Unmarshal(raw, &text) != nil {
		return "", errors.New("expected string")
	}
	return text, nil
}

// readNullable returns nil for null.
func readNullable(raw json.RawMessage) (*string, error) {
	if isNull(raw) {
		return nil, nil
	}
	text, err := readString(raw)
	return &text, err
}

// readOptional returns nil for null and for an empty string.
func readOptional(raw json.RawMessage) (*string, error) {
	value, err := readNullable(raw)
	if err != nil || value == nil || *value == "" {
		return nil, err
	}
	return value, nil
}

func setTitle(_ *Server, t *ticket, raw json.RawMessage) error {
	title, err := readString(raw)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(title) > maxTitle {
		return fmt.Errorf("must contain at most %d characters", maxTitle)
	}
	t.Title = title
	return nil
}

func setDescription(_ *Server, t *ticket, raw json.RawMessage) error {
	text, err := readNullable(raw)
	if err != nil {
		return err
	}
	if text != nil {
		if utf8.RuneCountInString(*text) > maxDescription {
			return fmt.Errorf("must contain at most %d characters", maxDescription)
		}
		*text = editorHTML(*text)
	}
	t.Description = text
	return nil
}

func setPriority(_ *Server, t *ticket, raw json.RawMessage) error {
	priority, err := readString(raw)
	if err != nil || !slices.Contains(priorities, priority) {
		return fmt.Errorf("expected one of %v", priorities)
	}
	t.Priority = priority
	return nil
}

func setOneOf(allowed []string, at func(*ticket) **string) func(*Server, *ticket, json.RawMessage) error {
	return func(_ *Server, t *ticket, raw json.RawMessage) error {
		text, err := readNullable(raw)
		if err != nil || text != nil && !slices.Contains(allowed, *text) {
			return fmt.Errorf("expected one of %v", allowed)
		}
		*at(t) = text
		return nil
	}
}

func setText(at func(*ticket) **string) func(*Server, *ticket, json.RawMessage) error {
	return func(_ *Server, t *ticket, raw json.RawMessage) (err error) {
		*at(t), err = readNullable(raw)
		return err
	}
}

func setBool(at func(*ticket) *bool) func(*Server, *ticket, json.RawMessage) error {
	return func(_ *Server, t *ticket, raw json.RawMessage) error {
		if isNull(raw) || json.Unmarshal(raw, at(t)) != nil {
			return errors.New("expected boolean")
		}
		return nil
	}
}

func setTime(at func(*ticket) **string) func(*Server, *ticket, json.RawMessage) error {
	return func(_ *Server, t *ticket, raw json.RawMessage) error {
		text, err := readNullable(raw)
		if err != nil {
			return err
		}
		if text != nil {
			if *text, err = isoTime(*text); err != nil {
				return err
			}
		}
		*at(t) = text
		return nil
	}
}

func isoTime(text string) (string, error) {
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return "", errors.New("expected an ISO 8601 date-time")
	}
	return parsed.UTC().Format(timeFormat), nil
}

func setJSON(at func(*ticket) *json.RawMessage) func(*Server, *ticket, json.RawMessage) error {
	return func(_ *Server, t *ticket, raw json.RawMessage) (err error) {
		*at(t), err = canonical(raw)
		return err
	}
}

// canonical rewrites JSON with sorted keys, so that equal values are equal
// bytes.
func canonical(raw json.RawMessage) (json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	return json.Marshal(value)
}
