package jira

import (
	"net/http"
	"slices"
	"strings"
)

// pathProject finds the project named in the path, if the caller may browse it.
func (c *call) pathProject() (project, error) {
	ref := c.r.PathValue("project")
	p, found := projectBy(ref)
	if !found || !c.s.canBrowse(c.user, p.id) {
		return project{}, fail(http.StatusNotFound, "No project could be found with key '"+ref+"'.")
	}
	return p, nil
}

func (c *call) browsable() []project {
	var out []project
	for _, p := range projects {
		if c.s.canBrowse(c.user, p.id) {
			out = append(out, p)
		}
	}
	return out
}

func (v *view) typesJSON(p project) []object {
	out := []object{}
	for _, id := range p.types {
		t, _ := typeBy(id)
		out = append(out, v.typeJSON(t))
	}
	return out
}

// projectFull is a project as read by itself.
func (v *view) projectFull(p project) object {
	out := v.projectJSON(p)
	roleLinks := object{}
	for _, r := range roles {
		roleLinks[r.name] = v.api + "/project/" + p.id + "/role/" + r.id
	}
	out["expand"] = "description,lead,issueTypes,url,projectKeys,permissions,insight"
	out["description"], out["lead"], out["assigneeType"] = "", v.userJSON("alice"), "UNASSIGNED"
	out["issueTypes"], out["components"], out["versions"] = v.typesJSON(p), v.projectComponents(p), []object{}
	out["roles"] = roleLinks
	if v.cloud {
		out["style"], out["isPrivate"], out["properties"] = "classic", false, object{}
	}
	return out
}

func (v *view) projectComponents(p project) []object {
	out := []object{}
	for _, comp := range p.components {
		out = append(out, object{"self": v.api + "/component/" + comp.id, "id": comp.id, "name": comp.name,
			"assigneeType": "PROJECT_DEFAULT", "isAssigneeTypeValid": false, "project": p.key, "projectId": number(p.id)})
	}
	return out
}

func listProjects(c *call) (answer, error) {
	list := []object{}
	for _, p := range c.browsable() {
		list = append(list, c.projectJSON(p))
	}
	return ok(list)
}

// searchProjects pages; query looks into key and name.
func searchProjects(c *call) (answer, error) {
	list := []object{}
	query, keys, ids := strings.ToLower(c.query("query")), c.list("keys"), c.list("id")
	for _, p := range c.browsable() {
		named := strings.Contains(strings.ToLower(p.name), query) || strings.Contains(strings.ToLower(p.key), query)
		if named && (len(keys) == 0 || slices.Contains(keys, p.key)) && (len(ids) == 0 || slices.Contains(ids, p.id)) {
			list = append(list, c.projectJSON(p))
		}
	}
	return ok(paged(c, list, defaultPage))
}

// withProject answers from the project named in the path.
func withProject(show func(*call, project) any) handler {
	return func(c *call) (answer, error) {
		p, err := c.pathProject()
		if err != nil {
			return answer{}, err
		}
		return ok(show(c, p))
	}
}

// projectStatuses lists the workflow's statuses once per issue type.
func projectStatuses(c *call, p project) any {
	out := []object{}
	for _, id := range p.types {
		t, _ := typeBy(id)
		list := []any{}
		for _, st := range c.s.flow(p) {
			list = append(list, c.statusNow(st))
		}
		out = append(out, object{"self": c.api + "/issuetype/" + t.id, "id": t.id, "name": t.name, "subtask": false, "statuses": list})
	}
	return out
}

func projectRoles(c *call, p project) any {
	out := object{}
	for _, r := range roles {
		out[r.name] = c.api + "/project/" + p.id + "/role/" + r.id
	}
	return out
}

// projectLevels is the same for all projects: there is one security scheme.
func projectLevels(c *call, _ project) any {
	list := []any{}
	for _, l := range securityLevels {
		list = append(list, c.namedJSON("securitylevel", securityLevels, l.id))
	}
	return object{"levels": list}
}

// screen is what createmeta says of the fields of a type, by field id.
func (v *view) screen(projectID, typeID string) object {
	p, _ := projectBy(projectID)
	out := object{}
	for _, f := range fieldTable {
		if onScreen(f, p, typeID) {
			meta := v.fieldMeta(f, p, typeID)
			delete(meta, "fieldId") // only the paged createmeta repeats it
			out[f.id] = meta
		}
	}
	return out
}

