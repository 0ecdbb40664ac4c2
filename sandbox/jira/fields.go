package jira

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// field describes one field and how a written value lands in an issue. set
// returns the message Jira gives for a bad value, "" if it is good.
type field struct {
	id, name string
	schema   object
	list     bool // takes add and remove
	set      func(v *view, i *issue, raw json.RawMessage) string
}

func system(id, kind string) object { return object{"type": kind, "system": id} }

// fieldTable is in the order createmeta lists them.
var fieldTable = []field{
	{"summary", "Summary", system("summary", "string"), false, setSummary},
	{"issuetype", "Issue Type", system("issuetype", "issuetype"), false, setType},
	{"description", "Description", system("description", "string"), false, setRich(func(i *issue) *string { return &i.Description })},
	{"environment", "Environment", system("environment", "string"), false, setRich(func(i *issue) *string { return &i.Environment })},
	{"priority", "Priority", system("priority", "priority"), false, setPriority},
	{"labels", "Labels", object{"type": "array", "items": "string", "system": "labels"}, true, setLabels},
	{"components", "Components", object{"type": "array", "items": "component", "system": "components"}, true, setComponents},
	{"assignee", "Assignee", system("assignee", "user"), false, setUser("assignee", func(i *issue) *string { return &i.Assignee })},
	{"reporter", "Reporter", system("reporter", "user"), false, setUser("reporter", func(i *issue) *string { return &i.Reporter })},
	{"security", "Security Level", system("security", "securitylevel"), false, setSecurity},
	{"duedate", "Due date", system("duedate", "date"), false, setDue},
	{"customfield_10042", "Asset", custom("string", "textfield", 10042), false, setText},
	{"customfield_10043", "Points", custom("number", "float", 10043), false, setNumber},
	{"customfield_10044", "Team", custom("option", "select", 10044), false, setOption("customfield_10044")},
	{"customfield_10050", "Risk", custom("option", "select", 10050), false, setOption("customfield_10050")},
}

func custom(kind, plugin string, id int) object {
	return object{"type": kind, "custom": "com.atlassian.jira.plugin.system.customfieldtypes:" + plugin, "customId": id}
}

// options are the choices of the select fields; ids are what the API stores.
var options = map[string][]named{
	"customfield_10044": {{"10110", "Platform", ""}, {"10111", "Product", ""}, {"10112", "Support", ""}},
	"customfield_10050": {{"10100", "Low", ""}, {"10101", "Medium", ""}, {"10102", "High", ""}},
}

const riskField, changeType = "customfield_10050", "10007"

// onScreen tells whether a field may be set on an issue of this kind.
func onScreen(f field, p project, typeID string) bool {
	switch {
	case f.id == riskField:
		return typeID == changeType
	case f.id == "components":
		return len(p.components) > 0
	case strings.HasPrefix(f.id, "customfield_"):
		return slices.Contains(p.custom, f.id)
	}
	return true
}

func required(f field) bool { return f.id == "summary" || f.id == "issuetype" || f.id == riskField }

