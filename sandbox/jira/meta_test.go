package jira_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheSiteDescribesItself(t *testing.T) {
	t.Parallel()
	s := start(t)
	bot := s.as("bot").v3()
	require.Equal(t, "Cloud", bot.get("serverInfo")["deploymentType"])
	require.Equal(t, "2026-03-04T10:30:15.678+0000", bot.get("serverInfo")["serverTime"])
	_, _, header := bot.do("GET", "myself", nil)
	require.Equal(t, "Wed, 04 Mar 2026 10:30:15 GMT", header.Get("Date"), "the clock is the sandbox's own")
	require.Equal(t, "Server", s.asDC("bot").get("serverInfo")["deploymentType"])
	require.Equal(t, []any{"Highest", "High", "Medium", "Low", "Lowest"}, each(any(bot.list("priority")), "name"))
	require.Len(t, bot.get("priority/search")["values"], 5)
	require.Equal(t, "High", bot.get("priority/2")["name"])
	bot.want(404, "GET", "priority/9", nil)
	require.Equal(t, []any{"To Do", "In Progress", "In Review", "Done"}, each(any(bot.list("status")), "name"))
	require.Equal(t, "3", bot.get("status/In%20Progress")["id"])
	require.Equal(t, []any{"Bug", "Task", "Change"}, each(any(bot.list("issuetype")), "name"))
	require.Equal(t, "Change", bot.get("issuetype/10007")["name"])
	require.Equal(t, []any{"Done", "Won't Do", "Duplicate"}, each(any(bot.list("resolution")), "name"))
	require.Equal(t, "Done", bot.get("resolution/10000")["name"])
	require.Equal(t, "Internal", bot.get("securitylevel/10000")["name"])
	require.Equal(t, true, bot.get("configuration")["issueLinkingEnabled"])
	require.Contains(t, each(any(bot.list("field")), "name"), "Risk")
	require.Contains(t, each(bot.get("field/search")["values"], "id"), "customfield_10042")
	bot.create("OPS", "Task", "x", object{"labels": []string{"a", "b"}})
	require.Equal(t, []any{"a", "b"}, bot.get("label")["values"])
	status, body, _ := bot.wrong().do("GET", "nonsense", nil)
	require.Equal(t, 404, status)
	require.Contains(t, body, "message")
}

func TestProjectsDescribeThemselves(t *testing.T) {
	t.Parallel()
	bot := start(t).as("bot")
	require.Equal(t, []any{"ENG", "OPS", "HELP"}, each(any(bot.list("project")), "key"))
	require.Equal(t, []any{"OPS"}, each(bot.get("project/search?query=operat")["values"], "key"))
	eng := bot.get("project/eng")
	require.Equal(t, "10000", eng["id"])
	require.Equal(t, []any{"Bug", "Task", "Change"}, each(eng["issueTypes"], "name"))
	require.Equal(t, "service_desk", bot.get("project/10002")["projectTypeKey"])
	bot.want(404, "GET", "project/NOPE", nil)

	statuses := bot.list("project/ENG/statuses")
	require.Equal(t, []any{"Bug", "Task", "Change"}, each(any(statuses), "name"))
	require.Equal(t, []any{"To Do", "In Progress", "In Review", "Done"}, each(at(statuses[0], "statuses"), "name"))
	require.Equal(t, []any{"API", "Web"}, each(any(bot.list("project/ENG/components")), "name"))
	require.Contains(t, bot.get("project/HELP/role"), "Service Desk Team")
	require.Equal(t, []any{"Internal"}, each(bot.get("project/ENG/securitylevel")["levels"], "name"))
}

func TestTheCreateScreenIsDescribed(t *testing.T) {
	t.Parallel()
	s := start(t)
	bot, dc := s.as("bot"), s.asDC("bot")
	types := bot.get("issue/createmeta/ENG/issuetypes?maxResults=2")
	require.Equal(t, []any{"Bug", "Task"}, each(types["issueTypes"], "name"))
	require.EqualValues(t, 3, types["total"])

	required := func(fields any) []any {
		var out []any
		for _, f := range fields.([]any) {
			if at(f, "required") == true {
				out = append(out, at(f, "fieldId"))
			}
		}
		return out
	}
	change := bot.get("issue/createmeta/ENG/issuetypes/10007")
	require.ElementsMatch(t, []any{"summary", "issuetype", "project", "customfield_10050"}, required(change["fields"]))
	bug := bot.get("issue/createmeta/10000/issuetypes/10004")["fields"]
	require.ElementsMatch(t, []any{"summary", "issuetype", "project"}, required(bug))
	require.Contains(t, each(bug, "fieldId"), "customfield_10042")
	require.NotContains(t, each(bug, "fieldId"), "customfield_10050")
	for _, f := range change["fields"].([]any) {
		if at(f, "fieldId") == "customfield_10050" {
			require.Equal(t, []any{"Low", "Medium", "High"}, each(at(f, "allowedValues"), "value"))
		}
	}
	bot.wrong().want(404, "GET", "issue/createmeta/OPS/issuetypes/10004", nil)
	require.NotContains(t, each(bot.get("issue/createmeta/OPS/issuetypes/10002")["fields"], "fieldId"), "customfield_10042")
	require.Len(t, bot.get("issue/createmeta?projectKeys=ENG&expand=projects.issuetypes.fields")["projects"], 1)

	require.Equal(t, []any{"Bug", "Task", "Change"}, each(dc.get("issue/createmeta/ENG/issuetypes")["values"], "name"))
	require.Contains(t, each(dc.get("issue/createmeta/ENG/issuetypes/10007")["values"], "fieldId"), "customfield_10050")
	gone := dc.want(404, "GET", "issue/createmeta?projectKeys=ENG", nil)
	require.Equal(t, []any{"Issue Does Not Exist"}, gone["errorMessages"])

	key, _ := bot.create("ENG", "Bug", "x", nil)["key"].(string)
	require.Contains(t, bot.get("issue/" + key + "/editmeta")["fields"], "summary")
}
