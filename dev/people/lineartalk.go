package people

import (
	"context"
	"fmt"
)

// LinearComment is a comment on a Linear issue.
type LinearComment struct {
	ID       string `json:"id"`
	Body     string `json:"body"`     // Markdown
	ParentID string `json:"parentId"` // of a reply
	User     *struct {
		Name string `json:"name"`
	} `json:"user"`
	// BotActor is who an app wrote for, in place of User.
	BotActor *struct {
		Name            string `json:"name"`
		UserDisplayName string `json:"userDisplayName"`
	} `json:"botActor"`
}

// linearComment selects a LinearComment.
const linearComment = `id body parentId user { name } botActor { name userDisplayName }`

// LinearLabel is a label, of the workspace or of a team.
type LinearLabel struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Say writes a comment, as a reply where parent is the id of another.
func (l Linear) Say(ctx context.Context, issue, markdown, parent string) (LinearComment, error) {
	input := map[string]any{"issueId": issue, "body": markdown}
	if parent != "" {
		input["parentId"] = parent
	}
	var out struct {
		CommentCreate struct{ Comment LinearComment }
	}
	err := l.Ask(ctx, `mutation ($input: CommentCreateInput!) { commentCreate(input: $input) { comment { `+linearComment+` } } }`,
		map[string]any{"input": input}, &out)
	return out.CommentCreate.Comment, err
}

// EditComment replaces a comment's text.
func (l Linear) EditComment(ctx context.Context, id, markdown string) error {
	return l.Ask(ctx, `mutation ($id: String!, $input: CommentUpdateInput!) { commentUpdate(id: $id, input: $input) { success } }`,
		map[string]any{"id": id, "input": map[string]any{"body": markdown}}, nil)
}

// DeleteComment deletes a comment.
func (l Linear) DeleteComment(ctx context.Context, id string) error {
	return l.Ask(ctx, `mutation ($id: String!) { commentDelete(id: $id) { success } }`, map[string]any{"id": id}, nil)
}

// Comments lists an issue's comments.
func (l Linear) Comments(ctx context.Context, issue string) ([]LinearComment, error) {
	var all []LinearComment
	variables := map[string]any{"id": issue}
	for {
		var out struct {
			Issue struct {
				Comments struct {
					Nodes    []LinearComment
					PageInfo struct {
						HasNextPage bool
						EndCursor   string
					}
				}
			}
		}
		err := l.Ask(ctx, `query ($id: String!, $after: String) {
			issue(id: $id) { comments(first: 250, after: $after) { nodes { `+linearComment+` } pageInfo { hasNextPage endCursor } } }
		}`, variables, &out)
		if err != nil {
			return nil, err
		}
		page := out.Issue.Comments
		if all = append(all, page.Nodes...); !page.PageInfo.HasNextPage {
			return all, nil
		}
		variables["after"] = page.PageInfo.EndCursor
	}
}

// Label makes a label for a team.
func (l Linear) Label(ctx context.Context, team, name string) (LinearLabel, error) {
	id, err := l.team(ctx, team)
	if err != nil {
		return LinearLabel{}, err
	}
	var out struct {
		IssueLabelCreate struct{ IssueLabel LinearLabel }
	}
	err = l.Ask(ctx, `mutation ($input: IssueLabelCreateInput!) { issueLabelCreate(input: $input) { issueLabel { id name } } }`,
		map[string]any{"input": map[string]any{"teamId": id, "name": name}}, &out)
	return out.IssueLabelCreate.IssueLabel, err
}

// Labels lists all labels there are.
func (l Linear) Labels(ctx context.Context) ([]LinearLabel, error) {
	var out struct{ IssueLabels nodes[LinearLabel] }
	err := l.Ask(ctx, `query { issueLabels(first: 250) { nodes { id name } } }`, nil, &out)
	return out.IssueLabels.Nodes, err
}

// Project returns a project's id by its name.
func (l Linear) Project(ctx context.Context, name string) (string, error) {
	var out struct {
		Projects nodes[struct{ ID, Name string }]
	}
	if err := l.Ask(ctx, `query { projects(first: 50) { nodes { id name } } }`, nil, &out); err != nil {
		return "", err
	}
	for _, p := range out.Projects.Nodes {
		if p.Name == name {
			return p.ID, nil
		}
	}
	return "", fmt.Errorf("no project %q", name)
}

// User returns a user's id by their e-mail.
func (l Linear) User(ctx context.Context, email string) (string, error) {
	var out struct{ Users nodes[struct{ ID string }] }
	err := l.Ask(ctx, `query ($email: String!) { users(filter: { email: { eqIgnoreCase: $email } }) { nodes { id } } }`,
		map[string]any{"email": email}, &out)
	if err == nil && len(out.Users.Nodes) != 1 {
		err = fmt.Errorf("%d users with %s", len(out.Users.Nodes), email)
	}
	if err != nil {
		return "", err
	}
	return out.Users.Nodes[0].ID, nil
}