func fieldBy(id string) (field, bool) {
	k := slices.IndexFunc(fieldTable, func(f field) bool { return f.id == id })
	if k < 0 {
		return field{}, false
	}
	return fieldTable[k], true
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// text reads a string; null counts as empty.
func text(raw json.RawMessage) (string, bool) {
	if isNull(raw) {
		return "", true
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

// setSummary trims, as Jira does, and counts characters, not bytes.
func setSummary(_ *view, i *issue, raw json.RawMessage) string {
	s, isText := text(raw)
	s = strings.TrimSpace(s)
	switch {
	case !isText:
		return "Operation value must be a string"
	case s == "":
		return "You must specify a summary of the issue."
	case strings.ContainsAny(s, "\r\n"):
		return "The summary is invalid because it contains newline characters."
	case utf8.RuneCountInString(s) > 255:
		return "Summary can't exceed 255 characters."
	}
	i.Summary = s
	return ""
}

// setRich serves description and environment.
func setRich(at func(*issue) *string) func(*view, *issue, json.RawMessage) string {
	return func(v *view, i *issue, raw json.RawMessage) string {
		s, message := v.readRich(raw)
		if message == "" {
			*at(i) = s
		}
		return message
	}
}

// readRich reads text as the API version writes it.
func (v *view) readRich(raw json.RawMessage) (string, string) {
	var s string
	if v.adf {
		var err error
		if s, err = fromDocument(raw); err != nil {
			return "", "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
		}
	} else {
		var isText bool
		if s, isText = text(raw); !isText {
			return "", "Operation value must be a string"
		}
	}
	if utf8.RuneCountInString(s) > textLimit {
		return "", tooLong()
	}
	return s, ""
}

// reference is how API clients name a thing.
type reference struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Key       string  `json:"key"`
	Value     string  `json:"value"`
	AccountID *string `json:"accountId"`
}

// refer reads a reference; ids arrive as numbers from some clients.
func refer(raw json.RawMessage) (reference, bool) {
	var loose struct {
		reference
		ID any `json:"id"`
	}
	if json.Unmarshal(raw, &loose) != nil {
		return reference{}, false
	}
	switch id := loose.ID.(type) {
	case string:
		loose.reference.ID = id
	case float64:
		loose.reference.ID = strconv.Itoa(int(id))
	}
	return loose.reference, true
}

// setPriority takes id or name; null is the default, a priority is never empty.
func setPriority(_ *view, i *issue, raw json.RawMessage) string {
	if isNull(raw) {
		i.PriorityID = defaultPriority
		return ""
	}
	ref, isRef := refer(raw)
	p, found := pick(priorities, ref.ID, ref.Name)
	switch {
	case !isRef:
		return "data was not an object"
	case !found && ref.ID == "" && ref.Name != "":
		return "Priority name '" + ref.Name + "' is not valid"
	case !found:
		return "Specify a valid 'id' or 'name' for Priority"
	}
	i.PriorityID = p.id
	return ""
}

// setType knows only the types of the issue's project.
func setType(_ *view, i *issue, raw json.RawMessage) string {
	ref, isRef := refer(raw)
	p, _ := projectBy(i.ProjectID)
	for _, t := range issueTypes {
		named := ref.ID == t.id || ref.ID == "" && strings.EqualFold(ref.Name, t.name)
		if isRef && named && slices.Contains(p.types, t.id) {
			i.TypeID = t.id
			return ""
		}
	}
	return "Specify a valid issue type"
}

// setUser serves assignee and reporter; null is nobody.
func setUser(id string, at func(*issue) *string) func(*view, *issue, json.RawMessage) string {
	return func(v *view, i *issue, raw json.RawMessage) string {
		if isNull(raw) {
			*at(i) = ""
			return ""
		}
		ref, isRef := refer(raw)
		if !isRef {
			return "data was not an object"
		}
		name, message := v.readUser(ref, i.ProjectID)
		if message == "" {
			*at(i) = name
		} else if id == "reporter" {
			return "The reporter specified is not a user."
		}
		return message
	}
}

// readUser resolves a user who can be assigned in the project: by accountId on
// Cloud, by name or key on Data Center. A null accountId or name is nobody.
func (v *view) readUser(ref reference, projectID string) (string, string) {
	given := ref.Name
	if v.cloud {
		given = ""
		if ref.AccountID != nil {
			given = *ref.AccountID
		} else if ref.ID != "" {
			given = ref.ID
		}
	}
	if given == "" || given == "-1" {
		return "", "" // our projects' default assignee is nobody
	}
	for _, u := range users {
		is := u.name == given || u.key() == given
		if v.cloud {
			is = u.accountID() == given
		}
		if is && v.s.canBrowse(u.name, projectID) {
			return u.name, ""
		}
		if is {
			return "", "User '" + given + "' cannot be assigned issues."
		}
	}
	if v.cloud {
		return "", "Account ID '" + given + "' does not exist or cannot be assigned issues."
	}
	return "", "User '" + given + "' does not exist."
}

// setSecurity takes id or name; null takes the level off.
func setSecurity(_ *view, i *issue, raw json.RawMessage) string {
	if isNull(raw) {
		i.Security = ""
		return ""
	}
	ref, _ := refer(raw)
	l, found := pick(securityLevels, ref.ID, ref.Name)
	if !found {
		return "Specify a valid 'id' or 'name' for Security Level"
	}
	i.Security = l.id
	return ""
}
