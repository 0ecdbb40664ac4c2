package linear

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// variants is how many ids a copy has. A further one is only tried where the one
// before exists and cannot be read: the copy was deleted there, and its id is
// spent.
const variants = 5

// sourceLine is the last line of a copy that an app wrote in the author's name.
var sourceLine = regexp.MustCompile(`(?:^|\n)\[(?:[^\]\\]|\\.)*\]\(<?([^)\s>]*#ticketsync=[^)\s>]*)>?\)\s*$`)

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
	seen, room := map[string]bool{}, trackers.MaxSnapshot
	for i := range all {
		raw := &all[i]
		// A comment that arrives while pages are turned can show up twice.
		if seen[raw.Id] || gone(raw.ArchivedAt.Or(""), issue.ArchivedAt.Or("")) {
			continue
		}
		seen[raw.Id] = true
		c := t.comment(raw, a)
		trackers.FitComment(c, opts.KnownComments[c.ID], opts.Whole, &room)
		s.Comments = append(s.Comments, *c)
	}
	s.CommentsRead = true
	return nil
}

// comment converts one. Only a comment whose id we chose is a copy or a notice
// of ours, whatever its text says: people paste such lines. One that has lost
// its token is still ours, and as a notice it goes nowhere.
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
		c.Token = ticket.NoteToken
		if author, token, body, ok := trackers.Decompose(md); ok {
			c.Token, c.Author, md = token, ticket.User{Name: author}, body
		} else if at := sourceLine.FindStringSubmatchIndex(md); at != nil {
			if token, ok := ticket.ParseToken(md[at[2]:at[3]]); ok {
				c.Token, c.Author, md = token, ticket.User{Name: c.Author.Name}, md[:at[0]]
			}
		}
	}
	c.Body = markdown.Normalize(md)
	c.Size = len(c.Body)
	return c
}

// AddComment implements trackers.Commenter. The id is made of the ticket and the
// token, so that asking again finds the comment that is there.
func (t *Tracker) AddComment(ctx context.Context, ticketID string, d trackers.CommentDraft) (*ticket.Comment, error) {
	const op = "add comment"
	me, err := t.viewer(ctx)
	if err != nil {
		return nil, err
	}
	token := d.Token
	if token == ticket.NoteToken {
		token += "/" + ticket.Fingerprint(d.Body) // each notice its own
	}
	input := api.CommentCreateInput{
		Body: opt.Of(t.body(d, me)), IssueId: opt.Of(ticketID), DoNotSubscribeToIssue: opt.Of(true),
	}
	if d.Parent != "" {
		input.ParentId = opt.Of(d.Parent)
	}
	if me.App && d.Author != "" {
		input.CreateAsUser = opt.Of(d.Author)
	}
	for n := 1; n <= variants; n++ {
		id := commentID(t.connection.Installation, ticketID, token)
		if n > 1 {
			id = commentID(t.connection.Installation, ticketID, fmt.Sprintf("%s#%d", token, n))
		}
		input.Id = opt.Of(id)
		made, err := t.createComment(ctx, op, input)
		if errors.Is(err, errExists) {
			made, err = t.existing(ctx, op, id, ticketID)
		}
		if made != nil || err != nil {
			return made, err
		}
	}
	return nil, &trackers.Error{Kind: trackers.Invalid, Op: op, Message: "the copy was made and deleted too many times"}
}

func (t *Tracker) createComment(ctx context.Context, op string, input api.CommentCreateInput) (*ticket.Comment, error) {
	x := t.client.call(op)
	data, err := api.CreateComment(ctx, x, input)
	refused := trackers.Is(err, trackers.NotFound) || trackers.Is(err, trackers.Invalid) && !errors.Is(err, errExists)
	if refused && len(input.ParentId) > 0 {
		// The comment that it replies to may be gone, or take no replies: better
		// beside it than lost.
		input.ParentId = nil
		x = t.client.call(op)
		data, err = api.CreateComment(ctx, x, input)
	}
	if err != nil {
		return nil, err
	}
	return t.written(x, &data.CommentCreate.Comment)
}

// existing returns the comment with an id of ours that exists already, nil if it
// was deleted.
func (t *Tracker) existing(ctx context.Context, op, id, ticketID string) (*ticket.Comment, error) {
	x := t.client.call(op)
	data, err := api.Comment(ctx, x, id)
	switch {
	case trackers.Is(err, trackers.NotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	issue, _ := data.Comment.Issue.Get()
	if issue.Id != ticketID || data.Comment.ArchivedAt.Or("") != "" {
		return nil, nil
	}
	return t.written(x, &data.Comment.CommentFields)
}

// EditComment implements trackers.Commenter. In whose name an app wrote a
// comment cannot be changed.
func (t *Tracker) EditComment(ctx context.Context, _, commentID string, d trackers.CommentDraft) (*ticket.Comment, error) {
	me, err := t.viewer(ctx)
	if err != nil {
		return nil, err
	}
	x := t.client.call("edit comment")
	data, err := api.UpdateComment(ctx, x, commentID, api.CommentUpdateInput{Body: opt.Of(t.body(d, me))})
	if err != nil {
		return nil, err
	}
	return t.written(x, &data.CommentUpdate.Comment)
}

// DeleteComment implements trackers.Commenter.
func (t *Tracker) DeleteComment(ctx context.Context, _, commentID string) error {
	_, err := api.DeleteComment(ctx, t.client.call("delete comment"), commentID)
	if trackers.Is(err, trackers.NotFound) {
		return nil
	}
	return err
}

// written is a comment as a mutation's answer shows it.
func (t *Tracker) written(x *call, raw *api.CommentFields) (*ticket.Comment, error) {
	if raw.Id == "" {
		return nil, x.unusable()
	}
	return t.comment(raw, x.answer), nil
}

// body is a comment's Markdown. An app writes in the author's name, so that only
// the link is left to be said; else the first line names the author.
func (t *Tracker) body(d trackers.CommentDraft, me api.Account) string {
	d.URL = cmp.Or(d.URL, t.client.url)
	head := trackers.CommentDraft{Token: d.Token, Author: quiet(d.Author), URL: d.URL}
	before, after := trackers.Compose(head), ""
	if me.App {
		before, after = "", "[Source]("+ticket.TokenLink(d.URL, d.Token)+")"
	}
	text, _ := compose(before, trackers.Compose(trackers.CommentDraft{Quote: d.Quote, Body: d.Body}), after, d.Origin)
	return text
}
