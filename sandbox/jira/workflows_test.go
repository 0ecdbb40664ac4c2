package jira_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func workflowOf(project, kind string) object {
	return object{"projectAndIssueTypes": []object{{"projectId": project, "issueTypeId": kind}}}
}

// ways lists the transitions of the only workflow in an answer: type, from, to.
func ways(t *testing.T, got object) []string {
	t.Helper()
	require.Len(t, got["workflows"], 1)
	names := map[any]string{nil: ""}
	for _, s := range got["statuses"].([]any) {
		name, _ := at(s, "name").(string)
		names[at(s, "statusReference")] = name
	}
	var out []string
	for _, w := range at(got, "workflows.0.transitions").([]any) {
		kind, _ := at(w, "type").(string)
		out = append(out, kind+": "+names[at(w, "links.0.fromStatusReference")]+" > "+names[at(w, "toStatusReference")])
	}
	return out
}

func TestTheWorkflowIsForPeople(t *testing.T) {
	t.Parallel()
	s := start(t)
	ask := workflowOf("10000", "10004")
	s.as("bot").v3().want(403, "POST", "workflows", ask)
	got := s.as("alice").v3().want(200, "POST", "workflows", ask)
	require.Equal(t, []any{"ENG workflow"}, each(got["workflows"], "name"))
	require.ElementsMatch(t, []string{
		"INITIAL:  > To Do",
		"DIRECTED: To Do > In Progress", "DIRECTED: In Progress > In Review", "DIRECTED: In Review > Done",
		"DIRECTED: Done > In Review", "DIRECTED: In Review > In Progress", "DIRECTED: In Progress > To Do",
	}, ways(t, got))

	got = s.as("alice").v3().want(200, "POST", "workflows", workflowOf("10001", "10002"))
	require.ElementsMatch(t, []string{
		"INITIAL:  > To Do", "GLOBAL:  > To Do", "GLOBAL:  > In Progress", "GLOBAL:  > Done",
	}, ways(t, got))
	require.Empty(t, s.as("alice").v3().want(200, "POST", "workflows", workflowOf("10001", "10004"))["workflows"], "OPS has no bugs")
	s.asDC("alice").want(404, "POST", "workflows", ask)
}

func TestTheServiceAccountMayBeLetSeeTheWorkflow(t *testing.T) {
	t.Parallel()
	s := start(t)
	bot, ask := s.as("bot"), workflowOf("10000", "10004")
	may := func() any {
		got := bot.get("mypermissions?projectKey=ENG&permissions=VIEW_READONLY_WORKFLOW")
		return at(got, "permissions.VIEW_READONLY_WORKFLOW.havePermission")
	}
	require.Equal(t, false, may())
	given := s.steer("PUT", "permission", object{"project": "ENG", "user": "bot", "workflow": true})
	require.Equal(t, object{"project": "ENG", "user": "bot", "browse": true, "workflow": true}, given)
	require.Equal(t, true, may())
	require.Len(t, ways(t, bot.v3().want(200, "POST", "workflows", ask)), 7)
	bot.v3().want(403, "POST", "workflows", workflowOf("10001", "10002"))

	s.steer("PUT", "permission", object{"project": "ENG", "user": "bot", "workflow": false})
	require.Equal(t, false, may())
	bot.v3().want(403, "POST", "workflows", ask)
	s.steer("PUT", "permission", object{"project": "ENG", "user": "alice", "workflow": false})
	s.as("alice").v3().want(403, "POST", "workflows", ask)
	status, _ := s.control("PUT", "permission", object{"project": "ENG", "user": "bot"})
	require.Equal(t, 400, status, "nothing given or taken")
}
