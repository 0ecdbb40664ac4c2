package ravenna_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/ravenna"
)

func TestSeedsOfStatuses(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	answer := w.do("GET", "/statuses", nil)
	var got [][2]string
	for _, item := range objects(t, answer["statuses"]) {
		got = append(got, [2]string{item["statusGroup"].(object)["label"].(string), item["label"].(string)})
		require.GreaterOrEqual(t, len(id(item)), 20)
	}
	require.Equal(t, [][2]string{
		{"Open", "Open"}, {"In Progress", "In Progress"}, {"Waiting", "Waiting"},
		{"Waiting", "Waiting on customer"}, {"Done", "Done"}, {"Closed", "Closed"},
	}, got)
	require.Len(t, answer["groups"], 5)
	again := open(t, ravenna.Options{})
	require.Equal(t, w.status("Done"), again.status("Done"), "ids of seeds are the same everywhere")
}

func TestStatusesComeAndGo(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	made := w.do("POST", "/statuses", object{"label": "Waiting on parts", "statusGroupId": w.group("Waiting")})
	require.Equal(t, "Waiting", made["statusGroup"].(object)["label"])
	require.Equal(t, made, w.do("GET", "/statuses/"+id(made), nil))
	w.refused(400, "BAD_REQUEST", "POST", "/statuses", object{"label": "waiting on PARTS", "statusGroupId": w.group("Waiting")})
	w.refused(400, "BAD_REQUEST", "POST", "/statuses", object{"label": "x", "statusGroupId": "nowhere"})
	renamed := w.do("PUT", "/statuses", object{"id": id(made), "label": "Waiting on spares", "order": 9})
	require.Equal(t, "Waiting on spares", renamed["label"])

	ticket := w.ticket("one", object{"statusId": id(made)})
	counts := w.do("GET", "/statuses/ticket-counts", nil)
	require.Equal(t, 1.0, counts[id(made)])
	w.refused(400, "BAD_REQUEST", "DELETE", "/statuses?id="+id(made), nil)
	w.do("DELETE", "/statuses?id="+id(made)+"&targetStatusId="+w.status("Done"), nil)
	moved := w.do("GET", "/tickets/"+id(ticket), nil)
	require.Equal(t, "Done", moved["status"].(object)["label"])
	require.NotNil(t, moved["resolvedAt"])
	require.Greater(t, moved["updatedAt"], ticket["updatedAt"])
	w.refused(404, "NOT_FOUND", "GET", "/statuses/"+id(made), nil)
	w.refused(400, "BAD_REQUEST", "PUT", "/tickets/"+id(ticket), object{"data": object{"statusId": id(made)}})
}

func TestTags(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	tag := w.do("POST", "/tags", object{"name": "VPN", "color": "red", "description": "network"})
	w.refused(400, "BAD_REQUEST", "POST", "/tags", object{"name": "vpn", "color": "blue"})
	w.refused(400, "BAD_REQUEST", "POST", "/tags", object{"name": "x", "color": "pinkish"})
	require.Equal(t, "network", w.do("PUT", "/tags/"+id(tag), object{"color": "blue"})["description"])
	require.Nil(t, w.do("PUT", "/tags/"+id(tag), object{"description": nil})["description"])
	require.Len(t, w.items("/tags?search=vp"), 1)

	ticket := w.ticket("one", object{"tags": []object{{"id": id(tag)}}})
	w.do("DELETE", "/tags/"+id(tag), nil)
	require.Empty(t, w.do("GET", "/tickets/"+id(ticket), nil)["tags"])
	other := w.do("POST", "/tags", object{"name": "other", "color": "red"})
	require.Equal(t, 1.0, w.do("DELETE", "/tags/bulk?ids="+id(other), nil)["count"])
	require.Empty(t, w.items("/tags"))
}

func TestUsers(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	var ids []string
	for _, u := range w.items("/users") {
		ids = append(ids, id(u))
	}
	require.Equal(t, []string{"u_alice", "u_bob", "u_carol", "u_bot"}, ids)
	require.Len(t, w.items("/users?excludeBots=true"), 3)
	found := w.items("/users?email=CAROL@example.com")
	require.Len(t, found, 1)
	require.Equal(t, found[0], w.do("GET", "/users/u_carol", nil))
	w.refused(404, "NOT_FOUND", "GET", "/users/u_nobody", nil)

	w.do("POST", "/users", object{"email": "dave@example.com", "workspaceRole": "GUEST"})
	require.Equal(t, "Dave", w.do("PUT", "/users/u_dave", object{"firstName": "Dave"})["firstName"])
	w.refused(400, "BAD_REQUEST", "POST", "/users", object{"email": "Dave@Example.com"})
	require.Equal(t, "u_dave", w.as("dave").ticket("mine", nil)["authorId"], "the token follows from the address")
	require.Empty(t, w.list("/integration-user/for-user?userId=u_alice"))

	m := w.do("POST", "/ticket-messages", object{"ticketId": "IT-1", "content": "hi"})
	w.control("PUT", "/users", object{"hide_email": true})
	require.Empty(t, w.do("GET", "/users/u_alice", nil)["email"])
	author := w.do("GET", "/ticket-messages/"+id(m), nil)["author"].(object)
	require.NotContains(t, author["email"], "alice")
}

func TestChannels(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	var names []string
	for _, q := range w.items("/queues") {
		names = append(names, q["name"].(string)+" "+q["prefix"].(string))
	}
	require.Equal(t, []string{"IT Support IT", "Product PROD"}, names)
	made := w.do("POST", "/queues", object{"name": "Human Resources", "emoji": "🧑"})
	require.Equal(t, "HUMA", made["prefix"])
	w.refused(400, "BAD_REQUEST", "POST", "/queues", object{"name": "Other", "emoji": "x", "prefix": "IT"})
	w.refused(400, "BAD_REQUEST", "POST", "/queues", object{"name": "Other", "emoji": "x", "prefix": "lower"})
	require.Equal(t, "People", w.do("PUT", "/queues/"+id(made), object{"name": "People"})["name"])

	ticket := w.ticket("one", object{"queueId": id(made)})
	require.Equal(t, 1.0, w.do("GET", "/queues/"+id(made), nil)["_count"].(object)["tickets"])
	w.refused(400, "BAD_REQUEST", "DELETE", "/queues/"+id(made), nil)
	w.do("DELETE", "/queues/"+id(made)+"?fallbackTicketQueueId="+w.queue("PROD"), nil)
	require.Equal(t, w.queue("PROD"), w.do("GET", "/tickets/"+id(ticket), nil)["queueId"])
	w.refused(404, "NOT_FOUND", "GET", "/queues/"+id(made), nil)
}

func TestWebhookRegistrationsAreKept(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	made := w.do("POST", "/webhooks", object{"url": "https://hooks.example.com/x", "secret": "s"})
	require.Equal(t, true, made["active"])
	require.Equal(t, []any{"Ticket", "Message"}, made["eventTypes"])
	require.Nil(t, w.do("PUT", "/webhooks/"+id(made), object{"secret": nil, "active": false})["secret"])
	require.Len(t, w.items("/webhooks?active=false"), 1)
	require.Empty(t, w.items("/webhooks?active=true"))
	w.refused(400, "BAD_REQUEST", "POST", "/webhooks", object{"url": "nowhere"})
	w.do("DELETE", "/webhooks/"+id(made), nil)
	w.refused(404, "NOT_FOUND", "GET", "/webhooks/"+id(made), nil)
}
