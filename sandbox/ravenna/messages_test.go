package ravenna_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/ravenna"
)

func contents(items []object) []string {
	list := []string{}
	for _, item := range items {
		list = append(list, item["content"].(string))
	}
	return list
}

func TestMessages(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	made := w.ticket("one", nil)
	path := "/ticket-messages?ticketId=" + id(made)
	require.Empty(t, w.items(path))

	public := w.do("POST", "/ticket-messages", object{"ticketId": id(made), "content": "<p>hello</p>"})
	require.Equal(t, "u_alice", public["authorId"])
	require.Equal(t, object{"firstName": "Alice", "lastName": "Example", "email": "alice@example.com", "image": nil}, public["author"])
	require.Equal(t, false, public["private"])
	note := w.as("bob").do("POST", "/ticket-messages", object{"ticketId": id(made), "content": "<p>note</p>", "private": true, "source": "INTEGRATION"})
	require.Equal(t, true, note["private"])
	require.Equal(t, []string{"<p>hello</p>", "<p>note</p>"}, contents(w.items(path)))
	require.Equal(t, []string{"<p>note</p>", "<p>hello</p>"}, contents(w.items(path+"&sortDirection=desc")))

	edited := w.do("PUT", "/ticket-messages/"+id(public), object{"content": "<p>hello all</p>"})
	require.Equal(t, "EDITED", edited["status"])
	require.Greater(t, edited["updatedAt"], public["updatedAt"])
	require.Equal(t, edited, w.do("PUT", "/ticket-messages/"+id(public), object{"content": "<p>hello all</p>"}), "nothing changes")
	require.Len(t, w.do("PUT", "/ticket-messages/"+id(public), object{"reactions": []string{"+1"}})["reactions"], 1)

	gone := w.do("DELETE", "/ticket-messages/"+id(public), nil)
	require.Equal(t, true, gone["deleted"])
	require.NotNil(t, gone["deletedAt"])
	w.do("PUT", "/ticket-messages/"+id(note), object{"status": "DELETED"})
	require.Empty(t, w.items(path))
	w.refused(404, "NOT_FOUND", "GET", "/ticket-messages/"+id(public), nil)
	w.refused(404, "NOT_FOUND", "DELETE", "/ticket-messages/"+id(note), nil)
}

func TestBadMessagesAreRefused(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	made := w.ticket("one", nil)
	w.refused(400, "BAD_REQUEST", "POST", "/ticket-messages", object{"ticketId": id(made)})
	w.refused(400, "BAD_REQUEST", "POST", "/ticket-messages", object{"ticketId": id(made), "content": "x", "source": "PIGEON"})
	w.refused(404, "NOT_FOUND", "POST", "/ticket-messages", object{"ticketId": "gone", "content": "x"})
	w.refused(400, "BAD_REQUEST", "GET", "/ticket-messages", nil)
	w.refused(400, "BAD_REQUEST", "POST", "/ticket-messages/import", object{"messages": []object{}})
}

func TestMessagesArePaged(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	made := w.ticket("one", nil)
	want := []string{"<p>1</p>", "<p>2</p>", "<p>3</p>"}
	for _, text := range want {
		w.do("POST", "/ticket-messages", object{"ticketId": id(made), "content": text})
	}
	path := "/ticket-messages?limit=2&ticketId=" + id(made)
	first := w.do("GET", path, nil)
	require.Equal(t, 3.0, first["totalCount"])
	second := w.do("GET", path+"&cursor="+url.QueryEscape(first["nextCursor"].(string)), nil)
	require.False(t, hasKey(second, "nextCursor"), "it is never null here")
	require.Equal(t, want, append(contents(objects(t, first["items"])), contents(objects(t, second["items"]))...))
}

