package linear_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuirksHappenOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.steer("PUT", "quirks", object{"partial": true})
	got := w.send(`query { viewer { name } }`, nil)
	require.Equal(t, 200, got.status)
	require.Equal(t, "Alice Example", at(got.Data, "viewer.name"))
	require.Equal(t, "internal error", at(got.Errors[0], "extensions.type"))
	w.do(`query { viewer { name } }`, nil)

	w.steer("PUT", "quirks", object{"null_issue": true})
	got = w.send(createIssue, object{"in": object{"teamId": w.team("PRO"), "title": "made"}})
	require.Equal(t, object{"success": true, "issue": nil}, got.Data["issueCreate"])
	require.Equal(t, "made", w.read("PRO-1")["title"])
	require.NotEmpty(t, w.update("PRO-1", object{"title": "changed"})["title"])
	_, raw := w.control("GET", "quirks", nil)
	require.JSONEq(t, `{"partial": false, "null_issue": false}`, string(raw))
}

func TestReplicatedElsewhere(t *testing.T) {
	t.Parallel()
	w := open(t)
	made := w.issue("one", nil)
	const query = `query { issue(id: "PRO-1") { updatedAt syncedWith { service metadata { __typename ... on ExternalEntityInfoJiraMetadata { issueKey } } } } }`
	require.Nil(t, at(w.do(query, nil), "issue.syncedWith"))
	w.steer("PUT", "replicated", object{"id": made["id"]})
	got := w.do(query, nil)
	require.Equal(t, "jira", at(got, "issue.syncedWith.0.service"))
	require.Equal(t, "EXT-1", at(got, "issue.syncedWith.0.metadata.issueKey"))
	require.Greater(t, at(got, "issue.updatedAt"), made["updatedAt"])
	for _, bad := range []object{{"id": "PRO-9"}, {"id": "PRO-1", "service": "zendesk"}} {
		status, _ := w.control("PUT", "replicated", bad)
		require.Equal(t, 400, status)
	}
}

func TestALostPermissionLooksLikeNotFound(t *testing.T) {
	t.Parallel()
	w := open(t)
	made := w.issue("one", nil)
	said := w.comment(object{"issueId": "PRO-1", "body": "x"})
	w.steer("PUT", "permission", object{"team": "PRO", "user": "bot", "browse": false})
	bot := w.as("bot")
	bot.input("Could not find referenced Issue.", readIssue, object{"id": made["id"]})
	bot.input("Could not find referenced Comment.", readComment, object{"id": said["id"]})
	bot.input("Could not find referenced Team.", `query { team(id: "PRO") { id } }`, nil)
	bot.input("Could not find referenced Issue.", updateIssue, object{"id": made["id"], "in": object{"title": "x"}})
	require.Empty(t, bot.titles(`{}`))
	require.Equal(t, []any{"PLT"}, each(at(bot.do(`query { teams { nodes { key } } comments { nodes { id } } }`, nil), "teams.nodes"), "key"))
	w.read("PRO-1")
	w.steer("PUT", "permission", object{"team": "PRO", "user": "bot", "browse": true})
	bot.read("PRO-1")
	status, _ := w.control("PUT", "permission", object{"team": "XYZ", "user": "bot", "browse": true})
	require.Equal(t, 400, status)
}
