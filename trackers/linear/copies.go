package linear

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
)

// deletedText stands where a comment was that others have replied to.
const deletedText = "*This comment was deleted.*"

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
	id := commentID(t.connection.Installation, ticketID, token)
	input := api.CommentCreateInput{Id: opt.Of(id), IssueId: opt.Of(ticketID), DoNotSubscribeToIssue: opt.Of(true)}
	if me.App && d.Author != "" {
		input.CreateAsUser = opt.Of(d.Author)
	}
	made, err := t.createComment(ctx, op, input, d, me)
	if errors.Is(err, errExists) {
		return t.existing(ctx, op, id, ticketID, d, me)
	}
	return made, err
}

// createComment places a comment where it belongs: as a reply, in the thread of
// the reply it answers, or, where the thread is gone or takes none, beside it,
// which is better than lost.
func (t *Tracker) createComment(ctx context.Context, op string, input api.CommentCreateInput, d trackers.CommentDraft, me api.Account) (*ticket.Comment, error) {
	made, err := t.place(ctx, op, input, d.Parent, d, me)
	if d.Parent == "" || !misplaced(err) {
		return made, err
	}
	root, err := t.threadOf(ctx, op, d.Parent)
	if err != nil {
		return nil, err
	}
	if root != "" {
		if made, err = t.place(ctx, op, input, root, d, me); !misplaced(err) {
			return made, err
		}
	}
	return t.place(ctx, op, input, "", d, me)
}

func (t *Tracker) place(ctx context.Context, op string, input api.CommentCreateInput, parent string, d trackers.CommentDraft, me api.Account) (*ticket.Comment, error) {
	input.Body = opt.Of(t.body(d, me, parent != ""))
	if parent != "" {
		input.ParentId = opt.Of(parent)
	}
	x := t.client.call(op)
	data, err := api.CreateComment(ctx, x, input)
	if err != nil {
		return nil, err
	}
	return t.written(x, &data.CommentCreate.Comment)
}

// misplaced reports whether a reply was refused, maybe for its place.
func misplaced(err error) bool {
	return trackers.Is(err, trackers.NotFound) || trackers.Is(err, trackers.Invalid) && !errors.Is(err, errExists)
}

// threadOf returns the comment that a reply stands below, "" for one that is no
// reply and for one that cannot be read.
func (t *Tracker) threadOf(ctx context.Context, op, id string) (string, error) {
	data, err := api.Comment(ctx, t.client.call(op), id)
	if trackers.Is(err, trackers.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return data.Comment.ParentId.Or(""), nil
}

// existing is the comment that an earlier call made, maybe of an older text. One
// that was deleted stays so: whoever has lost count of the copies would make it
// again.
func (t *Tracker) existing(ctx context.Context, op, id, ticketID string, d trackers.CommentDraft, me api.Account) (*ticket.Comment, error) {
	deleted := &trackers.Error{
		Kind: trackers.Deleted, Op: op, Err: errExists,
		Message: "a copy of this comment was deleted in Linear, which does not take its id again",
	}
	x := t.client.call(op)
	data, err := api.Comment(ctx, x, id)
	switch {
	case trackers.Is(err, trackers.NotFound):
		return nil, deleted
	case err != nil:
		return nil, err
	case data.Comment.Id == "":
		return nil, x.unusable()
	}
	comment := data.Comment
	issue, _ := comment.Issue.Get()
	if issue.Id != ticketID || gone(comment.ArchivedAt.Or(""), issue.ArchivedAt.Or("")) {
		return nil, deleted
	}
	text := t.body(d, me, comment.ParentId.Or("") != "")
	if comment.Body == text {
		return t.written(x, &comment.CommentFields)
	}
	return t.rewrite(ctx, op, id, text)
}

// EditComment implements trackers.Commenter. In whose name an app wrote a
// comment cannot be changed.
func (t *Tracker) EditComment(ctx context.Context, _, commentID string, d trackers.CommentDraft) (*ticket.Comment, error) {
	const op = "edit comment"
	me, err := t.viewer(ctx)
	if err != nil {
		return nil, err
	}
	reply := false
	if d.Quote != "" {
		thread, err := t.threadOf(ctx, op, commentID)
		if err != nil {
			return nil, err
		}
		reply = thread != ""
	}
	return t.rewrite(ctx, op, commentID, t.body(d, me, reply))
}

func (t *Tracker) rewrite(ctx context.Context, op, id, text string) (*ticket.Comment, error) {
	x := t.client.call(op)
	data, err := api.UpdateComment(ctx, x, id, api.CommentUpdateInput{Body: opt.Of(text)})
	if err != nil {
		return nil, err
	}
	return t.written(x, &data.CommentUpdate.Comment)
}

// DeleteComment implements trackers.Commenter. A deletion may take the replies
// along, which are other people's: a comment that has some is emptied instead,
// and goes with the last of them that is ours.
func (t *Tracker) DeleteComment(ctx context.Context, _, commentID string) error {
	for id := commentID; id != ""; {
		parent, err := t.remove(ctx, id, id == commentID)
		if trackers.Is(err, trackers.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if id = ""; ours(t.connection.Installation, parent) {
			id = parent
		}
	}
	return nil
}

// remove deletes a comment, or empties it, and tells what it replied to. Unless
// it was asked for, only one that is empty already goes.
func (t *Tracker) remove(ctx context.Context, id string, asked bool) (parent string, err error) {
	const op = "delete comment"
	x := t.client.call(op)
	data, err := api.Comment(ctx, x, id)
	if err != nil {
		return "", err
	}
	raw := &data.Comment.CommentFields
	if raw.Id == "" {
		return "", x.unusable()
	}
	empty := strings.TrimSpace(t.comment(raw, x.answer).Body) == deletedText
	switch answered := len(data.Comment.Children.Nodes) > 0; {
	case answered && empty || !asked && !empty:
		return "", nil
	case answered:
		_, err = t.rewrite(ctx, op, id, emptied(raw.Body))
		return "", err
	}
	_, err = api.DeleteComment(ctx, t.client.call(op), id)
	return raw.ParentId.Or(""), err
}

// emptied is a copy that says no more than whose copy it was.
func emptied(text string) string {
	if _, body, ok := trackers.Decompose(text); ok {
		return strings.TrimSuffix(text, body) + deletedText
	}
	if at := sourceLine.FindStringIndex(text); at != nil {
		return deletedText + "\n\n" + strings.TrimSpace(text[at[0]:])
	}
	return deletedText
}

// written is a comment as a mutation's answer shows it.
func (t *Tracker) written(x *call, raw *api.CommentFields) (*ticket.Comment, error) {
	if raw.Id == "" {
		return nil, x.unusable()
	}
	return t.comment(raw, x.answer), nil
}

// body is a comment's Markdown. An app writes in the author's name, so that only
// the link is left to be said; else the first line names the author. A reply
// needs no quote: its place says what it answers.
func (t *Tracker) body(d trackers.CommentDraft, me api.Account, reply bool) string {
	d.URL = cmp.Or(d.URL, t.client.url)
	head := trackers.CommentDraft{Token: d.Token, Stamp: d.Stamp, Author: quiet(d.Author), URL: d.URL}
	before, after := trackers.Compose(head), ""
	if me.App {
		before, after = "", "[Source]("+ticket.TokenLink(d.URL, d.Token, d.Stamp)+")"
	}
	if reply {
		d.Quote = ""
	}
	text, _ := compose(before, trackers.Compose(trackers.CommentDraft{Quote: d.Quote, Body: d.Body}), after, d.Origin)
	return text
}
