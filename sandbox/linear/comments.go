package linear

import "strings"

// commentCreate adds a comment or a reply. Threads are one level deep: only a
// comment that is no reply can be replied to. The issue's updatedAt stays.
func (c *call) commentCreate(args input) (any, error) {
	in := args.input()
	err := in.only("id", "body", "issueId", "parentId", "quotedText", "createdAt", "createAsUser", "displayIconUrl",
		"doNotSubscribeToIssue", "subscriberIds")
	if err != nil {
		return nil, err
	}
	m := comment{UserID: c.actor.ID}
	if m.ActAs, err = c.actAs(in); err != nil {
		return nil, err
	}
	if err := c.placeComment(&m, in); err != nil {
		return nil, err
	}
	if err := setBody(&m, in); err != nil {
		return nil, err
	}
	if m.Body == "" {
		return nil, invalid("body must be longer than or equal to 1 characters")
	}
	if err := in.setOptional("quotedText", &m.QuotedText); err != nil {
		return nil, err
	}
	m.CreatedAt = c.s.now()
	m.UpdatedAt = m.CreatedAt
	if at, given := in.text("createdAt"); given {
		past, ok := instant(at)
		if !ok || past.After(c.s.core.Now()) {
			return nil, invalid("createdAt must be a date in the past")
		}
		m.CreatedAt = dateOf(past)
	}
	if m.ID, err = c.s.claimID("Comment", in); err != nil {
		return nil, err
	}
	c.s.putComment(m)
	c.s.spend("Comment", m.ID)
	c.s.deliverComment(c.actor, "create", m, nil)
	return c.commentPayload(m), nil
}

// placeComment finds the issue, by its id, its identifier or the thread.
func (c *call) placeComment(m *comment, in input) error {
	if parent, given := in.text("parentId"); given {
		root, err := c.comment(parent)
		if err != nil {
			return err
		}
		if root.ParentID != nil {
			return invalid("parentId must be a top-level comment")
		}
		m.ParentID, m.IssueID = &root.ID, root.IssueID
	}
	ref, given := in.text("issueId")
	if !given {
		if m.IssueID == "" {
			return invalid("exactly one of issueId, projectUpdateId, documentContentId must be defined")
		}
		return nil
	}
	i, err := c.issue(ref)
	if err != nil {
		return err
	}
	if m.IssueID != "" && m.IssueID != i.ID {
		return invalid("parentId must be a comment on the same issue")
	}
	m.IssueID = i.ID
	return nil
}

func setBody(m *comment, in input) error {
	if err := in.setText("body", &m.Body); err != nil {
		return err
	}
	m.Body = rewrite(m.Body)
	return nil
}

func (c *call) commentUpdate(args input) (any, error) {
	id, _ := args.text("id")
	before, err := c.comment(id)
	if err != nil {
		return nil, err
	}
	if before.UserID != c.actor.ID && !c.actor.Admin {
		return nil, forbidden()
	}
	in, after := args.input(), before
	if err := in.only("body", "quotedText", "doNotSubscribeToIssue", "subscriberIds"); err != nil {
		return nil, err
	}
	if err := setBody(&after, in); err != nil {
		return nil, err
	}
	if err := in.setOptional("quotedText", &after.QuotedText); err != nil {
		return nil, err
	}
	if strings.TrimSpace(after.Body) == "" {
		return nil, invalid("body must be longer than or equal to 1 characters")
	}
	if after == before {
		return c.commentPayload(before), nil
	}
	after.UpdatedAt = c.s.after(before.UpdatedAt)
	after.EditedAt = &after.UpdatedAt
	c.s.putComment(after)
	from := object{"updatedAt": before.UpdatedAt, "editedAt": orNil(before.EditedAt)}
	if after.Body != before.Body {
		from["body"] = before.Body
	}
	c.s.deliverComment(c.actor, "update", after, from)
	return c.commentPayload(after), nil
}

// commentDelete takes the replies along.
func (c *call) commentDelete(args input) (any, error) {
	id, _ := args.text("id")
	m, err := c.comment(id)
	if err != nil {
		return nil, err
	}
	for _, reply := range c.s.comments.Select(func(other comment) bool { return value(other.ParentID) == m.ID }) {
		c.removeComment(reply)
	}
	c.removeComment(m)
	return c.deleted(m.ID), nil
}

func (c *call) removeComment(m comment) {
	c.s.dropComment(m)
	c.s.deliverComment(c.actor, "remove", m, nil)
}

func (c *call) commentPayload(m comment) node {
	return c.payload("CommentPayload", object{"comment": c.commentNode(m)})
}
