package jira

import (
	"net/http"
	"slices"
)

const viewWorkflow = "VIEW_READONLY_WORKFLOW"

// canViewWorkflow is true for people, and for the service account once a
// control call has given it the permission.
func (s *Server) canViewWorkflow(user, projectID string) bool {
	if may, said := s.viewers.Get(projectID + "/" + user); said {
		return may
	}
	return isAdmin(user)
}

// readWorkflows answers the graph of each workflow asked for. All types of a
// project share one. Data Center has no such endpoint.
func readWorkflows(c *call) (answer, error) {
	if !c.cloud {
		return answer{}, fail(http.StatusNotFound, "null for uri: "+c.r.URL.Path)
	}
	var body struct {
		WorkflowNames []string `json:"workflowNames"`
		WorkflowIDs   []string `json:"workflowIds"`
		Pairs         []struct {
			ProjectID   string `json:"projectId"`
			IssueTypeID string `json:"issueTypeId"`
		} `json:"projectAndIssueTypes"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	workflows, used := []object{}, []string{}
	for _, p := range projects {
		asked := slices.Contains(body.WorkflowNames, p.key+" workflow") || slices.Contains(body.WorkflowIDs, "workflow-"+p.id)
		for _, pair := range body.Pairs {
			asked = asked || pair.ProjectID == p.id && slices.Contains(p.types, pair.IssueTypeID)
		}
		if !asked || !c.s.canBrowse(c.user, p.id) {
			continue
		}
		if !c.s.canViewWorkflow(c.user, p.id) {
			return answer{}, fail(http.StatusForbidden, "You don't have permission to view the requested workflows.")
		}
		workflows = append(workflows, c.workflowJSON(p))
		used = append(used, c.s.flow(p)...)
	}
	slices.Sort(used)
	statuses := []object{}
	for _, id := range slices.Compact(used) {
		st, _ := c.s.statusBy(id)
		category := map[string]string{"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}[st.Category]
		statuses = append(statuses, object{"id": st.ID, "statusReference": st.ID, "name": st.Name, "description": "",
			"statusCategory": category, "scope": object{"type": "GLOBAL"}})
	}
	return ok(object{"workflows": workflows, "statuses": statuses})
}

// workflowJSON is the graph that POST workflows answers. Names of transitions
// differ per project, ids only by target.
func (c *call) workflowJSON(p project) object {
	ids := c.s.flow(p)
	statuses := []object{}
	transitions := []object{transitionJSON("1", "Create", "INITIAL", ids[0])}
	seen := map[string]bool{}
	for _, id := range ids {
		statuses = append(statuses, object{"statusReference": id, "deprecated": false, "properties": object{}})
		for _, t := range c.s.leaving(issue{ProjectID: p.id, StatusID: id}) {
			switch {
			case seen[t.id]:
			case t.global:
				transitions = append(transitions, transitionJSON(t.id, t.name, "GLOBAL", t.to.ID))
			default:
				transitions = append(transitions, transitionJSON(t.id, t.name, "DIRECTED", t.to.ID,
					object{"fromStatusReference": id, "fromPort": 0, "toPort": 1}))
			}
			seen[t.id] = true
		}
	}
	return object{"id": "workflow-" + p.id, "name": p.key + " workflow", "description": "", "isEditable": true,
		"scope": object{"type": "GLOBAL"}, "version": object{"id": "version-" + p.id, "versionNumber": 0},
		"statuses": statuses, "transitions": transitions}
}

func transitionJSON(id, name, kind, to string, links ...object) object {
	return object{"id": id, "name": name, "description": "", "type": kind, "toStatusReference": to,
		"links": append([]object{}, links...), "actions": []object{}, "triggers": []object{}, "validators": []object{}, "properties": object{}}
}
