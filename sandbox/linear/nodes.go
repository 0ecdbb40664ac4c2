package linear

import "strings"

// nodesOf turns stored objects into nodes of an answer.
func nodesOf[T any](items []T, answer func(T) node) []node {
	nodes := make([]node, 0, len(items))
	for _, item := range items {
		nodes = append(nodes, answer(item))
	}
	return nodes
}

// byID is a lazy relation to an object that may be absent.
func byID[T any](id *string, get func(string) (T, bool), answer func(T) node) lazy {
	return func() any {
		if id == nil {
			return nil
		}
		if found, ok := get(*id); ok {
			return answer(found)
		}
		return nil
	}
}

func (c *call) userByID(id *string) lazy    { return byID(id, c.s.users.Get, c.userNode) }
func (c *call) teamByID(id *string) lazy    { return byID(id, c.s.teams.Get, c.teamNode) }
func (c *call) stateByID(id *string) lazy   { return byID(id, c.s.states.Get, c.stateNode) }
func (c *call) labelByID(id *string) lazy   { return byID(id, c.s.labels.Get, c.labelNode) }
func (c *call) projectByID(id *string) lazy { return byID(id, c.s.projects.Get, c.projectNode) }
func (c *call) issueByID(id *string) lazy   { return byID(id, c.s.issues.Get, c.issueNode) }
func (c *call) commentByID(id *string) lazy { return byID(id, c.s.comments.Get, c.commentNode) }
func (c *call) attachmentByID(id *string) lazy {
	return byID(id, c.s.attachments.Get, c.attachmentNode)
}

// count is a lazy number of issues.
func (c *call) count(match func(issue) bool) lazy {
	return func() any { return len(c.s.issues.Select(match)) }
}

func (c *call) userNode(u user) node {
	email := u.Email
	if c.s.core.HideEmail() {
		email = hiddenEmail
	}
	first, last, _ := strings.Cut(u.Name, " ")
	return node{"User", object{
		"id": u.ID, "name": u.Name, "displayName": strings.ToLower(first), "email": email, "active": true, "admin": u.Admin,
		"app": u.App, "isAssignable": !u.App, "isMe": u.ID == c.actor.ID, "initials": first[:1] + last[:1],
		"url": c.s.userURL(u), "createdAt": u.CreatedAt, "updatedAt": u.CreatedAt, "archivedAt": nil,
		"createdIssueCount": c.count(func(i issue) bool { return i.CreatorID == u.ID }),
		"organization":      lazy(func() any { return c.organizationNode() }),
		"teams":             lazy(func() any { return c.teamList() }),
		"assignedIssues":    c.issuesWhere(func(i issue) bool { return value(i.AssigneeID) == u.ID }),
		"createdIssues":     c.issuesWhere(func(i issue) bool { return i.CreatorID == u.ID }),
	}}
}

// hiddenEmail stands for every address while they are hidden: the schema
// requires one.
const hiddenEmail = "hidden@hidden.invalid"

func (s *Server) userURL(u user) string {
	return s.options.BaseURL + "/" + orgSlug + "/profiles/" + strings.ReplaceAll(strings.ToLower(u.Name), " ", "-")
}

func (c *call) organizationNode() node {
	created := c.actor.CreatedAt
	return node{"Organization", object{
		"id": orgID, "name": orgName, "urlKey": orgSlug, "createdAt": created, "updatedAt": created, "archivedAt": nil,
		"createdIssueCount": c.s.issues.Len(), "userCount": c.s.users.Len(),
		"users":  lazy(func() any { return c.userList() }),
		"teams":  lazy(func() any { return c.teamList() }),
		"labels": lazy(func() any { return c.labelList(nil) }),
	}}
}

