package activities

import (
	"context"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// NoticeParams asks for a comment in ticketsync's own name.
type NoticeParams struct {
	Ref ticket.Ref `json:"ref"`
	// Text is Markdown.
	Text string `json:"text"`
	URL  string `json:"url"`
}

// Notice writes a comment in our own name, unless the ticket has one already,
// so that it may be retried.
func (a *Activities) Notice(ctx context.Context, p NoticeParams) error {
	reader, _, err := use[trackers.Reader](a, p.Ref.Connection, "fetch ticket")
	if err != nil {
		return err
	}
	commenter, _, err := use[trackers.Commenter](a, p.Ref.Connection, "write comment")
	if err != nil {
		return err
	}
	snap, err := reader.Fetch(ctx, p.Ref.ID, trackers.FetchOptions{Comments: true})
	if err != nil {
		return fail(err)
	}
	for _, c := range snap.Comments {
		if c.Token == ticket.NoteToken {
			return nil
		}
	}
	_, err = commenter.AddComment(ctx, p.Ref.ID, trackers.CommentDraft{Token: ticket.NoteToken, URL: p.URL, Body: p.Text})
	return fail(err)
}
