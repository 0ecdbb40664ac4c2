package people

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Jira is a person on the sandbox Jira.
type Jira struct {
	Person
	search string // path of the search
}

// AtJira returns the person of this name (alice, bob, bot) on Jira Cloud.
func AtJira(root, name string) Jira {
	return Jira{search: "/search/jql", Person: Person{root: root + "/rest/api/2", auth: func(r *http.Request) {
		r.SetBasicAuth(name+"@example.com", "sandbox")
	}}}
}

// AtDataCenter is AtJira on Jira Data Center.
func AtDataCenter(root, name string) Jira {
	return Jira{search: "/search", Person: Person{root: root + "/rest/api/2", auth: func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer pat_"+name)
	}}}
}

// Issue is a Jira issue, as much of it as people look at.
type Issue struct {
	ID     string `json:"id"`
	Key    string `json:"key"`
	Fields struct {
		Summary     string   `json:"summary"`
		Description string   `json:"description"`
		Labels      []string `json:"labels"`
		Updated     string   `json:"updated"`
		Status      struct{ Name string }
		Priority    *struct{ Name string }
		Assignee    *struct {
			AccountID    string `json:"accountId"`
			EmailAddress string `json:"emailAddress"`
		}
		Reporter *struct {
			AccountID string `json:"accountId"`
		}
	} `json:"fields"`
}

// Comment is a comment on a Jira issue.
type Comment struct {
	ID     string `json:"id"`
	Body   string `json:"body"`
	Author struct {
		AccountID string `json:"accountId"`
	} `json:"author"`
}

// Create makes an issue. Fields overrides or adds to the request's fields.
func (j Jira) Create(ctx context.Context, project, issueType, summary, wiki string, fields map[string]any) (Issue, error) {
	f := map[string]any{
		"project": map[string]string{"key": project}, "issuetype": map[string]string{"name": issueType},
		"summary": summary, "description": wiki,
	}
	for k, v := range fields {
		f[k] = v
	}
	var out Issue
	if err := j.Call(ctx, http.MethodPost, "/issue", map[string]any{"fields": f}, &out); err != nil {
		return out, err
	}
	return j.Get(ctx, out.ID)
}

// Get reads an issue by id or key.
func (j Jira) Get(ctx context.Context, key string) (Issue, error) {
	var out Issue
	return out, j.Call(ctx, http.MethodGet, "/issue/"+url.PathEscape(key), nil, &out)
}

// All lists the issues of a project that the search index knows.
func (j Jira) All(ctx context.Context, project string) ([]Issue, error) {
	var out struct{ Issues []Issue }
	err := j.Call(ctx, http.MethodGet, j.search+"?maxResults=1000&fields=*all&jql="+url.QueryEscape("project = "+project+" order by created asc"), nil, &out)
	return out.Issues, err
}

// Titled lists the issues of a project with this summary.
func (j Jira) Titled(ctx context.Context, project, summary string) ([]Issue, error) {
	all, err := j.All(ctx, project)
	var out []Issue
	for _, i := range all {
		if i.Fields.Summary == summary {
			out = append(out, i)
		}
	}
	return out, err
}

// Edit sets fields of an issue.
func (j Jira) Edit(ctx context.Context, key string, fields map[string]any) error {
	return j.Call(ctx, http.MethodPut, "/issue/"+url.PathEscape(key), map[string]any{"fields": fields}, nil)
}

// Move makes one transition, by the name of the status it leads to.
func (j Jira) Move(ctx context.Context, key, to string) error {
	ways, err := j.transitions(ctx, key)
	if err != nil {
		return err
	}
	for _, t := range ways {
		if strings.EqualFold(t.To.Name, to) {
			return j.Call(ctx, http.MethodPost, transitionsOf(key), map[string]any{"transition": map[string]string{"id": t.ID}}, nil)
		}
	}
	return fmt.Errorf("no transition of %s to %q", key, to)
}

// Reachable are the statuses one transition away.
func (j Jira) Reachable(ctx context.Context, key string) (names []string, err error) {
	ways, err := j.transitions(ctx, key)
	for _, t := range ways {
		names = append(names, t.To.Name)
	}
	return names, err
}

type transition struct {
	ID string
	To struct{ Name string }
}

func transitionsOf(key string) string { return "/issue/" + url.PathEscape(key) + "/transitions" }

func (j Jira) transitions(ctx context.Context, key string) ([]transition, error) {
	var out struct{ Transitions []transition }
	err := j.Call(ctx, http.MethodGet, transitionsOf(key), nil, &out)
	return out.Transitions, err
}

// Say writes a comment.
func (j Jira) Say(ctx context.Context, key, wiki string) (Comment, error) {
	var out Comment
	return out, j.Call(ctx, http.MethodPost, "/issue/"+url.PathEscape(key)+"/comment", map[string]any{"body": wiki}, &out)
}

// Comments lists an issue's comments.
func (j Jira) Comments(ctx context.Context, key string) ([]Comment, error) {
	var all []Comment
	for {
		var page struct {
			Comments []Comment
			Total    int
		}
		path := fmt.Sprintf("/issue/%s/comment?maxResults=100&startAt=%d", url.PathEscape(key), len(all))
		if err := j.Call(ctx, http.MethodGet, path, nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Comments...)
		if len(page.Comments) == 0 || len(all) >= page.Total {
			return all, nil
		}
	}
}

// Delete removes an issue for good.
func (j Jira) Delete(ctx context.Context, key string) error {
	return j.Call(ctx, http.MethodDelete, "/issue/"+url.PathEscape(key), nil, nil)
}
