package ravenna_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/ravenna"
)

func TestTicketIsCreatedAndFoundInEveryWay(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	require.Empty(t, w.items("/tickets?openFilter=false"), "a workspace starts without tickets")

	made := w.do("POST", "/tickets", object{
		"title": "VPN down", "description": "It fails.\nSince <today>", "priority": "HIGH", "queueId": w.queue("IT"),
		"requesterEmail": "Bob@example.com", "assigneeId": "u_carol", "source": "INTEGRATION", "metadata": object{"mine": 1},
		"type": "INCIDENT", "dueAt": "2026-03-05T10:00:00+01:00", "followers": []object{{"id": "u_bob"}}, "parentId": nil,
	})
	require.GreaterOrEqual(t, len(id(made)), 20)
	require.Equal(t, "u_bob", made["requesterId"])
	require.Equal(t, "u_alice", made["authorId"])
	require.Equal(t, "Open", made["status"].(object)["label"])
	require.Equal(t, "2026-03-05T09:00:00.000Z", made["dueAt"])
	require.Equal(t, "2026-03-02T09:00:00.000Z", made["updatedAt"])
	require.Equal(t, float64(1), made["number"])

	link := url.PathEscape("https://sandbox.example.com/t/IT-1?tab=all")
	for _, path := range []string{
		"/tickets/" + id(made), "/tickets/IT-1", "/tickets/it-1", "/tickets/" + made["shortId"].(string),
		"/tickets/by-url/IT-1", "/tickets/by-url/" + link,
	} {
		require.Equal(t, made, w.as("bob").do("GET", path, nil), path)
	}
	require.Equal(t, object{
		"id": id(made), "shortId": made["shortId"], "number": float64(1), "queuePrefix": "IT", "workspaceId": made["queue"].(object)["workspaceId"],
	}, w.do("GET", "/tickets/summary/IT-1", nil))

	require.Equal(t, float64(1), w.ticket("other channel", object{"queueId": w.queue("PROD")})["number"])
	require.Equal(t, float64(2), w.ticket("default channel", nil)["number"])
}

func TestTextIsStoredAsTheEditorWould(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	for given, stored := range map[string]string{
		"plain":                          "<p>plain</p>",
		"one\ntwo\n\nthree":              "<p>one<br>two</p><p>three</p>",
		"<p>a<br/>b<br />c<br>d</p>":     "<p>a<br>b<br>c<br>d</p>",
		"<script>alert(1)</script>":      "<script>alert(1)</script>",
		"5 < 6 & 7":                      "<p>5 < 6 & 7</p>",
		"":                               "",
		"<ul><li>kept  as is</li> </ul>": "<ul><li>kept  as is</li> </ul>",
	} {
		made := w.ticket("text", object{"description": given})
		require.Equal(t, stored, made["description"], given)
		if given != "" {
			m := w.do("POST", "/ticket-messages", object{"ticketId": id(made), "content": given})
			require.Equal(t, stored, m["content"], given)
		}
	}
}

func TestTicketIsUpdated(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	tag := w.do("POST", "/tags", object{"name": "vpn", "color": "red"})
	made := w.ticket("first", object{"description": "text"})
	path := "/tickets/" + id(made)
	put := func(data object) object {
		t.Helper()
		return w.do("PUT", path, object{"data": data})
	}

	changed := put(object{"title": "second", "description": nil, "priority": "URGENT", "private": true})
	require.Equal(t, "second", changed["title"])
	require.Nil(t, changed["description"])
	require.Equal(t, true, changed["private"])
	require.Equal(t, "2026-03-02T09:00:00.001Z", changed["updatedAt"], "the clock stands still, versions do not")
	require.Equal(t, changed, put(object{"title": "second", "priority": "URGENT"}), "nothing changes: no new version")

	assigned := put(object{"assigneeId": "u_bob"})
	require.NotNil(t, assigned["assignedAt"])
	require.Nil(t, put(object{"assigneeId": nil})["assignedAt"])

	require.Len(t, put(object{"addTags": []object{{"id": id(tag)}}})["tags"], 1)
	require.Empty(t, put(object{"removeTags": []object{{"id": id(tag)}}})["tags"])
	require.Len(t, put(object{"tags": []object{{"id": id(tag)}}})["tags"], 1)

	done := put(object{"statusId": w.status("Done")})
	require.NotNil(t, done["resolvedAt"])
	require.Nil(t, done["closedAt"])
	require.NotNil(t, put(object{"statusId": w.status("Closed")})["closedAt"])
	reopened := put(object{"statusId": w.status("In Progress")})
	require.Nil(t, reopened["resolvedAt"])
	require.Nil(t, reopened["closedAt"])

	require.Equal(t, reopened["updatedAt"].(string), w.do("GET", path, nil)["updatedAt"])
}

