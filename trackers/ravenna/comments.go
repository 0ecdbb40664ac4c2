package ravenna

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// deletedStatus is what a deleted message's status says; it may still be listed.
const deletedStatus = "DELETED"

// readComments lists the ticket's messages, oldest first.
func (t *Tracker) readComments(ctx context.Context, s *ticket.Snapshot, base *url.URL, a answer, opts trackers.FetchOptions) error {
	var raws []rawMessage
	err := list(ctx, t.client, "list messages", "/ticket-messages", url.Values{"ticketId": {s.Ref.ID}},
		func(m rawMessage) string { return m.ID },
		func(messages []rawMessage, _ answer) bool { raws = append(raws, messages...); return false })
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, raw := range raws {
		// A message that arrives while pages are turned can show up twice.
		if raw.gone() || seen[raw.ID] {
			continue
		}
		seen[raw.ID] = true
		c, err := t.comment(ctx, &raw, base, s.URL, a)
		if err != nil {
			return err
		}
		s.Comments = append(s.Comments, *c)
	}
	sortComments(s.Comments)
	read := len(s.Comments)
	s.Comments = trackers.FitComments(s.Comments, opts)
	s.CommentsRead, s.CommentsCut = true, len(s.Comments) < read
	return nil
}

// readComment adds one message of the ticket, whole.
func (t *Tracker) readComment(ctx context.Context, s *ticket.Snapshot, base *url.URL, id string) error {
	path, err := at("/ticket-messages/", id)
	if err != nil {
		return err
	}
	var raw rawMessage
	a, err := t.client.get(ctx, "get message", path, nil, &raw)
	if trackers.Is(err, trackers.NotFound) || err == nil && (raw.TicketID != s.Ref.ID || raw.gone()) {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := t.comment(ctx, &raw, base, s.URL, a)
	if err != nil {
		return err
	}
	s.Comments = append(s.Comments, *c)
	return nil
}

// gone reports whether a message was deleted; it may still be there to be read.
func (m *rawMessage) gone() bool {
	return m.ID == "" || m.Deleted || strings.EqualFold(text(m.Status), deletedStatus)
}

func (t *Tracker) comment(ctx context.Context, raw *rawMessage, base *url.URL, ticketURL string, a answer) (*ticket.Comment, error) {
	md, err := markdown.FromHTML(raw.Content, base)
	if err != nil {
		return nil, &trackers.Error{Kind: trackers.Invalid, Op: "read message", Err: err}
	}
	c := &ticket.Comment{
		ID:          raw.ID,
		Version:     version(raw.UpdatedAt),
		Fingerprint: ticket.Fingerprint(raw.Content),
		URL:         messageURL(ticketURL, raw.ID),
		Author:      ticket.User{ID: raw.AuthorID},
		Created:     a.ours(parseTime(raw.CreatedAt)),
		Private:     privacy(raw.Private, "private message"),
	}
	if raw.Author != nil {
		c.Author.Email, c.Author.Name = raw.Author.Email, raw.Author.name()
	}
	head, body, ok := trackers.Decompose(md)
	if ok && wellFormed(head.Token) {
		if ok, err = t.wroteCopy(ctx, raw.AuthorID); err != nil {
			return nil, err
		}
	} else {
		ok = false
	}
	if ok {
		c.Token, c.Stamp, c.Author = head.Token, head.Stamp, ticket.User{Name: head.Author}
		md = body
	}
	c.Body, c.Size = md, len(md)
	return c, nil
}

// wellFormed reports whether we could have written a token: the name of a
// comment across trackers, or that of a notice.
func wellFormed(token string) bool {
	connection, id, ok := strings.Cut(token, "/")
	return token == ticket.NoteToken || ok && connection != "" && id != ""
}

// wroteCopy tells whether a message that looks like a copy is one: people paste
// such lines. As long as our own account is unknown the line itself decides,
// and another account counts when it is a bot's: the one of an earlier token.
func (t *Tracker) wroteCopy(ctx context.Context, author string) (bool, error) {
	ours, known, err := t.self.wroteMessage(ctx, author)
	if err != nil || ours || !known || author == "" {
		return ours || !known, err
	}
	who, err := t.people.id(ctx, author)
	return who.bot || !who.known, err
}

// messageURL tells messages of a ticket apart; the parameter is not known to
// lead anywhere but to the ticket.
func messageURL(ticketURL, id string) string {
	u, err := url.Parse(ticketURL)
	if err != nil {
		return ticketURL
	}
	query := u.Query()
	query.Set("message", id)
	u.RawQuery = query.Encode()
	return u.String()
}

// AddComment implements trackers.Commenter.
func (t *Tracker) AddComment(ctx context.Context, ticketID string, d trackers.CommentDraft) (*ticket.Comment, error) {
	body := map[string]any{"ticketId": ticketID, "content": t.messageHTML(ticketID, d), "private": d.Private, "source": source}
	return t.writeMessage(ctx, "create message", http.MethodPost, "/ticket-messages", body)
}

// EditComment implements trackers.Commenter. Whether a message is private
// cannot be changed.
func (t *Tracker) EditComment(ctx context.Context, ticketID, commentID string, d trackers.CommentDraft) (*ticket.Comment, error) {
	path, err := at("/ticket-messages/", commentID)
	if err != nil {
		return nil, err
	}
	return t.writeMessage(ctx, "update message", http.MethodPut, path, map[string]any{"content": t.messageHTML(ticketID, d)})
}

// DeleteComment implements trackers.Commenter.
func (t *Tracker) DeleteComment(ctx context.Context, _, commentID string) error {
	path, err := at("/ticket-messages/", commentID)
	if err != nil {
		return err
	}
	_, err = t.client.call(ctx, "delete message", http.MethodDelete, path, nil, nil, nil)
	if trackers.Is(err, trackers.NotFound) {
		return nil
	}
	return err
}

func (t *Tracker) writeMessage(ctx context.Context, op, method, path string, body map[string]any) (*ticket.Comment, error) {
	var raw rawMessage
	a, err := t.client.call(ctx, op, method, path, nil, body, &raw)
	if err == nil && raw.ID == "" {
		err = unusable(op, true)
	}
	if err != nil {
		return nil, err
	}
	if method == http.MethodPost {
		t.self.learnMessage(raw.AuthorID)
	}
	// The answer has no web address of the ticket; one that was read lately has.
	var address string
	base, _ := url.Parse(t.client.base)
	if known, ok := t.recent.get(raw.TicketID); ok {
		address, base = t.webURL(known), t.base(known)
	}
	c, err := t.comment(ctx, &raw, base, address, a)
	if err != nil {
		// The message is there: whoever asked must not make it again.
		t.client.log.Warn("read a written message", "ticket", raw.TicketID, "error", err)
		c = &ticket.Comment{ID: raw.ID, Version: version(raw.UpdatedAt), Fingerprint: ticket.Fingerprint(raw.Content)}
	}
	if address == "" {
		c.URL = ""
	}
	return c, nil
}

// messageHTML composes a message, whose length has no documented limit; the one
// of descriptions is kept to. A notice without an address leads to its own
// ticket: a link without a host would not survive, and the marker is in it.
func (t *Tracker) messageHTML(ticketID string, d trackers.CommentDraft) string {
	if d.URL == "" {
		d.URL = t.client.base
		if known, ok := t.recent.get(ticketID); ok {
			d.URL = t.webURL(known)
		}
	}
	author := trackers.Compose(trackers.CommentDraft{Token: d.Token, Stamp: d.Stamp, Author: d.Author, URL: d.URL})
	html, _ := toHTML(author, trackers.Compose(trackers.CommentDraft{Quote: d.Quote, Body: d.Body}), "", d.Origin)
	return html
}
