package jira_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// find runs JQL through POST search/jql and returns the keys.
func (p *person) find(jql string) []any {
	p.t.Helper()
	return each(p.want(200, "POST", "search/jql", object{"jql": jql, "fields": []string{"key"}})["issues"], "key")
}

func TestJQL(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice, bob := s.as("alice"), s.as("bob")
	alice.create("ENG", "Bug", "Printer burns", object{"labels": []string{"fire"}, "assignee": object{"accountId": "sandbox:bob"}})
	s.clock.advance(time.Hour) // 11:30:15
	bob.create("ENG", "Task", "Print the report (again)", object{"priority": object{"name": "Low"}})
	alice.create("OPS", "Task", "Restart", object{"labels": []string{"fire", "late"}, "description": "the printer"})
	s.clock.advance(time.Hour) // 12:30:15
	alice.want(204, "PUT", "issue/ENG-1", object{"fields": object{"summary": "Printer burns down"}})
	bob.step("ENG-2", "In Progress")

	for jql, want := range map[string][]any{
		`project = ENG`:                          {"ENG-2", "ENG-1"},
		`project = 10001`:                        {"OPS-1"},
		`project = "operations"`:                 {"OPS-1"},
		`project in (ENG, OPS) order by key asc`: {"ENG-1", "ENG-2", "OPS-1"},
		`project not in (ENG)`:                   {"OPS-1"},
		`project = ENG ORDER BY created`:         {"ENG-1", "ENG-2"},
		`project = ENG ORDER BY updated DESC`:    {"ENG-2", "ENG-1"},
		`summary ~ printer`:                      {"ENG-1"},
		`summary ~ "print*"`:                     {"ENG-2", "ENG-1"},
		`summary ~ "down PRINTER"`:               {"ENG-1"},
		`summary ~ "\"burns printer\""`:          {},
		`summary ~ "\"printer burns\""`:          {"ENG-1"},
		`summary !~ print* and project = ENG`:    {},
		`text ~ printer`:                         {"OPS-1", "ENG-1"},
		`creator = currentUser()`:                {"OPS-1", "ENG-1"},
		`creator = "sandbox:bob"`:                {"ENG-2"},
		`assignee is empty`:                      {"OPS-1", "ENG-2"},
		`assignee is not EMPTY`:                  {"ENG-1"},
		`assignee = "sandbox:bob"`:               {"ENG-1"},
		`labels = fire`:                          {"OPS-1", "ENG-1"},
		`labels = Fire`:                          {},
		`labels != late`:                         {"ENG-1"},
		`labels in (late, other)`:                {"OPS-1"},
		`status = "In Progress"`:                 {"ENG-2"},
		`statusCategory = "To Do"`:               {"OPS-1", "ENG-1"},
		`priority = Low`:                         {"ENG-2"},
		`issuetype = Bug`:                        {"ENG-1"},
		`key = ENG-1`:                            {"ENG-1"},
		`issuekey in (ENG-2, OPS-1)`:             {"OPS-1", "ENG-2"},
		`id = 10000`:                             {"ENG-1"},
		`created >= "2026-03-04 11:30"`:          {"OPS-1", "ENG-2"},
		`created >= '2026/03/04 11:31'`:          {},
		`created < 2026-03-05 and project = OPS`: {"OPS-1"},
		`created >= -61m`:                        {"OPS-1", "ENG-2"},
		`created >= -1d`:                         {"OPS-1", "ENG-2", "ENG-1"},
		`updated >= -5m`:                         {"ENG-2", "ENG-1"},
		`updated >= "2026-03-04 12:30"`:          {"ENG-2", "ENG-1"},
		`created >= "-1w 2d" AND project = OPS`:  {"OPS-1"},
		`project = OPS or key = ENG-1`:           {"OPS-1", "ENG-1"},
		`not project = OPS and (type = Bug)`:     {"ENG-1"},
		`project = ENG AND creator = currentUser() AND created >= -1d`: {"ENG-1"},
	} {
		require.Equal(t, want, alice.find(jql), jql)
	}
	for jql, want := range map[string]string{
		``:                         "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
		`order by created`:         "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
		`project = NOPE`:           "The value 'NOPE' does not exist for the field 'project'.",
		`key = ENG-99`:             "An issue with key 'ENG-99' does not exist for field 'key'.",
		`colour = red`:             "Field 'colour' does not exist or you do not have permission to view it.",
		`project ~ ENG`:            "The operator '~' is not supported by the 'project' field.",
		`created >= tomorrow`:      "Date value 'tomorrow' for field 'created' is invalid.",
		`project = "ENG`:           "has not been completed",
		`project = ENG and`:        "reached the end of the query",
		`project = ENG project`:    "Expecting either 'OR' or 'AND' but got 'project'",
		`creator = someFunction()`: "Unable to find JQL function 'someFunction()'.",
	} {
		got := alice.want(400, "POST", "search/jql", object{"jql": jql})
		require.Contains(t, at(got, "errorMessages.0"), want, jql)
	}
}

