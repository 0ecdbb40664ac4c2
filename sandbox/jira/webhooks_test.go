package jira_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/sandbox/jira"
)

func TestDeliveriesAreSignedAndIdentified(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *jira.Options) { o.Secret = "It's a secret" })
	alice := s.as("alice")
	alice.create("OPS", "Task", "a <b> & c", nil)
	first := s.next()
	mac := hmac.New(sha256.New, []byte("It's a secret"))
	mac.Write(first.raw)
	require.Equal(t, "sha256="+hex.EncodeToString(mac.Sum(nil)), first.header.Get("X-Hub-Signature"))
	require.Equal(t, "Primary", first.header.Get("X-Atlassian-Webhook-Flow"))
	require.Contains(t, string(first.raw), "a <b> & c", "HTML is not escaped in JSON")
	require.EqualValues(t, s.clock.Now().UnixMilli(), first.body["timestamp"])

	s.steer("PUT", "webhooks", object{"mode": "duplicate"})
	alice.want(201, "POST", "issue/OPS-1/comment", object{"body": "x"})
	a, b := s.next(), s.next()
	id := a.header.Get("X-Atlassian-Webhook-Identifier")
	require.Equal(t, id, b.header.Get("X-Atlassian-Webhook-Identifier"))
	require.NotEqual(t, id, first.header.Get("X-Atlassian-Webhook-Identifier"))
}

func TestCloudTellsWhatHappened(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	alice.want(201, "POST", "issue", object{"fields": object{"project": object{"key": "ENG"}, "issuetype": object{"name": "Bug"}, "summary": "s",
		"description": "d", "assignee": object{"accountId": "sandbox:bob"}, "security": object{"name": "Internal"}}})
	d := s.next().body
	require.Equal(t, "jira:issue_created", d["webhookEvent"])
	require.Equal(t, "issue_created", d["issue_event_type_name"])
	require.Equal(t, "sandbox:alice", at(d, "user.accountId"))
	require.Equal(t, "d", at(d, "issue.fields.description"))
	require.Equal(t, "10000", at(d, "issue.fields.project.id"))
	require.Equal(t, "Internal", at(d, "issue.fields.security.name"))
	require.Equal(t, []any{"assignee", "description", "priority", "reporter", "security", "Status", "summary"}, each(at(d, "changelog.items"), "field"))

	alice.v3().want(204, "PUT", "issue/ENG-1", object{"fields": object{"description": doc("changed")}})
	d = s.next().body
	require.Equal(t, "jira:issue_updated", d["webhookEvent"])
	require.Equal(t, "issue_updated", d["issue_event_type_name"])
	require.Equal(t, "changed", at(d, "issue.fields.description"), "wiki text whatever API wrote it")
	require.Equal(t, "changed", at(d, "changelog.items.0.toString"))
	require.Equal(t, at(alice.get("issue/ENG-1/changelog"), "values.0.id"), at(d, "changelog.id"))

	alice.want(204, "PUT", "issue/ENG-1/assignee", object{"accountId": "sandbox:bot"})
	d = s.next().body
	require.Equal(t, "issue_assigned", d["issue_event_type_name"])
	require.Equal(t, "sandbox:bob", at(d, "changelog.items.0.tmpFromAccountId"))
	alice.step("ENG-1", "In Progress")
	d = s.next().body
	require.Equal(t, "issue_generic", d["issue_event_type_name"])
	require.Equal(t, "In Progress", at(d, "issue.fields.status.name"))

	id, _ := alice.want(201, "POST", "issue/ENG-1/comment", object{"body": "c"})["id"].(string)
	alice.want(200, "PUT", "issue/ENG-1/comment/"+id, object{"body": "cc"})
	for _, event := range []string{"comment_created", "comment_updated"} {
		d = s.next().body
		require.Equal(t, event, d["webhookEvent"])
		require.NotContains(t, d, "user")
		require.Equal(t, true, at(d, "comment.jsdPublic"))
		require.ElementsMatch(t, []string{"summary", "issuetype", "project", "assignee", "priority", "status"},
			slices.Collect(maps.Keys(at(d, "issue.fields").(object))))
	}
	alice.want(204, "DELETE", "issue/ENG-1", nil)
	d = s.next().body
	require.Equal(t, "jira:issue_deleted", d["webhookEvent"])
	require.NotContains(t, d, "issue_event_type_name")
	fallout := s.next()
	require.Equal(t, "comment_deleted", fallout.body["webhookEvent"])
	require.Equal(t, "Secondary", fallout.header.Get("X-Atlassian-Webhook-Flow"))
	s.quiet()
}

