package jira

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// embeddedHistories is how many entries Cloud's issue holds of its changelog;
// Data Center's holds all.
const embeddedHistories = 100

// allFields builds every field of an issue, comments included.
func (v *view) allFields(i issue) object {
	p, _ := projectBy(i.ProjectID)
	t, _ := typeBy(i.TypeID)
	zero := object{"progress": 0, "total": 0}
	f := object{
		"summary": i.Summary, "description": v.rich(i.Description), "environment": v.rich(i.Environment),
		"issuetype": v.typeJSON(t), "project": v.projectJSON(p), "status": v.statusNow(i.StatusID),
		"priority":   v.namedJSON("priority", priorities, i.PriorityID),
		"resolution": v.namedJSON("resolution", resolutions, i.Resolution), "resolutiondate": stampOrNil(i.Resolved),
		"assignee": v.userJSON(i.Assignee), "reporter": v.userJSON(i.Reporter), "creator": v.userJSON(i.Creator),
		"labels": slices.Concat([]string{}, i.Labels), "components": v.componentsJSON(p, i.Components),
		"security": v.namedJSON("securitylevel", securityLevels, i.Security),
		"created":  stamp(i.Created), "updated": stamp(i.Updated), "duedate": textOrNil(i.DueDate),
		"statuscategorychangedate": stampOrNil(i.StatusChanged),
		"issuelinks":               v.issueLinksJSON(i), "subtasks": []object{}, "attachment": []object{}, "fixVersions": []object{}, "versions": []object{},
		"timetracking": object{}, "timespent": nil, "timeestimate": nil, "workratio": -1, "lastViewed": nil,
		"progress": zero, "aggregateprogress": zero,
		"votes":   object{"self": v.api + "/issue/" + i.Key + "/votes", "votes": 0, "hasVoted": false},
		"watches": object{"self": v.api + "/issue/" + i.Key + "/watchers", "watchCount": 0, "isWatching": false},
		"worklog": object{"startAt": 0, "maxResults": 20, "total": 0, "worklogs": []object{}},
		"comment": v.commentField(i),
	}
	if !v.cloud {
		delete(f, "statuscategorychangedate")
	}
	for _, id := range customIDs(p, i.TypeID) {
		f[id] = v.customJSON(i, id)
	}
	return f
}

func customIDs(p project, typeID string) []string {
	ids := slices.Clone(p.custom)
	if typeID == changeType {
		ids = append(ids, riskField)
	}
	return ids
}

// commentField is the comment field of an issue: all of them, unpaged.
func (v *view) commentField(i issue) object {
	list := []object{}
	for _, c := range v.s.commentList(i.ID) {
		list = append(list, v.commentJSON(c, nil))
	}
	return object{"comments": list, "self": v.api + "/issue/" + i.ID + "/comment",
		"maxResults": len(list), "total": len(list), "startAt": 0}
}

func stampOrNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return stamp(t)
}

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// notNavigable are left out of *navigable.
var notNavigable = []string{"comment", "attachment", "worklog", "timetracking", "environment", "issuelinks"}

// choose applies a fields parameter: ids, *all, *navigable, and -id to leave
// one out. otherwise is what an absent parameter means.
func choose(all object, want []string, otherwise string) object {
	if len(want) == 0 {
		want = []string{otherwise}
	}
	onlyMinus := !slices.ContainsFunc(want, func(w string) bool { return !strings.HasPrefix(w, "-") })
	if onlyMinus {
		want = append([]string{otherwise}, want...)
	}
	out := object{}
	for _, w := range want {
		switch {
		case w == "*all":
			maps.Copy(out, all)
		case w == "*navigable":
			for id, value := range all {
				if !slices.Contains(notNavigable, id) {
					out[id] = value
				}
			}
		case strings.HasPrefix(w, "-"):
			delete(out, w[1:])
		default:
			if value, exists := all[w]; exists {
				out[w] = value
			}
		}
	}
	return out
}

// shape is what a caller asked to see of an issue.
type shape struct {
	fields     []string
	otherwise  string // meaning of no fields: *all or *navigable or id
	expand     []string
	properties []string
}

