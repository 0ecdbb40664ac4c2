package ravenna_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/ravenna"
)

// arrival bounds how long a delivery may take; it is never waited out when the
// code works.
const arrival = 10 * time.Second

func receiver(t *testing.T) (string, <-chan object) {
	t.Helper()
	received := make(chan object, 100)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var event object
		if err == nil && json.Unmarshal(body, &event) == nil {
			received <- event
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/webhooks/helpdesk/sandbox-secret", received
}

func next(t *testing.T, received <-chan object) object {
	t.Helper()
	select {
	case event := <-received:
		return event
	case <-time.After(arrival):
		require.Fail(t, "no delivery arrived")
		return nil
	}
}

func TestEveryChangeIsDeliveredOnce(t *testing.T) {
	t.Parallel()
	url, received := receiver(t)
	w := open(t, ravenna.Options{WebhookURL: url})
	expect := func(event string, item object, ticketID string) {
		t.Helper()
		got := next(t, received)
		require.Equal(t, event, got["type"])
		require.Equal(t, id(item), got["data"].(object)["id"])
		require.Equal(t, ticketID, got["data"].(object)["ticketId"])
		require.NotEmpty(t, got["data"].(object)["updatedAt"])
		if event != "ticket.deleted" {
			require.Equal(t, item["updatedAt"], got["data"].(object)["updatedAt"])
		}
	}
	made := w.ticket("one", nil)
	expect("ticket.created", made, id(made))
	expect("ticket.updated", w.do("PUT", "/tickets/"+id(made), object{"data": object{"title": "two"}}), id(made))

	// None of these is a change that is told.
	w.do("PUT", "/tickets/"+id(made), object{"data": object{"title": "two"}})
	w.do("POST", "/ticket-links", object{"ticketId": id(made), "name": "n", "url": "https://example.com/1"})
	w.do("PUT", "/tickets/"+id(made), object{"data": object{"title": "three", "noDispatch": true}})
	w.do("POST", "/ticket-messages", object{"ticketId": id(made), "content": "quiet", "noDispatch": true})
	w.ticket("quiet", object{"noDispatch": true})

	m := w.do("POST", "/ticket-messages", object{"ticketId": id(made), "content": "hello"})
	expect("message.created", m, id(made))
	expect("message.updated", w.do("PUT", "/ticket-messages/"+id(m), object{"content": "hello all"}), id(made))
	expect("message.deleted", w.do("DELETE", "/ticket-messages/"+id(m), nil), id(made))
	w.do("DELETE", "/tickets/IT-2?noDispatch=true", nil)
	w.do("DELETE", "/tickets/"+id(made), nil)
	expect("ticket.deleted", made, id(made))
	require.Empty(t, received)
}

func TestHeldDeliveriesGoOutInOrder(t *testing.T) {
	t.Parallel()
	url, received := receiver(t)
	w := open(t, ravenna.Options{WebhookURL: url})
	w.control("PUT", "/webhooks", object{"mode": "hold"})
	first, second := w.ticket("first", nil), w.ticket("second", nil)
	require.Empty(t, received)
	w.control("PUT", "/webhooks", object{"mode": "normal"})
	require.Equal(t, id(first), next(t, received)["data"].(object)["id"])
	require.Equal(t, id(second), next(t, received)["data"].(object)["id"])
}

func TestStateOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := open(t, ravenna.Options{DataDir: dir})
	made := w.ticket("kept", object{"metadata": object{"a": "<b>"}, "description": "<p>x</p>"})
	w.do("POST", "/ticket-messages", object{"ticketId": id(made), "content": "kept too"})
	w.do("POST", "/ticket-links", object{"ticketId": id(made), "name": "n", "url": "https://example.com/1"})
	w.do("DELETE", "/statuses?id="+w.status("Waiting on customer"), nil)
	w.ticket("thrown away", nil)
	w.do("DELETE", "/tickets/IT-2", nil)
	before := w.do("GET", "/tickets/IT-1", nil)

	// The first server is not closed: it counts as killed.
	w = open(t, ravenna.Options{DataDir: dir})
	require.Equal(t, before, w.do("GET", "/tickets/IT-1", nil))
	require.Equal(t, before, w.do("PUT", "/tickets/IT-1", object{"data": object{"metadata": object{"a": "<b>"}}}), "nothing changes")
	require.Equal(t, []string{"<p>kept too</p>"}, contents(w.items("/ticket-messages?ticketId="+id(made))))
	require.Len(t, w.list("/ticket-links?ticketId="+id(made)), 1)
	require.Len(t, w.do("GET", "/statuses", nil)["statuses"], 5, "what was deleted is not seeded again")
	require.Equal(t, 3.0, w.ticket("next", nil)["number"])
}

func TestRequestLogKnowsActorAndEffect(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	w.as("bob").ticket("one", nil)
	w.do("POST", "/ticket-links/url-metadata", object{"url": "https://example.com"})
	w.as("mallory").refused(401, "UNAUTHORIZED", "GET", "/tickets?limit=1", nil)
	w.control("PUT", "/faults", []object{{"method": "POST", "path": "/api/tickets", "fault": "status:429", "retry_after": 7}})
	w.refused(429, "TOO_MANY_REQUESTS", "POST", "/tickets", object{"priority": "LOW"})

	var log []object
	require.NoError(t, json.Unmarshal(w.control("GET", "/requests", nil), &log))
	for _, entry := range log {
		require.Equal(t, "2026-03-02T09:00:00Z", entry["at"])
		delete(entry, "at")
	}
	require.Equal(t, []object{
		{"method": "POST", "path": "/api/tickets", "kind": "write", "status": 200.0, "actor": "bob"},
		{"method": "POST", "path": "/api/ticket-links/url-metadata", "kind": "read", "status": 200.0, "actor": "alice"},
		{"method": "GET", "path": "/api/tickets?limit=1", "kind": "read", "status": 401.0, "actor": ""},
		{"method": "POST", "path": "/api/tickets", "kind": "write", "status": 429.0, "actor": "alice"},
	}, log)
}

func TestPageForPeopleEscapesEverything(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	w.ticket("Title <b>", object{"description": "<script>alert(1)</script>"})
	w.do("POST", "/ticket-messages", object{"ticketId": "IT-1", "content": "<img src=x>"})
	resp, err := http.Get(w.url + "/IT-1")
	require.NoError(t, err)
	page, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 200, resp.StatusCode)
	require.Contains(t, string(page), "IT-1 Title &lt;b&gt;")
	require.Contains(t, string(page), "&lt;script&gt;alert(1)&lt;/script&gt;")
	require.Contains(t, string(page), "Alice Example")
	require.NotContains(t, string(page), "<script>")
	require.NotContains(t, string(page), "<img")
	resp, err = http.Get(w.url + "/IT-99")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 404, resp.StatusCode)
}

func TestBadControlsAreRefused(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{})
	for path, body := range map[string]string{
		"quirks": `{"sort":"maybe"}`, "replicated": `{"ticketId":"IT-1"}`,
	} {
		req := httptest.NewRequest("PUT", "/_sandbox/"+path, nil)
		req.Body = io.NopCloser(strings.NewReader(body))
		answer := httptest.NewRecorder()
		w.server.ServeHTTP(answer, req)
		require.Equal(t, 400, answer.Code, path)
		require.Contains(t, answer.Body.String(), "error")
	}
	require.JSONEq(t, `{"sort":"on","message_bumps":"on","metadata":"merge"}`, string(w.control("GET", "/quirks", nil)))
}
