package jira

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// serverInfo answers without credentials too, as the real one.
func (s *Server) serverInfo(w http.ResponseWriter, r *http.Request) {
	name, cloud, known := credentials(r)
	if !known {
		name, cloud = "", s.opts.Flavor == Cloud
	}
	out := object{"baseUrl": s.opts.BaseURL, "version": "10.3.0", "versionNumbers": []int{10, 3, 0}, "deploymentType": "Server",
		"buildNumber": 10030000, "buildDate": "2025-01-01T00:00:00.000+0000", "scmInfo": "sandbox", "serverTitle": "Sandbox Jira"}
	if cloud {
		out["version"], out["versionNumbers"], out["deploymentType"] = "1001.0.0-SNAPSHOT", []int{1001, 0, 0}, "Cloud"
		out["buildNumber"] = 100200
	}
	if name != "" || !cloud {
		out["serverTime"] = stamp(s.now())
	}
	writeJSON(w, http.StatusOK, out)
}

func configuration(c *call) (answer, error) {
	return ok(object{"votingEnabled": true, "watchingEnabled": true, "unassignedIssuesAllowed": true, "subTasksEnabled": false,
		"issueLinkingEnabled": true, "timeTrackingEnabled": false, "attachmentsEnabled": false})
}

// plain lists a fixed table without paging.
func plain(path string, list []named) handler {
	return func(c *call) (answer, error) {
		out := []any{}
		for _, n := range list {
			out = append(out, c.described(path, list, n))
		}
		return ok(out)
	}
}

// plainPage is the same, paged.
func plainPage(path string, list []named) handler {
	return func(c *call) (answer, error) {
		out := []any{}
		for _, n := range list {
			out = append(out, c.described(path, list, n))
		}
		return ok(paged(c, out, defaultPage))
	}
}

func plainOne(path string, list []named) handler {
	return func(c *call) (answer, error) {
		n, found := pick(list, c.r.PathValue("id"), "")
		if !found {
			return answer{}, fail(http.StatusNotFound, "The "+path+" with id '"+c.r.PathValue("id")+"' does not exist")
		}
		return ok(c.described(path, list, n))
	}
}

// described adds what only the lists say.
func (c *call) described(path string, list []named, n named) any {
	out, _ := c.namedJSON(path, list, n.id).(object)
	if path == "priority" {
		out["description"], out["statusColor"] = n.description, "#ffab00"
		if c.cloud {
			out["isDefault"] = n.id == defaultPriority
		}
	}
	return out
}

// listStatuses lists the whole site's, whatever the projects use.
func listStatuses(c *call) (answer, error) {
	out := []object{}
	for _, st := range c.s.allStatuses() {
		out = append(out, c.statusJSON(st))
	}
	return ok(out)
}

func getStatus(c *call) (answer, error) {
	st, found := c.s.statusBy(c.r.PathValue("id"))
	if !found {
		return answer{}, fail(http.StatusNotFound, "The status was not found.")
	}
	return ok(c.statusJSON(st))
}

func listTypes(c *call) (answer, error) {
	out := []object{}
	for _, t := range issueTypes {
		out = append(out, c.typeJSON(t))
	}
	return ok(out)
}

func getType(c *call) (answer, error) {
	t, found := typeBy(c.r.PathValue("id"))
	if !found {
		return answer{}, fail(http.StatusNotFound, "The issue type selected is invalid.")
	}
	return ok(c.typeJSON(t))
}

// fieldList is every field in a stable order.
func (c *call) fieldList() []object {
	out := []object{}
	for _, f := range fieldTable {
		isCustom := strings.HasPrefix(f.id, "customfield_")
		names := []string{f.id}
		if isCustom {
			names = []string{"cf[" + strings.TrimPrefix(f.id, "customfield_") + "]", f.name}
		}
		out = append(out, object{"id": f.id, "key": f.id, "name": f.name, "custom": isCustom, "orderable": true,
			"navigable": true, "searchable": true, "clauseNames": names, "schema": f.schema})
	}
	for id, name := range readOnlyFields {
		out = append(out, object{"id": id, "key": id, "name": name, "custom": false, "orderable": false,
			"navigable": !slices.Contains(notNavigable, id), "searchable": true, "clauseNames": []string{id}, "schema": system(id, readOnlyType(id))})
	}
	slices.SortFunc(out, func(a, b object) int { return strings.Compare(jsonText(a["id"]), jsonText(b["id"])) })
	if !c.cloud {
		for _, f := range out {
			delete(f, "key")
		}
	}
	return out
}

func jsonText(v any) string { s, _ := v.(string); return s }

func listFields(c *call) (answer, error) { return ok(c.fieldList()) }

func searchFields(c *call) (answer, error) {
	list := []object{}
	for _, f := range c.fieldList() {
		list = append(list, object{"id": f["id"], "key": f["id"], "name": f["name"], "schema": f["schema"]})
	}
	return ok(paged(c, list, defaultPage))
}

// listLabels lists the labels in use on issues the caller may see.
func listLabels(c *call) (answer, error) {
	var out []string
	for _, i := range c.s.issues.All() {
		if c.s.canBrowse(c.user, i.ProjectID) {
			out = append(out, i.Labels...)
		}
	}
	slices.Sort(out)
	return ok(paged(c, slices.Compact(out), 1000))
}
