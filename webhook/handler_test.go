package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

const (
	issueBody = `{"timestamp":1760000000000,"webhookEvent":"jira:issue_updated","issue_event_type_name":"issue_generic",` +
		`"user":{"accountId":"sandbox:alice","displayName":"Alice"},` +
		`"issue":{"id":"10001","key":"ENG-1","fields":{"summary":"Laptop on fire","project":{"id":"1","key":"ENG"},` +
		`"issuetype":{"name":"Bug"},"created":"2026-01-02T03:04:05.000+0000","updated":"2026-01-02T03:04:06.000+0000"}},` +
		`"changelog":{"id":"7","items":[]}}`
	taskBody    = `{"webhookEvent":"jira:issue_updated","issue":{"id":"10002","key":"ENG-2","fields":{"project":{"key":"ENG"},"issuetype":{"name":"Task"}}}}`
	deleteBody  = `{"webhookEvent":"jira:issue_deleted","issue":{"id":"10001","key":"ENG-1","fields":{"project":{"key":"ENG"},"issuetype":{"name":"Bug"}}}}`
	ticketBody  = `{"type":"ticket.updated","data":{"id":"tkt_00000000000000000001","ticketId":"tkt_00000000000000000001","updatedAt":"2026-01-02T03:04:05Z"}}`
	messageBody = `{"type":"message.created","data":{"id":"msg_00000000000000000001","ticketId":"tkt_00000000000000000001","updatedAt":"2026-01-02T03:04:05Z"}}`
	sprintBody  = `{"timestamp":1,"webhookEvent":"sprint_started","sprint":{"id":4}}`
)