func TestMessagesAreImportedWithAuthorAndTime(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	made := w.ticket("one", nil)
	imported := objects(t, w.do("POST", "/ticket-messages/import", object{"messages": []object{
		{"ticketId": id(made), "content": "old", "authorId": "u_carol", "private": true, "createdAt": "2025-01-02T03:04:05Z"},
	}})["messages"])
	require.Equal(t, "u_carol", imported[0]["authorId"])
	require.Equal(t, "2025-01-02T03:04:05.000Z", imported[0]["createdAt"])
	require.Equal(t, true, imported[0]["private"])
}

func TestMessagesBumpTheirTicketUnlessToldNotTo(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	made := w.ticket("one", nil)
	version := func() any { return w.do("GET", "/tickets/"+id(made), nil)["updatedAt"] }

	m := w.do("POST", "/ticket-messages", object{"ticketId": id(made), "content": "hello"})
	bumped := version()
	require.Greater(t, bumped, made["updatedAt"])
	w.do("PUT", "/ticket-messages/"+id(m), object{"content": "edited"})
	require.Greater(t, version(), bumped)

	w.control("PUT", "/quirks", object{"message_bumps": "off"})
	before := version()
	w.do("POST", "/ticket-messages", object{"ticketId": id(made), "content": "again"})
	w.do("DELETE", "/ticket-messages/"+id(m), nil)
	require.Equal(t, before, version())
}

func TestLinks(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	made := w.ticket("one", nil)
	path := "/ticket-links?ticketId=" + id(made)
	link := w.do("POST", "/ticket-links", object{"ticketId": id(made), "name": "ENG-1", "url": "http://jira.example.com/browse/ENG-1#ticketsync=a/b/1/linked"})
	require.Equal(t, []object{link}, w.list(path))
	require.Equal(t, made, w.do("GET", "/tickets/"+id(made), nil), "a link leaves its ticket alone")

	changed := w.do("PUT", "/ticket-links/"+id(link), object{"url": "http://jira.example.com/browse/ENG-1#ticketsync=a/b/1/unlinked"})
	require.Equal(t, "ENG-1", changed["name"])
	require.Greater(t, changed["updatedAt"], link["updatedAt"])
	require.Equal(t, changed, w.do("GET", "/ticket-links/"+id(link), nil))
	require.Nil(t, w.do("POST", "/ticket-links/url-metadata", object{"url": "http://jira.example.com"})["title"])

	for _, bad := range []object{
		{"ticketId": id(made), "name": "n", "url": "not a uri"}, {"ticketId": id(made), "name": "n"}, {"ticketId": id(made), "url": "http://a.example"},
	} {
		w.refused(400, "BAD_REQUEST", "POST", "/ticket-links", bad)
	}
	w.refused(400, "BAD_REQUEST", "GET", "/ticket-links", nil)

	w.control("PUT", "/replicated", object{"ticketId": id(made), "app": "LINEAR"})
	foreign := w.list(path)[1]
	require.Equal(t, object{"integration": object{"app": "LINEAR"}}, foreign["integrationReplication"])

	w.do("DELETE", "/ticket-links/"+id(link), nil)
	w.refused(404, "NOT_FOUND", "GET", "/ticket-links/"+id(link), nil)
	require.Equal(t, []object{foreign}, w.list(path))
}

func TestAttachmentsExistByName(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{BaseURL: "http://ravenna.example.com"})
	made := w.ticket("one", nil)
	file := w.do("POST", "/tickets/attachments", object{"ticketId": id(made), "mimeType": "text/plain", "filename": "a.txt"})
	require.Empty(t, w.list("/tickets/attachments?ticketId="+id(made)), "not uploaded yet")
	refs := object{"ticketId": id(made), "attachmentIds": []string{id(file)}}
	w.do("POST", "/tickets/attachments/connect", refs)
	listed := w.list("/tickets/attachments?ticketId=" + id(made))
	require.Len(t, listed, 1)
	require.Contains(t, listed[0]["downloadUrl"], "http://ravenna.example.com/")
	w.do("POST", "/tickets/attachments/archive", refs)
	require.Empty(t, w.list("/tickets/attachments?ticketId="+id(made)))
}
