// Package worker is the process that runs workflows and activities. It is the
// only one that holds the trackers' tokens.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	sdkworker "go.temporal.io/sdk/worker"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
	"github.com/ticketsync/ticketsync/workflows"
)

// Config is what a worker needs.
type Config struct {
	File   *config.File
	Client client.Client
	Log    *slog.Logger
	// Health is the address that answers GET /healthz and /readyz, "" for none.
	Health string
	// Interceptors stand around every activity; for tests, which falsify or cut
	// off what a worker does.
	Interceptors []interceptor.WorkerInterceptor
}

const (
	// settingsAge is how long a route's settings are used before they are
	// read again.
	settingsAge = 3 * time.Second
	// tending is how often routes and sweeps that were ended from outside are
	// looked for.
	tending = 10 * time.Second
	// stopping lets activities under way end.
	stopping = 20 * time.Second
)

// Run works until ctx ends.
func Run(ctx context.Context, cfg Config) error {
	var connections []activities.Connection
	var swept []trackers.Connection // connections that can list what changed
	for _, c := range cfg.File.Connections {
		t, err := registry.Open(c.Connection, cfg.Log)
		if err != nil {
			return err
		}
		if _, ok := t.(trackers.Lister); ok {
			swept = append(swept, c.Connection)
		}
		connections = append(connections, activities.Connection{Connection: c.Connection, Tracker: t})
	}
	routes := routing.NewRegistry(cfg.Client, cfg.Log, settingsAge)
	acts := activities.New(connections, routes, cfg.Client, cfg.Log)

	w := sdkworker.New(cfg.Client, addressing.TaskQueue, sdkworker.Options{
		WorkerStopTimeout: stopping,
		Interceptors:      cfg.Interceptors,
		// Many pairs wake for a moment only; what bounds them is the trackers.
		MaxConcurrentActivityExecutionSize:     100,
		MaxConcurrentWorkflowTaskExecutionSize: 100,
	})
	workflows.Register(w)
	w.RegisterActivity(acts)
	if err := w.Start(); err != nil {
		return fmt.Errorf("start worker: %w", err)
	}
	defer w.Stop()

	ended := make(chan error, 1)
	if cfg.Health != "" {
		go func() { ended <- health(ctx, cfg.Health, cfg.Client) }()
	}
	t := tender{routes: routes, client: cfg.Client, log: cfg.Log, connections: swept}
	ticker := time.NewTicker(tending)
	defer ticker.Stop()
	for {
		t.tend(ctx)
		select {
		case <-ctx.Done():
			return nil
		case err := <-ended:
			return err
		case <-ticker.C:
		}
	}
}

// health answers probes.
func health(ctx context.Context, address string, c client.Client) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if _, err := c.CheckHealth(r.Context(), &client.CheckHealthRequest{}); err != nil {
			http.Error(w, "Temporal does not answer", http.StatusServiceUnavailable)
		}
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen for health probes on %s: %w", address, err)
	}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("answer health probes: %w", err)
	}
	return nil
}