func TestReceiver(t *testing.T) {
	t.Parallel()
	big := `{"x":"` + strings.Repeat("a", 5000) + `"}`
	for name, c := range map[string]struct {
		method  string // POST
		path    string
		header  http.Header
		body    string
		chunked bool
		service *temporal // everything works
		code    int
		status  string
		reason  string
		sent    []string // workflow ids
	}{
		"signed": {
			path: "/webhooks/jira", header: signed(issueBody), body: issueBody,
			code: 200, status: accepted, sent: []string{"pair/jira/10001/helpdesk", "pair/jira/10001/center"},
		},
		"signed, with a slash at the end": {
			path: "/webhooks/jira/", header: signed(issueBody), body: issueBody,
			code: 200, status: accepted, sent: []string{"pair/jira/10001/helpdesk", "pair/jira/10001/center"},
		},
		"path token": {
			path: "/webhooks/helpdesk/" + pathSecret, body: ticketBody,
			code: 200, status: accepted, sent: []string{"pair/helpdesk/tkt_00000000000000000001/jira"},
		},
		"message with path token": {
			path: "/webhooks/helpdesk/" + pathSecret, body: messageBody,
			code: 200, status: accepted, sent: []string{"pair/helpdesk/tkt_00000000000000000001/jira"},
		},
		"chunked": {
			path: "/webhooks/jira", header: signed(issueBody), body: issueBody, chunked: true,
			code: 200, status: accepted, sent: []string{"pair/jira/10001/helpdesk", "pair/jira/10001/center"},
		},
		"a type that no route replicates, without a pair": {
			path: "/webhooks/jira", header: signed(taskBody), body: taskBody,
			code: 200, status: ignored, reason: noPair, sent: []string{"pair/jira/10002/helpdesk", "pair/jira/10002/center"},
		},
		"a type that no route replicates, with a pair": {
			path: "/webhooks/jira", header: signed(taskBody), body: taskBody, service: &temporal{running: []string{"pair/jira/10002/helpdesk"}},
			code: 200, status: accepted, sent: []string{"pair/jira/10002/helpdesk", "pair/jira/10002/center"},
		},
		"a deletion starts nothing": {
			path: "/webhooks/jira", header: signed(deleteBody), body: deleteBody,
			code: 200, status: ignored, reason: noPair, sent: []string{"pair/jira/10001/helpdesk", "pair/jira/10001/center"},
		},
		"speaks of no ticket": {
			path: "/webhooks/jira", header: signed(sprintBody), body: sprintBody,
			code: 200, status: ignored, reason: "*",
		},

		"no signature":                         {path: "/webhooks/jira", body: issueBody, code: 401, reason: "unauthorized"},
		"signature with another secret":        {path: "/webhooks/jira", header: http.Header{"X-Hub-Signature": {sign("guess", issueBody)}}, body: issueBody, code: 401, reason: "unauthorized"},
		"signature of another body":            {path: "/webhooks/jira", header: signed(issueBody), body: taskBody, code: 401, reason: "unauthorized"},
		"signature of an unknown method":       {path: "/webhooks/jira", header: http.Header{"X-Hub-Signature": {"md5=" + sign(signSecret, issueBody)[7:]}}, body: issueBody, code: 401, reason: "unauthorized"},
		"signature that is no hex":             {path: "/webhooks/jira", header: http.Header{"X-Hub-Signature": {"sha256=zz"}}, body: issueBody, code: 401, reason: "unauthorized"},
		"signature with an empty secret":       {path: "/webhooks/jira", header: http.Header{"X-Hub-Signature": {sign("", issueBody)}}, body: issueBody, code: 401, reason: "unauthorized"},
		"wrong path token":                     {path: "/webhooks/helpdesk/guess", body: ticketBody, code: 401, reason: "unauthorized"},
		"path token cut short":                 {path: "/webhooks/helpdesk/" + pathSecret[:5], body: ticketBody, code: 401, reason: "unauthorized"},
		"path token and more":                  {path: "/webhooks/helpdesk/" + pathSecret + "/x", body: ticketBody, code: 401, reason: "unauthorized"},
		"no path token":                        {path: "/webhooks/helpdesk", body: ticketBody, code: 401, reason: "unauthorized"},
		"token of another connection":          {path: "/webhooks/jira/" + pathSecret, body: issueBody, code: 401, reason: "unauthorized"},
		"wrong signature beside a right token": {path: "/webhooks/center/" + pathSecret, header: http.Header{"X-Hub-Signature": {sign("guess", issueBody)}}, body: issueBody, code: 401, reason: "unauthorized"},
		"unknown connection":                   {path: "/webhooks/nobody", body: issueBody, code: 401, reason: "unauthorized"},
		"unknown connection, rightly signed":   {path: "/webhooks/nobody/" + pathSecret, header: signed(issueBody), body: issueBody, code: 401, reason: "unauthorized"},
		"no connection":                        {path: "/webhooks/", body: issueBody, code: 401, reason: "unauthorized"},
		"empty and not signed":                 {path: "/webhooks/jira", code: 401, reason: "unauthorized"},

		"empty":              {path: "/webhooks/jira", header: signed(""), code: 400, reason: "empty"},
		"blank":              {path: "/webhooks/jira", header: signed(" \n"), body: " \n", code: 400, reason: "empty"},
		"no JSON":            {path: "/webhooks/jira", header: signed("issue=1"), body: "issue=1", code: 400, reason: "unparseable"},
		"cut JSON":           {path: "/webhooks/jira", header: signed(issueBody[:50]), body: issueBody[:50], code: 400, reason: "unparseable"},
		"JSON array":         {path: "/webhooks/jira", header: signed("[" + issueBody + "]"), body: "[" + issueBody + "]", code: 400, reason: "unparseable"},
		"JSON null":          {path: "/webhooks/jira", header: signed("null"), body: "null", code: 400, reason: "unparseable"},
		"empty with token":   {path: "/webhooks/helpdesk/" + pathSecret, code: 400, reason: "empty"},
		"array with token":   {path: "/webhooks/helpdesk/" + pathSecret, body: "[]", code: 400, reason: "unparseable"},
		"no JSON with token": {path: "/webhooks/helpdesk/" + pathSecret, body: "<html>", code: 400, reason: "unparseable"},

		"too large":                       {path: "/webhooks/jira", header: signed(big), body: big, code: 413, reason: "too-large"},
		"too large, chunked":              {path: "/webhooks/jira", header: signed(big), body: big, chunked: true, code: 413, reason: "too-large"},
		"too large for nobody":            {path: "/webhooks/nobody", body: big, code: 413, reason: "too-large"},
		"too large, with token, chunked":  {path: "/webhooks/helpdesk/" + pathSecret, body: big, chunked: true, code: 413, reason: "too-large"},
		"GET":                             {method: "GET", path: "/webhooks/jira", code: 405, reason: "method"},
		"PUT":                             {method: "PUT", path: "/webhooks/jira", header: signed(issueBody), body: issueBody, code: 405, reason: "method"},
		"GET of an unknown connection":    {method: "GET", path: "/webhooks/nobody", code: 405, reason: "method"},
		"POST to health":                  {path: "/healthz", code: 405, reason: "method"},
		"another path":                    {path: "/webhook/jira", header: signed(issueBody), body: issueBody, code: 404, reason: "path"},
		"root":                            {method: "GET", path: "/", code: 404, reason: "path"},
		"a path that would be cleaned up": {path: "//webhooks/../webhooks/jira", code: 404, reason: "path"},

		"Temporal is down": {
			path: "/webhooks/jira", header: signed(issueBody), body: issueBody, service: &temporal{down: errors.New("connection refused")},
			code: 503, reason: "temporal-unavailable",
		},
		"routes cannot be read": {
			path: "/webhooks/jira", header: signed(issueBody), body: issueBody, service: &temporal{noRules: errors.New("connection refused")},
			code: 503, reason: "routes-unavailable",
		},
		"forged while Temporal is down": {path: "/webhooks/jira", body: issueBody, service: &temporal{down: errors.New("x")}, code: 401, reason: "unauthorized"},

		"healthy":                          {method: "GET", path: "/healthz", code: 200, status: accepted},
		"healthy while Temporal is down":   {method: "GET", path: "/healthz", service: &temporal{down: errors.New("x")}, code: 200, status: accepted},
		"ready":                            {method: "GET", path: "/readyz", code: 200, status: accepted},
		"not ready while Temporal is down": {method: "GET", path: "/readyz", service: &temporal{down: errors.New("x")}, code: 503, reason: "not-ready"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := c.service
			if service == nil {
				service = &temporal{}
			}
			url, log := newReceiver(t, service)
			method := c.method
			if method == "" {
				method = http.MethodPost
			}
			var body io.Reader = strings.NewReader(c.body)
			if c.chunked {
				body = io.MultiReader(body) // of unknown length
			}
			code, got, _ := request(t, method, url+c.path, c.header, body)
			require.Equal(t, c.code, code)
			status := c.status
			if status == "" {
				status = refused
			}
			require.Equal(t, status, got.Status)
			if c.reason == "*" {
				require.NotEmpty(t, got.Reason)
			} else {
				require.Equal(t, c.reason, got.Reason)
			}
			var sent []string
			for _, d := range service.deliveries() {
				require.Equal(t, "webhook", d.Hint.Source)
				require.False(t, d.Hint.At.IsZero())
				sent = append(sent, d.WorkflowID)
			}
			require.Equal(t, c.sent, sent)
			for _, secret := range []string{pathSecret, signSecret, "guess", "Laptop on fire", sign(signSecret, c.body)} {
				require.NotContains(t, log.String(), secret)
			}
		})
	}
}

