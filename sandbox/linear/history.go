package linear

import "slices"

// record adds an entry to an issue's history.
func (c *call) record(issueID string, values object) {
	if len(values) == 0 {
		return
	}
	h := history{ID: newID(), IssueID: issueID, ActorID: c.actor.ID, Values: values, CreatedAt: c.s.now()}
	c.s.histories.Put(h.ID, h)
}

// changes is what a history entry says about two versions of an issue. Of a
// description it says only that there was a change.
func changes(before, after issue) object {
	values := object{}
	for _, part := range []struct {
		name     string
		old, new any
	}{
		{"StateId", before.StateID, after.StateID},
		{"TeamId", before.TeamID, after.TeamID},
		{"AssigneeId", orNil(before.AssigneeID), orNil(after.AssigneeID)},
		{"ProjectId", orNil(before.ProjectID), orNil(after.ProjectID)},
		{"ParentId", orNil(before.ParentID), orNil(after.ParentID)},
		{"Title", before.Title, after.Title},
		{"Priority", before.Priority, after.Priority},
		{"Estimate", orNil(before.Estimate), orNil(after.Estimate)},
		{"DueDate", orNil(before.DueDate), orNil(after.DueDate)},
	} {
		if part.old != part.new {
			values["from"+part.name], values["to"+part.name] = part.old, part.new
		}
	}
	if orNil(before.Description) != orNil(after.Description) {
		values["updatedDescription"] = true
	}
	if added := minus(after.LabelIDs, before.LabelIDs); len(added) > 0 {
		values["addedLabelIds"] = added
	}
	if removed := minus(before.LabelIDs, after.LabelIDs); len(removed) > 0 {
		values["removedLabelIds"] = removed
	}
	if before.Trashed != after.Trashed {
		values["trashed"] = after.Trashed
	}
	if gone := after.ArchivedAt != nil; gone != (before.ArchivedAt != nil) {
		values["archived"] = gone
	}
	return values
}

func minus(all, without []string) []any {
	var rest []any
	for _, id := range all {
		if !slices.Contains(without, id) {
			rest = append(rest, id)
		}
	}
	return rest
}

func (c *call) historyNode(h history) node {
	fields := object{
		"id": h.ID, "createdAt": h.CreatedAt, "updatedAt": h.CreatedAt, "archivedAt": nil, "actorId": h.ActorID,
		"actor": c.userByID(&h.ActorID), "botActor": c.botNode(h.ActorID, nil), "issue": c.issueByID(&h.IssueID),
	}
	for name, changed := range h.Values {
		fields[name] = changed
	}
	for name, relation := range map[string]func(*string) lazy{
		"State": c.stateByID, "Team": c.teamByID, "Assignee": c.userByID, "Project": c.projectByID, "Parent": c.issueByID,
	} {
		for _, side := range []string{"from", "to"} {
			fields[side+name] = relation(idIn(h.Values, side+name+"Id"))
		}
	}
	for _, side := range []string{"added", "removed"} {
		fields[side+"Labels"] = c.labelsIn(h.Values, side+"LabelIds")
	}
	fields["attachment"] = c.attachmentByID(idIn(h.Values, "attachmentId"))
	if h.Values["updatedDescription"] == true {
		fields["descriptionUpdatedBy"] = lazy(func() any {
			u, _ := c.s.users.Get(h.ActorID)
			return []node{c.userNode(u)}
		})
	}
	return node{"IssueHistory", fields}
}

func idIn(values object, name string) *string {
	id, ok := values[name].(string)
	if !ok {
		return nil
	}
	return &id
}

func (c *call) labelsIn(values object, name string) any {
	ids, ok := values[name].([]any)
	if !ok {
		return nil
	}
	return lazy(func() any {
		return nodesOf(c.s.labels.Select(func(l label) bool { return slices.Contains(ids, any(l.ID)) }), c.labelNode)
	})
}
