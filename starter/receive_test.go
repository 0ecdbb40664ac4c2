package starter

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/trackers"
)

func (f *fakeTemporal) CheckHealth(context.Context, *client.CheckHealthRequest) (*client.CheckHealthResponse, error) {
	return &client.CheckHealthResponse{}, nil
}

func receive(t *testing.T, f *fakeTemporal) (root string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	file := &config.File{Connections: []config.Connection{{Connection: trackers.Connection{
		Name: "helpdesk", Kind: "ravenna", URL: "http://127.0.0.1:1/api", HookKey: "key",
	}}}}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- Receive(ctx, f, file, ReceiveOptions{Listener: listener, Log: slog.New(slog.DiscardHandler)})
	}()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done, "it ends in order")
	})
	return "http://" + listener.Addr().String()
}

func call(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(data)
}

// TestReceiveIsReadyOnceRoutesAre: before the first apply no delivery could be
// passed on.
func TestReceiveIsReadyOnceRoutesAre(t *testing.T) {
	t.Parallel()
	code, _ := call(t, http.MethodGet, receive(t, newTemporal(t))+"/readyz", "")
	require.Equal(t, http.StatusServiceUnavailable, code)
	code, _ = call(t, http.MethodGet, receive(t, newTemporal(t, applied(route("a", "IT", "ENG"), 1)))+"/readyz", "")
	require.Equal(t, http.StatusOK, code)
}

func TestReceiveKnowsItsConnections(t *testing.T) {
	t.Parallel()
	root := receive(t, newTemporal(t, applied(route("a", "IT", "ENG"), 1)))
	body := `{"type":"ticket.updated","data":{}}`
	for path, want := range map[string]int{
		"/webhooks/helpdesk/key": http.StatusOK, "/webhooks/helpdesk/other": http.StatusUnauthorized, "/webhooks/nosuch/key": http.StatusUnauthorized,
	} {
		code, text := call(t, http.MethodPost, root+path, body)
		require.Equal(t, want, code, "%s: %s", path, text)
	}
}