func TestDataCenterTellsItsOwnWay(t *testing.T) {
	t.Parallel()
	s := start(t, dataCenter)
	alice := s.asDC("alice")
	alice.create("ENG", "Bug", "s", nil)
	first := s.next()
	require.Equal(t, "jira:issue_created", first.body["webhookEvent"])
	require.NotContains(t, first.body, "changelog")
	require.NotEmpty(t, first.header.Get("X-Hub-Signature"))
	require.Empty(t, first.header.Get("X-Atlassian-Webhook-Identifier"))
	require.Empty(t, first.header.Get("X-Atlassian-Webhook-Flow"))
	require.Equal(t, "alice", at(first.body, "user.name"))
	require.Equal(t, "JIRAUSER10100", at(first.body, "user.key"))
	require.NotContains(t, at(first.body, "user"), "accountId")

	alice.step("ENG-1", "In Progress")
	d := s.next().body
	require.Equal(t, "issue_work_started", d["issue_event_type_name"])
	require.NotContains(t, at(d, "changelog.items.0"), "fieldId")
	alice.want(204, "PUT", "issue/ENG-1", object{"fields": object{"assignee": object{"name": "bob"}}})
	require.Equal(t, "JIRAUSER10101", at(s.next().body, "changelog.items.0.to"))

	path := "issue/ENG-1/comment"
	id, _ := alice.want(201, "POST", path, object{"body": "c"})["id"].(string)
	alice.want(200, "PUT", path+"/"+id, object{"body": "cc"})
	alice.want(204, "DELETE", path+"/"+id, nil)
	for _, c := range []struct{ event, name string }{
		{"comment_created", "issue_commented"}, {"comment_updated", "issue_comment_edited"}, {"comment_deleted", "issue_comment_deleted"},
	} {
		d = s.next().body
		require.Equal(t, c.event, d["webhookEvent"])
		require.NotContains(t, d, "issue")
		require.NotContains(t, at(d, "comment"), "jsdPublic")
		require.True(t, strings.HasSuffix(at(d, "comment.self").(string), "/rest/api/2/issue/10000/comment/"+id))
		d = s.next().body
		require.Equal(t, "jira:issue_updated", d["webhookEvent"])
		require.Equal(t, c.name, d["issue_event_type_name"])
		require.NotContains(t, d, "changelog")
		require.Equal(t, c.event != "comment_deleted", d["comment"] != nil)
	}
}

// TestPayloadsHaveTheCapturedShape compares the keys of what is sent with
// payloads that real sites sent. Where one of ours lacks a key of theirs, it is
// a field of a feature that the sandbox does not have.
func TestPayloadsHaveTheCapturedShape(t *testing.T) {
	t.Parallel()
	folder := contract.Shared(t, "fixtures", "jira")
	captured := func(name string) object {
		raw, err := os.ReadFile(filepath.Join(folder, "mattermost-plugin-jira__webhook-"+name+".json"))
		require.NoError(t, err)
		var out object
		require.NoError(t, json.Unmarshal(raw, &out))
		return out
	}
	compare := func(name string, ours delivery, parts ...string) {
		theirs := captured(name)
		require.ElementsMatch(t, slices.Collect(maps.Keys(theirs)), slices.Collect(maps.Keys(ours.body)), name)
		for _, part := range parts {
			for key := range at(theirs, part).(object) {
				// Names and keys of users left Cloud after these were captured.
				gone := part != "issue.fields" && (key == "name" || key == "key") && at(ours.body, part+".accountId") != nil
				feature := strings.HasPrefix(key, "customfield_") || strings.Contains(key, "time") && key != "timeZone"
				if !gone && !feature {
					require.Contains(t, at(ours.body, part), key, "%s: %s", name, part)
				}
			}
		}
	}
	cloud := start(t)
	alice := cloud.as("alice")
	alice.create("ENG", "Bug", "s", object{"description": "d"})
	created := cloud.next()
	require.Equal(t, "10000", at(created.body, "issue.id"))
	compare("issue-created", created, "user", "issue", "issue.fields", "issue.fields.project", "issue.fields.status", "issue.fields.status.statusCategory",
		"issue.fields.priority", "issue.fields.creator", "issue.fields.issuetype", "changelog", "changelog.items.0")
	alice.want(204, "PUT", "issue/ENG-1", object{"fields": object{"description": "e"}})
	compare("issue-updated-edited", cloud.next(), "changelog.items.0")
	id, _ := alice.want(201, "POST", "issue/ENG-1/comment", object{"body": "c"})["id"].(string)
	compare("cloud-comment-created", cloud.next(), "comment", "comment.author", "issue", "issue.fields")
	alice.want(200, "PUT", "issue/ENG-1/comment/"+id, object{"body": "d"})
	compare("cloud-comment-updated", cloud.next(), "comment", "issue.fields")
	alice.want(204, "DELETE", "issue/ENG-1/comment/"+id, nil)
	cloud.next()
	alice.want(204, "DELETE", "issue/ENG-1", nil)
	deleted := captured("issue-deleted")
	ours := cloud.next()
	require.ElementsMatch(t, slices.Collect(maps.Keys(deleted)), slices.Collect(maps.Keys(ours.body)))

	center := start(t, dataCenter)
	bob := center.asDC("bob")
	bob.create("ENG", "Bug", "s", nil)
	center.next()
	bob.step("ENG-1", "In Progress")
	compare("server-issue-updated-in-progress", center.next(), "user", "issue", "issue.fields", "changelog.items.0")
	id, _ = bob.want(201, "POST", "issue/ENG-1/comment", object{"body": "c"})["id"].(string)
	center.next()
	compare("server-issue-updated-commented-2", center.next(), "comment", "issue.fields", "issue.fields.comment")
	bob.want(200, "PUT", "issue/ENG-1/comment/"+id, object{"body": "d"})
	compare("server-comment-updated", center.next(), "comment", "user")
	compare("server-issue-updated-comment-edited", center.next(), "comment")
	bob.want(204, "DELETE", "issue/ENG-1/comment/"+id, nil)
	compare("server-comment-deleted", center.next(), "comment", "user")
	compare("server-issue-updated-comment-deleted", center.next(), "issue")
}
