package jira_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDataCenterBehavesLikeItself(t *testing.T) {
	t.Parallel()
	s := start(t)
	bot := s.asDC("bot")
	key, _ := bot.create("ENG", "Bug", "old school", object{"assignee": object{"name": "bob"}, "description": "d"})["key"].(string)
	f := bot.get("issue/" + key + "?expand=renderedFields,changelog")
	require.Equal(t, "bob", at(f, "fields.assignee.name"))
	require.Equal(t, "JIRAUSER10101", at(f, "fields.assignee.key"))
	require.NotContains(t, at(f, "fields.assignee"), "accountId")
	require.Equal(t, "<p>d</p>", at(f, "renderedFields.description"))

	status, body, _ := bot.do("PUT", "issue/"+key+"?returnIssue=true", object{"fields": object{"summary": "new"}})
	require.Equal(t, 204, status)
	require.Nil(t, body, "returnIssue is Cloud's")
	bot.want(204, "PUT", "issue/"+key+"/assignee", object{"name": nil})
	require.Nil(t, bot.field(key, "assignee"))
	bot.want(204, "PUT", "issue/"+key+"/assignee", object{"name": "alice"})
	bad := bot.want(400, "PUT", "issue/"+key, object{"fields": object{"assignee": object{"name": "carol"}}})
	require.Equal(t, object{"assignee": "User 'carol' does not exist."}, bad["errors"])
	require.Equal(t, "JIRAUSER10100", at(bot.get("issue/"+key+"?expand=changelog"), "changelog.histories.0.items.0.to"))

	bot.create("ENG", "Task", "second", nil)
	page := bot.get("search?jql=project=ENG%20order%20by%20key&maxResults=1&startAt=1&fields=summary")
	require.EqualValues(t, 2, page["total"])
	require.EqualValues(t, 1, page["startAt"])
	require.Equal(t, []any{"ENG-2"}, each(page["issues"], "key"))
	page = bot.want(200, "POST", "search", object{"jql": "key = " + key, "fields": []string{"status"}, "maxResults": 10})
	require.Equal(t, "To Do", at(page, "issues.0.fields.status.name"))
	require.EqualValues(t, 2, bot.get("search?jql=")["total"], "unbounded is allowed")

	for _, path := range []string{"search/jql?jql=project=ENG", "/rest/api/3/myself", "issue/" + key + "/changelog"} {
		bot.want(404, "GET", path, nil)
	}
	require.Equal(t, "alice", at(bot.list("user/search?username=alice@example.com"), "0.name"))
	require.Len(t, bot.list("user/search?username=."), 3)
	require.Equal(t, "bob", bot.get("user?username=bob")["name"])
	require.Equal(t, "bob", bot.get("user?key=JIRAUSER10101")["name"])
	bot.want(404, "GET", "user?username=carol", nil)
	require.Equal(t, []any{"bob"}, each(any(bot.list("user/assignable/search?issueKey="+key+"&username=bob")), "name"))
	require.Equal(t, "bot", bot.get("/rest/api/latest/myself")["name"])
}
