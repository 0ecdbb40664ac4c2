// Command simulate plays ticketsync under random people and random faults, and
// prints a table of what it came to. It ends with 1 if any seed failed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"

	"github.com/ticketsync/ticketsync/dev/simulate/sim"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	failed, err := run(ctx, os.Args[1:])
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(2)
	case failed:
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (failed bool, err error) {
	flags := flag.NewFlagSet("simulate", flag.ContinueOnError)
	seeds := flags.Int("seeds", 200, "how many seeds to play, from 1")
	seed := flags.Uint64("seed", 0, "play this seed alone")
	list := flags.String("faults", "all", "kinds of faults: all, none, or some of "+strings.Join(sim.Kinds(), ","))
	each := flags.Bool("each", false, "play every seed once for each kind alone")
	steps := flags.Int("steps", 0, "how many things happen in a seed (default as many as usual)")
	plant := flags.String("plant", "", "bug that must be found: one of "+strings.Join(sim.Plants(), ","))
	config := flags.String("config", filepath.Join("dev", "ticketsync.yaml"), "configuration file")
	logs := flags.String("logs", "", "folder for a log of each seed that failed")
	parallel := flags.Int("parallel", 4, "how many seeds are played at once: they wait more than they compute")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	faults, err := sim.ParseFaults(*list)
	if err != nil {
		return false, err
	}
	rounds := [][]string{faults}
	if *each {
		rounds = nil
		for _, one := range faults {
			rounds = append(rounds, []string{one})
		}
	}
	first, last := uint64(1), uint64(*seeds) //nolint:gosec // a small number
	if *seed > 0 {
		first, last = *seed, *seed
	}
	var plays []sim.Options
	for _, round := range rounds {
		for n := first; n <= last; n++ {
			plays = append(plays, sim.Options{Config: *config, Seed: n, Steps: *steps, Faults: round, Plant: *plant})
		}
	}
	results, err := playAll(ctx, plays, *parallel, *logs)
	for _, r := range results {
		failed = failed || r.Failed()
	}
	fmt.Println()
	sim.Table(os.Stdout, results)
	return failed, err
}

// playAll plays some at once, and tells of each as it ends.
func playAll(ctx context.Context, plays []sim.Options, parallel int, logs string) (results []*sim.Result, err error) {
	var mu sync.Mutex
	var all errgroup.Group
	all.SetLimit(parallel)
	for _, o := range plays {
		all.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			r, failed := sim.Play(ctx, o)
			mu.Lock()
			defer mu.Unlock()
			if failed != nil {
				keep(logs, o.Faults, r)
				err = errors.Join(err, fmt.Errorf("seed %d: %w", o.Seed, failed))
				return nil
			}
			results = append(results, r)
			fmt.Printf("seed %d: %d edits, %d writes, healed in %.1f s, %.1f s in all, %d findings\n",
				r.Seed, r.Edits, r.Writes, r.Healed.Seconds(), r.Took.Seconds(), len(r.Findings))
			if r.Failed() {
				r.Print(os.Stdout, o.Faults)
				keep(logs, o.Faults, r)
			}
			return nil
		})
	}
	_ = all.Wait() // err has them all
	return results, err
}

// keep writes what happened in a seed to a file.
func keep(folder string, faults []string, r *sim.Result) {
	if folder == "" || r == nil {
		return
	}
	name := "all"
	if len(faults) == 1 {
		name = faults[0]
	}
	path := filepath.Join(folder, fmt.Sprintf("%s-%d.log", name, r.Seed))
	if err := os.WriteFile(path, []byte(strings.Join(r.Log, "\n")+"\n"), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
	}
}
