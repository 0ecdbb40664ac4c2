package linear

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// sourceLine is the last line of a copy that an app wrote in the author's name.
var sourceLine = regexp.MustCompile(`(?:^|\n)\[(?:[^\]\\]|\\.)*\]\(<?([^)\s>]*(?:#|%23)ticketsync=[^)\s>]*)>?\)\s*$`)

// readComments completes a snapshot with the issue's whole list, oldest first.
func (t *Tracker) readComments(ctx context.Context, s *ticket.Snapshot, issue *api.IssueFields, page api.CommentPage, a answer, opts trackers.FetchOptions) error {
	all := page.Nodes
	err := further(page.PageInfo, func(after opt.Value[string]) (api.PageFields, error) {
		data, err := api.IssueComments(ctx, t.client.call("read comments"), issue.Id, after.Or(""))
		if err != nil {
			return api.PageFields{}, err
		}
		all = append(all, data.Issue.Comments.Nodes...)
		return data.Issue.Comments.PageInfo, nil
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b api.CommentFields) int {
		return cmp.Or(at(a.CreatedAt).Compare(at(b.CreatedAt)), strings.Compare(a.Id, b.Id))
	})
	seen := map[string]bool{}
	for i := range all {
		raw := &all[i]
		// A comment that arrives while pages are turned can show up twice.
		if seen[raw.Id] || gone(raw.ArchivedAt.Or(""), issue.ArchivedAt.Or("")) {
			continue
		}
		seen[raw.Id] = true
		s.Comments = append(s.Comments, *t.comment(raw, a))
	}
	read := len(s.Comments)
	s.Comments = trackers.FitComments(s.Comments, opts)
	s.CommentsRead, s.CommentsCut = true, len(s.Comments) < read
	return nil
}

// readComment adds one comment of the issue, whole.
func (t *Tracker) readComment(ctx context.Context, s *ticket.Snapshot, id string) error {
	x := t.client.call("read comment")
	data, err := api.Comment(ctx, x, id)
	if trackers.Is(err, trackers.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	issue, _ := data.Comment.Issue.Get()
	if issue.Id == s.Ref.ID && !gone(data.Comment.ArchivedAt.Or(""), issue.ArchivedAt.Or("")) {
		s.Comments = append(s.Comments, *t.comment(&data.Comment.CommentFields, x.answer))
	}
	return nil
}

// comment converts one. Only a comment whose id we chose is a copy or a notice
// of ours, whatever its text says: people paste such lines. One that has lost
// its token is still ours, and goes nowhere.
func (t *Tracker) comment(raw *api.CommentFields, a answer) *ticket.Comment {
	c := &ticket.Comment{
		ID:          raw.Id,
		Version:     raw.UpdatedAt,
		Fingerprint: ticket.Fingerprint(raw.Body),
		URL:         t.commentURL(raw.Url),
		Author:      authorOf(raw),
		Created:     a.ours(at(raw.CreatedAt)),
		Parent:      raw.ParentId.Or(""),
	}
	md := raw.Body
	if ours(t.connection.Installation, raw.Id) {
		c.Token = ticket.LostToken
		if head, body, ok := trackers.Decompose(md); ok {
			c.Token, c.Stamp, c.Author, md = head.Token, head.Stamp, ticket.User{Name: head.Author}, body
		} else if at := sourceLine.FindStringSubmatchIndex(md); at != nil {
			if token, stamp, ok := ticket.ParseToken(md[at[2]:at[3]]); ok {
				c.Token, c.Stamp, c.Author, md = token, stamp, ticket.User{Name: c.Author.Name}, md[:at[0]]
			}
		}
	}
	c.Body = markdown.Normalize(md)
	c.Size = len(c.Body)
	return c
}
