package jira_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/jira"
)

func TestAMoveChangesTheKeyAndKeepsTheID(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	alice.create("ENG", "Bug", "nomad", object{"customfield_10042": "LT-1", "components": []object{{"name": "API"}}})
	s.next()
	alice.step("ENG-1", "In Progress")
	alice.step("ENG-1", "In Review")
	s.next()
	s.next()
	moved := s.steer("PUT", "move", object{"issue": "ENG-1", "project": "OPS", "actor": "bob"})
	require.Equal(t, object{"id": "10000", "key": "OPS-1"}, moved)
	for _, ref := range []string{"ENG-1", "OPS-1", "10000"} {
		require.Equal(t, "OPS-1", alice.get("issue/" + ref)["key"], ref)
	}
	issue := alice.get("issue/10000")["fields"]
	require.Equal(t, "Task", at(issue, "issuetype.name"))
	require.Equal(t, "To Do", at(issue, "status.name"), "In Review does not exist there")
	require.NotContains(t, issue, "customfield_10042")

	d := s.next().body
	require.Equal(t, "jira:issue_updated", d["webhookEvent"])
	require.Equal(t, "issue_moved", d["issue_event_type_name"])
	require.Equal(t, "sandbox:bob", at(d, "user.accountId"))
	require.Equal(t, "OPS-1", at(d, "issue.key"))
	require.Equal(t, "project", at(d, "changelog.items.0.field"))
	require.Equal(t, "Key", at(d, "changelog.items.1.field"))
	require.Equal(t, "ENG-1", at(d, "changelog.items.1.fromString"))
	require.Equal(t, []any{"OPS-1"}, alice.find("key = ENG-1"))
	s.steer("PUT", "move", object{"issue": "OPS-1", "project": "OPS"})
	s.quiet()
	status, _ := s.control("PUT", "move", object{"issue": "ENG-9", "project": "OPS"})
	require.Equal(t, 404, status)
	status, _ = s.control("PUT", "move", object{"isue": "ENG-1", "project": "OPS"})
	require.Equal(t, 400, status, "a misspelt key is no success")
}

func TestACloneCarriesLabelsAndProperties(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.as("bot").want(201, "POST", "issue", object{"fields": object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"},
		"summary": "original", "description": "text", "labels": []string{"l"}}, "properties": []object{{"key": "origin", "value": object{"a": 1}}}})
	s.next()
	made := s.steer("POST", "clone", object{"issue": "ENG-1"})
	require.Equal(t, "ENG-2", made["key"])
	copied := s.as("alice").get("issue/ENG-2?properties=*all")
	require.Equal(t, "CLONE - original", at(copied, "fields.summary"))
	require.Equal(t, "text", at(copied, "fields.description"))
	require.Equal(t, []any{"l"}, at(copied, "fields.labels"))
	require.Equal(t, "sandbox:alice", at(copied, "fields.creator.accountId"))
	require.Equal(t, object{"a": 1.}, at(copied, "properties.origin"))
	require.Equal(t, "ENG-1", at(copied, "fields.issuelinks.0.outwardIssue.key"))
	require.Equal(t, "jira:issue_created", s.next().body["webhookEvent"])
	s.as("alice").want(200, "PUT", "issue/ENG-2/properties/origin", object{})
	require.Equal(t, object{"a": 1.}, s.as("bot").get("issue/ENG-1/properties/origin")["value"], "the original keeps its own")
}

func TestASecurityLevelIsSetAndTakenOff(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	key := alice.bug("private")
	s.steer("PUT", "security", object{"issue": key, "level": "Internal"})
	require.Equal(t, "Internal", at(alice.field(key, "security"), "name"))
	require.Equal(t, "Internal", at(s.next().body, "changelog.items.0.toString"))
	s.steer("PUT", "security", object{"issue": key, "level": ""})
	require.Nil(t, alice.field(key, "security"))
	status, _ := s.control("PUT", "security", object{"issue": key, "level": "Nonsense"})
	require.Equal(t, 404, status)
	status, _ = s.control("PUT", "security", object{"issue": key, "actor": "carol"})
	require.Equal(t, 400, status)
}

func TestStateSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	kept := func(o *jira.Options) { o.DataDir = dir }
	before := start(t, kept)
	alice := before.as("alice")
	alice.want(201, "POST", "issue", object{"fields": object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": "stay",
		"labels": []string{"l"}, "customfield_10043": 3}, "properties": []object{{"key": "k", "value": object{"v": 1}}}})
	alice.step("ENG-1", "In Progress")
	alice.want(201, "POST", "issue/ENG-1/comment", object{"body": "c", "visibility": object{"type": "role", "value": "Users"}})
	alice.want(201, "POST", "issue/ENG-1/remotelink", object{"globalId": "g", "object": object{"url": "https://example.com", "title": "t"}})
	before.steer("PUT", "move", object{"issue": "ENG-1", "project": "OPS"})
	before.steer("PUT", "statuses", object{"project": "OPS", "add": "Parked"})
	before.steer("PUT", "permission", object{"project": "HELP", "user": "bot", "browse": false})
	before.steer("PUT", "permission", object{"project": "ENG", "user": "bot", "workflow": true})
	want := alice.get("issue/ENG-1?expand=changelog&properties=*all")

	// No Close: what was answered must be on disk already.
	after := start(t, kept)
	again := after.as("alice")
	got := again.get("issue/ENG-1?expand=changelog&properties=*all")
	for _, part := range []string{"key", "fields.updated", "fields.status.name", "fields.labels", "properties", "fields.comment.comments.0.body",
		"fields.comment.comments.0.visibility"} {
		require.NotNil(t, at(got, part), part)
		require.Equal(t, at(want, part), at(got, part), part)
	}
	require.Equal(t, each(at(want, "changelog.histories"), "id"), each(at(got, "changelog.histories"), "id"))
	require.Len(t, again.list("issue/ENG-1/remotelink"), 1)
	require.Equal(t, []any{"OPS-1"}, again.find("project = OPS"))
	require.Contains(t, again.exits("OPS-1"), "Parked")
	after.as("bot").want(404, "GET", "project/HELP", nil)
	after.as("bot").v3().want(200, "POST", "workflows", workflowOf("10000", "10004"))
	require.Equal(t, "ENG-2", again.create("ENG", "Bug", "next", nil)["key"], "counters go on")
}

func TestFaultsLookLikeJiraAndRequestsAreLogged(t *testing.T) {
	t.Parallel()
	s := start(t)
	bot := s.as("bot")
	s.steer("PUT", "faults", []object{{"method": "GET", "path": "/rest/api/2/myself", "fault": "status:429", "retry_after": "7"}})
	status, body, header := bot.do("GET", "myself", nil)
	require.Equal(t, 429, status)
	require.Contains(t, body, "errorMessages")
	require.Equal(t, "7", header.Get("Retry-After"))
	require.Empty(t, header.Get("RateLimit-Reason"), "the limit is the whole account's")
	bot.want(200, "POST", "search/jql", object{"jql": "project = OPS"})
	bot.create("OPS", "Task", "x", nil)

	resp, err := http.Get(s.url + "/_sandbox/requests")
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	log := decode(t, raw)
	require.Equal(t, []any{"read", "read", "write"}, each(log, "kind"))
	require.Equal(t, []any{"bot", "bot", "bot"}, each(log, "actor"))
}

func TestABrowseLinkShowsTheIssueEscaped(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	alice.create("ENG", "Bug", "<script>alert(1)</script>", object{"description": "*bold* <img src=x>"})
	alice.want(201, "POST", "issue/ENG-1/comment", object{"body": "a comment"})
	alice.want(201, "POST", "issue/ENG-1/remotelink", object{"object": object{"url": "javascript:alert(1)", "title": "bad"}})
	s.clock.advance(time.Minute)
	status, body, header := alice.page("/browse/ENG-1")
	require.Equal(t, 200, status)
	require.Contains(t, header.Get("Content-Type"), "text/html")
	require.Contains(t, body, "&lt;script&gt;alert(1)")
	require.Contains(t, body, "<b>bold</b> &lt;img src=x&gt;")
	require.Contains(t, body, "To Do")
	require.Contains(t, body, "a comment")
	require.NotContains(t, body, `href="javascript`)
	status, _, _ = alice.page("/browse/ENG-2")
	require.Equal(t, 404, status)
}
