package linear

import "slices"

// Payloads have the fields of real deliveries; what is not set is left out.

func (s *Server) actorPayload(u user) object {
	if u.App {
		return object{"id": appClientID, "name": u.Name, "type": "OauthClient"}
	}
	payload := s.userPayload(u)
	payload["type"] = "user"
	return payload
}

func (s *Server) userPayload(u user) object {
	email := u.Email
	if s.core.HideEmail() {
		email = hiddenEmail
	}
	return object{"id": u.ID, "name": u.Name, "email": email, "url": s.userURL(u)}
}

func (s *Server) issuePayload(i issue) object {
	t, _ := s.teams.Get(i.TeamID)
	st, _ := s.states.Get(i.StateID)
	data := object{
		"id": i.ID, "createdAt": i.CreatedAt, "updatedAt": i.UpdatedAt, "number": i.Number, "title": i.Title,
		"priority": i.Priority, "priorityLabel": priorityLabels[i.Priority], "sortOrder": i.SortOrder, "prioritySortOrder": 0,
		"teamId": i.TeamID, "previousIdentifiers": i.Previous, "creatorId": i.CreatorID, "stateId": i.StateID,
		"labelIds": i.LabelIDs, "subscriberIds": i.Subscribers, "identifier": i.Identifier, "url": s.issueURL(i),
		"reactionData": []any{}, "slaType": "all", "inheritsSharedAccess": false, "addedToTeamAt": i.CreatedAt, "botActor": s.botPayload(i.CreatorID, i.ActAs),
		"team":   object{"id": t.ID, "key": t.Key, "name": t.Name},
		"state":  object{"id": st.ID, "name": st.Name, "type": st.Type, "color": st.Color},
		"labels": s.labelPayloads(i.LabelIDs),
	}
	for name, given := range map[string]any{
		"description": orNil(i.Description), "estimate": orNil(i.Estimate), "dueDate": orNil(i.DueDate),
		"assigneeId": orNil(i.AssigneeID), "parentId": orNil(i.ParentID), "projectId": orNil(i.ProjectID),
		"startedAt": orNil(i.StartedAt), "completedAt": orNil(i.CompletedAt), "canceledAt": orNil(i.CanceledAt),
		"archivedAt": orNil(i.ArchivedAt), "trashed": trueOrNil(i.Trashed),
	} {
		// What is not set is left out, as in real deliveries.
		if given != nil {
			data[name] = given
		}
	}
	if i.Description != nil {
		data["descriptionData"] = documentOf(*i.Description)
	}
	if u, ok := s.users.Get(value(i.AssigneeID)); ok {
		data["assignee"] = s.userPayload(u)
	}
	if p, ok := s.projects.Get(value(i.ProjectID)); ok {
		data["project"] = object{"id": p.ID, "name": p.Name, "url": s.projectURL(p)}
	}
	if len(i.Synced) > 0 {
		data["syncedWith"] = i.Synced
	}
	return data
}

// botPayload is JSON within a string, as Linear sends it.
func (s *Server) botPayload(userID string, actAs *string) any {
	u, _ := s.users.Get(userID)
	if !u.App {
		return nil
	}
	raw, err := encode(object{"id": appClientID, "type": "oauthClient", "name": u.Name, "userDisplayName": orNil(actAs)})
	if err != nil {
		return nil
	}
	return string(raw)
}

func (s *Server) labelPayloads(ids []string) []object {
	payloads := []object{}
	for _, l := range s.labels.Select(func(l label) bool { return slices.Contains(ids, l.ID) }) {
		payload := object{"id": l.ID, "name": l.Name, "color": l.Color}
		if l.ParentID != nil {
			payload["parentId"] = *l.ParentID
		}
		payloads = append(payloads, payload)
	}
	return payloads
}

// updatedFrom holds the former values of what changed.
func updatedFrom(before, after issue) object {
	from := object{"updatedAt": before.UpdatedAt}
	for _, part := range []struct {
		name     string
		old, new any
	}{
		{"title", before.Title, after.Title},
		{"description", orNil(before.Description), orNil(after.Description)},
		{"priority", before.Priority, after.Priority},
		{"estimate", orNil(before.Estimate), orNil(after.Estimate)},
		{"dueDate", orNil(before.DueDate), orNil(after.DueDate)},
		{"stateId", before.StateID, after.StateID},
		{"teamId", before.TeamID, after.TeamID},
		{"number", before.Number, after.Number},
		{"assigneeId", orNil(before.AssigneeID), orNil(after.AssigneeID)},
		{"projectId", orNil(before.ProjectID), orNil(after.ProjectID)},
		{"parentId", orNil(before.ParentID), orNil(after.ParentID)},
		{"sortOrder", before.SortOrder, after.SortOrder},
		{"startedAt", orNil(before.StartedAt), orNil(after.StartedAt)},
		{"completedAt", orNil(before.CompletedAt), orNil(after.CompletedAt)},
		{"canceledAt", orNil(before.CanceledAt), orNil(after.CanceledAt)},
		{"archivedAt", orNil(before.ArchivedAt), orNil(after.ArchivedAt)},
		{"trashed", trueOrNil(before.Trashed), trueOrNil(after.Trashed)},
	} {
		if part.old != part.new {
			from[part.name] = part.old
		}
	}
	if !slices.Equal(before.LabelIDs, after.LabelIDs) {
		from["labelIds"] = before.LabelIDs
	}
	return from
}
