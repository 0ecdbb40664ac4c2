package trackers

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const testTimeout = 5 * time.Second

// exchange makes one call through a real client and reads the answer.
func exchange(t *testing.T, ctx context.Context, method, address string, timeout time.Duration) *Error {
	t.Helper()
	client := NewHTTPClient(NewGate(nil), timeout)
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(`{"a":1}`))
	require.NoError(t, err)
	resp, err := client.Do(req)
	if err == nil {
		defer func() { _ = resp.Body.Close() }()
		_, err = ReadBody(resp, 1000)
	}
	return Classify("write thing", resp, err, method != http.MethodGet)
}

func TestClassifyByStatus(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status    int
		page      bool
		kind      Kind
		ambiguous bool // for a write
	}{
		{301, false, Unavailable, false},
		{400, false, Invalid, false},
		{400, true, Unavailable, false},
		{401, false, Auth, false},
		{401, true, Auth, false},
		{403, false, Forbidden, false},
		{404, false, NotFound, false},
		{404, true, Unavailable, false},
		{408, false, Unavailable, true},
		{409, false, Stale, false},
		{413, false, Invalid, false},
		{425, false, Unavailable, false},
		{429, false, RateLimited, false},
		{500, false, Unavailable, true},
		{502, true, Unavailable, true},
		{503, false, Unavailable, true},
		{200, true, Unavailable, true},
	} {
		resp := &http.Response{StatusCode: c.status, Header: http.Header{}, ContentLength: -1}
		if c.page {
			resp.Header.Set("Content-Type", "Text/HTML; charset=utf-8")
		}
		for _, wrote := range []bool{true, false} {
			e := Classify("do", resp, nil, wrote)
			require.NotNil(t, e, "%d", c.status)
			require.Equal(t, c.kind, e.Kind, "%d page=%v", c.status, c.page)
			require.Equal(t, c.status, e.Status)
			require.Equal(t, c.ambiguous && wrote, e.Ambiguous, "%d page=%v wrote=%v", c.status, c.page, wrote)
		}
	}
	require.Nil(t, Classify("do", &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{"Content-Type": {"text/html"}}}, nil, true))
}

func TestClassifyBrokenConnections(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/cut":
			panic(http.ErrAbortHandler)
		case "/half":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"id":`))
		case "/large":
			_, _ = w.Write(make([]byte, 2000))
		case "/slow":
			<-release
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })

	for path, want := range map[string]struct {
		status  int
		cause   error
		timeout time.Duration
	}{
		"/cut":   {0, io.EOF, testTimeout},
		"/half":  {200, io.ErrUnexpectedEOF, testTimeout},
		"/large": {200, ErrTooLarge, testTimeout},
		"/slow":  {0, context.DeadlineExceeded, 50 * time.Millisecond},
	} {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			e := exchange(t, t.Context(), method, server.URL+path, want.timeout)
			require.NotNil(t, e, path)
			require.Equal(t, Unavailable, e.Kind, path)
			require.Equal(t, want.status, e.Status, path)
			require.Equal(t, method == http.MethodPost, e.Ambiguous, "%s %s", method, path)
			require.ErrorIs(t, e, want.cause, path)
		}
	}
	require.Nil(t, exchange(t, t.Context(), http.MethodPost, server.URL+"/fine", testTimeout))
}

func TestClassifyCancellation(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		close(entered)
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-entered
		cancel()
	}()
	e := exchange(t, ctx, http.MethodPost, server.URL, testTimeout)
	require.True(t, e.Ambiguous, "a cancelled write is ambiguous once sent")
	require.ErrorIs(t, e, context.Canceled)
}

func TestClassifyNothingSent(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	refused := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	for name, e := range map[string]*Error{
		"refused":     exchange(t, t.Context(), http.MethodPost, refused, testTimeout),
		"no such tls": exchange(t, t.Context(), http.MethodPost, strings.Replace(plain.URL, "http:", "https:", 1), testTimeout),
		"cancelled":   exchange(t, ctx, http.MethodPost, plain.URL, testTimeout),
	} {
		require.NotNil(t, e, name)
		require.Equal(t, Unavailable, e.Kind, name)
		require.False(t, e.Ambiguous, name)
	}
	dial := &url.Error{Op: "Post", URL: "http://x", Err: &net.OpError{Op: "dial", Err: errors.New("refused")}}
	require.False(t, Classify("do", nil, dial, true).Ambiguous)
}

func TestErrorsHoldNoAddress(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{
		errors.New("strange"), io.EOF, context.DeadlineExceeded,
		&url.Error{Op: "parse", URL: "http://h/path-token", Err: errors.New("Location path-token")},
	} {
		e := Classify("do", nil, &url.Error{Op: "Post", URL: "http://h/path-token?key=path-token", Err: cause}, true)
		for err := error(e); err != nil; err = errors.Unwrap(err) {
			require.NotContains(t, err.Error(), "path-token")
		}
	}
}

func TestClientFollowsRedirectsOfReadsOnTheSameHost(t *testing.T) {
	t.Parallel()
	var reached []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reached = append(reached, "other "+r.URL.Path)
	}))
	t.Cleanup(other.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached = append(reached, r.Method+" "+r.URL.Path)
		switch r.URL.Path {
		case "/here":
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/away":
			http.Redirect(w, r, other.URL+"/stolen", http.StatusFound)
		}
	}))
	t.Cleanup(server.Close)

	require.Nil(t, exchange(t, t.Context(), http.MethodGet, server.URL+"/here", testTimeout))
	require.Equal(t, []string{"GET /here", "GET /there"}, reached)

	reached = nil
	e := exchange(t, t.Context(), http.MethodPost, server.URL+"/here", testTimeout)
	require.Equal(t, 302, e.Status)
	require.Equal(t, Unavailable, e.Kind)
	e = exchange(t, t.Context(), http.MethodGet, server.URL+"/away", testTimeout)
	require.Equal(t, 302, e.Status)
	require.Equal(t, []string{"POST /here", "GET /away"}, reached, "credentials stay with the host")
}
