package jira

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const (
	// tokenProperty marks a comment that we wrote.
	tokenProperty = "ticketsync"
	commentPage   = 100
)

type tokenValue struct {
	Token        string `json:"token"`
	Stamp        string `json:"stamp,omitempty"`
	Installation string `json:"installation"`
}

// comment is one comment as Jira sends it.
type comment struct {
	ID           string      `json:"id"`
	Author       gojira.User `json:"author"`
	Body         string      `json:"body"`
	RenderedBody string      `json:"renderedBody"`
	Created      string      `json:"created"`
	Updated      string      `json:"updated"`
	// JsdPublic is nil where Jira does not tell.
	JsdPublic  *bool           `json:"jsdPublic"`
	Visibility *visibility     `json:"visibility"`
	ParentID   json.RawMessage `json:"parentId"`
	// Properties is nil where the server leaves them out altogether.
	Properties []struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	} `json:"properties"`
}

type visibility struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// readComments adds the whole list to a snapshot, oldest first.
func (t *Tracker) readComments(ctx context.Context, s *ticket.Snapshot, me *gojira.User, opts trackers.FetchOptions) error {
	path := "issue/" + segment(s.Ref.ID) + "/comment"
	for start := 0; ; {
		var page struct {
			Total    int       `json:"total"`
			Comments []comment `json:"comments"`
		}
		query := url.Values{
			"startAt": {strconv.Itoa(start)}, "maxResults": {strconv.Itoa(commentPage)},
			"orderBy": {"created"}, "expand": {"renderedBody,properties"},
		}
		if _, err := t.get(ctx, "read comments", path, query, &page); err != nil {
			return err
		}
		if page.Comments == nil {
			return without("read comments", "list of comments")
		}
		for _, c := range page.Comments {
			converted, err := t.comment(ctx, s, c, me)
			if err != nil {
				return err
			}
			s.Comments = append(s.Comments, *converted)
		}
		start += len(page.Comments)
		if len(page.Comments) == 0 || start >= page.Total {
			break
		}
	}
	read := len(s.Comments)
	s.Comments = trackers.FitComments(s.Comments, opts)
	s.CommentsRead, s.CommentsCut = true, len(s.Comments) < read
	return nil
}

