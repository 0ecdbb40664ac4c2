package linear

func (c *call) issueArchive(args input) (any, error) {
	before, err := c.issueArgument(args)
	if err != nil {
		return nil, err
	}
	return c.putAway(before, args.flag("trash")), nil
}

// putAway archives an issue, in the trash or not. It stays readable by id, and
// in lists that include what is archived.
func (c *call) putAway(before issue, trash bool) node {
	after := before
	setOnce(&after.ArchivedAt, c.s.now())
	after.Trashed = before.Trashed || trash
	return c.archived(c.saveIssue(before, after, "remove"))
}

func (c *call) archived(i issue) node {
	return c.payload("IssueArchivePayload", object{"entity": c.issueNode(i)})
}

func (c *call) issueUnarchive(args input) (any, error) {
	before, err := c.issueArgument(args)
	if err != nil {
		return nil, err
	}
	after := before
	after.ArchivedAt, after.Trashed = nil, false
	return c.archived(c.saveIssue(before, after, "restore")), nil
}

// issueDelete puts an issue in the trash, or removes it for good with all that
// belongs to it.
func (c *call) issueDelete(args input) (any, error) {
	i, err := c.issueArgument(args)
	if err != nil {
		return nil, err
	}
	if !args.flag("permanentlyDelete") {
		return c.putAway(i, true), nil
	}
	for _, m := range c.s.comments.Select(func(m comment) bool { return m.IssueID == i.ID }) {
		c.s.dropComment(m)
	}
	for _, a := range c.s.attachments.Select(func(a attachment) bool { return a.IssueID == i.ID }) {
		c.s.dropAttachment(a)
	}
	for _, h := range c.s.histories.Select(func(h history) bool { return h.IssueID == i.ID }) {
		c.s.histories.Delete(h.ID)
	}
	c.s.dropIssue(i)
	i.Trashed = true
	setOnce(&i.ArchivedAt, c.s.now())
	c.s.deliverIssue(c.actor, "remove", i, nil)
	return c.payload("IssueArchivePayload", object{"entity": nil}), nil
}
