package people

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Linear is a person on the sandbox Linear.
type Linear struct{ Person }

// AtLinear returns the person of this name (alice, bob, bot), with an API key.
func AtLinear(root, name string) Linear {
	return Linear{Person{root: root, auth: func(r *http.Request) { r.Header.Set("Authorization", "lin_api_"+name) }}}
}

// LinearIssue is a Linear issue, as much of it as people look at.
type LinearIssue struct {
	ID          string  `json:"id"`
	Identifier  string  `json:"identifier"` // PRO-12
	Title       string  `json:"title"`
	Description string  `json:"description"` // Markdown
	Priority    float64 `json:"priority"`    // 0 none, 1 urgent to 4 low
	URL         string  `json:"url"`
	UpdatedAt   string  `json:"updatedAt"`
	ArchivedAt  *string `json:"archivedAt"`
	Trashed     bool    `json:"trashed"`
	State       struct {
		Name string `json:"name"`
		Type string `json:"type"`
	} `json:"state"`
	Assignee *struct {
		Email string `json:"email"`
	} `json:"assignee"`
	Team struct {
		ID  string `json:"id"`
		Key string `json:"key"`
	} `json:"team"`
	Project *struct {
		Name string `json:"name"`
	} `json:"project"`
	Labels      nodes[LinearLabel]      `json:"labels"`
	Attachments nodes[LinearAttachment] `json:"attachments"`
}

// LabelNames are the names of the issue's labels.
func (i LinearIssue) LabelNames() []string {
	out := make([]string, 0, len(i.Labels.Nodes))
	for _, l := range i.Labels.Nodes {
		out = append(out, l.Name)
	}
	return out
}

// LinearAttachment is a link on a Linear issue.
type LinearAttachment struct {
	ID       string         `json:"id"`
	Title    string         `json:"title"`
	URL      string         `json:"url"`
	Metadata map[string]any `json:"metadata"`
}

type nodes[T any] struct {
	Nodes []T `json:"nodes"`
}

// linearIssue selects a LinearIssue, listedIssue one of many: Linear refuses a
// query of more than 10,000 points, and pages within pages are dear.
const (
	listedIssue = `id identifier title description priority url updatedAt archivedAt trashed state { name type }
		assignee { email } team { id key } project { name }`
	linearIssue = listedIssue + ` labels(first: 50) { nodes { id name } } attachments(first: 50) { nodes { id title url metadata } }`
)

// Ask sends one GraphQL request and decodes its data into out, which may be
// nil. Errors in the answer are an error, whatever its HTTP status.
func (l Linear) Ask(ctx context.Context, query string, variables map[string]any, out any) error {
	answer := struct {
		Data   any
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}{Data: out}
	err := l.Call(ctx, http.MethodPost, "/graphql", map[string]any{"query": query, "variables": variables}, &answer)
	for _, e := range answer.Errors {
		err = errors.Join(err, fmt.Errorf("%s (%s)", e.Message, e.Extensions.Code))
	}
	return err
}

// Create makes an issue. Fields overrides or adds to the request's input.
func (l Linear) Create(ctx context.Context, team, title, markdown string, fields map[string]any) (LinearIssue, error) {
	id, err := l.team(ctx, team)
	if err != nil {
		return LinearIssue{}, err
	}
	input := map[string]any{"teamId": id, "title": title, "description": markdown}
	for k, v := range fields {
		input[k] = v
	}
	var out struct{ IssueCreate struct{ Issue LinearIssue } }
	err = l.Ask(ctx, `mutation ($input: IssueCreateInput!) { issueCreate(input: $input) { issue { `+linearIssue+` } } }`,
		map[string]any{"input": input}, &out)
	return out.IssueCreate.Issue, err
}

// Get reads an issue by id or key, archived and trashed ones too.
func (l Linear) Get(ctx context.Context, id string) (LinearIssue, error) {
	var out struct{ Issue LinearIssue }
	err := l.Ask(ctx, `query ($id: String!) { issue(id: $id) { `+linearIssue+` } }`, map[string]any{"id": id}, &out)
	return out.Issue, err
}

