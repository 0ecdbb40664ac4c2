package linear_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	readComment   = `query($id: String) { comment(id: $id) { ` + commentParts + ` children { nodes { id } } } }`
	updateComment = `mutation($id: String!, $in: CommentUpdateInput!) { commentUpdate(id: $id, input: $in) { comment { ` + commentParts + ` } } }`
	deleteComment = `mutation($id: String!) { commentDelete(id: $id) { success entityId } }`
)

func TestCommentsAndReplies(t *testing.T) {
	t.Parallel()
	w := open(t)
	made := w.issue("one", nil)
	root := w.comment(object{"issueId": "PRO-1", "body": "- hello ", "id": own})
	require.Equal(t, own, root["id"])
	require.Equal(t, "* hello", root["body"])
	require.Equal(t, made["id"], root["issueId"])
	require.Contains(t, root["url"], "/sandbox/issue/PRO-1/one#comment-0b5d3a0e")
	reply := w.as("bob").comment(object{"parentId": own, "body": "hi"})
	require.Equal(t, own, reply["parentId"])
	require.Equal(t, made["id"], reply["issueId"])
	require.Equal(t, []any{reply["id"]}, each(at(w.do(readComment, object{"id": own}), "comment.children.nodes"), "id"))

	w.input("top-level", createComment, object{"in": object{"parentId": reply["id"], "issueId": made["id"], "body": "deeper"}})
	w.issue("two", nil)
	w.input("same issue", createComment, object{"in": object{"parentId": own, "issueId": "PRO-2", "body": "astray"}})
	w.input("exactly one of issueId", createComment, object{"in": object{"body": "nowhere"}})
	w.input("body must be longer", createComment, object{"in": object{"issueId": "PRO-1", "body": "  "}})
	w.input("Could not find referenced Issue.", createComment, object{"in": object{"issueId": "PRO-9", "body": "x"}})
	e := w.refused(200, "invalid input", "INPUT_ERROR", createComment, object{"in": object{"issueId": "PRO-1", "body": "twice", "id": own}})
	require.Equal(t, "conflict on insert of Comment", e["message"])
}

func TestACommentIsEditedByItsAuthor(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("one", nil)
	said := w.comment(object{"issueId": "PRO-1", "body": "hello"})
	require.Nil(t, said["editedAt"])
	w.as("bob").refused(200, "forbidden", "FORBIDDEN", updateComment, object{"id": said["id"], "in": object{"body": "no"}})
	edited := at(w.do(updateComment, object{"id": said["id"], "in": object{"body": "hello all"}}), "commentUpdate.comment")
	require.Equal(t, "hello all", at(edited, "body"))
	require.Greater(t, at(edited, "updatedAt"), said["updatedAt"])
	require.NotNil(t, at(edited, "editedAt"))
	again := at(w.do(updateComment, object{"id": said["id"], "in": object{"body": "hello all"}}), "commentUpdate.comment")
	require.Equal(t, edited, again, "nothing changes")
	bobs := w.as("bob").comment(object{"issueId": "PRO-1", "body": "mine"})
	w.do(updateComment, object{"id": bobs["id"], "in": object{"body": "edited by the admin"}})
}

func TestADeletedCommentTakesItsRepliesAlong(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("one", nil)
	root := w.comment(object{"issueId": "PRO-1", "body": "root", "id": own})
	reply := w.comment(object{"parentId": own, "body": "reply"})
	require.Equal(t, own, at(w.do(deleteComment, object{"id": own}), "commentDelete.entityId"))
	for _, id := range []any{root["id"], reply["id"]} {
		w.input("Could not find referenced Comment.", readComment, object{"id": id})
	}
	e := w.refused(200, "invalid input", "INPUT_ERROR", createComment, object{"in": object{"issueId": "PRO-1", "body": "again", "id": own}})
	require.Equal(t, "conflict on insert of Comment", e["message"], "a deleted id is not free")
}

func TestAnAttachmentIsReplacedByURL(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("one", nil)
	w.issue("two", nil)
	const url = "http://ravenna.example.com/IT-1#ticketsync"
	first := w.attach(object{"issueId": "PRO-1", "url": url, "title": "IT-1", "subtitle": "s", "metadata": object{"a": "b", "n": 1}, "id": own})
	require.Equal(t, own, first["id"])
	require.Equal(t, object{"a": "b", "n": 1.0}, first["metadata"])
	again := w.as("bob").attach(object{"issueId": "PRO-1", "url": url, "title": "IT-1 changed", "metadata": object{"c": true}})
	require.Equal(t, own, again["id"])
	require.Equal(t, "IT-1 changed", again["title"])
	require.Nil(t, again["subtitle"])
	require.Equal(t, object{"c": true}, again["metadata"])
	require.Equal(t, w.user("alice"), at(again, "creator.id"))
	require.Greater(t, again["updatedAt"], first["updatedAt"])
	other := w.attach(object{"issueId": "PRO-2", "url": url, "title": "IT-1"})
	require.NotEqual(t, own, other["id"])

	found := w.do(`query($u: String!) { attachmentsForURL(url: $u) { nodes { id issue { identifier } } } }`, object{"u": url})
	require.ElementsMatch(t, []any{"PRO-1", "PRO-2"}, each(at(found, "attachmentsForURL.nodes"), "issue.identifier"))
	by := w.do(`query($u: String!) { issues(filter: {attachments: {some: {url: {eq: $u}}}}) { nodes { identifier attachments { nodes { url } } } } }`, object{"u": url})
	require.Equal(t, []any{"PRO-2", "PRO-1"}, each(at(by, "issues.nodes"), "identifier"))

	w.do(`mutation($id: String!) { attachmentUpdate(id: $id, input: {title: "new"}) { attachment { title metadata } } }`, object{"id": own})
	w.do(`mutation($id: String!) { attachmentDelete(id: $id) { entityId } }`, object{"id": own})
	w.input("Could not find referenced Attachment.", `query($id: String!) { attachment(id: $id) { id } }`, object{"id": own})
	e := w.refused(200, "invalid input", "INPUT_ERROR", attach, object{"in": object{"issueId": "PRO-1", "url": url, "title": "x", "id": own}})
	require.Equal(t, "conflict on insert of Attachment", e["message"])
	w.input("url must be a URL", attach, object{"in": object{"issueId": "PRO-1", "url": "nonsense", "title": "x"}})
}
