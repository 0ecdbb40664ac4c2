package linear

import (
	"slices"
	"strings"
	"unicode"
)

var priorityLabels = []string{"No priority", "Urgent", "High", "Medium", "Low"}

func (c *call) issueNode(i issue) node {
	return node{"Issue", object{
		"id": i.ID, "identifier": i.Identifier, "number": i.Number, "previousIdentifiers": i.Previous, "url": c.s.issueURL(i),
		"branchName": strings.ToLower(i.Identifier) + "-" + slug(i.Title), "title": i.Title,
		"description": orNil(i.Description), "descriptionState": nil, "priority": i.Priority,
		"priorityLabel": priorityLabels[i.Priority], "estimate": orNil(i.Estimate), "dueDate": orNil(i.DueDate),
		"sortOrder": i.SortOrder, "labelIds": i.LabelIDs, "trashed": trueOrNil(i.Trashed), "integrationSourceType": nil,
		"createdAt": i.CreatedAt, "updatedAt": i.UpdatedAt, "archivedAt": orNil(i.ArchivedAt), "startedAt": orNil(i.StartedAt),
		"completedAt": orNil(i.CompletedAt), "canceledAt": orNil(i.CanceledAt), "addedToTeamAt": i.CreatedAt,

		"team": c.teamByID(&i.TeamID), "state": c.stateByID(&i.StateID), "assignee": c.userByID(i.AssigneeID),
		"creator": c.userByID(&i.CreatorID), "botActor": c.botNode(i.CreatorID, i.ActAs), "externalUserCreator": nil,
		"parent": c.issueByID(i.ParentID), "project": c.projectByID(i.ProjectID), "syncedWith": syncedNodes(i.Synced),

		"labels": lazy(func() any {
			return list{"IssueLabel", nodesOf(c.s.labels.Select(func(l label) bool { return slices.Contains(i.LabelIDs, l.ID) }), c.labelNode)}
		}),
		"subscribers": lazy(func() any {
			return list{"User", nodesOf(c.s.users.Select(func(u user) bool { return slices.Contains(i.Subscribers, u.ID) }), c.userNode)}
		}),
		"comments":    lazy(func() any { return list{"Comment", nodesOf(c.commentsOf(i.ID), c.commentNode)} }),
		"attachments": lazy(func() any { return list{"Attachment", nodesOf(c.attachmentsOf(i.ID), c.attachmentNode)} }),
		"history": lazy(func() any {
			return list{"IssueHistory", nodesOf(c.s.histories.Select(func(h history) bool { return h.IssueID == i.ID }), c.historyNode)}
		}),
		"children": c.issuesWhere(func(child issue) bool { return value(child.ParentID) == i.ID }),
	}}
}

// trueOrNil is a flag as Linear answers some: true or null.
func trueOrNil(flag bool) any {
	if flag {
		return true
	}
	return nil
}

func (s *Server) issueURL(i issue) string {
	return s.options.BaseURL + "/" + orgSlug + "/issue/" + i.Identifier + "/" + slug(i.Title)
}

// slug is a title as a link shows it.
func slug(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "-")
}

// botNode is the app behind what it wrote, and whom it wrote it for.
func (c *call) botNode(userID string, actAs *string) any {
	u, _ := c.s.users.Get(userID)
	if !u.App {
		return nil
	}
	return node{"ActorBot", object{
		"id": appClientID, "type": "oauthClient", "name": u.Name, "subType": nil, "userDisplayName": orNil(actAs), "avatarUrl": nil,
	}}
}

func syncedNodes(all []synced) any {
	if len(all) == 0 {
		return nil
	}
	return nodesOf(all, func(one synced) node {
		return node{"ExternalEntityInfo", object{"id": one.ID, "service": one.Service, "metadata": metadataOf(one.Service)}}
	})
}

// metadataOf is what an integration tells about its own side of an issue.
func metadataOf(service string) node {
	switch service {
	case serviceGithub:
		return node{"ExternalEntityInfoGithubMetadata", object{"owner": "example", "repo": "example", "number": 1}}
	case serviceSlack:
		return node{"ExternalEntitySlackMetadata", object{"channelId": "C1", "channelName": "general", "isFromSlack": true}}
	}
	return node{"ExternalEntityInfoJiraMetadata", object{"issueKey": "EXT-1", "projectId": "10000", "issueTypeId": "10001"}}
}

func (c *call) commentNode(m comment) node {
	i, _ := c.s.issues.Get(m.IssueID)
	return node{"Comment", object{
		"id": m.ID, "body": m.Body, "bodyData": documentOf(m.Body), "url": c.s.commentURL(i, m), "issueId": m.IssueID,
		"parentId": orNil(m.ParentID), "quotedText": orNil(m.QuotedText), "editedAt": orNil(m.EditedAt),
		"createdAt": m.CreatedAt, "updatedAt": m.UpdatedAt, "archivedAt": nil, "resolvedAt": nil,
		"user": c.userByID(&m.UserID), "botActor": c.botNode(m.UserID, m.ActAs), "externalUser": nil, "issue": c.issueByID(&m.IssueID),
		"parent": c.commentByID(m.ParentID),
		"children": lazy(func() any {
			replies := c.s.comments.Select(func(other comment) bool { return value(other.ParentID) == m.ID })
			return list{"Comment", nodesOf(replies, c.commentNode)}
		}),
	}}
}

func (s *Server) commentURL(i issue, m comment) string { return s.issueURL(i) + "#comment-" + m.ID[:8] }

// documentOf is the editor's own form of a text, as one paragraph.
func documentOf(text string) string {
	raw, err := encode(object{"type": "doc", "content": []object{
		{"type": "paragraph", "content": []object{{"type": "text", "text": text}}},
	}})
	if err != nil {
		return ""
	}
	return string(raw)
}

func (c *call) attachmentNode(a attachment) node {
	return node{"Attachment", object{
		"id": a.ID, "url": a.URL, "title": a.Title, "subtitle": orNil(a.Subtitle), "metadata": a.Metadata, "source": sourceAPI,
		"sourceType": "api", "groupBySource": a.Group, "createdAt": a.CreatedAt, "updatedAt": a.UpdatedAt, "archivedAt": nil,
		"creator": c.userByID(&a.CreatorID), "externalUserCreator": nil, "issue": c.issueByID(&a.IssueID), "originalIssue": nil,
	}}
}

var sourceAPI = object{"type": "api"}
