package flashduty_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/flashduty"
)

const body = `{"change_key":"ENG-1","title":"x","change_status":"Done"}`

func TestAnswers(t *testing.T) {
	t.Parallel()
	const path = "/event/push/change/standard"
	for name, test := range map[string]struct {
		method, path, body, contentType string

		status        int
		code, message string
	}{
		"push":             {method: "POST", path: push, body: body, status: 200},
		"charset":          {method: "POST", path: push, body: body, contentType: "application/json; charset=utf-8", status: 200},
		"wrong key":        {method: "POST", path: path + "?integration_key=other", body: body, status: 400, code: "InvalidParameter", message: "integration_key is not a valid one"},
		"no key":           {method: "POST", path: path, body: body, status: 400, code: "InvalidParameter", message: "integration_key is not a valid one"},
		"key of reading":   {method: "POST", path: path + "?app_key=sandbox", body: body, status: 400, code: "InvalidParameter", message: "integration_key is not a valid one"},
		"form":             {method: "POST", path: push, body: body, contentType: "application/x-www-form-urlencoded", status: 400, code: "InvalidContentType"},
		"no content type":  {method: "POST", path: push, body: body, contentType: " ", status: 400, code: "InvalidContentType"},
		"empty":            {method: "POST", path: push, status: 400, code: "InvalidParameter", message: "request payload is empty"},
		"no JSON":          {method: "POST", path: push, body: "{", status: 400, code: "InvalidParameter"},
		"two values":       {method: "POST", path: push, body: body + body, status: 400, code: "InvalidParameter"},
		"wrong method":     {method: "GET", path: push, status: 400, code: "MethodNotAllowed"},
		"unknown route":    {method: "POST", path: "/event/push/change?integration_key=sandbox", body: body, status: 404, code: "RouteNotFound"},
		"list":             {method: "POST", path: list, body: `{"limit":10}`, status: 200},
		"list, empty body": {method: "POST", path: list, contentType: " ", status: 200},
		"list, no JSON":    {method: "POST", path: list, body: "{", status: 400, code: "InvalidParameter"},
		"list, no key":     {method: "POST", path: "/change/list", status: 401, code: "Unauthorized"},
		"list, wrong key":  {method: "POST", path: "/change/list?app_key=other", status: 401, code: "Unauthorized"},
		"list by GET":      {method: "GET", path: list, status: 400, code: "MethodNotAllowed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t, flashduty.Options{})
			header := []string{"Content-Type", test.contentType}
			if test.contentType == "" {
				header = nil
			}
			status, answer, err := a.send(test.method, test.path, test.body, header...)
			require.NoError(t, err)
			require.Equal(t, test.status, status, answer)
			requireEnvelope(t, answer, test.code, test.message)
		})
	}
}

// requireEnvelope checks the members of an answer: an id, and data or error.
func requireEnvelope(t *testing.T, answer, code, message string) {
	t.Helper()
	var envelope object
	require.NoError(t, json.Unmarshal([]byte(answer), &envelope), answer)
	require.Len(t, envelope, 2, answer)
	require.Regexp(t, requestID, envelope["request_id"])
	if code == "" {
		require.IsType(t, object{}, envelope["data"], answer)
		return
	}
	refusal, _ := envelope["error"].(object)
	require.Len(t, refusal, 2, answer)
	require.Equal(t, code, refusal["code"])
	require.NotEmpty(t, refusal["message"])
	if message != "" {
		require.Equal(t, message, refusal["message"])
	}
}

func TestAnswerNamesTheChange(t *testing.T) {
	t.Parallel()
	a := open(t, flashduty.Options{})
	require.Contains(t, a.ok("POST", push, with(nil)), `"data":{"change_key":"ENG-1"}`)
	require.Contains(t, a.ok("POST", list, nil), `"items":[{`)
}

func TestFaultsHaveTheServicesShape(t *testing.T) {
	t.Parallel()
	a := open(t, flashduty.Options{})
	for status, code := range map[int]string{
		400: "InvalidParameter", 401: "Unauthorized", 403: "AccessDenied", 404: "RouteNotFound",
		409: "InvalidParameter", 429: "RequestTooFrequently", 500: "InternalError", 503: "InternalError",
	} {
		a.ok("PUT", "/_sandbox/faults", []object{{"fault": fmt.Sprintf("status:%d", status)}})
		got, answer, err := a.send("POST", push, body)
		require.NoError(t, err)
		require.Equal(t, status, got)
		requireEnvelope(t, answer, code, "")
	}
	require.Empty(t, a.changes())
}

func TestPageListsTheChanges(t *testing.T) {
	t.Parallel()
	a := open(t, flashduty.Options{})
	require.Contains(t, a.ok("GET", "/", nil), "none yet")
	a.push(object{
		"title": "<script>alert(1)</script>", "link": "http://h/browse/ENG-1", "description": "why",
		"labels": object{"assignee": "Bob"}, "event_time": 1767225600,
	})
	page := a.ok("GET", "/", nil)
	for _, shown := range []string{"ENG-1 · Planned · 2026-01-01T00:00:00Z", "&lt;script&gt;", `href="http://h/browse/ENG-1"`, "why", "assignee: Bob"} {
		require.Contains(t, page, shown)
	}
	require.NotContains(t, page, "<script")
}
