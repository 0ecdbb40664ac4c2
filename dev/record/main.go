// Command record plays named scenarios on the real thing, embedded Temporal and
// sandbox trackers, and writes the histories of the runs to files that the
// replay tests of package workflows read.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/dev/stack"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("record", flag.ContinueOnError)
	out := flags.String("out", filepath.FromSlash("workflows/testdata/histories"), "folder to write to")
	only := flags.String("only", "", "play one scenario only: "+strings.Join(names(), ", "))
	force := flags.Bool("force", false, "overwrite histories that are there")
	file := flags.String("config", filepath.FromSlash("dev/ticketsync.yaml"), "configuration file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	played := 0
	for _, s := range scenarios() {
		if *only != "" && s.name != *only {
			continue
		}
		played++
		if err := record(ctx, s, *file, *out, *force); err != nil {
			return fmt.Errorf("scenario %s: %w", s.name, err)
		}
	}
	if played == 0 {
		return fmt.Errorf("no scenario %q: want one of %s", *only, strings.Join(names(), ", "))
	}
	return nil
}

// patience is how long a scenario may take.
const patience = 2 * time.Minute

// record plays one scenario on a stack of its own.
func record(ctx context.Context, s scenario, file, out string, force bool) error {
	missing := force
	for _, name := range s.files {
		_, err := os.Stat(path(out, name))
		missing = missing || errors.Is(err, os.ErrNotExist)
	}
	if !missing {
		fmt.Println(s.name + ": recorded before")
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	up, err := stack.Start(ctx, stack.Options{
		Ravenna: "127.0.0.1:0", Jira: "127.0.0.1:0", Linear: "127.0.0.1:0", Flashduty: "127.0.0.1:0", Receiver: "127.0.0.1:0", Temporal: "127.0.0.1:0",
		Config: file, Log: slog.New(slog.DiscardHandler),
		Edit: func(f *config.File) {
			hasten(f)
			for i := range f.Routes {
				if tells(f.Routes[i]) {
					withoutReview(&f.Routes[i])
				}
			}
			if !s.tells {
				f.Routes = slices.DeleteFunc(f.Routes, tells)
			}
			if s.settings != nil {
				s.settings(f)
			}
		},
	})
	if err != nil {
		return err
	}
	defer up.Close()
	st := &stage{
		Stack: up, ctx: ctx, out: out, force: force,
		rav: people.AtRavenna(up.RavennaURL, "alice"), jira: people.AtJira(up.JiraURL, "alice"),
	}
	if s.play(st); st.err != nil {
		return st.err
	}
	for _, name := range s.files {
		if _, err := os.Stat(path(out, name)); err != nil {
			return fmt.Errorf("history %s was not written: %w", name, err)
		}
	}
	return nil
}

// hasten shortens what waits for minutes in real life. Histories hold the
// times, so they replay as fast as any.
func hasten(f *config.File) {
	for i := range f.Connections {
		c := &f.Connections[i]
		c.Sweep, c.Audit, c.Quiet, c.ConfirmDelete = time.Hour, time.Hour, 3*time.Second, time.Second
	}
}