// readComment adds one comment of the issue, whole.
func (t *Tracker) readComment(ctx context.Context, s *ticket.Snapshot, me *gojira.User, id string) error {
	var raw comment
	path := "issue/" + segment(s.Ref.ID) + "/comment/" + segment(id)
	_, err := t.get(ctx, "read comment", path, url.Values{"expand": {"renderedBody,properties"}}, &raw)
	if trackers.Is(err, trackers.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if raw.ID == "" {
		return without("read comment", "comment")
	}
	c, err := t.comment(ctx, s, raw, me)
	if err != nil {
		return err
	}
	s.Comments = append(s.Comments, *c)
	return nil
}

func (t *Tracker) comment(ctx context.Context, s *ticket.Snapshot, c comment, me *gojira.User) (*ticket.Comment, error) {
	out := &ticket.Comment{
		ID:          c.ID,
		Version:     versionOf(c.Updated),
		Fingerprint: ticket.Fingerprint(c.Body),
		URL:         t.commentURL(s.Key, c.ID),
		Created:     t.ours(parseTime(c.Created)),
		Parent:      parentOf(c.ParentID),
	}
	if u := t.user(&c.Author); u != nil {
		out.Author = *u
	}
	if c.Body != "" {
		out.Body = t.toMarkdown(c.RenderedBody, c.Body)
	}
	value, err := t.token(ctx, c, out.Body, accountID(&c.Author) == accountID(me))
	if err != nil {
		return nil, err
	}
	if value.Token != "" {
		out.Token, out.Stamp = value.Token, value.Stamp
		if head, body, ok := trackers.Decompose(out.Body); ok {
			out.Author, out.Body = ticket.User{Name: head.Author}, body
		}
	}
	out.Size = len(out.Body)
	out.Private, err = t.hidden(ctx, s.Container.ID, c)
	return out, err
}

func (t *Tracker) commentURL(key, id string) string {
	address, err := url.Parse(t.webURL(key))
	if err != nil {
		return ""
	}
	query := address.Query()
	query.Set("focusedCommentId", id)
	address.RawQuery = query.Encode()
	return address.String()
}

func parentOf(raw json.RawMessage) string {
	var number json.Number
	if json.Unmarshal(raw, &number) == nil {
		return number.String()
	}
	var text string
	_ = json.Unmarshal(raw, &text)
	return text
}

// token finds out whether a comment is a copy that we wrote: by its property,
// else by its first line, else, where the list came without properties, by
// asking for that one. A person's comment is never asked about.
func (t *Tracker) token(ctx context.Context, c comment, md string, ours bool) (tokenValue, error) {
	for _, p := range c.Properties {
		var value tokenValue
		if p.Key == tokenProperty && json.Unmarshal(p.Value, &value) == nil && value.Token != "" {
			return value, nil
		}
	}
	if !ours {
		return tokenValue{}, nil
	}
	if head, _, ok := trackers.Decompose(md); ok {
		return tokenValue{Token: head.Token, Stamp: head.Stamp}, nil
	}
	if c.Properties != nil {
		return tokenValue{}, nil
	}
	var value tokenValue
	err := t.readProperty(ctx, "comment/"+segment(c.ID), tokenProperty, &value)
	return value, err
}

// AddComment writes one comment with its token.
func (t *Tracker) AddComment(ctx context.Context, ticketID string, d trackers.CommentDraft) (*ticket.Comment, error) {
	return t.writeComment(ctx, "add comment", http.MethodPost, "issue/"+segment(ticketID)+"/comment", d)
}

// EditComment replaces a comment's text.
func (t *Tracker) EditComment(ctx context.Context, ticketID, commentID string, d trackers.CommentDraft) (*ticket.Comment, error) {
	return t.writeComment(ctx, "edit comment", http.MethodPut, "issue/"+segment(ticketID)+"/comment/"+segment(commentID), d)
}

// DeleteComment removes a comment; one that is gone is no error.
func (t *Tracker) DeleteComment(ctx context.Context, ticketID, commentID string) error {
	_, err := t.do(ctx, call{
		op: "delete comment", method: http.MethodDelete, path: "issue/" + segment(ticketID) + "/comment/" + segment(commentID),
	})
	if trackers.Is(err, trackers.NotFound) {
		return nil
	}
	return err
}

func (t *Tracker) writeComment(ctx context.Context, op, method, path string, d trackers.CommentDraft) (*ticket.Comment, error) {
	head := d
	head.Body = ""
	wiki, _ := wikiOf(trackers.Compose(head), d.Body, "", d.Origin)
	properties := []property{}
	if d.Token != "" {
		properties = append(properties, property{tokenProperty, tokenValue{Token: d.Token, Stamp: d.Stamp, Installation: t.c.Installation}})
	}
	if d.Private {
		properties = append(properties, property{deskProperty, map[string]bool{"internal": true}})
	}
	body := map[string]any{"body": wiki}
	if len(properties) > 0 {
		body["properties"] = properties
	}
	var stored comment
	_, err := t.do(ctx, call{op: op, method: method, path: path, body: body, out: &stored})
	if err != nil {
		return nil, err
	}
	if stored.ID == "" {
		return nil, &trackers.Error{Kind: trackers.Unavailable, Op: op, Ambiguous: true, Message: "the answer holds no comment"}
	}
	out := &ticket.Comment{
		ID: stored.ID, Version: versionOf(stored.Updated), Fingerprint: ticket.Fingerprint(stored.Body),
		Created: t.ours(parseTime(stored.Created)), Body: d.Body, Size: len(d.Body), Token: d.Token,
		Author: ticket.User{Name: d.Author},
	}
	if d.Private {
		out.Private = "internal comment"
	}
	return out, nil
}