// All lists the issues of a team by its key, without those in the archive and
// in the trash, and without labels and attachments.
func (l Linear) All(ctx context.Context, team string) ([]LinearIssue, error) {
	return l.list(ctx, map[string]any{"team": map[string]any{"key": map[string]string{"eq": team}}})
}

// Titled is All with this title only.
func (l Linear) Titled(ctx context.Context, team, title string) ([]LinearIssue, error) {
	return l.list(ctx, map[string]any{
		"team": map[string]any{"key": map[string]string{"eq": team}}, "title": map[string]string{"eq": title},
	})
}

func (l Linear) list(ctx context.Context, filter map[string]any) ([]LinearIssue, error) {
	const query = `query ($filter: IssueFilter!, $after: String) {
		issues(first: 100, after: $after, filter: $filter) { nodes { ` + listedIssue + ` } pageInfo { hasNextPage endCursor } }
	}`
	var all []LinearIssue
	variables := map[string]any{"filter": filter}
	for {
		var out struct {
			Issues struct {
				Nodes    []LinearIssue
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		if err := l.Ask(ctx, query, variables, &out); err != nil {
			return nil, err
		}
		all = append(all, out.Issues.Nodes...)
		if !out.Issues.PageInfo.HasNextPage {
			return all, nil
		}
		variables["after"] = out.Issues.PageInfo.EndCursor
	}
}

// Edit sets fields of an issue; a nil value clears one.
func (l Linear) Edit(ctx context.Context, id string, input map[string]any) error {
	return l.Ask(ctx, `mutation ($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }`,
		map[string]any{"id": id, "input": input}, nil)
}

// SetStatus sets an issue's status by its name.
func (l Linear) SetStatus(ctx context.Context, id, name string) error {
	var out struct {
		Issue struct {
			Team struct {
				States nodes[struct{ ID, Name string }]
			}
		}
	}
	err := l.Ask(ctx, `query ($id: String!) { issue(id: $id) { team { states { nodes { id name } } } } }`, map[string]any{"id": id}, &out)
	if err != nil {
		return err
	}
	for _, s := range out.Issue.Team.States.Nodes {
		if strings.EqualFold(s.Name, name) {
			return l.Edit(ctx, id, map[string]any{"stateId": s.ID})
		}
	}
	return fmt.Errorf("no status %q", name)
}

// MoveTeam moves an issue to another team, which gives it another key.
func (l Linear) MoveTeam(ctx context.Context, id, team string) error {
	to, err := l.team(ctx, team)
	if err != nil {
		return err
	}
	return l.Edit(ctx, id, map[string]any{"teamId": to})
}

// Trash deletes an issue: it stays readable in the trash.
func (l Linear) Trash(ctx context.Context, id string) error {
	return l.Ask(ctx, `mutation ($id: String!) { issueDelete(id: $id) { success } }`, map[string]any{"id": id}, nil)
}

// Archive puts an issue into the archive.
func (l Linear) Archive(ctx context.Context, id string) error {
	return l.Ask(ctx, `mutation ($id: String!) { issueArchive(id: $id) { success } }`, map[string]any{"id": id}, nil)
}

// Restore takes an issue out of the trash or the archive.
func (l Linear) Restore(ctx context.Context, id string) error {
	return l.Ask(ctx, `mutation ($id: String!) { issueUnarchive(id: $id) { success } }`, map[string]any{"id": id}, nil)
}

// team returns a team's id by its key.
func (l Linear) team(ctx context.Context, key string) (string, error) {
	var out struct {
		Teams nodes[struct{ ID, Key string }]
	}
	if err := l.Ask(ctx, `query { teams(first: 250) { nodes { id key } } }`, nil, &out); err != nil {
		return "", err
	}
	for _, t := range out.Teams.Nodes {
		if t.Key == key {
			return t.ID, nil
		}
	}
	return "", fmt.Errorf("no team %q", key)
}