// TestRefusalsLookAlike: nobody may learn from an answer which connections
// there are, or how close a guess was.
func TestRefusalsLookAlike(t *testing.T) {
	t.Parallel()
	url, _ := newReceiver(t, &temporal{})
	var first string
	for _, path := range []string{"/webhooks/nobody", "/webhooks/nobody/" + pathSecret, "/webhooks/jira", "/webhooks/helpdesk", "/webhooks/helpdesk/guess", "/webhooks/center/guess"} {
		code, got, header := request(t, http.MethodPost, url+path, http.Header{"X-Hub-Signature": {sign("guess", issueBody)}}, strings.NewReader(issueBody))
		header.Del("Date")
		looks := fmt.Sprint(code, got, header)
		if first == "" {
			first = looks
		}
		require.Equal(t, first, looks, path)
	}
}

func TestMethodsAreNamed(t *testing.T) {
	t.Parallel()
	url, _ := newReceiver(t, &temporal{})
	_, _, header := request(t, http.MethodGet, url+"/webhooks/jira", nil, nil)
	require.Equal(t, "POST", header.Get("Allow"))
	_, _, header = request(t, http.MethodPost, url+"/readyz", nil, nil)
	require.Equal(t, "GET, HEAD", header.Get("Allow"))
	code, _, _ := request(t, http.MethodHead, url+"/healthz", nil, nil)
	require.Equal(t, http.StatusOK, code)
}

