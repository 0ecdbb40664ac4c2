package temporal_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/dev/temporal"
)

func TestUI(t *testing.T) {
	t.Parallel()
	s := start(t, temporal.Options{UI: "127.0.0.1:0"})
	c := connect(t, s.FrontendAddr())
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "greet", TaskQueue: queue}, Greet)
	require.NoError(t, err)
	signal := "/api/v1/namespaces/default/workflows/greet/signal/add"
	var csrf *http.Cookie

	t.Run("serves pages", func(t *testing.T) {
		r, body := request(t, s.UIURL(), http.MethodGet, "/namespaces/default/workflows", nil)
		require.Equal(t, http.StatusOK, r.StatusCode)
		require.Contains(t, r.Header.Get("Content-Type"), "text/html")
		for _, cookie := range r.Cookies() {
			csrf = cookie
		}
		require.NotNil(t, csrf)
		require.False(t, csrf.Secure, "a browser would drop it over plain HTTP")

		// The page is empty without its scripts.
		_, script, found := strings.Cut(body, `"/_app/`)
		require.True(t, found)
		script, _, _ = strings.Cut(script, `"`)
		r, _ = request(t, s.UIURL(), http.MethodGet, "/_app/"+script, nil)
		require.Equal(t, http.StatusOK, r.StatusCode)
		require.Contains(t, r.Header.Get("Content-Type"), "javascript")
	})

	t.Run("asks nobody else", func(t *testing.T) {
		_, body := request(t, s.UIURL(), http.MethodGet, "/api/v1/settings", nil)
		require.Contains(t, body, `"DisableNewsFetch":true`)
		require.Contains(t, body, `"DefaultNamespace":"default"`)
	})

	t.Run("reads workflows", func(t *testing.T) {
		r, body := request(t, s.UIURL(), http.MethodGet, "/api/v1/namespaces/default/workflows/greet", nil)
		require.Equal(t, http.StatusOK, r.StatusCode, body)
		require.Contains(t, body, run.GetRunID())
	})

	t.Run("writes for its own pages", func(t *testing.T) {
		r, body := request(t, s.UIURL(), http.MethodPost, signal, http.Header{
			"Cookie": {csrf.Name + "=" + csrf.Value}, "X-Csrf-Token": {csrf.Value}, "Sec-Fetch-Site": {"same-origin"},
		})
		require.Equal(t, http.StatusOK, r.StatusCode, body)
		historyHasSignals(t, c, run, 1)
	})

	t.Run("writes for no other page", func(t *testing.T) {
		r, _ := request(t, s.UIURL(), http.MethodPost, signal, http.Header{
			"Origin": {"http://example.com"}, "Sec-Fetch-Site": {"cross-site"},
		})
		require.Equal(t, http.StatusForbidden, r.StatusCode)
		historyHasSignals(t, c, run, 1)
	})
}

func request(t *testing.T, base, method, path string, header http.Header) (*http.Response, string) {
	t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("{}")
	}
	r, err := http.NewRequestWithContext(t.Context(), method, base+path, body)
	require.NoError(t, err)
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(content)
}

func historyHasSignals(t *testing.T, c client.Client, run client.WorkflowRun, want int) {
	t.Helper()
	got := 0
	it := c.GetWorkflowHistory(t.Context(), run.GetID(), run.GetRunID(), false, 0)
	for it.HasNext() {
		event, err := it.Next()
		require.NoError(t, err)
		if event.GetWorkflowExecutionSignaledEventAttributes() != nil {
			got++
		}
	}
	require.Equal(t, want, got)
}
