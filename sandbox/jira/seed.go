package jira

import (
	"slices"
	"strconv"
	"strings"
)

// What the sandbox is born with. Ids look like those of a real site: the
// In Progress status really is 3 everywhere, ours start at 10000.

// user is known by accountID on Cloud, by name and key on Data Center.
type user struct {
	name, display string
	number        int // of the Data Center key JIRAUSER<n>
}

func (u user) accountID() string { return "sandbox:" + u.name }
func (u user) email() string     { return u.name + "@example.com" }
func (u user) key() string       { return "JIRAUSER" + strconv.Itoa(u.number) }

// users leaves out carol, who has no Jira account: mapping her must fail.
var users = []user{
	{"alice", "Alice", 10100},
	{"bob", "Bob", 10101},
	{"bot", "Bot", 10102},
}

func userNamed(name string) (user, bool) {
	i := slices.IndexFunc(users, func(u user) bool { return u.name == name })
	if i < 0 {
		return user{}, false
	}
	return users[i], true
}

// project holds what never changes; a changed workflow is in Server.flows.
type project struct {
	id, key, name, kind string
	types               []string
	chain               bool // one step forward or back; else any to any
	statuses            []string
	custom              []string // custom fields on every type's screen
	components          []component
}

type component struct{ id, name string }

var projects = []project{
	{"10000", "ENG", "Engineering", "software", []string{"10004", "10002", "10007"}, true,
		[]string{"10000", "3", "10001", "10002"},
		[]string{"customfield_10042", "customfield_10043", "customfield_10044"},
		[]component{{"10000", "API"}, {"10001", "Web"}}},
	{"10001", "OPS", "Operations", "software", []string{"10002"}, false, []string{"10000", "3", "10002"}, nil, nil},
	{"10002", "HELP", "Help Desk", "service_desk", []string{"10002"}, false, []string{"10000", "3", "10002"}, nil, nil},
}

// projectBy takes id or key, in any case.
func projectBy(ref string) (project, bool) {
	i := slices.IndexFunc(projects, func(p project) bool {
		return p.id == ref || strings.EqualFold(p.key, ref)
	})
	if i < 0 {
		return project{}, false
	}
	return projects[i], true
}

type issueType struct{ id, name, description string }

var issueTypes = []issueType{
	{"10004", "Bug", "A problem which impairs or prevents the functions of the product."},
	{"10002", "Task", "A task that needs to be done."},
	{"10007", "Change", "A change that needs an assessment of its risk."},
}

func typeBy(id string) (issueType, bool) {
	i := slices.IndexFunc(issueTypes, func(t issueType) bool { return t.id == id })
	if i < 0 {
		return issueType{}, false
	}
	return issueTypes[i], true
}

// status has exported fields because added ones are persisted.
type status struct{ ID, Name, Category string }

// seedStatuses belong to the site, not to a project: the same status may be in
// several workflows.
var seedStatuses = []status{
	{"10000", "To Do", "new"},
	{"3", "In Progress", "indeterminate"},
	{"10001", "In Review", "indeterminate"},
	{"10002", "Done", "done"},
}

// categories are Jira's three; ids and colours are the same on every site.
var categories = map[string]object{
	"new":           {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
	"indeterminate": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
	"done":          {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}

func (s *Server) allStatuses() []status { return append(slices.Clone(seedStatuses), s.added.All()...) }

// statusBy takes id or name.
func (s *Server) statusBy(ref string) (status, bool) {
	all := s.allStatuses()
	i := slices.IndexFunc(all, func(x status) bool { return x.ID == ref || strings.EqualFold(x.Name, ref) })
	if i < 0 {
		return status{}, false
	}
	return all[i], true
}

// flow is the ordered status ids of a project's workflow.
func (s *Server) flow(p project) []string {
	if ids, ok := s.flows.Get(p.id); ok {
		return ids
	}
	return p.statuses
}

type named struct{ id, name, description string }

var (
	priorities = []named{
		{"1", "Highest", "This problem will block progress."},
		{"2", "High", "Serious problem that could block progress."},
		{"3", "Medium", "Has the potential to affect progress."},
		{"4", "Low", "Minor problem or easily worked around."},
		{"5", "Lowest", "Trivial problem with little or no impact on progress."},
	}
	resolutions = []named{
		{"10000", "Done", "Work has been completed on this issue."},
		{"10001", "Won't Do", "This issue won't be actioned."},
		{"10002", "Duplicate", "The problem is a duplicate of an existing issue."},
	}
	securityLevels = []named{{"10000", "Internal", "Staff only"}}
	roles          = []named{{"10002", "Administrators", ""}, {"10003", "Service Desk Team", ""}, {"10004", "Users", ""}}
	groups         = []named{{"group-1", "jira-administrators", ""}, {"group-2", "jira-software-users", ""}}
)

const (
	defaultPriority   = "3"
	defaultResolution = "10000"
)

// pick finds an entry by id or name.
func pick(list []named, id, name string) (named, bool) {
	i := slices.IndexFunc(list, func(n named) bool {
		return id != "" && n.id == id || id == "" && name != "" && strings.EqualFold(n.name, name)
	})
	if i < 0 {
		return named{}, false
	}
	return list[i], true
}
