package jira

import (
	"net/http"
	"slices"
)

type permission struct {
	key, name string
	global    bool
	admin     bool // only alice and bob have it
}

// permissions are those an integration asks for; the real list is longer.
var permissions = []permission{
	{"BROWSE_PROJECTS", "Browse Projects", false, false},
	{"CREATE_ISSUES", "Create Issues", false, false},
	{"EDIT_ISSUES", "Edit Issues", false, false},
	{"TRANSITION_ISSUES", "Transition Issues", false, false},
	{"ASSIGN_ISSUES", "Assign Issues", false, false},
	{"ASSIGNABLE_USER", "Assignable User", false, false},
	{"MODIFY_REPORTER", "Modify Reporter", false, false},
	{"DELETE_ISSUES", "Delete Issues", false, false},
	{"LINK_ISSUES", "Link Issues", false, false},
	{"SET_ISSUE_SECURITY", "Set Issue Security", false, false},
	{"ADD_COMMENTS", "Add Comments", false, false},
	{"EDIT_ALL_COMMENTS", "Edit All Comments", false, false},
	{"EDIT_OWN_COMMENTS", "Edit Own Comments", false, false},
	{"DELETE_ALL_COMMENTS", "Delete All Comments", false, false},
	{"DELETE_OWN_COMMENTS", "Delete Own Comments", false, false},
	{viewWorkflow, "View Read-Only Workflow", false, true},
	{"ADMINISTER_PROJECTS", "Administer Projects", false, true},
	{"USER_PICKER", "Browse Users", true, false},
	{"ADMINISTER", "Administer Jira", true, true},
}

// isAdmin keeps the service account from what a person may do.
func isAdmin(name string) bool { return name != "bot" }

// myPermissions tells what the caller may do, anywhere or in one project. Cloud
// wants the permissions named.
func myPermissions(c *call) (answer, error) {
	wanted := c.list("permissions")
	if c.cloud && len(wanted) == 0 {
		return answer{}, invalid("The 'permissions' query parameter is required.")
	}
	for _, key := range wanted {
		if !slices.ContainsFunc(permissions, func(p permission) bool { return p.key == key }) {
			return answer{}, invalid("Unrecognized permission: " + key)
		}
	}
	in, err := c.permissionScope()
	if err != nil {
		return answer{}, err
	}
	out := object{}
	for k, p := range permissions {
		if len(wanted) > 0 && !slices.Contains(wanted, p.key) {
			continue
		}
		kind, have := "PROJECT", len(in) > 0
		if p.global {
			kind, have = "GLOBAL", true
		}
		have = have && (!p.admin || isAdmin(c.user)) ||
			p.key == viewWorkflow && slices.ContainsFunc(in, func(p project) bool { return c.s.canViewWorkflow(c.user, p.id) })
		out[p.key] = object{"id": jsonInt(k + 1), "key": p.key, "name": p.name, "type": kind, "description": "",
			"havePermission": have}
	}
	return ok(object{"permissions": out})
}

// permissionScope is the projects a permission is asked for; any will do.
func (c *call) permissionScope() ([]project, error) {
	if ref := c.query("issueKey") + c.query("issueId"); ref != "" {
		i, err := c.visible(ref)
		if err != nil {
			return nil, err
		}
		p, _ := projectBy(i.ProjectID)
		return []project{p}, nil
	}
	ref := c.query("projectKey") + c.query("projectId")
	if ref == "" {
		return c.browsable(), nil
	}
	p, found := projectBy(ref)
	if !found || !c.s.canBrowse(c.user, p.id) {
		return nil, fail(http.StatusNotFound, "No project could be found with key '"+ref+"'.")
	}
	return []project{p}, nil
}
