// Command ticketsync replicates tickets between trackers. It is the worker, the
// receiver of webhooks, and the operator's tool, all in one binary.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/starter"
)

// Exit codes.
const (
	fine     = 0
	failed   = 1
	badInput = 2
	notFound = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends things in order; a second one ends them at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}))
}

// stdio is what a command reads and writes.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// run executes one command and returns its exit code. What went wrong is said
// once, on standard error.
func run(ctx context.Context, args []string, io stdio) int {
	root := newRoot(io)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return fine
	}
	_, _ = fmt.Fprintln(io.err, "ticketsync:", err)
	return exitCode(err)
}

// exitCode sorts an error.
func exitCode(err error) int {
	var missing *starter.NotFoundError
	var bad *starter.BadInputError
	var problems config.Problems
	switch {
	case err == nil:
		return fine
	case errors.As(err, &missing):
		return notFound
	case errors.As(err, &bad), errors.As(err, &problems):
		return badInput
	}
	return failed
}