func TestCloudSearchPagesByToken(t *testing.T) {
	t.Parallel()
	alice := start(t).as("alice")
	for range 5 {
		alice.create("OPS", "Task", "page me", nil)
	}
	jql := url.QueryEscape("project = OPS order by key asc")
	for _, who := range []*person{alice, alice.v3()} {
		var keys []any
		token := ""
		for {
			page := who.get("search/jql?jql=" + jql + "&fields=summary&maxResults=2" + token)
			keys = append(keys, each(page["issues"], "key")...)
			require.NotContains(t, page, "total")
			if page["isLast"] == true {
				require.NotContains(t, page, "nextPageToken")
				break
			}
			next, _ := page["nextPageToken"].(string)
			token = "&nextPageToken=" + next
		}
		require.Equal(t, []any{"OPS-1", "OPS-2", "OPS-3", "OPS-4", "OPS-5"}, keys)
	}
	first := alice.want(200, "POST", "search/jql", object{"jql": "project = OPS", "maxResults": 1})
	require.Equal(t, []any{object{"id": "10004"}}, first["issues"], "only ids unless asked")
	alice.want(400, "POST", "search/jql", object{"jql": "project = ENG", "nextPageToken": first["nextPageToken"]})
	alice.wrong().want(400, "POST", "search/jql", object{"jql": "project = OPS", "startAt": 1})
	alice.want(400, "POST", "search/jql", object{"jql": "project = OPS", "properties": []string{"1", "2", "3", "4", "5", "6"}})
	gone := alice.wrong().want(410, "GET", "search?jql="+jql, nil)
	require.Contains(t, at(gone, "errorMessages.0"), "/rest/api/3/search/jql")
	alice.v3().wrong().want(410, "POST", "search", object{"jql": "project = OPS"})
}

func TestSearchReturnsProperties(t *testing.T) {
	t.Parallel()
	alice := start(t).as("alice")
	alice.want(201, "POST", "issue", object{"fields": object{"project": object{"key": "OPS"}, "issuetype": object{"name": "Task"}, "summary": "x"},
		"properties": []object{{"key": "origin", "value": object{"a": "b"}}, {"key": "other", "value": 1}}})
	page := alice.want(200, "POST", "search/jql", object{"jql": "project = OPS", "properties": []string{"origin"}})
	require.Equal(t, object{"origin": object{"a": "b"}}, at(page, "issues.0.properties"))
}

func TestTheIndexLags(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	alice.create("OPS", "Task", "seen", nil)
	s.steer("PUT", "search", object{"lag": "60s"})
	alice.create("OPS", "Task", "unseen", nil)
	alice.want(204, "PUT", "issue/OPS-1", object{"fields": object{"summary": "changed"}})
	summaries := func() []any {
		return each(alice.want(200, "POST", "search/jql", object{"jql": "project = OPS order by key", "fields": []string{"summary"}})["issues"], "fields.summary")
	}
	require.Equal(t, []any{"seen"}, summaries(), "neither the create nor the update")
	require.Equal(t, "changed", alice.field("OPS-1", "summary"), "reading by key has no lag")
	fresh := alice.want(200, "POST", "search/jql", object{"jql": "project = OPS", "reconcileIssues": []int{10001}})
	require.Equal(t, []any{"10001", "10000"}, each(fresh["issues"], "id"))

	s.clock.advance(59 * time.Second)
	require.Equal(t, []any{"seen"}, summaries())
	s.clock.advance(time.Second)
	require.Equal(t, []any{"changed", "unseen"}, summaries())

	alice.create("OPS", "Task", "third", nil)
	s.steer("PUT", "search", object{"lag": "0s"})
	require.Equal(t, []any{"changed", "unseen", "third"}, summaries(), "without lag the index catches up")
}
