package activities

import (
	"context"
	"slices"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// CommentParams asks for one change to the copy of a comment.
type CommentParams struct {
	Ref    ticket.Ref            `json:"ref"`    // the ticket written to
	Source ticket.Ref            `json:"source"` // the ticket with the source comment
	Copy   reconcile.CommentCopy `json:"copy"`
}

// AddComment makes a copy. It has one attempt: after an ambiguous end the pair
// looks for the token before it asks again.
func (a *Activities) AddComment(ctx context.Context, p CommentParams) (*ticket.Comment, error) {
	return a.writeComment(ctx, p, func(c trackers.Commenter, d trackers.CommentDraft) (*ticket.Comment, error) {
		return c.AddComment(ctx, p.Ref.ID, d)
	})
}

// EditComment rewrites a copy. Repeating it leaves the same comment.
func (a *Activities) EditComment(ctx context.Context, p CommentParams) (*ticket.Comment, error) {
	return a.writeComment(ctx, p, func(c trackers.Commenter, d trackers.CommentDraft) (*ticket.Comment, error) {
		return c.EditComment(ctx, p.Ref.ID, p.Copy.Copy, d)
	})
}

// DeleteComment removes a copy. One that is gone already counts as removed.
func (a *Activities) DeleteComment(ctx context.Context, p CommentParams) error {
	c, _, err := use[trackers.Commenter](a, p.Ref.Connection, "delete comment")
	if err != nil {
		return err
	}
	return fail(c.DeleteComment(ctx, p.Ref.ID, p.Copy.Copy))
}

func (a *Activities) writeComment(ctx context.Context, p CommentParams,
	write func(trackers.Commenter, trackers.CommentDraft) (*ticket.Comment, error),
) (*ticket.Comment, error) {
	c, _, err := use[trackers.Commenter](a, p.Ref.Connection, "write comment")
	if err != nil {
		return nil, err
	}
	if p.Copy.Omitted {
		if p.Copy.Body, err = a.commentText(ctx, p); err != nil {
			return nil, fail(err)
		}
	}
	written, err := write(c, trackers.CommentDraft{
		Token: p.Copy.Token, Stamp: ticket.Stamp(p.Source.ID, p.Copy.SourceFP), Author: p.Copy.Author, URL: p.Copy.URL, Quote: p.Copy.Quote,
		Parent: p.Copy.Parent, Body: p.Copy.Body, Origin: p.Copy.Origin, Private: p.Copy.Private,
	})
	if err != nil {
		return nil, fail(err)
	}
	return &ticket.Comment{ID: written.ID, Version: written.Version, Fingerprint: written.Fingerprint}, nil
}

// commentText reads a comment that was left out of the payload: it alone,
// because a ticket with many of them leaves most of them out.
func (a *Activities) commentText(ctx context.Context, p CommentParams) (string, error) {
	reader, _, err := use[trackers.Reader](a, p.Source.Connection, "read source")
	if err != nil {
		return "", err
	}
	snap, err := reader.Fetch(ctx, p.Source.ID, trackers.FetchOptions{Comment: p.Copy.Source, Whole: true})
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(snap.Comments, func(c ticket.Comment) bool { return c.ID == p.Copy.Source })
	if at < 0 || snap.Comments[at].Omitted || snap.Comments[at].Private != "" || snap.Comments[at].Fingerprint != p.Copy.SourceFP {
		return "", &trackers.Error{Kind: trackers.Stale, Op: "read source", Message: "the comment changed meanwhile"}
	}
	return snap.Comments[at].Body, nil
}