// issueJSON shows an issue in the asked shape. Without any field it has no
// fields member at all.
func (v *view) issueJSON(i issue, want shape) object {
	fields := choose(v.allFields(i), want.fields, want.otherwise)
	out := object{"id": i.ID, "key": i.Key, "self": v.api + "/issue/" + i.ID,
		"expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields"}
	if len(fields) > 0 {
		out["fields"] = fields
	}
	if len(want.properties) > 0 {
		props := object{}
		for key, value := range i.Properties {
			if slices.Contains(want.properties, "*all") || slices.Contains(want.properties, key) {
				props[key] = value
			}
		}
		out["properties"] = props
	}
	for _, e := range want.expand {
		switch e {
		case "renderedFields":
			out["renderedFields"] = v.renderedFields(i, fields)
		case "names":
			out["names"] = fieldNames(fields)
		case "schema":
			out["schema"] = fieldSchemas(fields)
		case "transitions":
			out["transitions"] = v.transitions(i, true)
		case "changelog":
			list := v.historiesJSON(i)
			// Embedded, the newest comes first; the paged endpoint is the other way round.
			slices.Reverse(list)
			total := len(list)
			if v.cloud {
				list = list[:min(total, embeddedHistories)]
			}
			out["changelog"] = object{"startAt": 0, "maxResults": len(list), "total": total, "histories": list}
		case "editmeta":
			out["editmeta"] = object{"fields": v.screen(i.ProjectID, i.TypeID)}
		case "operations":
			out["operations"] = object{"linkGroups": []object{}}
		}
	}
	return out
}

// renderedFields has HTML for rich text and a readable date for dates; the
// other requested fields are null.
func (v *view) renderedFields(i issue, fields object) object {
	out := object{}
	for id := range fields {
		switch id {
		case "description":
			out[id] = v.render(i.Description)
		case "environment":
			out[id] = v.render(i.Environment)
		case "created":
			out[id] = readable(i.Created)
		case "updated":
			out[id] = readable(i.Updated)
		case "comment":
			list := []object{}
			for _, c := range v.s.commentList(i.ID) {
				j := v.commentJSON(c, nil)
				j["body"], j["created"], j["updated"] = v.render(c.Body), readable(c.Created), readable(c.Updated)
				list = append(list, j)
			}
			out[id] = object{"comments": list, "maxResults": len(list), "total": len(list), "startAt": 0}
		default:
			out[id] = nil
		}
	}
	return out
}

// readable is the date format of rendered fields.
func readable(t time.Time) string { return t.UTC().Format("02/Jan/06 3:04 PM") }

func fieldNames(fields object) object {
	out := object{}
	for id := range fields {
		out[id] = fieldName(id)
	}
	return out
}

func fieldName(id string) string {
	if f, found := fieldBy(id); found {
		return f.name
	}
	if name, found := readOnlyFields[id]; found {
		return name
	}
	return strings.ToUpper(id[:1]) + id[1:]
}

func fieldSchemas(fields object) object {
	out := object{}
	for id := range fields {
		if f, found := fieldBy(id); found {
			out[id] = f.schema
			continue
		}
		out[id] = system(id, readOnlyType(id))
	}
	return out
}

// readOnlyFields are fields that exist but are on no screen.
var readOnlyFields = map[string]string{
	"project": "Project", "status": "Status", "resolution": "Resolution", "resolutiondate": "Resolved",
	"creator": "Creator", "created": "Created", "updated": "Updated", "comment": "Comment",
	"issuelinks": "Linked Issues", "subtasks": "Sub-tasks", "attachment": "Attachment",
	"fixVersions": "Fix versions", "versions": "Affects versions", "votes": "Votes", "watches": "Watchers",
}

func readOnlyType(id string) string {
	switch id {
	case "created", "updated", "resolutiondate", "statuscategorychangedate":
		return "datetime"
	case "creator":
		return "user"
	case "comment":
		return "comments-page"
	case "issuelinks", "subtasks", "attachment", "fixVersions", "versions":
		return "array"
	case "project", "status", "resolution", "votes", "watches":
		return id
	}
	return "any"
}
