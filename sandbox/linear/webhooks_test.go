package linear_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/sandbox/linear"
)

func TestDeliveriesAreSignedAndIdentified(t *testing.T) {
	t.Parallel()
	w := open(t, func(o *linear.Options) { o.Secret = "It's a secret" })
	w.issue("a <b> & c", nil)
	d := w.next()
	mac := hmac.New(sha256.New, []byte("It's a secret"))
	mac.Write(d.raw)
	require.Equal(t, hex.EncodeToString(mac.Sum(nil)), d.header.Get("Linear-Signature"))
	require.Equal(t, "Issue", d.header.Get("Linear-Event"))
	require.Equal(t, "1772442000000", d.header.Get("Linear-Timestamp"))
	require.Equal(t, 1772442000000.0, d.body["webhookTimestamp"], "a number")
	require.Equal(t, "Linear-Webhook", d.header.Get("User-Agent"))
	require.Equal(t, "application/json; charset=utf-8", d.header.Get("Content-Type"))
	require.Regexp(t, regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`), d.header.Get("Linear-Delivery"))
	require.Contains(t, string(d.raw), "a <b> & c", "HTML is not escaped in JSON")

	w.steer("PUT", "webhooks", object{"mode": "duplicate"})
	w.issue("twice", nil)
	a, b := w.next(), w.next()
	require.Equal(t, a.header.Get("Linear-Delivery"), b.header.Get("Linear-Delivery"))
	require.NotEqual(t, a.header.Get("Linear-Delivery"), d.header.Get("Linear-Delivery"))
}

func TestIssueDeliveries(t *testing.T) {
	t.Parallel()
	w := open(t)
	made := w.issue("one", object{"description": "text", "labelIds": []string{w.label("Bug")}, "projectId": w.project("Launch")})
	d := w.next().body
	require.Equal(t, "create", d["action"])
	require.Equal(t, "Issue", d["type"])
	require.Equal(t, object{"id": w.user("alice"), "name": "Alice Example", "email": "alice@example.com", "type": "user",
		"url": "http://127.0.0.1:9103/sandbox/profiles/alice-example"}, d["actor"])
	require.NotContains(t, d, "updatedFrom")
	require.Equal(t, made["url"], d["url"])
	require.Equal(t, made["id"], at(d, "data.id"))
	require.Equal(t, "PRO-1", at(d, "data.identifier"))
	require.Equal(t, object{"id": w.team("PRO"), "key": "PRO", "name": "Product"}, at(d, "data.team"))
	require.Equal(t, "backlog", at(d, "data.state.type"))
	require.Equal(t, "Bug", at(d, "data.labels.0.name"))
	require.Equal(t, "Launch", at(d, "data.project.name"))
	require.NotContains(t, d["data"], "assigneeId", "what is not set is left out")

	w.as("bob").update("PRO-1", object{"stateId": w.state("PRO", "Done"), "assigneeId": w.user("bob"), "removedLabelIds": []string{w.label("Bug")}})
	d = w.next().body
	require.Equal(t, "update", d["action"])
	require.Equal(t, "Bob Example", at(d, "actor.name"))
	require.Equal(t, "bob@example.com", at(d, "data.assignee.email"))
	require.Equal(t, w.state("PRO", "Backlog"), at(d, "updatedFrom.stateId"))
	require.Equal(t, made["updatedAt"], at(d, "updatedFrom.updatedAt"))
	require.Equal(t, []any{w.label("Bug")}, at(d, "updatedFrom.labelIds"))
	require.Contains(t, d["updatedFrom"], "assigneeId")
	require.NotContains(t, d["updatedFrom"], "title")

	w.update("PRO-1", object{"title": "one"})
	w.do(`mutation { issueDelete(id: "PRO-1") { success } }`, nil)
	d = w.next().body
	require.Equal(t, "remove", d["action"], "what changed nothing was not delivered")
	require.Equal(t, true, at(d, "data.trashed"))
	require.NotNil(t, at(d, "data.archivedAt"))
	w.update("PRO-1", object{"trashed": nil})
	require.Equal(t, "restore", w.next().body["action"])
	w.do(`mutation { issueArchive(id: "PRO-1") { success } }`, nil)
	d = w.next().body
	require.Equal(t, "remove", d["action"])
	require.NotContains(t, d["data"], "trashed")
	w.do(`mutation { issueDelete(id: "PRO-1", permanentlyDelete: true) { success } }`, nil)
	require.Equal(t, "remove", w.next().body["action"])
	w.quiet()
}

func TestCommentAndAttachmentDeliveries(t *testing.T) {
	t.Parallel()
	w := open(t)
	made := w.issue("one", nil)
	w.next()
	root := w.comment(object{"issueId": "PRO-1", "body": "root"})
	d := w.next().body
	require.Equal(t, []any{"create", "Comment"}, []any{d["action"], d["type"]})
	require.Equal(t, root["url"], d["url"])
	require.Equal(t, made["id"], at(d, "data.issueId"))
	require.Equal(t, "PRO", at(d, "data.issue.team.key"))
	require.Equal(t, "Alice Example", at(d, "data.user.name"))
	w.as("app").comment(object{"parentId": root["id"], "body": "reply", "createAsUser": "Jane"})
	d = w.next().body
	require.Equal(t, "OauthClient", at(d, "actor.type"))
	require.Equal(t, root["id"], at(d, "data.parentId"))
	require.Contains(t, at(d, "data.botActor"), `"userDisplayName":"Jane"`, "JSON in a string")
	w.do(updateComment, object{"id": root["id"], "in": object{"body": "changed"}})
	d = w.next().body
	require.Equal(t, "update", d["action"])
	require.Equal(t, "root", at(d, "updatedFrom.body"))
	w.do(deleteComment, object{"id": root["id"]})
	require.Equal(t, "reply", at(w.next().body, "data.body"), "the replies go first")
	d = w.next().body
	require.Equal(t, []any{"remove", root["id"]}, []any{d["action"], at(d, "data.id")})

	w.attach(object{"issueId": "PRO-1", "url": "https://example.com/1", "title": "x", "metadata": object{"a": 1}})
	d = w.next().body
	require.Equal(t, []any{"create", "Attachment"}, []any{d["action"], d["type"]})
	require.Equal(t, "https://example.com/1", at(d, "data.url"))
	require.Equal(t, object{"a": 1.0}, at(d, "data.metadata"))
	file := w.attach(object{"issueId": "PRO-1", "url": "https://example.com/1", "title": "y"})
	require.Equal(t, "update", w.next().body["action"])
	w.do(`mutation($id: String!) { attachmentDelete(id: $id) { success } }`, object{"id": file["id"]})
	require.Equal(t, "remove", w.next().body["action"])
	w.do(`mutation { issueLabelCreate(input: {name: "New"}) { success } }`, nil)
	require.Equal(t, "IssueLabel", w.next().body["type"])
	w.do(`mutation { projectCreate(input: {name: "New", teamIds: ["`+w.team("PRO")+`"]}) { success } }`, nil)
	w.quiet()
}

func TestRegisteredWebhooksAreKept(t *testing.T) {
	t.Parallel()
	w := open(t)
	const parts = `webhook { id url secret enabled label resourceTypes team { key } allPublicTeams }`
	made := w.do(`mutation($in: WebhookCreateInput!) { webhookCreate(input: $in) { `+parts+` } }`,
		object{"in": object{"id": own, "url": "https://example.com/hook", "secret": "s", "resourceTypes": []string{"Issue"}, "teamId": w.team("PRO")}})
	require.Equal(t, object{"id": own, "url": "https://example.com/hook", "secret": "s", "enabled": true, "label": nil, "resourceTypes": []any{"Issue"},
		"team": object{"key": "PRO"}, "allPublicTeams": false}, at(made, "webhookCreate.webhook"))
	w.do(`mutation { webhookUpdate(id: "`+own+`", input: {enabled: false, label: "l"}) { success } }`, nil)
	got := w.do(`query { webhook(id: "`+own+`") { enabled label url } webhooks { nodes { id } } }`, nil)
	require.Equal(t, object{"enabled": false, "label": "l", "url": "https://example.com/hook"}, got["webhook"])
	require.Len(t, at(got, "webhooks.nodes"), 1)
	w.do(`mutation { webhookDelete(id: "`+own+`") { entityId } }`, nil)
	w.input("Could not find referenced Webhook.", `query { webhook(id: "`+own+`") { id } }`, nil)
	w.input("exactly one of teamId", `mutation { webhookCreate(input: {url: "https://example.com", resourceTypes: []}) { success } }`, nil)
}

// TestDeliveriesHaveTheFieldsOfRealOnes holds our deliveries against captured
// ones of the same type and action.
func TestDeliveriesHaveTheFieldsOfRealOnes(t *testing.T) {
	t.Parallel()
	folder := contract.Shared(t, "fixtures", "linear")
	w := open(t)
	w.issue("one", object{"description": "text", "assigneeId": w.user("bob"), "stateId": w.state("PRO", "In Progress"), "labelIds": []string{w.label("Bug")}})
	w.comment(object{"issueId": "PRO-1", "body": "x"})
	w.attach(object{"issueId": "PRO-1", "url": "https://example.com/1", "title": "x", "subtitle": "s"})
	sent := map[any]object{}
	for range 3 {
		d := w.next().body
		sent[d["type"]] = d
	}
	// Of what Linear no longer sends, or what the sandbox does not have.
	absent := map[string]bool{
		"boardOrder": true, "cycle": true, "cycleId": true, "editedAt": true, "parentId": true, "dueDate": true, "estimate": true,
		"completedAt": true, "canceledAt": true, "archivedAt": true, "trashed": true, "subIssueSortOrder": true, "projectId": true,
		"project": true, "lastAppliedTemplateId": true, "parent": true,
	}
	seen := 0
	for _, name := range []string{
		"_transcribed__trigger-reference-2026_comment_created.json", "_transcribed__trigger-reference-2026_issue_status_changed.json",
		"port-labs-port-docs__issue_create_1.json", "zulip-zulip__issue_update.json", "triggerdotdev-trigger.dev__AttachmentRemoved.json",
	} {
		raw, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		var captured object
		require.NoError(t, json.Unmarshal(raw, &captured))
		ours, ok := sent[captured["type"]]
		require.True(t, ok, name)
		for field := range captured {
			if field != "updatedFrom" {
				require.Contains(t, ours, field, name)
			}
		}
		data, _ := captured["data"].(object)
		for field, value := range data {
			if absent[field] {
				continue
			}
			require.Contains(t, ours["data"], field, name)
			requireSameShape(t, name+" "+field, value, at(ours, "data."+field))
		}
		seen++
	}
	require.Equal(t, 5, seen)
}

// requireSameShape compares types, and the fields of objects within.
func requireSameShape(t *testing.T, path string, captured, ours any) {
	t.Helper()
	if captured == nil || ours == nil {
		return
	}
	if inner, ok := captured.(object); ok && !strings.HasSuffix(path, "source") && !strings.HasSuffix(path, "metadata") {
		mine, ok := ours.(object)
		require.True(t, ok, path)
		for field, value := range inner {
			require.Contains(t, mine, field, path)
			requireSameShape(t, path+"."+field, value, mine[field])
		}
		return
	}
	require.IsType(t, captured, ours, path)
}