// TestLogLine reads the one line that tells what became of a delivery. The help
// desk names no delivery, so another tracker's header means nothing.
func TestLogLine(t *testing.T) {
	t.Parallel()
	url, log := newReceiver(t, &temporal{})
	header := http.Header{"X-Atlassian-Webhook-Identifier": {"id-from-jira"}}
	request(t, http.MethodPost, url+"/webhooks/helpdesk/"+pathSecret, header, strings.NewReader(ticketBody))
	line := onlyLine(t, log)
	require.Regexp(t, plainID, line["delivery"])
	require.NotEqual(t, "id-from-jira", line["delivery"])
	delete(line, "delivery")
	require.Equal(t, map[string]any{
		"level": "INFO", "msg": "delivery accepted", "kind": "ticket",
		"route": "it-to-eng", "pair": "pair/helpdesk/tkt_00000000000000000001/jira", "connection": "helpdesk",
		"ticket": "tkt_00000000000000000001",
	}, line)
}

// TestLogNamesTheDelivery as the tracker does, which delivers again under the
// same name.
func TestLogNamesTheDelivery(t *testing.T) {
	t.Parallel()
	url, log := newReceiver(t, &temporal{})
	header := signed(sprintBody)
	header.Set("X-Atlassian-Webhook-Identifier", "id-from-jira")
	request(t, http.MethodPost, url+"/webhooks/jira", header, strings.NewReader(sprintBody))
	require.Equal(t, "id-from-jira", onlyLine(t, log)["delivery"])
}

// onlyLine returns the log's one line without its time.
func onlyLine(t *testing.T, log *lines) map[string]any {
	t.Helper()
	var line map[string]any
	require.NoError(t, json.Unmarshal([]byte(log.String()), &line), "exactly one line")
	delete(line, "time")
	return line
}

// TestDeliveryID: what a stranger sends must not shape the log.
func TestDeliveryID(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a-1", deliveryID(told{delivery: "a-1"}, nil))
	for _, odd := range []string{"", "a b", "a\nb", strings.Repeat("a", 101), "ä"} {
		id := deliveryID(told{delivery: odd}, nil)
		require.Regexp(t, plainID, id)
		require.NotEqual(t, odd, id)
	}
	require.NotEqual(t, deliveryID(newStranger(), nil), deliveryID(newStranger(), nil))
}

// TestDeliveryIDOfEachTracker is read from its own header and from no other's.
func TestDeliveryIDOfEachTracker(t *testing.T) {
	t.Parallel()
	header := http.Header{"X-Atlassian-Webhook-Identifier": {"id-from-jira"}, "Linear-Delivery": {"id-from-linear"}}
	hooks := newConfig(t, &temporal{}, &lines{}).Hooks
	for connection, want := range map[string]string{"jira": "id-from-jira", "center": "id-from-jira", "linear": "id-from-linear"} {
		require.Equal(t, want, deliveryID(hooks[connection], header), connection)
	}
	for _, generated := range []string{deliveryID(hooks["helpdesk"], header), deliveryID(newStranger(), header)} {
		require.Regexp(t, plainID, generated)
		require.NotContains(t, generated, "id-from")
	}
}

func TestHintTellsWhatTheBodyKnows(t *testing.T) {
	t.Parallel()
	service := &temporal{}
	url, _ := newReceiver(t, service)
	request(t, http.MethodPost, url+"/webhooks/helpdesk/"+pathSecret, nil, strings.NewReader(messageBody))
	sent := service.deliveries()
	require.Len(t, sent, 1)
	hint := sent[0].Hint
	require.Equal(t, ticket.Ref{Connection: "helpdesk", ID: "tkt_00000000000000000001"}, hint.Ref)
	require.Equal(t, ticket.CommentEvent, hint.Kind)
	require.Equal(t, "msg_00000000000000000001", hint.Comment)
	require.True(t, sent[0].Start)
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	service := &temporal{}
	url, _ := newReceiver(t, service)
	const deliveries = 60
	var wg sync.WaitGroup
	codes := make(chan int, deliveries)
	for range deliveries {
		wg.Go(func() {
			code, _, _ := request(t, http.MethodPost, url+"/webhooks/helpdesk/"+pathSecret, nil, strings.NewReader(ticketBody))
			codes <- code
		})
	}
	wg.Wait()
	close(codes)
	for code := range codes {
		require.Equal(t, http.StatusOK, code)
	}
	require.Len(t, service.deliveries(), deliveries)
}

// TestPanic: even then there is an answer, so that the delivery comes again.
func TestPanic(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	NewHandler(Config{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil)) // calls a nil Ready
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.JSONEq(t, `{"status":"refused","reason":"internal"}`, w.Body.String())
}
