package ravenna

import (
	"encoding/json"
	"maps"
)

// renderTicket is the "default" shape, which single tickets have as well.
func (s *Server) renderTicket(t ticket) object {
	answer := s.renderPlain(t)
	maps.Copy(answer, object{
		"agentParticipated": nil, "approvedAt": t.ApprovedAt, "assignedAIAgent": nil,
		"category": nil, "csat": []object{}, "incident": false, "incidentId": nil, "incidentTracker": nil,
		"mergedAt": t.MergedAt, "mergedById": t.MergedByID, "mergedIntoId": t.MergedIntoID, "mergedInto": s.ticketRef(t.MergedIntoID),
		"metadata": raw(t.Metadata), "originalQueueId": t.OriginalQueueID, "parent": s.parentOf(t),
		"queue": s.renderQueueByID(t.QueueID), "slackChannel": nil, "slackThreads": []object{},
		"status": s.renderStatusByID(t.StatusID), "summary": nil, "summaryUpdatedAt": nil,
		"tags": s.renderTags(t), "children": s.childrenOf(t), "approvalRounds": []object{},
		"assignee": person(t.AssigneeID), "requester": person(t.RequesterID), "author": person(t.AuthorID),
	})
	return answer
}

// renderThin leaves out metadata and merges, and shortens the relations.
func (s *Server) renderThin(t ticket) object {
	answer := s.renderListItem(t)
	maps.Copy(answer, object{
		"category": nil, "assignedAIAgent": nil, "slackThreads": []object{}, "approvalRounds": []object{},
		"assignee": person(t.AssigneeID), "requester": person(t.RequesterID), "author": person(t.AuthorID),
	})
	return answer
}

func (s *Server) renderListItem(t ticket) object {
	answer := s.renderPlain(t)
	maps.Copy(answer, object{
		"agentParticipated": nil, "approvedAt": t.ApprovedAt, "category": nil, "csat": []object{},
		"queue": s.renderQueueThin(t.QueueID), "status": s.renderStatusThin(t.StatusID),
		"tags": s.renderTagsThin(t), "parent": s.parentThin(t), "children": s.childrenThin(t),
	})
	return answer
}

// renderPlain holds what all shapes have in common.
func (s *Server) renderPlain(t ticket) object {
	return object{
		"id": t.ID, "shortId": t.ShortID, "number": t.Number, "code": t.Code,
		"title": t.Title, "description": t.Description, "priority": t.Priority, "statusId": t.StatusID,
		"queueId": t.QueueID, "requestType": nil, "requestTypeId": nil, "categoryId": nil,
		"assigneeId": t.AssigneeID, "agentAssigneeId": t.AgentAssigneeID, "requesterId": t.RequesterID, "authorId": t.AuthorID,
		"followers": refs(t.Followers), "approvers": refs(t.Approvers), "stars": []object{}, "shares": []object{},
		"source": t.Source, "type": t.Type, "private": t.Private, "published": t.Published,
		"disableAIResponse": t.DisableAI, "lastAgentResponse": nil, "slackChannelId": t.SlackChannelID,
		"customFields": raw(t.CustomFields), "attributeFields": raw(t.AttributeFields), "parentId": t.ParentID,
		"approvalStatus": nil, "approvalCompletedAt": nil, "csatScore": nil, "metricValues": []object{},
		"declinedAt": t.DeclinedAt, "dueAt": t.DueAt, "startAt": t.StartAt, "snoozeUntil": t.SnoozeUntil,
		"assignedAt": t.AssignedAt, "respondedAt": nil, "resolvedAt": t.ResolvedAt, "closedAt": t.ClosedAt,
		"archivedAt": t.ArchivedAt, "publishedAt": t.PublishedAt, "createdAt": t.CreatedAt, "updatedAt": t.UpdatedAt,
	}
}

// raw keeps null where nothing was ever stored.
func raw(value json.RawMessage) any {
	if len(value) == 0 {
		return nil
	}
	return value
}

// person is all that a ticket tells of somebody: no name, no e-mail.
func person(id *string) any {
	if id == nil {
		return nil
	}
	return object{"userGroups": []object{}}
}

func refs(ids []string) []object {
	list := make([]object, 0, len(ids))
	for _, id := range ids {
		list = append(list, object{"id": id})
	}
	return list
}

func (s *Server) ticketRef(id *string) any {
	t, ok := s.tickets.Get(text(id))
	if !ok {
		return nil
	}
	q, _ := s.queues.Get(t.QueueID)
	return object{
		"id": t.ID, "number": t.Number, "title": t.Title,
		"queue": object{"id": q.ID, "prefix": q.Prefix, "workspaceId": workspaceID, "workspace": object{"slug": workspaceSlug}},
	}
}

func (s *Server) parentOf(t ticket) any {
	parent, ok := s.tickets.Get(text(t.ParentID))
	if !ok {
		return nil
	}
	q, _ := s.queues.Get(parent.QueueID)
	return object{
		"id": parent.ID, "number": parent.Number, "title": parent.Title,
		"queue": object{"id": q.ID, "prefix": q.Prefix, "workspaceId": workspaceID},
	}
}

func (s *Server) parentThin(t ticket) any {
	parent, ok := s.tickets.Get(text(t.ParentID))
	if !ok {
		return nil
	}
	q, _ := s.queues.Get(parent.QueueID)
	return object{"number": parent.Number, "queue": object{"prefix": q.Prefix, "workspaceId": workspaceID}}
}

func (s *Server) childrenOf(t ticket) []object {
	list := []object{}
	for _, child := range s.children(t) {
		q, _ := s.queues.Get(child.QueueID)
		st, _ := s.statuses.Get(child.StatusID)
		list = append(list, object{
			"id": child.ID, "title": child.Title, "queueId": child.QueueID, "number": child.Number,
			"statusId": child.StatusID, "assigneeId": child.AssigneeID, "priority": child.Priority,
			"queue": object{"workspaceId": workspaceID, "prefix": q.Prefix}, "status": object{"id": st.ID, "label": st.Label},
		})
	}
	return list
}

func (s *Server) childrenThin(t ticket) []object {
	list := []object{}
	for _, child := range s.children(t) {
		list = append(list, object{
			"id": child.ID, "title": child.Title, "number": child.Number, "statusId": child.StatusID,
			"queue": object{"workspaceId": workspaceID},
		})
	}
	return list
}
