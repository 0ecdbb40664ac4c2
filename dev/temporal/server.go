// Package temporal runs a Temporal server with its web UI inside this process,
// on a SQLite file. It is for development and tests: one node, no TLS, no
// authorization.
package temporal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/temporal"
)

const (
	// startAttempts is how often internal ports are chosen anew when another
	// process was faster.
	startAttempts = 5
	// stopTimeout bounds Stop. The server itself would wait for minutes.
	stopTimeout = 8 * time.Second
)

// Server is a running Temporal server.
type Server struct {
	log      *slog.Logger
	level    *threshold
	temporal temporal.Server
	ui       *webUI
	lock     *dirLock
	frontend string
	options  Options // as they were given, with the store
}

// Start starts a server and returns when its namespace exists, its search
// attributes can be used and a client can connect. On a DataDir used before,
// workflows go on where they stopped, however the last server ended.
//
// SQLite's file handle stays open until the process ends, beyond Stop: Temporal
// never closes it. Starting again on the same DataDir reuses it.
func Start(ctx context.Context, o Options) (_ *Server, err error) {
	o = o.withDefaults()
	frontend, err := parseAddress("Frontend", o.Frontend)
	if err != nil {
		return nil, err
	}
	if o.store == nil {
		o.store = sqlConfig(o.DataDir)
	}
	s := &Server{log: o.Log, level: &threshold{running: o.LogLevel}, options: o}
	o.LogLevel = s.level
	defer func() {
		if err != nil {
			s.Stop()
		}
	}()
	if o.DataDir != "" {
		if o.DataDir, err = filepath.Abs(o.DataDir); err != nil {
			return nil, fmt.Errorf("find DataDir: %w", err)
		}
		if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
			return nil, fmt.Errorf("create DataDir: %w", err)
		}
		if s.lock, err = lockDir(o.DataDir); err != nil {
			return nil, err
		}
	}
	// A taken port is the likeliest mistake: say so before writing anything.
	if _, err := findPorts(frontend); err != nil {
		return nil, err
	}
	var ui net.Listener
	if o.UI != "" {
		if ui, err = listenUI(o.UI); err != nil {
			return nil, err
		}
		defer func() {
			if s.ui == nil {
				err = errors.Join(err, ui.Close())
			}
		}()
	}
	if err := prepareStore(ctx, o.store, o.Namespace, o.SearchAttributes); err != nil {
		return nil, err
	}
	s.temporal, s.frontend, err = startTemporal(o, frontend, o.store, findPorts)
	if err != nil {
		return nil, err
	}
	if err := awaitNamespace(ctx, s.frontend, o.Namespace); err != nil {
		return nil, err
	}
	if ui != nil {
		if s.ui, err = startUI(o, s.frontend, ui); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Again starts a stopped server once more, at the same address and on the same
// data: one in memory keeps its data for the life of the process.
func (s *Server) Again(ctx context.Context) (*Server, error) {
	o := s.options
	o.Frontend = s.frontend
	return Start(ctx, o)
}

// FrontendAddr is the host:port to give to a Temporal client.
func (s *Server) FrontendAddr() string { return s.frontend }

// UIURL is the address of the web UI, such as http://127.0.0.1:8233, or empty
// without one.
func (s *Server) UIURL() string {
	if s.ui == nil {
		return ""
	}
	return s.ui.url
}

// Stop stops the server and returns when its ports are free, at the latest
// after eight seconds. Nothing is lost by stopping: what was accepted is on
// disk. Clients and workers of the server should be closed before.
func (s *Server) Stop() {
	if s.ui != nil {
		s.ui.stop()
		s.ui = nil
	}
	if s.temporal != nil {
		s.level.silence()
		stopTemporal(s.log, s.temporal)
		s.temporal = nil
	}
	if s.lock != nil {
		s.lock.release()
		s.lock = nil
	}
}

// startTemporal starts the four services and returns the address of the
// frontend. It has find choose ports anew while it loses races for them.
func startTemporal(o Options, frontend address, store *config.SQL, find func(address) (ports, error)) (temporal.Server, string, error) {
	for attempt := 1; ; attempt++ {
		p, err := find(frontend)
		if err != nil {
			return nil, "", err
		}
		server, err := build(o, p, store)
		if err == nil {
			if err := server.Start(); err != nil {
				return nil, "", errors.Join(fmt.Errorf("start Temporal: %w", err), server.Stop())
			}
			return server, p.frontend.dial(), nil
		}
		var fatal *fatalError
		if !errors.As(err, &fatal) || attempt == startAttempts {
			return nil, "", fmt.Errorf("start Temporal: %w", err)
		}
	}
}

// build puts the server together, which opens its listeners.
func build(o Options, p ports, store *config.SQL) (_ temporal.Server, err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *fatalError:
			err = v
		default:
			panic(v)
		}
	}()
	cfg := serverConfig(p, store)
	logger := serverLog{to: o.Log, level: o.LogLevel}
	return temporal.NewServer(
		temporal.WithConfig(cfg),
		temporal.ForServices(temporal.DefaultServices),
		staticHosts(p),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper {
			return authorization.NewNoopClaimMapper()
		}),
		temporal.WithDynamicConfigClient(dynamicConfig(o.DynamicConfig)),
	)
}

// awaitNamespace returns once a client can connect and sees the namespace.
func awaitNamespace(ctx context.Context, frontend, namespace string) error {
	c, err := client.DialContext(ctx, client.Options{
		HostPort:  frontend,
		Namespace: namespace,
		Logger:    sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return fmt.Errorf("connect to Temporal at %s: %w", frontend, err)
	}
	defer c.Close()
	request := &workflowservice.DescribeNamespaceRequest{Namespace: namespace}
	if _, err := c.WorkflowService().DescribeNamespace(ctx, request); err != nil {
		return fmt.Errorf("find namespace %s: %w", namespace, err)
	}
	return nil
}

func stopTemporal(log *slog.Logger, server temporal.Server) {
	stopped := make(chan error, 1)
	go func() { stopped <- server.Stop() }()
	select {
	case err := <-stopped:
		if err != nil {
			log.Warn("stop Temporal", "error", err)
		}
	case <-time.After(stopTimeout):
		log.Warn("Temporal still stopping", "waited", stopTimeout)
	}
}
