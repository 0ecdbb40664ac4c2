// Package sim plays ticketsync under random people and random faults, and
// checks what is left when all is quiet. Receiver, workflows, activities and
// adapters are the real ones; the trackers are the sandbox's.
package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Options say what to play.
type Options struct {
	// Config is the path of the configuration file.
	Config string
	// Seed decides everything that is drawn.
	Seed uint64
	// Steps is how many things happen, 0 for the usual number.
	Steps int
	// Faults are the kinds that may happen; none plays people alone.
	Faults []string
	// Plant names a bug that the play must find; "" plays the product as it is.
	Plant string
}

// The times of a play.
const (
	usualSteps = 45
	// sweep, audit, quiet and confirm replace what takes minutes in real life.
	// Every other seed sweeps rarely: then it is not always the sweep that
	// finds a replica whose create call was unclear.
	sweep   = time.Second
	rarely  = 6 * time.Second
	audit   = 2 * time.Second
	quiet   = 3 * time.Second
	confirm = time.Second
	// shortLag and longLag are a search index slower than usual, within the
	// quiet period and beyond it.
	shortLag = 2 * time.Second
	longLag  = 7 * time.Second
	// longestPause lies between two steps.
	longestPause = 200 * time.Millisecond
	// healing is how long anything may take to heal once the faults are gone:
	// the first retry of a hold comes after a minute, an activity's retries end
	// within a minute, and a rate limit without an end is waited out for two.
	healing = 300 * time.Second
	// syncing is how long it may take where there was no fault at all.
	syncing = 60 * time.Second
	// planting is how long a play with a planted bug may take to look healthy.
	planting = 20 * time.Second
	// patience is how long a person tries to get something done.
	patience = 40 * time.Second
)

// ParseFaults reads a list such as "drop,worker-kill"; "all" is every kind and
// "none" none.
func ParseFaults(list string) ([]string, error) {
	switch list {
	case "all":
		return Kinds(), nil
	case "none", "":
		return nil, nil
	}
	names := strings.Split(list, ",")
	for _, name := range names {
		if !slices.Contains(Kinds(), name) {
			return nil, fmt.Errorf("unknown fault %q: write all, none, or some of %s", name, strings.Join(Kinds(), ","))
		}
	}
	return names, nil
}
