package jira

import (
	"slices"
	"strings"
)

// diff lists what changed between two versions of an issue, in Jira's order. It
// is the only source of changelog entries, so a write that changes nothing has
// none.
func (s *Server) diff(before, after issue) []change {
	var out []change
	add := func(name, id, from, fromText, to, toText string) {
		if from == to && fromText == toText {
			return
		}
		kind := "jira"
		if strings.HasPrefix(id, "customfield_") {
			kind = "custom"
		}
		out = append(out, change{Field: name, FieldType: kind, FieldID: id,
			From: pointer(from), FromString: pointer(fromText), To: pointer(to), ToString: pointer(toText)})
	}
	person := func(name string) string { u, _ := userNamed(name); return u.display }
	label := func(list []named, id string) string { n, _ := pick(list, id, ""); return n.name }
	statusName := func(id string) string { st, _ := s.statusBy(id); return st.Name }
	typeName := func(id string) string { t, _ := typeBy(id); return t.name }
	projectName := func(id string) string { p, _ := projectBy(id); return p.name }
	old, now := before, after

	add("project", "project", old.ProjectID, projectName(old.ProjectID), now.ProjectID, projectName(now.ProjectID))
	add("Key", "", "", old.Key, "", now.Key)
	add("issuetype", "issuetype", old.TypeID, typeName(old.TypeID), now.TypeID, typeName(now.TypeID))
	add("assignee", "assignee", old.Assignee, person(old.Assignee), now.Assignee, person(now.Assignee))
	for _, c := range allComponents() {
		had, has := slices.Contains(old.Components, c.id), slices.Contains(now.Components, c.id)
		switch {
		case had && !has:
			add("Component", "components", c.id, c.name, "", "")
		case has && !had:
			add("Component", "components", "", "", c.id, c.name)
		}
	}
	for _, f := range fieldTable {
		if !strings.HasPrefix(f.id, "customfield_") {
			continue
		}
		fromID, from := customText(old, f.id)
		toID, to := customText(now, f.id)
		add(f.name, f.id, fromID, from, toID, to)
	}
	add("description", "description", "", old.Description, "", now.Description)
	add("duedate", "duedate", old.DueDate, old.DueDate, now.DueDate, now.DueDate)
	add("environment", "environment", "", old.Environment, "", now.Environment)
	add("labels", "labels", "", strings.Join(old.Labels, " "), "", strings.Join(now.Labels, " "))
	add("priority", "priority", old.PriorityID, label(priorities, old.PriorityID), now.PriorityID, label(priorities, now.PriorityID))
	add("reporter", "reporter", old.Reporter, person(old.Reporter), now.Reporter, person(now.Reporter))
	add("resolution", "resolution", old.Resolution, label(resolutions, old.Resolution), now.Resolution, label(resolutions, now.Resolution))
	add("security", "security", old.Security, label(securityLevels, old.Security), now.Security, label(securityLevels, now.Security))
	add("status", "status", old.StatusID, statusName(old.StatusID), now.StatusID, statusName(now.StatusID))
	add("summary", "summary", "", old.Summary, "", now.Summary)
	return out
}

func allComponents() []component {
	var out []component
	for _, p := range projects {
		out = append(out, p.components...)
	}
	return out
}

// pointer makes empty null, as the changelog has it.
func pointer(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// changesJSON shows changelog items; webhooks of Cloud carry account ids twice.
func (v *view) changesJSON(items []change, webhook bool) []object {
	out := []object{}
	for _, c := range items {
		from, to := c.From, c.To
		isUser := c.FieldID == "assignee" || c.FieldID == "reporter"
		if isUser {
			from, to = v.userRef(from), v.userRef(to)
		}
		o := object{"field": c.Field, "fieldtype": c.FieldType, "from": from, "fromString": c.FromString, "to": to, "toString": c.ToString}
		if v.cloud && c.FieldID != "" {
			o["fieldId"] = c.FieldID
		}
		if v.cloud && isUser {
			o["tmpFromAccountId"], o["tmpToAccountId"] = from, to
			if !webhook {
				delete(o, "tmpFromAccountId")
				delete(o, "tmpToAccountId")
			}
		}
		out = append(out, o)
	}
	return out
}

// userRef is a changelog's from or to of a user: account id or user key.
func (v *view) userRef(name *string) *string {
	if name == nil {
		return nil
	}
	u, _ := userNamed(*name)
	ref := u.key()
	if v.cloud {
		ref = u.accountID()
	}
	return &ref
}

// historiesJSON lists the changelog, oldest first. Creation is no entry.
func (v *view) historiesJSON(i issue) []object {
	out := []object{}
	for _, h := range v.s.historyList(i.ID) {
		out = append(out, object{"id": h.ID, "author": v.userJSON(h.Author), "created": stamp(h.Created),
			"items": v.changesJSON(h.Items, false)})
	}
	return out
}

// changelog pages through an issue's history, oldest first; Cloud only.
func changelog(c *call) (answer, error) {
	i, err := c.readable()
	if err != nil {
		return answer{}, err
	}
	if !c.cloud {
		return answer{}, fail(404, "null for uri: "+c.r.URL.Path)
	}
	return ok(paged(c, c.historiesJSON(i), 100))
}
