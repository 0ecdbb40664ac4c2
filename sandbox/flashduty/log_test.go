package flashduty_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/flashduty"
)

// TestEveryPushIsKept: accepted, refused, faulted and cut off ones, as they
// were sent.
func TestEveryPushIsKept(t *testing.T) {
	t.Parallel()
	a := open(t, flashduty.Options{})
	require.Empty(t, a.pushes())
	faulted := func(fault string) {
		a.ok("PUT", "/_sandbox/faults", []object{{"fault": fault}})
		_, _, err := a.send("POST", push, body)
		if fault != "status:500" {
			require.Error(t, err, fault)
		}
	}
	a.ok("POST", push, json.RawMessage(body))
	_, _, err := a.send("POST", push, `{"title": 1 }`)
	require.NoError(t, err)
	_, _, err = a.send("POST", push, "no <JSON>")
	require.NoError(t, err)
	_, _, err = a.send("POST", "/event/push/change/standard?integration_key=other", body)
	require.NoError(t, err)
	faulted("status:500")
	faulted("drop-before-commit")
	faulted("drop-after-commit")
	faulted("truncate")
	a.ok("GET", "/", nil) // none

	var statuses []int
	var bodies []string
	for i, p := range a.pushes() {
		require.Equal(t, i+1, p.Number)
		require.Equal(t, start, p.At)
		statuses, bodies = append(statuses, p.Status), append(bodies, string(p.Body))
	}
	require.Equal(t, []int{200, 400, 400, 400, 500, 0, 0, 200}, statuses)
	require.Equal(t, []string{body, `{"title":1}`, `"no \u003cJSON\u003e"`, body, body, body, body, body}, bodies)

	a.ok("DELETE", "/_sandbox/pushes", nil)
	require.Empty(t, a.pushes())
	require.Len(t, a.changes(), 1, "only the log is cleared")
	a.push(nil)
	require.Equal(t, 9, a.pushes()[0].Number)
}

func TestRequestLogHoldsNoKey(t *testing.T) {
	t.Parallel()
	const wrong = "some-other-key"
	a := open(t, flashduty.Options{})
	a.push(nil)
	a.changes()
	for _, path := range []string{
		"/event/push/change/standard?x=1&integration_key=" + wrong,
		"/event/push/change/standard?integration%5Fkey=" + wrong,
		"/event/push/change/standard?x=1;integration_key=" + wrong,
		"/change/list?app_key=" + wrong,
		"/change/list?integration_key=sandbox",
		"/elsewhere?integration_key=" + wrong + "&integration_key=" + wrong,
		"/",
	} {
		_, _, err := a.send("POST", path, body)
		require.NoError(t, err)
	}
	log := a.ok("GET", "/_sandbox/requests", nil)
	require.NotContains(t, log, wrong)
	require.NotContains(t, log, "sandbox")
	var requests []struct{ Method, Path, Kind, Actor string }
	require.NoError(t, json.Unmarshal([]byte(log), &requests))
	require.Len(t, requests, 9)
	for i, want := range []struct{ path, kind, actor string }{
		{"/event/push/change/standard?integration_key=redacted", "write", "bot"},
		{"/change/list?app_key=redacted", "read", "bot"},
		{"/event/push/change/standard?integration_key=redacted&x=1", "write", ""},
		{"/event/push/change/standard?integration_key=redacted", "write", ""},
		{"/event/push/change/standard", "write", ""},
		{"/change/list?app_key=redacted", "read", ""},
		{"/change/list?integration_key=redacted", "read", ""},
		{"/elsewhere?integration_key=redacted", "read", ""},
		{"/", "read", ""},
	} {
		got := requests[i]
		require.Equal(t, want, struct{ path, kind, actor string }{got.Path, got.Kind, got.Actor}, i)
	}
}
