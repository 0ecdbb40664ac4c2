package temporal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/temporalio/ui-server/v2/server/api"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/csrf"
	"github.com/temporalio/ui-server/v2/server/headers"
	"github.com/temporalio/ui-server/v2/server/route"
	"github.com/temporalio/ui-server/v2/ui"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

const (
	// uiStopTimeout is what a browser's request in flight is given to end.
	uiStopTimeout = time.Second
	// uiHeaderTimeout ends connections that send nothing.
	uiHeaderTimeout = 10 * time.Second
	// maxMessage lets long histories through, which exceed gRPC's 4 MB.
	maxMessage = 64 << 20
)

// webUI is Temporal's web UI. It is put together from ui-server's parts because
// ui-server's own Server ends the process when its port is taken, cannot say
// which free port it got, and leaves its connection to the frontend open.
type webUI struct {
	url    string
	server *http.Server
	conn   *grpc.ClientConn
	log    *slog.Logger
	done   chan struct{}
}

// listenUI opens the UI's port.
func listenUI(ui string) (net.Listener, error) {
	addr, err := parseAddress("UI", ui)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr.String())
	if err != nil {
		return nil, fmt.Errorf("listen on UI %s: %w", addr, err)
	}
	return l, nil
}

// startUI serves the UI on l for the Temporal server at frontend. On success it
// owns l.
func startUI(o Options, frontend string, l net.Listener) (*webUI, error) {
	conn, err := grpc.NewClient(frontend,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)))
	if err != nil {
		return nil, fmt.Errorf("start UI: %w", err)
	}
	handler, err := uiHandler(o, frontend, conn)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start UI: %w", err), conn.Close())
	}
	at := l.Addr().(*net.TCPAddr)
	u := &webUI{
		url:    "http://" + address{ip: at.IP.String(), port: at.Port}.dial(),
		server: &http.Server{Handler: handler, ReadHeaderTimeout: uiHeaderTimeout},
		conn:   conn,
		log:    o.Log,
		done:   make(chan struct{}),
	}
	go func() {
		defer close(u.done)
		if err := u.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			u.log.Error("serve Temporal UI", "error", err)
		}
	}()
	return u, nil
}

// uiHandler serves the UI's pages and, under /api/v1, Temporal's API as JSON.
// Nothing in it reaches beyond this machine.
func uiHandler(o Options, frontend string, conn *grpc.ClientConn) (http.Handler, error) {
	provider, err := uiconfig.NewConfigProviderWithRefresh(&uiconfig.Config{
		TemporalGRPCAddress: frontend,
		EnableUI:            true,
		DefaultNamespace:    o.Namespace,
		DisableNewsFetch:    true,
	})
	if err != nil {
		return nil, err
	}
	assets, err := ui.Assets()
	if err != nil {
		return nil, err
	}
	// The other folder beside local is the UI of Temporal Cloud.
	if assets, err = fs.Sub(assets, "local"); err != nil {
		return nil, err
	}
	// Browsers accept a secure cookie over plain HTTP on some loopback names only.
	const cookieSecure = false
	e := echo.New()
	e.Use(
		middleware.Recover(),
		middleware.Gzip(),
		middleware.Secure(),
		csrf.EnsureTokenCookie(cookieSecure),
		middleware.CSRFWithConfig(csrf.MiddlewareConfig(provider, cookieSecure)),
	)
	route.SetHealthRoute(e)
	e.GET("/api/v1/settings", api.GetSettings(provider))
	forward := []api.Middleware{headers.WithForwardHeaders([]string{"Caller-Type"})}
	e.Any("/api/v1/*", api.TemporalAPIHandler(provider, forward, conn))
	if err := route.SetUIRoutes(e, "", assets); err != nil {
		return nil, err
	}
	route.SetRenderRoute(e, "")
	return e, nil
}

// stop ends requests in flight after a moment and frees the port.
func (u *webUI) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), uiStopTimeout)
	defer cancel()
	err := u.server.Shutdown(ctx)
	if err != nil {
		err = u.server.Close()
	}
	<-u.done
	if err := errors.Join(err, u.conn.Close()); err != nil {
		u.log.Warn("stop Temporal UI", "error", err)
	}
}