func TestUpdateHonoursItsPrecondition(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	path := "/tickets/" + id(w.ticket("first", object{"description": "<p>text</p>"}))
	put := func(title string, expected object) object {
		return object{"data": object{"title": title}, "expected": expected}
	}
	w.do("PUT", path, put("second", object{"title": "first", "description": "<p>text</p>"}))
	w.do("PUT", path, put("third", object{"description": "text"}))
	w.refused(409, "CONFLICT", "PUT", path, put("fourth", object{"title": "first"}))
	w.refused(409, "CONFLICT", "PUT", path, put("fourth", object{"description": nil}))
	require.Equal(t, "third", w.do("GET", path, nil)["title"])
}

func TestMetadataIsMergedOrReplaced(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	path := "/tickets/" + id(w.ticket("one", object{"metadata": object{"a": 1, "b": object{"c": 2}}}))
	put := func(metadata any) any {
		return w.do("PUT", path, object{"data": object{"metadata": metadata}})["metadata"]
	}
	require.Equal(t, object{"a": 1.0, "b": 3.0}, put(object{"b": 3}))
	w.control("PUT", "/quirks", object{"metadata": "replace"})
	require.Equal(t, object{"d": 4.0}, put(object{"d": 4}))
	require.Nil(t, put(nil))
}

func TestTicketIsMoved(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	made := w.ticket("one", nil)
	moved := w.do("POST", "/tickets/move", object{"id": id(made), "data": object{"queueId": w.queue("PROD"), "statusId": w.status("Waiting")}})
	require.Equal(t, made["queueId"], moved["originalQueueId"])
	require.Equal(t, "PROD", moved["queue"].(object)["prefix"])
	require.Equal(t, "Waiting", moved["status"].(object)["label"])
	require.Greater(t, moved["updatedAt"], made["updatedAt"])
	w.refused(404, "NOT_FOUND", "GET", "/tickets/IT-1", nil)
	back := w.do("PUT", "/tickets/PROD-1", object{"data": object{"queueId": made["queueId"]}})
	require.Equal(t, 2.0, back["number"], "numbers are never used again")
	require.Len(t, w.listBulkMove(id(made), w.queue("PROD")), 1)
}

func TestTicketIsDeletedWithAllThatBelongsToIt(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	made := w.ticket("one", nil)
	child := w.ticket("child", object{"parentId": id(made)})
	require.Len(t, w.do("GET", "/tickets/"+id(made), nil)["children"], 1)
	require.NotNil(t, w.do("GET", "/tickets/"+id(child), nil)["parent"])
	link := w.do("POST", "/ticket-links", object{"ticketId": id(made), "name": "n", "url": "https://example.com/1"})
	m := w.do("POST", "/ticket-messages", object{"ticketId": id(made), "content": "hello"})

	w.do("DELETE", "/tickets/"+id(made), nil)
	for _, path := range []string{
		"/tickets/" + id(made), "/tickets/IT-1", "/ticket-links/" + id(link), "/ticket-messages/" + id(m),
		"/ticket-messages?ticketId=" + id(made), "/ticket-links?ticketId=" + id(made),
	} {
		w.refused(404, "NOT_FOUND", "GET", path, nil)
	}
	w.refused(404, "NOT_FOUND", "PUT", "/tickets/"+id(made), object{"data": object{}})
	w.refused(404, "NOT_FOUND", "DELETE", "/tickets/"+id(made), nil)
	require.Nil(t, w.do("GET", "/tickets/"+id(child), nil)["parentId"])
}

