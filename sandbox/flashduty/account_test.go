package flashduty_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/flashduty"
)

type object = map[string]any

const (
	push = "/event/push/change/standard?integration_key=sandbox"
	list = "/change/list?app_key=sandbox"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// account is a running sandbox.
type account struct {
	t   *testing.T
	url string
}

func open(t *testing.T, options flashduty.Options) *account {
	t.Helper()
	if options.Now == nil {
		options.Now = func() time.Time { return start }
	}
	server, err := flashduty.New(options)
	require.NoError(t, err)
	front := httptest.NewServer(server)
	t.Cleanup(func() {
		front.Close()
		require.NoError(t, server.Close())
	})
	return &account{t: t, url: front.URL}
}

// send makes one call; an error means that there was no whole answer.
func (a *account) send(method, path, body string, header ...string) (status int, answer string, err error) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, bytes.NewReader([]byte(body)))
	require.NoError(a.t, err)
	req.Header.Set("Content-Type", "application/json")
	if len(header) == 2 {
		req.Header.Set(header[0], header[1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer func() { require.NoError(a.t, resp.Body.Close()) }()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw), err
}

func (a *account) ok(method, path string, body any) string {
	a.t.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(a.t, err)
	status, answer, err := a.send(method, path, string(encoded))
	require.NoError(a.t, err)
	require.Equal(a.t, 2, status/100, "%s %s: %s", method, path, answer)
	return answer
}

// push pushes a change with everything that is required, and more.
func (a *account) push(more object) {
	a.t.Helper()
	a.ok("POST", push, with(more))
}

func with(more object) object {
	body := object{"change_key": "ENG-1", "title": "[ENG-1/To Do] Upgrade", "change_status": "Planned"}
	for name, value := range more {
		body[name] = value
	}
	return body
}

func (a *account) changes() []object {
	a.t.Helper()
	var answer struct {
		RequestID string `json:"request_id"`
		Data      struct {
			Items []object `json:"items"`
		} `json:"data"`
	}
	require.NoError(a.t, json.Unmarshal([]byte(a.ok("POST", list, object{})), &answer))
	require.Regexp(a.t, requestID, answer.RequestID)
	return answer.Data.Items
}

var requestID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// change is the only one there is.
func (a *account) change() object {
	a.t.Helper()
	changes := a.changes()
	require.Len(a.t, changes, 1)
	return changes[0]
}

type pushed struct {
	Number int
	At     time.Time
	Status int
	Body   json.RawMessage
}

func (a *account) pushes() []pushed {
	a.t.Helper()
	var pushes []pushed
	answer := a.ok("GET", "/_sandbox/pushes", nil)
	require.NoError(a.t, json.Unmarshal([]byte(answer), &pushes))
	require.NotNil(a.t, pushes, answer)
	return pushes
}
