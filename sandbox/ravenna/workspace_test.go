package ravenna_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/sandbox/ravenna"
)

type object = map[string]any

// workspace is a running sandbox as one person sees it. Every exchange is
// checked against the published API where that is at hand.
type workspace struct {
	t      *testing.T
	server *ravenna.Server
	url    string
	token  string
	spec   *contract.Spec
	clock  *clock
}

// clock stands still unless it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func open(t *testing.T, options ravenna.Options) *workspace {
	t.Helper()
	c := &clock{now: start}
	options.Now = c.Now
	server, err := ravenna.New(options)
	require.NoError(t, err)
	listener := httptest.NewServer(server)
	t.Cleanup(func() {
		listener.Close()
		require.NoError(t, server.Close())
	})
	return &workspace{
		t: t, server: server, url: listener.URL, token: "rav_alice", clock: c,
		spec: contract.LoadIfPresent(t, contract.Ravenna),
	}
}

func (w *workspace) as(name string) *workspace {
	other := *w
	other.token = "rav_" + name
	return &other
}

// try makes a call that may be refused; a refusal may be about a request that
// breaks the contract on purpose, so only the answer is checked.
func (w *workspace) try(method, path string, body any) (int, []byte) {
	w.t.Helper()
	req, sent := w.request(method, path, body)
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(w.t, err)
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	if err := w.spec.CheckResponse(req, sent, resp.StatusCode, resp.Header, answer); !errors.Is(err, contract.ErrNotListed) {
		require.NoError(w.t, err)
	}
	return resp.StatusCode, answer
}

func (w *workspace) request(method, path string, body any) (*http.Request, []byte) {
	w.t.Helper()
	var sent []byte
	if body != nil {
		var err error
		sent, err = json.Marshal(body)
		require.NoError(w.t, err)
	}
	req, err := http.NewRequest(method, w.url+"/api"+path, bytes.NewReader(sent))
	require.NoError(w.t, err)
	req.Header.Set("x-ravenna-api-token", w.token)
	if sent != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, sent
}

// raw makes a call that has to succeed and to keep the contract.
func (w *workspace) raw(method, path string, body any) []byte {
	w.t.Helper()
	req, sent := w.request(method, path, body)
	require.NoError(w.t, w.spec.CheckRequest(req, sent))
	status, answer := w.try(method, path, body)
	require.Equal(w.t, http.StatusOK, status, "%s %s: %s", method, path, answer)
	return answer
}

func (w *workspace) do(method, path string, body any) object {
	w.t.Helper()
	var decoded object
	require.NoError(w.t, json.Unmarshal(w.raw(method, path, body), &decoded))
	return decoded
}

func (w *workspace) list(path string) []object {
	w.t.Helper()
	var decoded []object
	require.NoError(w.t, json.Unmarshal(w.raw("GET", path, nil), &decoded))
	return decoded
}

func (w *workspace) items(path string) []object {
	w.t.Helper()
	return objects(w.t, w.do("GET", path, nil)["items"])
}

func objects(t *testing.T, value any) []object {
	t.Helper()
	list, ok := value.([]any)
	require.True(t, ok, "no list: %v", value)
	converted := make([]object, 0, len(list))
	for _, item := range list {
		converted = append(converted, item.(object))
	}
	return converted
}

// refused makes a call that has to fail, in the documented envelope.
func (w *workspace) refused(status int, code, method, path string, body any) object {
	w.t.Helper()
	got, answer := w.try(method, path, body)
	require.Equal(w.t, status, got, "%s %s: %s", method, path, answer)
	var decoded object
	require.NoError(w.t, json.Unmarshal(answer, &decoded))
	require.Equal(w.t, code, decoded["code"])
	require.NotEmpty(w.t, decoded["message"])
	return decoded
}

func (w *workspace) control(method, path string, body any) []byte {
	w.t.Helper()
	sent, err := json.Marshal(body)
	require.NoError(w.t, err)
	req, err := http.NewRequest(method, w.url+"/_sandbox"+path, bytes.NewReader(sent))
	require.NoError(w.t, err)
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(w.t, err)
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	require.Less(w.t, resp.StatusCode, 300, "%s %s: %s", method, path, answer)
	return answer
}

// ticket creates one with a title and whatever else is given.
func (w *workspace) ticket(title string, more object) object {
	w.t.Helper()
	body := object{"title": title, "priority": "MEDIUM"}
	for name, value := range more {
		body[name] = value
	}
	return w.do("POST", "/tickets", body)
}

func (w *workspace) status(label string) string {
	w.t.Helper()
	return w.labelled("statuses", label)
}

func (w *workspace) group(label string) string {
	w.t.Helper()
	return w.labelled("groups", label)
}

func (w *workspace) labelled(list, label string) string {
	w.t.Helper()
	for _, item := range objects(w.t, w.do("GET", "/statuses", nil)[list]) {
		if item["label"] == label {
			return id(item)
		}
	}
	require.Failf(w.t, "no such label", "%s %s", list, label)
	return ""
}

func (w *workspace) queue(prefix string) string {
	w.t.Helper()
	for _, item := range w.items("/queues") {
		if item["prefix"] == prefix {
			return id(item)
		}
	}
	require.Failf(w.t, "no such channel", "%s", prefix)
	return ""
}

func id(item object) string { return item["id"].(string) }

func titles(items []object) []string {
	list := make([]string, 0, len(items))
	for _, item := range items {
		list = append(list, item["title"].(string))
	}
	return list
}
