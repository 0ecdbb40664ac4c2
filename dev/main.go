// Command dev runs all of ticketsync in one process, with sandbox trackers and
// an embedded Temporal, and plays a short demo.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/demo"
	"github.com/ticketsync/ticketsync/dev/stack"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	var mistakes config.Problems
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
	case errors.As(err, &mistakes):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "dev:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	o := stack.Defaults()
	flags := flag.NewFlagSet("dev", flag.ContinueOnError)
	flags.StringVar(&o.Ravenna, "ravenna", o.Ravenna, "address of the sandbox Ravenna (port 0: any free one)")
	flags.StringVar(&o.Jira, "jira", o.Jira, "address of the sandbox Jira")
	flags.StringVar(&o.Linear, "linear", o.Linear, "address of the sandbox Linear")
	flags.StringVar(&o.LinearSchema, "linear-schema", "", "file of Linear's published schema, to validate every request against (default $"+stack.LinearSchema+")")
	flags.StringVar(&o.Flashduty, "flashduty", o.Flashduty, "address of the sandbox Flashduty")
	flags.StringVar(&o.Receiver, "receiver", o.Receiver, "address of the webhook receiver")
	flags.StringVar(&o.Temporal, "temporal", o.Temporal, "address of Temporal")
	flags.StringVar(&o.UI, "ui", o.UI, "address of Temporal UI")
	flags.StringVar(&o.DataDir, "data-dir", o.DataDir, "folder of everything that outlives a restart")
	flags.StringVar(&o.Config, "config", o.Config, "configuration file")
	play := flags.Bool("demo", true, "play the demo once everything is up")
	verbose := flags.Bool("v", false, "log what the worker and the receiver do")
	if err := flags.Parse(args); err != nil {
		return err
	}
	level := slog.LevelWarn
	if *verbose {
		level = slog.LevelInfo
	}
	o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	o.Out = os.Stdout

	fmt.Println("starting Temporal, sandbox trackers, receiver and worker …")
	s, err := stack.Start(ctx, o)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer s.Close()
	fmt.Printf(`
  Temporal UI   %s/namespaces/default/workflows
  Temporal      %s
  Ravenna       %s/api   (header x-ravenna-api-token: rav_alice)
  Jira          %s   (basic auth alice@example.com:sandbox)
  Linear        %s/graphql   (header Authorization: lin_api_alice)
  Flashduty     %s   (what was pushed: /_sandbox/pushes)
  receiver      %s
  data          %s

ready
`, s.Temporal.UIURL(), s.Temporal.FrontendAddr(), s.RavennaURL, s.JiraURL, s.LinearURL, s.FlashdutyURL, s.ReceiverURL, o.DataDir)

	if *play {
		if err := demo.Play(ctx, s, os.Stdout); err != nil && ctx.Err() == nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	fmt.Println("\nrunning until Ctrl-C")
	<-ctx.Done()
	fmt.Println("stopping …")
	return nil
}
