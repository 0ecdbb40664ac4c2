package linear

import "slices"

// queries are the fields of Query that are answered.
var queries = map[string]root{
	"viewer":            func(c *call, _ input) (any, error) { return c.userNode(c.actor), nil },
	"organization":      func(c *call, _ input) (any, error) { return c.organizationNode(), nil },
	"rateLimitStatus":   (*call).rateLimitStatus,
	"issue":             (*call).getIssue,
	"issues":            (*call).searchIssues,
	"comment":           (*call).getComment,
	"comments":          (*call).searchComments,
	"attachment":        (*call).getAttachment,
	"attachments":       (*call).searchAttachments,
	"attachmentsForURL": (*call).attachmentsForURL,
	"team":              (*call).getTeam,
	"teams":             func(c *call, _ input) (any, error) { return c.teamList(), nil },
	"workflowState":     one("WorkflowState", func(c *call) getter[state] { return c.s.states.Get }, (*call).stateNode),
	"workflowStates":    (*call).listStates,
	"user":              one("User", func(c *call) getter[user] { return c.s.users.Get }, (*call).userNode),
	"users":             func(c *call, _ input) (any, error) { return c.userList(), nil },
	"issueLabel":        one("IssueLabel", func(c *call) getter[label] { return c.s.labels.Get }, (*call).labelNode),
	"issueLabels":       (*call).listLabels,
	"project":           one("Project", func(c *call) getter[project] { return c.s.projects.Get }, (*call).projectNode),
	"projects":          (*call).listProjects,
	"webhook":           one("Webhook", func(c *call) getter[webhook] { return c.s.webhooks.Get }, (*call).webhookNode),
	"webhooks":          (*call).listWebhooks,
}

type getter[T any] func(id string) (T, bool)

// one answers a query for a single object by id.
func one[T any](typ string, table func(*call) getter[T], answer func(*call, T) node) root {
	return func(c *call, args input) (any, error) {
		id, _ := args.text("id")
		found, ok := table(c)(id)
		if !ok {
			return nil, notFound(typ)
		}
		return answer(c, found), nil
	}
}

// issue finds an issue by id or by any identifier it ever had; what the caller
// may not see does not exist.
func (c *call) issue(ref string) (issue, error) {
	i, ok := c.s.findIssue(ref)
	if !ok || !c.sees(i.TeamID) {
		return issue{}, notFound("Issue")
	}
	return i, nil
}

func (s *Server) findIssue(ref string) (issue, bool) {
	if id, known := s.keys.Get(ref); known {
		ref = id
	}
	return s.issues.Get(ref)
}

func (c *call) getIssue(args input) (any, error) {
	ref, _ := args.text("id")
	i, err := c.issue(ref)
	if err != nil {
		return nil, err
	}
	return c.issueNode(i), nil
}

// searchIssues answers from the index; an issue found there shows the version
// that the index has.
func (c *call) searchIssues(input) (any, error) {
	found := slices.DeleteFunc(c.s.index.issues.asOf(c.asOf), func(i issue) bool { return !c.sees(i.TeamID) })
	return list{"Issue", nodesOf(found, c.issueNode)}, nil
}

// issuesWhere is a connection of issues below another object.
func (c *call) issuesWhere(match func(issue) bool) lazy {
	return func() any {
		found := c.s.issues.Select(func(i issue) bool { return match(i) && c.sees(i.TeamID) })
		return list{"Issue", nodesOf(found, c.issueNode)}
	}
}

// seesIssue reports whether the caller may see what belongs to an issue.
func (c *call) seesIssue(id string) bool {
	i, ok := c.s.issues.Get(id)
	return ok && c.sees(i.TeamID)
}

func (c *call) getComment(args input) (any, error) {
	id, _ := args.text("id")
	m, err := c.comment(id)
	if err != nil {
		return nil, err
	}
	return c.commentNode(m), nil
}

func (c *call) comment(id string) (comment, error) {
	m, ok := c.s.comments.Get(id)
	if !ok || !c.seesIssue(m.IssueID) {
		return comment{}, notFound("Comment")
	}
	return m, nil
}

func (c *call) searchComments(input) (any, error) {
	found := slices.DeleteFunc(c.s.index.comments.asOf(c.asOf), func(m comment) bool { return !c.seesIssue(m.IssueID) })
	return list{"Comment", nodesOf(found, c.commentNode)}, nil
}

func (c *call) commentsOf(issueID string) []comment {
	of := func(m comment) bool { return m.IssueID == issueID }
	if c.searching {
		return slices.DeleteFunc(c.s.index.comments.asOf(c.asOf), func(m comment) bool { return !of(m) })
	}
	return c.s.comments.Select(of)
}

func (c *call) getAttachment(args input) (any, error) {
	id, _ := args.text("id")
	a, err := c.attachment(id)
	if err != nil {
		return nil, err
	}
	return c.attachmentNode(a), nil
}

func (c *call) attachment(id string) (attachment, error) {
	a, ok := c.s.attachments.Get(id)
	if !ok || !c.seesIssue(a.IssueID) {
		return attachment{}, notFound("Attachment")
	}
	return a, nil
}

func (c *call) searchAttachments(input) (any, error) {
	found := slices.DeleteFunc(c.s.index.attachments.asOf(c.asOf), func(a attachment) bool { return !c.seesIssue(a.IssueID) })
	return list{"Attachment", nodesOf(found, c.attachmentNode)}, nil
}

func (c *call) attachmentsForURL(args input) (any, error) {
	url, _ := args.text("url")
	found := slices.DeleteFunc(c.s.index.attachments.asOf(c.asOf), func(a attachment) bool {
		return a.URL != url || !c.seesIssue(a.IssueID)
	})
	return list{"Attachment", nodesOf(found, c.attachmentNode)}, nil
}

func (c *call) attachmentsOf(issueID string) []attachment {
	of := func(a attachment) bool { return a.IssueID == issueID }
	if c.searching {
		return slices.DeleteFunc(c.s.index.attachments.asOf(c.asOf), func(a attachment) bool { return !of(a) })
	}
	return c.s.attachments.Select(of)
}
