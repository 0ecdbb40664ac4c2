// Package stack runs all of ticketsync in one process: Temporal with its UI,
// the sandbox trackers, the worker and the receiver, with a configuration
// applied. `go run ./dev` and the end-to-end tests are made of it.
package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	sdklog "go.temporal.io/sdk/log"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/temporal"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/starter"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
	"github.com/ticketsync/ticketsync/webhook"
	"github.com/ticketsync/ticketsync/worker"
)

// Options say where everything listens and keeps its state.
type Options struct {
	// host:port, port 0 for a free one; UI may be "".
	Ravenna, Jira, Linear, Flashduty, Receiver, Temporal, UI string

	DataDir string // "" keeps everything in memory
	Config  string // path of the configuration file
	// LinearSchema is the file of Linear's published schema, against which the
	// sandbox then validates every request. "" asks the environment.
	LinearSchema string
	// Edit changes the configuration before it is used.
	Edit func(*config.File)
	// Flavor is the Jira sandbox's: cloud (default) or datacenter.
	Flavor string
	// Out takes what apply prints; nil discards it.
	Out io.Writer
	Log *slog.Logger
	// Workers is how many workers share the work, each with a gate and a client
	// of its own as in a process of its own; 0 is one.
	Workers int
	// SkipApply leaves the routes alone, and NoWorker the worker.
	SkipApply, NoWorker bool
	// Interceptors stand around the worker's activities, and Receive, if any,
	// before what the receiver hands on.
	Interceptors []interceptor.WorkerInterceptor
	Receive      func(addressing.Delivery)
}

// Defaults are where `go run ./dev` listens.
func Defaults() Options {
	return Options{
		Ravenna: "127.0.0.1:9101", Jira: "127.0.0.1:9102", Linear: "127.0.0.1:9103", Flashduty: "127.0.0.1:9104",
		Receiver: "127.0.0.1:8080", Temporal: "127.0.0.1:7233", UI: "127.0.0.1:8233", DataDir: ".ticketsync", Config: "dev/ticketsync.yaml",
	}
}

// Stack is all of it, running.
type Stack struct {
	Client   client.Client
	File     *config.File
	Temporal *temporal.Server
	// The roots of the servers.
	RavennaURL, JiraURL, LinearURL, FlashdutyURL, ReceiverURL string

	log     *slog.Logger
	around  []interceptor.WorkerInterceptor
	applied atomic.Bool
	close   []func() // in the order of their making
	workers int
	worker  struct {
		sync.Mutex
		stop context.CancelFunc
		done sync.WaitGroup
	}
}

// Start brings everything up and returns when the receiver is ready, which is
// only after the configuration was applied.
func Start(ctx context.Context, o Options) (_ *Stack, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	s := &Stack{log: o.Log, around: o.Interceptors, workers: max(o.Workers, 1)}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if o.DataDir != "" {
		if err := os.MkdirAll(o.DataDir, 0o755); err != nil {
			return nil, fmt.Errorf("make data folder: %w", err)
		}
	}
	if err := s.startTemporal(ctx, o); err != nil {
		return nil, err
	}
	receiver, err := listen("--receiver", o.Receiver)
	if err != nil {
		return nil, err
	}
	s.ReceiverURL = "http://" + receiver.Addr().String()
	if err := s.startSandbox(o); err != nil {
		return nil, err
	}
	if s.File, err = s.load(o); err != nil {
		return nil, err
	}
	if err := s.startReceiver(receiver, o.Receive); err != nil {
		return nil, err
	}
	if !o.NoWorker {
		s.StartWorker()
	}
	if o.SkipApply {
		return s, nil
	}
	if err := starter.Apply(ctx, s.Client, s.File, starter.ApplyOptions{Out: o.Out}); err != nil {
		return nil, fmt.Errorf("apply %s: %w", o.Config, err)
	}
	s.applied.Store(true)
	return s, s.awaitReady(ctx)
}

// Close stops everything, last made first.
func (s *Stack) Close() {
	s.StopWorker()
	for i := len(s.close) - 1; i >= 0; i-- {
		s.close[i]()
	}
	s.close = nil
}

