package jira

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// permissions are what a connection needs in a project, with what for.
var permissions = []struct{ key, need string }{
	{"BROWSE_PROJECTS", "read issues"},
	{"CREATE_ISSUES", "create issues"},
	{"EDIT_ISSUES", "change fields"},
	{"TRANSITION_ISSUES", "change the status"},
	{"ADD_COMMENTS", "add comments"},
	{"EDIT_OWN_COMMENTS", "follow edits of comments"},
	{"DELETE_OWN_COMMENTS", "follow deletions of comments"},
	{"ASSIGN_ISSUES", "change the assignee"},
	{"LINK_ISSUES", "show the link to the other ticket"},
	{"USER_PICKER", "find people by e-mail (the global permission Browse users and groups)"},
}

// Check tells who we are, how far the clocks are apart and what is missing in
// each project.
func (t *Tracker) Check(ctx context.Context, containers []string) (*trackers.Health, error) {
	me, err := t.askSelf(ctx)
	if err != nil {
		return nil, err
	}
	health := &trackers.Health{
		Account: *t.user(me),
		Skew:    time.Duration(t.skew.Load()).Round(time.Second),
	}
	for _, name := range containers {
		problems, err := t.checkProject(ctx, name)
		if err != nil {
			return nil, err
		}
		health.Problems = append(health.Problems, problems...)
	}
	return health, nil
}

func (t *Tracker) checkProject(ctx context.Context, name string) ([]string, error) {
	var project gojira.Project
	_, err := t.get(ctx, "read project", "project/"+segment(name), nil, &project)
	if trackers.Is(err, trackers.NotFound) || trackers.Is(err, trackers.Forbidden) {
		return []string{fmt.Sprintf("project %s cannot be read: it does not exist, or the account lacks BROWSE_PROJECTS", name)}, nil
	}
	if err != nil {
		return nil, err
	}
	if project.Key == "" {
		return nil, without("read project", "project")
	}
	query := url.Values{"projectKey": {project.Key}}
	if t.cloud {
		keys := make([]string, 0, len(permissions))
		for _, p := range permissions {
			keys = append(keys, p.key)
		}
		query.Set("permissions", strings.Join(keys, ","))
	}
	var granted struct {
		Permissions map[string]struct {
			Have bool `json:"havePermission"`
		} `json:"permissions"`
	}
	if _, err := t.get(ctx, "read permissions", "mypermissions", query, &granted); err != nil {
		return nil, err
	}
	var problems []string
	for _, p := range permissions {
		if !granted.Permissions[p.key].Have {
			problems = append(problems, fmt.Sprintf("project %s: permission %s is missing, needed to %s", project.Key, p.key, p.need))
		}
	}
	return problems, nil
}

// Describe reads a project by its key: issue types, the statuses of the one
// type, its workflow where we may see it, and the fields that creating one
// demands.
func (t *Tracker) Describe(ctx context.Context, p trackers.Place) (*trackers.Container, error) {
	var project struct {
		gojira.Project
		Archived bool `json:"archived"`
	}
	if _, err := t.get(ctx, "read project", "project/"+segment(p.Container), nil, &project); err != nil {
		return nil, err
	}
	if project.ID == "" {
		return nil, without("read project", "project")
	}
	out := &trackers.Container{
		Container: ticket.Container{ID: project.ID, Key: project.Key, Name: project.Name},
		Archived:  project.Archived,
	}
	for _, kind := range project.IssueTypes {
		out.Types = append(out.Types, kind.Name)
	}
	var err error
	if out.Statuses, err = t.statuses(ctx, project.ID, p.Type); err != nil {
		return nil, err
	}
	if p.Type != "" {
		if out.Required, err = t.required(ctx, project.ID, p.Type); err != nil {
			return nil, err
		}
		if out.Edges, err = t.edges(ctx, &project.Project, p.Type); err != nil {
			return nil, err
		}
	}
	schema, err := t.readSchema(ctx)
	if err != nil {
		return nil, err
	}
	for id := range schema {
		if strings.HasPrefix(id, Settings.CustomPrefix) {
			out.CustomFields = append(out.CustomFields, id)
		}
	}
	slices.Sort(out.CustomFields)
	return out, nil
}

// statuses lists the statuses of one issue type, or of all without a type.
func (t *Tracker) statuses(ctx context.Context, projectID, ticketType string) ([]ticket.State, error) {
	var kinds []struct {
		Name     string          `json:"name"`
		Statuses []gojira.Status `json:"statuses"`
	}
	if _, err := t.get(ctx, "read statuses", "project/"+segment(projectID)+"/statuses", nil, &kinds); err != nil {
		return nil, err
	}
	out := []ticket.State{}
	for _, kind := range kinds {
		if ticketType != "" && !strings.EqualFold(kind.Name, ticketType) {
			continue
		}
		for i := range kind.Statuses {
			state := stateOf(&kind.Statuses[i])
			if !slices.ContainsFunc(out, func(s ticket.State) bool { return s.ID == state.ID }) {
				out = append(out, state)
			}
		}
	}
	return out, nil
}

// given are required fields that every create call fills, or that Jira itself
// does although Data Center shows no default: the reporter is who calls.
var given = []string{"summary", "issuetype", "project", "reporter"}

// required lists the fields of the create screen that have neither a default
// nor a value from us.
func (t *Tracker) required(ctx context.Context, projectID, ticketType string) ([]string, error) {
	base := "issue/createmeta/" + segment(projectID) + "/issuetypes"
	kinds, err := metaPages(ctx, t, base, func(k metaType) bool { return strings.EqualFold(k.Name, ticketType) })
	if err != nil || len(kinds) == 0 {
		return nil, err
	}
	fields, err := metaPages(ctx, t, base+"/"+segment(kinds[0].ID), func(f metaField) bool {
		return f.Required && !f.HasDefaultValue && !slices.Contains(given, f.FieldID)
	})
	var out []string
	for _, f := range fields {
		out = append(out, f.FieldID)
	}
	return out, err
}

type metaType struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type metaField struct {
	FieldID         string `json:"fieldId"`
	Required        bool   `json:"required"`
	HasDefaultValue bool   `json:"hasDefaultValue"`
}

// metaPages reads all pages of a create screen's list and keeps what is wanted.
// Cloud names the list after its content, Data Center calls it values.
func metaPages[T any](ctx context.Context, t *Tracker, path string, want func(T) bool) ([]T, error) {
	var out []T
	for start := 0; ; {
		var page struct {
			Total      int `json:"total"`
			IssueTypes []T `json:"issueTypes"`
			Fields     []T `json:"fields"`
			Values     []T `json:"values"`
		}
		query := url.Values{"startAt": {strconv.Itoa(start)}, "maxResults": {"50"}}
		if _, err := t.get(ctx, "read create screen", path, query, &page); err != nil {
			return nil, err
		}
		items := slices.Concat(page.IssueTypes, page.Fields, page.Values)
		for _, item := range items {
			if want(item) {
				out = append(out, item)
			}
		}
		start += len(items)
		if len(items) == 0 || start >= page.Total {
			return out, nil
		}
	}
}