func TestBulkImportAndMerge(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	made := objects(t, w.do("POST", "/tickets/bulk", object{"tickets": []object{
		{"title": "one", "priority": "LOW"}, {"title": "two", "priority": "LOW"},
	}})["tickets"])
	require.Equal(t, []string{"one", "two"}, titles(made))
	old := objects(t, w.do("POST", "/tickets/import", object{"tickets": []object{
		{"title": "old", "priority": "LOW", "createdAt": "2020-01-01T00:00:00Z"},
	}})["tickets"])
	require.Equal(t, "2020-01-01T00:00:00.000Z", old[0]["createdAt"])

	w.do("POST", "/tickets/merge", object{"primaryId": id(made[0]), "sourceIds": []string{id(made[1])}})
	require.Equal(t, id(made[0]), w.do("GET", "/tickets/IT-2", nil)["mergedIntoId"])
	w.do("POST", "/tickets/unmerge", object{"sourceId": id(made[1])})
	require.Nil(t, w.do("GET", "/tickets/IT-2", nil)["mergedIntoId"])
	w.refused(400, "BAD_REQUEST", "POST", "/tickets/bulk", object{"tickets": []object{{"title": "fine", "priority": "LOW"}, {"title": "bad"}}})
	require.Equal(t, 3.0, w.do("GET", "/tickets/count?openFilter=false", nil)["totalCount"], "all or none")
}

func TestBadTicketsAreRefused(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	for name, body := range map[string]object{
		"priority":       {"title": "none"},
		"queueId":        {"priority": "LOW", "queueId": "elsewhere"},
		"statusId":       {"priority": "LOW", "statusId": "elsewhere"},
		"assigneeId":     {"priority": "LOW", "assigneeId": "u_nobody"},
		"requesterEmail": {"priority": "LOW", "requesterEmail": "nobody@example.com"},
		"title":          {"priority": "LOW", "title": strings.Repeat("é", 2001)},
		"description":    {"priority": "LOW", "description": strings.Repeat("x", 1_000_001)},
		"source":         {"priority": "LOW", "source": "PIGEON"},
		"type":           {"priority": "LOW", "type": "WISH"},
		"tags":           {"priority": "LOW", "tags": []object{{"id": "elsewhere"}}},
		"dueAt":          {"priority": "LOW", "dueAt": "tomorrow"},
		"private":        {"priority": "LOW", "private": "yes"},
	} {
		issues := objects(t, w.refused(400, "BAD_REQUEST", "POST", "/tickets", body)["issues"])
		require.Len(t, issues, 1, name)
		require.Contains(t, issues[0]["message"], name)
	}
	made := w.ticket("at the limit", object{"title": strings.Repeat("é", 2000), "description": strings.Repeat("x", 1_000_000)})
	issues := w.refused(400, "BAD_REQUEST", "PUT", "/tickets/"+id(made), object{"data": object{"title": 1, "statusId": "gone", "queueId": "gone"}})["issues"]
	require.Len(t, issues, 3, "all mistakes at once")
	w.refused(400, "BAD_REQUEST", "PUT", "/tickets/"+id(made), object{})
	w.refused(404, "NOT_FOUND", "GET", "/no-such-thing", nil)
	w.as("mallory").refused(401, "UNAUTHORIZED", "GET", "/tickets", nil)
	w.token = ""
	w.refused(401, "UNAUTHORIZED", "GET", "/tickets", nil)
}

func TestVersionsFollowTheClock(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	made := w.ticket("one", nil)
	w.clock.advance(90 * time.Second)
	changed := w.do("PUT", "/tickets/"+id(made), object{"data": object{"title": "two"}})
	require.Equal(t, "2026-03-02T09:01:30.000Z", changed["updatedAt"])
	require.Equal(t, made["createdAt"], changed["createdAt"])
}

func (w *workspace) listBulkMove(ticketID, queueID string) []any {
	w.t.Helper()
	var moved []any
	answer := w.raw("POST", "/tickets/bulk-move", object{"ids": []string{ticketID}, "data": object{"queueId": queueID}})
	require.NoError(w.t, json.Unmarshal(answer, &moved))
	return moved
}
