package sim

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Result is what became of one seed.
type Result struct {
	Seed   uint64
	Faults map[string]int // how often each kind struck
	Edits  int            // of people, comments included
	Writes int            // of ticketsync, failed ones included
	// Healed is how long it took until nothing was wrong any more.
	Healed, Took time.Duration
	Findings     []Finding
	// Apart counts duplicates that no rule can prevent, each of them reported
	// by its pair: the index lagged longer than the quiet period, and the
	// webhook was lost as well.
	Apart int
	// Log tells what happened, for a seed that failed.
	Log []string
}

// Failed reports whether any property did not hold.
func (r *Result) Failed() bool { return len(r.Findings) > 0 }

func (r *Result) of(property string) (n int) {
	for _, f := range r.Findings {
		if f.Property == property {
			n++
		}
	}
	return n
}

// Print prints the seed's findings, and the command that plays it again.
func (r *Result) Print(w io.Writer, faults []string) {
	fmt.Fprintf(w, "seed %d failed: go run ./dev/simulate --seed %d --faults %s\n", r.Seed, r.Seed, command(faults))
	for _, f := range r.Findings {
		fmt.Fprintf(w, "  %-10s %s %s\n", f.Property, f.Tag, f.Text)
	}
}

func command(faults []string) string {
	switch {
	case len(faults) == 0:
		return "none"
	case slices.Equal(faults, Kinds()):
		return "all"
	}
	return strings.Join(faults, ",")
}

// Table prints what all seeds came to.
func Table(w io.Writer, results []*Result) {
	struck, sum := map[string]int{}, Result{}
	found := map[string]int{}
	var slowest time.Duration
	for _, r := range results {
		for name, n := range r.Faults {
			struck[name] += n
		}
		sum.Edits += r.Edits
		sum.Writes += r.Writes
		sum.Took += r.Took
		sum.Apart += r.Apart
		slowest = max(slowest, r.Healed)
		for _, p := range []string{Duplicates, Lost, Leaked, Unquiet, Unhealed} {
			found[p] += r.of(p)
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "seeds\t%d\n", len(results))
	for _, name := range Kinds() {
		if struck[name] > 0 {
			fmt.Fprintf(t, "fault %s\t%d\n", name, struck[name])
		}
	}
	fmt.Fprintf(t, "edits by people\t%d\nwrites by ticketsync\t%d\n", sum.Edits, sum.Writes)
	for _, p := range []string{Duplicates, Lost, Leaked, Unquiet, Unhealed} {
		fmt.Fprintf(t, "%s\t%d\n", p, found[p])
	}
	fmt.Fprintf(t, "duplicates apart, all reported\t%d\n", sum.Apart)
	fmt.Fprintf(t, "longest healing\t%s\ntime\t%s\n", slowest.Round(time.Second/10), sum.Took.Round(time.Second))
	_ = t.Flush()
}