// fieldMeta says of one field whether it is required and what it may be.
func (v *view) fieldMeta(f field, p project, typeID string) object {
	operations := []string{"set"}
	if f.list {
		operations = []string{"add", "set", "remove"}
	}
	out := object{"required": required(f), "schema": f.schema, "name": f.name, "key": f.id, "fieldId": f.id,
		"hasDefaultValue": f.id == "priority" || f.id == "reporter", "operations": operations}
	allowed := []any{}
	switch f.id {
	case "issuetype":
		t, _ := typeBy(typeID)
		allowed = append(allowed, v.typeJSON(t))
	case "priority":
		for _, n := range priorities {
			allowed = append(allowed, v.namedJSON("priority", priorities, n.id))
		}
		out["defaultValue"] = v.namedJSON("priority", priorities, defaultPriority)
	case "security":
		for _, n := range securityLevels {
			allowed = append(allowed, v.namedJSON("securitylevel", securityLevels, n.id))
		}
	case "components":
		for _, comp := range v.projectComponents(p) {
			allowed = append(allowed, comp)
		}
	case "assignee", "reporter":
		out["autoCompleteUrl"] = v.api + "/user/assignable/search?project=" + p.key + "&query="
		return out
	default:
		for _, o := range options[f.id] {
			allowed = append(allowed, object{"self": v.api + "/customFieldOption/" + o.id, "value": o.name, "id": o.id})
		}
	}
	if len(allowed) > 0 {
		out["allowedValues"] = allowed
	}
	return out
}

// createTypes and createFields are the two halves of the new createmeta. Cloud
// names its list after what is in it; Data Center returns a page bean.
func createTypes(c *call) (answer, error) {
	p, err := c.pathProject()
	if err != nil {
		return answer{}, err
	}
	return c.createPage("issueTypes", c.typesJSON(p))
}

func createFields(c *call) (answer, error) {
	p, err := c.pathProject()
	if err != nil {
		return answer{}, err
	}
	typeID := c.r.PathValue("type")
	if !slices.Contains(p.types, typeID) {
		return answer{}, fail(http.StatusNotFound, "The issue type is not found in the project.")
	}
	list := []object{}
	for _, f := range fieldTable {
		if onScreen(f, p, typeID) {
			list = append(list, c.fieldMeta(f, p, typeID))
		}
	}
	list = append(list, object{"required": true, "schema": system("project", "project"), "name": "Project", "key": "project",
		"fieldId": "project", "hasDefaultValue": false, "operations": []string{"set"}, "allowedValues": []object{c.projectJSON(p)}})
	return c.createPage("fields", list)
}

// createPage shapes a page of createmeta as the flavour does.
func (c *call) createPage(name string, all []object) (answer, error) {
	page := paged(c, all, defaultPage)
	delete(page, "self")
	if c.cloud {
		page[name] = page["values"]
		delete(page, "values")
		delete(page, "isLast")
	}
	return ok(page)
}

// oldCreateMeta is deprecated on Cloud and gone from Data Center, where its
// path reads as an issue called "createmeta".
func oldCreateMeta(c *call) (answer, error) {
	if !c.cloud {
		return answer{}, fail(http.StatusNotFound, "Issue Does Not Exist")
	}
	list := []object{}
	keys, withFields := c.list("projectKeys"), c.expands("projects.issuetypes.fields")
	for _, p := range c.browsable() {
		if len(keys) > 0 && !slices.Contains(keys, p.key) {
			continue
		}
		types := c.typesJSON(p)
		for _, t := range types {
			if id, _ := t["id"].(string); withFields {
				t["expand"], t["fields"] = "fields", c.screen(p.id, id)
			}
			delete(t, "hierarchyLevel")
		}
		list = append(list, object{"self": c.api + "/project/" + p.id, "id": p.id, "key": p.key, "name": p.name,
			"avatarUrls": c.avatars("projectavatar?pid=" + p.id), "issuetypes": types})
	}
	return ok(object{"expand": "projects", "projects": list})
}
