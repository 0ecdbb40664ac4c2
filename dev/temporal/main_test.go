package temporal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ticketsync/ticketsync/dev/temporal"
)

// A server that is to be killed, or whose remains are to be counted, needs a
// process of its own: this test binary, started again with these variables.
const (
	childRole = "TICKETSYNC_TEMPORAL_CHILD"
	childDir  = "TICKETSYNC_TEMPORAL_DIR"

	roleServe = "serve"
	roleStop  = "stop"

	// patience bounds everything in these tests that should take a moment.
	patience = 30 * time.Second
)

func TestMain(m *testing.M) {
	role := os.Getenv(childRole)
	if role == "" {
		os.Exit(m.Run())
	}
	roles := map[string]func(dir string) error{roleServe: serve, roleStop: startAndStop}
	if err := roles[role](os.Getenv(childDir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child prepares a process that plays role on the data folder dir.
func child(t *testing.T, role, dir string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), childRole+"="+role, childDir+"="+dir)
	cmd.Stderr = t.Output()
	return cmd
}

// serve prints the frontend's address and serves until its parent goes away.
func serve(dir string) error {
	s, err := temporal.Start(context.Background(), temporal.Options{
		DataDir:          dir,
		Frontend:         "127.0.0.1:0",
		SearchAttributes: attributes,
	})
	if err != nil {
		return err
	}
	fmt.Println(s.FrontendAddr())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// startAndStop fails unless a server starts quietly, stops silently and quickly
// and leaves neither an open port nor running code behind.
func startAndStop(dir string) error {
	var log syncBuffer
	s, err := temporal.Start(context.Background(), temporal.Options{
		DataDir:  dir,
		Frontend: "127.0.0.1:0",
		UI:       "127.0.0.1:0",
		Log:      slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		return err
	}
	addresses := []string{s.FrontendAddr(), strings.TrimPrefix(s.UIURL(), "http://")}
	chatter := log.String()
	if strings.Contains(chatter, "level=INFO") || strings.Contains(chatter, "HTTP API") {
		return fmt.Errorf("server is not quiet:\n%s", chatter)
	}
	began := time.Now()
	s.Stop()
	if took := time.Since(began); took > 10*time.Second {
		return fmt.Errorf("stopping took %s", took)
	}
	for _, a := range addresses {
		l, err := net.Listen("tcp", a)
		if err != nil {
			return fmt.Errorf("port still taken: %w", err)
		}
		if err := l.Close(); err != nil {
			return err
		}
	}
	if err := awaitQuiet(); err != nil {
		return err
	}
	if after := log.String(); after != chatter {
		return fmt.Errorf("server complains about its end:\n%s", after)
	}
	return nil
}

// syncBuffer is a buffer for several goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// awaitQuiet waits until no goroutine runs code of the server or the SDK. A few
// idle ones of gRPC and database/sql stay, for connections Temporal never
// closes.
func awaitQuiet() error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for {
		var stacks bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
			return err
		}
		if !strings.Contains(stacks.String(), "go.temporal.io/") && !strings.Contains(stacks.String(), "echo") {
			return nil
		}
		select {
		case <-tick.C:
		case <-deadline:
			return errors.New("goroutines left behind:\n" + stacks.String())
		}
	}
}