func (c *call) teamNode(t team) node {
	of := func(teamID string) bool { return teamID == t.ID }
	return node{"Team", object{
		"id": t.ID, "key": t.Key, "name": t.Name, "displayName": t.Name, "createdAt": t.CreatedAt, "updatedAt": t.CreatedAt,
		"archivedAt": nil, "icon": nil, "color": nil,
		"issueCount":        c.count(func(i issue) bool { return of(i.TeamID) && i.ArchivedAt == nil }),
		"organization":      lazy(func() any { return c.organizationNode() }),
		"defaultIssueState": lazy(func() any { return c.stateNode(c.s.defaultState(t.ID)) }),
		"states": lazy(func() any {
			return list{"WorkflowState", nodesOf(c.s.states.Select(func(st state) bool { return of(st.TeamID) }), c.stateNode)}
		}),
		"labels":  lazy(func() any { return c.labelList(&t.ID) }),
		"members": lazy(func() any { return c.userList() }),
		"projects": lazy(func() any {
			return list{"Project", nodesOf(c.s.projects.Select(func(p project) bool { return p.in(t.ID) }), c.projectNode)}
		}),
		"issues": c.issuesWhere(func(i issue) bool { return of(i.TeamID) }),
	}}
}

func (c *call) stateNode(st state) node {
	return node{"WorkflowState", object{
		"id": st.ID, "name": st.Name, "type": st.Type, "color": st.Color, "position": st.Position, "description": nil,
		"createdAt": st.CreatedAt, "updatedAt": st.CreatedAt, "archivedAt": nil,
		"team":   c.teamByID(&st.TeamID),
		"issues": c.issuesWhere(func(i issue) bool { return i.StateID == st.ID }),
	}}
}

func (c *call) labelNode(l label) node {
	return node{"IssueLabel", object{
		"id": l.ID, "name": l.Name, "description": orNil(l.Description), "color": l.Color, "isGroup": l.IsGroup,
		"createdAt": l.CreatedAt, "updatedAt": l.UpdatedAt, "archivedAt": nil,
		"team": c.teamByID(l.TeamID), "parent": c.labelByID(l.ParentID), "creator": c.userByID(l.CreatorID),
		"organization": lazy(func() any { return c.organizationNode() }),
		"children": lazy(func() any {
			return list{"IssueLabel", nodesOf(c.s.labels.Select(func(other label) bool { return value(other.ParentID) == l.ID }), c.labelNode)}
		}),
	}}
}

func (c *call) projectNode(p project) node {
	return node{"Project", object{
		"id": p.ID, "name": p.Name, "description": p.Description, "slugId": p.ID[:12], "url": c.s.projectURL(p),
		"createdAt": p.CreatedAt, "updatedAt": p.UpdatedAt, "archivedAt": nil, "creator": c.userByID(p.CreatorID),
		"status": node{"ProjectStatus", object{
			"id": seedID("projectStatus/backlog"), "name": "Backlog", "type": "backlog", "color": "#bec2c8", "position": 0,
			"indefinite": true, "createdAt": p.CreatedAt, "updatedAt": p.CreatedAt,
		}},
		"teams": lazy(func() any {
			return list{"Team", nodesOf(c.s.teams.Select(func(t team) bool { return p.in(t.ID) }), c.teamNode)}
		}),
		"issues": c.issuesWhere(func(i issue) bool { return value(i.ProjectID) == p.ID }),
	}}
}

func (s *Server) projectURL(p project) string {
	return s.options.BaseURL + "/" + orgSlug + "/project/" + slug(p.Name) + "-" + p.ID[:12]
}

func (c *call) webhookNode(w webhook) node {
	return node{"Webhook", object{
		"id": w.ID, "label": orNil(w.Label), "url": w.URL, "secret": w.Secret, "enabled": w.Enabled, "allPublicTeams": w.AllTeams,
		"resourceTypes": w.ResourceTypes, "createdAt": w.CreatedAt, "updatedAt": w.UpdatedAt, "archivedAt": nil,
		"team": c.teamByID(w.TeamID), "creator": c.userByID(&w.CreatorID),
	}}
}