func (s *Stack) startTemporal(ctx context.Context, o Options) error {
	keyword, datetime := enumspb.INDEXED_VALUE_TYPE_KEYWORD, enumspb.INDEXED_VALUE_TYPE_DATETIME
	server, err := temporal.Start(ctx, temporal.Options{
		DataDir: o.DataDir, Frontend: o.Temporal, UI: o.UI, Log: o.Log,
		SearchAttributes: map[string]enumspb.IndexedValueType{
			addressing.AttrRoute: keyword, addressing.AttrLeftKey: keyword, addressing.AttrRightKey: keyword,
			addressing.AttrState: keyword, addressing.AttrReason: keyword, addressing.AttrSyncedAt: datetime,
		},
	})
	if err != nil {
		return fmt.Errorf("start Temporal: %w: --temporal and --ui choose other addresses", err)
	}
	s.Temporal = server
	s.close = append(s.close, server.Stop)
	s.Client, err = client.Dial(client.Options{HostPort: server.FrontendAddr(), Logger: sdklog.NewStructuredLogger(o.Log)})
	if err != nil {
		return fmt.Errorf("connect to Temporal: %w", err)
	}
	s.close = append(s.close, s.Client.Close)
	return nil
}

// load reads the configuration and points it at where the sandbox really is.
func (s *Stack) load(o Options) (*config.File, error) {
	path := o.Config
	if !filepath.IsAbs(path) {
		path = filepath.Clean(path)
	}
	file, err := config.Load(path, func(name string) (string, bool) {
		if v, ok := os.LookupEnv(name); ok {
			return v, true
		}
		v, ok := secrets[name]
		return v, ok
	})
	if err != nil {
		return nil, err
	}
	move := s.moved()
	for i := range file.Connections {
		c := &file.Connections[i]
		c.URL, c.WebURL = move.Replace(c.URL), move.Replace(c.WebURL)
	}
	if o.Edit != nil {
		o.Edit(file)
	}
	return file, nil
}

func (s *Stack) startReceiver(at net.Listener, before func(addressing.Delivery)) error {
	var connections []trackers.Connection
	for _, c := range s.File.Connections {
		connections = append(connections, c.Connection)
	}
	hooks, err := registry.Hooks(connections)
	if err != nil {
		return err
	}
	routes := routing.NewRegistry(s.Client, s.log, 2*time.Second)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := webhook.Run(ctx, webhook.Config{
			Hooks: hooks, Routes: routes.Rules, Log: s.log,
			Send: func(ctx context.Context, d addressing.Delivery) (bool, error) {
				if before != nil {
					before(d)
				}
				return routing.Send(ctx, s.Client, d)
			},
			Ready: func(ctx context.Context) error {
				if !s.applied.Load() {
					return errors.New("the configuration is being applied")
				}
				_, err := s.Client.CheckHealth(ctx, &client.CheckHealthRequest{})
				return err
			},
		}, at)
		if err != nil {
			s.log.Error("receiver ended", "error", err)
		}
	}()
	s.close = append(s.close, func() {
		cancel()
		<-done
	})
	return nil
}

// StartWorker starts the workers, again after StopWorker.
func (s *Stack) StartWorker() {
	s.worker.Lock()
	defer s.worker.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	s.worker.stop = cancel
	for n := range s.workers {
		s.worker.done.Go(func() {
			if err := s.work(ctx, n+1); err != nil {
				s.log.Error("worker ended", "error", err)
			}
		})
	}
}

// work runs one worker. Its name tells in the histories which one did what.
func (s *Stack) work(ctx context.Context, number int) error {
	c, err := client.NewClientFromExistingWithContext(ctx, s.Client, client.Options{
		Identity: fmt.Sprintf("worker-%d", number), Logger: sdklog.NewStructuredLogger(s.log),
	})
	if err != nil {
		return fmt.Errorf("connect worker %d to Temporal: %w", number, err)
	}
	defer c.Close()
	return worker.Run(ctx, worker.Config{File: s.File, Client: c, Log: s.log, Interceptors: s.around})
}

// StopWorker stops the workers and waits for them.
func (s *Stack) StopWorker() {
	s.worker.Lock()
	defer s.worker.Unlock()
	if s.worker.stop != nil {
		s.worker.stop()
		s.worker.done.Wait()
		s.worker.stop = nil
	}
}

// Apply applies the stack's configuration, after a test changed it. A nil out
// discards what is printed.
func (s *Stack) Apply(ctx context.Context, out io.Writer) error {
	if out == nil {
		out = io.Discard
	}
	err := starter.Apply(ctx, s.Client, s.File, starter.ApplyOptions{Out: out})
	if err == nil {
		s.applied.Store(true)
	}
	return err
}

func (s *Stack) awaitReady(ctx context.Context) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.ReceiverURL+"/readyz", nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the receiver: %w", ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func listen(flag, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w: choose another address with %s", address, err, flag)
	}
	return l, nil
}
