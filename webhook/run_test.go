package webhook

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}

// TestShutdownLetsDeliveriesEnd: what a tracker was about to be told is
// accepted is still signalled, and the answer still arrives.
func TestShutdownLetsDeliveriesEnd(t *testing.T) {
	t.Parallel()
	service := &temporal{hold: make(chan struct{}), held: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	l := listen(t)
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, newConfig(t, service, &lines{}), l) }()

	codes := make(chan int, 1)
	go func() {
		code, _, _ := request(t, http.MethodPost, "http://"+l.Addr().String()+"/webhooks/helpdesk/"+pathSecret, nil, strings.NewReader(ticketBody))
		codes <- code
	}()
	<-service.held
	cancel()
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, 10*time.Second, 10*time.Millisecond, "new deliveries are turned away")
	require.Empty(t, ended, "Run waits")
	close(service.hold)
	require.Equal(t, http.StatusOK, <-codes)
	require.NoError(t, <-ended)
	require.Len(t, service.deliveries(), 1)
}

func TestRunReportsABrokenListener(t *testing.T) {
	t.Parallel()
	l := listen(t)
	require.NoError(t, l.Close())
	require.ErrorContains(t, Run(t.Context(), newConfig(t, &temporal{}, &lines{}), l), "serve webhooks: ")
}

// TestSlowClients: a body or a header that does not end is given up.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sent, want string }{
		"half a body":   {"POST /webhooks/helpdesk/" + pathSecret + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", "503"},
		"half a header": {"POST /webhooks/helpdesk/" + pathSecret + " HTTP/1.1\r\nHost:", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &lines{}
			s := newServer(newConfig(t, &temporal{}, log))
			require.Positive(t, s.IdleTimeout)
			require.Greater(t, s.WriteTimeout, s.ReadTimeout+sendTimeout, "an answer must still fit")
			s.ReadHeaderTimeout, s.ReadTimeout = 100*time.Millisecond, 100*time.Millisecond
			l := listen(t)
			go func() { _ = s.Serve(l) }()
			t.Cleanup(func() { _ = s.Close() })

			conn, err := net.Dial("tcp", l.Addr().String())
			require.NoError(t, err)
			defer func() { _ = conn.Close() }()
			_, err = fmt.Fprint(conn, c.sent)
			require.NoError(t, err)
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if c.want == "" {
				require.Error(t, err, "closed without an answer")
				return
			}
			require.NoError(t, err)
			defer func() { _ = resp.Body.Close() }()
			require.Contains(t, resp.Status, c.want)
			require.Contains(t, log.String(), "incomplete")
			require.NotContains(t, log.String(), pathSecret)
		})
	}
}

func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	s := newServer(newConfig(t, &temporal{}, &lines{}))
	l := listen(t)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+"/healthz", nil)
	require.NoError(t, err)
	req.Header.Set("X-Long", strings.Repeat("a", maxHeaderBytes+8<<10))
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, resp.StatusCode)
}

// TestMemoryIsBounded: bodies that together are too large are put off, not
// refused for good, and their memory comes back.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	cfg := newConfig(t, &temporal{}, &lines{})
	cfg.MaxBody = 1 << 20
	h := NewHandler(cfg).(*handler)
	require.GreaterOrEqual(t, h.budget.limit, cfg.MaxBody)
	h.budget.limit = 2 * chunk
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	big := `{"x":"` + strings.Repeat("a", 3*chunk) + `"}`
	for range 3 {
		code, got, _ := request(t, http.MethodPost, server.URL+"/webhooks/helpdesk/"+pathSecret, nil, strings.NewReader(big))
		require.Equal(t, http.StatusServiceUnavailable, code)
		require.Equal(t, "busy", got.Reason)
		code, _, _ = request(t, http.MethodPost, server.URL+"/webhooks/helpdesk/"+pathSecret, nil, strings.NewReader(ticketBody))
		require.Equal(t, http.StatusOK, code)
	}
	require.Zero(t, h.budget.taken.Load())
}

// TestBadConnectionsLeaveItServing: five hundred at once that send nothing, half
// a header, half a body, a header without end or garbage.
func TestBadConnectionsLeaveItServing(t *testing.T) {
	t.Parallel()
	service := &temporal{}
	log := &lines{}
	s := newServer(newConfig(t, service, log))
	l := listen(t)
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })

	const many = 500
	head := "POST /webhooks/helpdesk/" + pathSecret + " HTTP/1.1\r\nHost: x\r\n"
	bad := []string{
		"", "POST /webh", head + "Content-Length: 100\r\n\r\n{", head + strings.Repeat("X-Long: "+strings.Repeat("a", 1000)+"\r\n", 20),
		"\x16\x03\x01\x02\x00\x01\x00\x01", head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
	}
	for i := range many {
		conn, err := net.Dial("tcp", l.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		_, err = conn.Write([]byte(bad[i%len(bad)]))
		require.NoError(t, err)
	}
	for range 20 {
		code, _, _ := request(t, http.MethodPost, "http://"+l.Addr().String()+"/webhooks/helpdesk/"+pathSecret, nil, strings.NewReader(ticketBody))
		require.Equal(t, http.StatusOK, code)
	}
	require.Len(t, service.deliveries(), 20)
	require.NotContains(t, log.String(), pathSecret)
}
