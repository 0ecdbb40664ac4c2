package workflows

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func (k *tracker) AddComment(_ context.Context, id string, d trackers.CommentDraft) (*ticket.Comment, error) {
	before, after := k.begin("comment", id)
	if before != nil {
		return nil, before
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	c, err := k.say(id, d.Body, d.Token, d.Stamp)
	if err = errors.Join(err, after); err != nil {
		return nil, err
	}
	return c, nil
}

func (k *tracker) say(id, body, token, stamp string) (*ticket.Comment, error) {
	t, err := k.find(id)
	if err != nil {
		return nil, err
	}
	k.serial++
	c := ticket.Comment{
		ID: k.prefix + "-c" + strconv.Itoa(k.serial), Version: "c" + strconv.Itoa(k.serial), Body: body, Token: token, Stamp: stamp, Created: k.now(),
		Author: ticket.User{ID: "alice", Name: "Alice"}, Fingerprint: ticket.Fingerprint(body),
	}
	t.Comments = append(t.Comments, c)
	return &c, nil
}

func (k *tracker) EditComment(_ context.Context, id, comment string, d trackers.CommentDraft) (*ticket.Comment, error) {
	if before, _ := k.begin("edit-comment", id); before != nil {
		return nil, before
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.find(id)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(t.Comments, func(c ticket.Comment) bool { return c.ID == comment })
	if at < 0 {
		return nil, &trackers.Error{Kind: trackers.NotFound, Op: "edit comment"}
	}
	c := &t.Comments[at]
	k.serial++
	c.Stamp = d.Stamp
	c.Body, c.Version, c.Fingerprint = d.Body, "c"+strconv.Itoa(k.serial), ticket.Fingerprint(d.Body)
	out := *c
	return &out, nil
}

func (k *tracker) DeleteComment(_ context.Context, id, comment string) error {
	if before, _ := k.begin("delete-comment", id); before != nil {
		return before
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.find(id)
	if err != nil {
		return err
	}
	t.Comments = slices.DeleteFunc(t.Comments, func(c ticket.Comment) bool { return c.ID == comment })
	return nil
}
