package linear

import (
	"bytes"
	"encoding/json"
	"net/url"
)

// attachmentCreate replaces what the issue already has for the url, under the
// id that it has. The issue's updatedAt stays.
func (c *call) attachmentCreate(args input) (any, error) {
	in := args.input()
	err := in.only("id", "issueId", "url", "title", "subtitle", "metadata", "iconUrl", "groupBySource", "createAsUser", "displayIconUrl")
	if err != nil {
		return nil, err
	}
	if _, err := c.actAs(in); err != nil {
		return nil, err
	}
	ref, _ := in.text("issueId")
	i, err := c.issue(ref)
	if err != nil {
		return nil, err
	}
	target, _ := in.text("url")
	if parsed, err := url.Parse(target); err != nil || parsed.Scheme == "" {
		return nil, invalid("url must be a URL address")
	}
	now := c.s.now()
	a := attachment{IssueID: i.ID, URL: target, CreatorID: c.actor.ID, CreatedAt: now, UpdatedAt: now}
	action := "create"
	for _, known := range c.s.attachments.Select(func(a attachment) bool { return a.IssueID == i.ID && a.URL == target }) {
		a.ID, a.CreatorID, a.CreatedAt, a.UpdatedAt = known.ID, known.CreatorID, known.CreatedAt, c.s.after(known.UpdatedAt)
		action = "update"
	}
	a.Group = in.flag("groupBySource")
	if err := describe(&a, in); err != nil {
		return nil, err
	}
	if a.ID == "" {
		if a.ID, err = c.s.claimID("Attachment", in); err != nil {
			return nil, err
		}
		c.record(i.ID, object{"attachmentId": a.ID})
	}
	return c.saveAttachment(a, action), nil
}

// describe sets what a person sees of an attachment, and its metadata.
func describe(a *attachment, in input) error {
	if err := in.setText("title", &a.Title); err != nil {
		return err
	}
	if err := in.setOptional("subtitle", &a.Subtitle); err != nil {
		return err
	}
	if a.Metadata == nil {
		a.Metadata = emptyObject
	}
	if !in.has("metadata") {
		return nil
	}
	fields, ok := in["metadata"].(object)
	if !ok {
		return invalid("metadata must be an object")
	}
	raw, err := json.Marshal(fields)
	a.Metadata = raw
	return err
}

func (c *call) saveAttachment(a attachment, action string) node {
	c.s.putAttachment(a)
	c.s.spend("Attachment", a.ID)
	c.s.deliverAttachment(c.actor, action, a)
	return c.payload("AttachmentPayload", object{"attachment": c.attachmentNode(a)})
}

func (c *call) attachmentUpdate(args input) (any, error) {
	id, _ := args.text("id")
	before, err := c.attachment(id)
	if err != nil {
		return nil, err
	}
	after := before
	if err := describe(&after, args.input()); err != nil {
		return nil, err
	}
	if after.Title == before.Title && orNil(after.Subtitle) == orNil(before.Subtitle) && bytes.Equal(after.Metadata, before.Metadata) {
		return c.payload("AttachmentPayload", object{"attachment": c.attachmentNode(before)}), nil
	}
	after.UpdatedAt = c.s.after(before.UpdatedAt)
	return c.saveAttachment(after, "update"), nil
}

func (c *call) attachmentDelete(args input) (any, error) {
	id, _ := args.text("id")
	a, err := c.attachment(id)
	if err != nil {
		return nil, err
	}
	c.s.dropAttachment(a)
	c.s.deliverAttachment(c.actor, "remove", a)
	return c.deleted(a.ID), nil
}
