package jira_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCallersAreKnownByTheirCredentials(t *testing.T) {
	t.Parallel()
	s := start(t)
	require.Equal(t, "sandbox:bot", s.as("bot").v3().get("myself")["accountId"])
	require.Equal(t, "bot", s.asDC("bot").get("myself")["name"])
	for name, auth := range map[string]func(*http.Request){
		"nothing":     func(*http.Request) {},
		"wrong token": func(r *http.Request) { r.SetBasicAuth("alice@example.com", "nope") },
		"wrong host":  func(r *http.Request) { r.SetBasicAuth("alice@example.org", "sandbox") },
		"carol":       func(r *http.Request) { r.SetBasicAuth("carol@example.com", "sandbox") },
		"carol's PAT": func(r *http.Request) { r.Header.Set("Authorization", "Bearer pat_carol") },
		"no PAT":      func(r *http.Request) { r.Header.Set("Authorization", "Bearer alice") },
	} {
		stranger := s.as("alice")
		stranger.auth = auth
		status, body, header := stranger.do("GET", "myself", nil)
		require.Equal(t, 401, status, name)
		require.Contains(t, body, "errorMessages", name)
		require.NotEmpty(t, header.Get("WWW-Authenticate"), name)
	}
}

func TestUsersAreFoundOnCloud(t *testing.T) {
	t.Parallel()
	s := start(t)
	bot := s.as("bot")
	ids := func(path string) []any { return each(any(bot.list(path)), "accountId") }
	require.Equal(t, []any{"sandbox:alice"}, ids("user/search?query=alice@example.com"))
	require.Equal(t, []any{"sandbox:bob", "sandbox:bot"}, ids("user/search?query=bo"))
	require.Empty(t, ids("user/search?query=carol@example.com"))
	require.Empty(t, ids("user/search?query=lice"), "a prefix is matched")
	require.Equal(t, []any{"sandbox:bot"}, ids("user/search?query=bo&startAt=1"))
	require.Equal(t, []any{"sandbox:bob"}, ids("user/search?accountId=sandbox:bob"))
	require.Equal(t, []any{"sandbox:bob"}, ids("user/assignable/search?project=ENG&query=bob"))
	require.Len(t, ids("users/search"), 3)
	require.Equal(t, "Alice", bot.get("user?accountId=sandbox:alice")["displayName"])
	bot.want(404, "GET", "user?accountId=sandbox:carol", nil)
	bot.want(400, "GET", "user/search", nil)
	refused := bot.want(400, "GET", "user/search?username=alice", nil)
	require.Contains(t, at(refused, "errorMessages.0"), "GDPR strict mode")

	s.steer("PUT", "users", object{"hide_email": true})
	require.NotContains(t, bot.get("user?accountId=sandbox:alice"), "emailAddress")
	require.Equal(t, "bot@example.com", bot.get("myself")["emailAddress"], "one's own stays visible")
	require.Equal(t, []any{"sandbox:alice"}, ids("user/search?query=alice@example.com"))
	require.Contains(t, s.asDC("bot").get("user?username=alice"), "emailAddress", "Data Center hides nothing")
}

func TestAUserLosesAProject(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice, bot := s.as("alice"), s.as("bot")
	key := alice.bug("secret")
	s.steer("PUT", "permission", object{"project": "ENG", "user": "bot", "browse": false})
	for _, path := range []string{"issue/" + key, "issue/" + key + "/comment", "issue/" + key + "/transitions", "project/ENG", "project/ENG/statuses",
		"issue/createmeta/ENG/issuetypes", "user/assignable/search?project=ENG&query=bob", "mypermissions?permissions=BROWSE_PROJECTS&projectKey=ENG"} {
		bot.want(404, "GET", path, nil)
	}
	bot.want(404, "PUT", "issue/"+key, object{"fields": object{"summary": "x"}})
	bot.want(404, "DELETE", "issue/"+key, nil)
	bot.want(400, "POST", "issue", object{"fields": object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": "x"}})
	bot.want(400, "POST", "search/jql", object{"jql": "project = ENG"})
	require.Empty(t, bot.find("created >= -1d"))
	require.Equal(t, []any{"OPS", "HELP"}, each(any(bot.list("project")), "key"))
	require.NotContains(t, each(any(alice.list("user/assignable/search?project=ENG&query=bo")), "accountId"), "sandbox:bot")
	alice.get("issue/" + key)

	s.steer("PUT", "permission", object{"project": "ENG", "user": "bot", "browse": true})
	bot.get("issue/" + key)
	status, _ := s.control("PUT", "permission", object{"project": "ENG", "user": "bot"})
	require.Equal(t, 400, status, "browse must be said")
	status, _ = s.control("PUT", "permission", object{"project": "ENG", "user": "carol", "browse": true})
	require.Equal(t, 404, status)
}

func TestPermissionsTellTheServiceFromPeople(t *testing.T) {
	t.Parallel()
	s := start(t)
	path := "mypermissions?permissions=BROWSE_PROJECTS,ADMINISTER&projectKey=ENG"
	for name, admin := range map[string]bool{"alice": true, "bot": false} {
		got := s.as(name).get(path)["permissions"]
		require.Equal(t, true, at(got, "BROWSE_PROJECTS.havePermission"))
		require.Equal(t, admin, at(got, "ADMINISTER.havePermission"))
		require.Len(t, got, 2)
	}
	s.as("bot").want(400, "GET", "mypermissions", nil)
	s.as("bot").want(400, "GET", "mypermissions?permissions=FLY", nil)
	require.Contains(t, s.asDC("bot").get("mypermissions")["permissions"], "ADD_COMMENTS")
}
