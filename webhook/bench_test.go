package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
)

const (
	pathSecret = "path-secret"
	signSecret = "sign secret"
)

// connections has one that signs, one that has a path token and one with both.
var connections = []trackers.Connection{
	{Name: "helpdesk", Kind: "ravenna", HookKey: pathSecret},
	{Name: "jira", Kind: "jira", Flavor: "cloud", Secret: signSecret},
	{Name: "center", Kind: "jira", Flavor: "datacenter", Secret: signSecret, HookKey: pathSecret},
	{Name: "linear", Kind: "linear", Secret: signSecret},
}

func routes() []reconcile.Rules {
	off := false
	return []reconcile.Rules{
		{
			Name: "it-to-eng", Direction: reconcile.Both,
			Left:  reconcile.End{Connection: "helpdesk", Name: "IT Support"},
			Right: reconcile.End{Connection: "jira", Name: "ENG", Type: "Bug"},
		},
		{
			Name: "off", Enabled: &off,
			Left:  reconcile.End{Connection: "center", Name: "OPS"},
			Right: reconcile.End{Connection: "jira", Name: "HELP"},
		},
	}
}

// temporal stands for the service: it knows which workflows run, remembers
// what it was sent, and can be out of order.
type temporal struct {
	mu      sync.Mutex
	running []string
	sent    []addressing.Delivery
	down    error
	noRules error
	// hold, when set, is received from before a signal is taken.
	hold chan struct{}
	held chan struct{}
}

func (f *temporal) send(ctx context.Context, d addressing.Delivery) (bool, error) {
	if f.hold != nil {
		f.held <- struct{}{}
		select {
		case <-f.hold:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down != nil {
		return false, f.down
	}
	f.sent = append(f.sent, d)
	return d.Start || slices.Contains(f.running, d.WorkflowID), nil
}

func (f *temporal) routes(context.Context) ([]reconcile.Rules, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return routes(), f.noRules
}

func (f *temporal) ready(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.down
}

func (f *temporal) deliveries() []addressing.Delivery {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.sent)
}

// lines is a log that can be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newConfig(t testing.TB, f *temporal, log io.Writer) Config {
	t.Helper()
	hooks, err := registry.Hooks(connections)
	require.NoError(t, err)
	return Config{
		Hooks: hooks, Routes: f.routes, Send: f.send, Ready: f.ready, MaxBody: 4096,
		Log: slog.New(slog.NewJSONHandler(log, nil)),
	}
}

func newReceiver(t testing.TB, f *temporal) (url string, log *lines) {
	t.Helper()
	log = &lines{}
	return serveConfig(t, newConfig(t, f, log)), log
}

func serveConfig(t testing.TB, cfg Config) (url string) {
	t.Helper()
	server := httptest.NewServer(NewHandler(cfg))
	t.Cleanup(server.Close)
	return server.URL
}

func post(t testing.TB, url string, header http.Header, body string) (int, answer) {
	t.Helper()
	code, got, _ := request(t, http.MethodPost, url, header, strings.NewReader(body))
	return code, got
}

func sign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func signed(body string) http.Header {
	return http.Header{"X-Hub-Signature": {sign(signSecret, body)}}
}

// request sends one request; the answer's body must have the documented shape.
func request(t testing.TB, method, url string, header http.Header, body io.Reader) (int, answer, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	require.NoError(t, err)
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	if method == http.MethodHead {
		return resp.StatusCode, answer{}, resp.Header
	}
	decoder := json.NewDecoder(resp.Body)
	decoder.DisallowUnknownFields()
	var shape struct {
		Status *string `json:"status"`
		Reason *string `json:"reason"`
	}
	require.NoError(t, decoder.Decode(&shape))
	require.NotNil(t, shape.Status)
	require.NotNil(t, shape.Reason)
	require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
	return resp.StatusCode, answer{code: resp.StatusCode, Status: *shape.Status, Reason: *shape.Reason}, resp.Header
}
