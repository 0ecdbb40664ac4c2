package workflows

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

// most is the largest number of comments made within any window of that length.
func most(comments []ticket.Comment, window time.Duration) (n int) {
	for from, first := range comments {
		to := from
		for to < len(comments) && comments[to].Created.Sub(first.Created) < window {
			to++
		}
		n = max(n, to-from)
	}
	return n
}

// A pair keeps to Jira's limits for one issue, and to its part of them where
// other routes may write to it. A new run does not begin a new allowance.
func TestPace(t *testing.T) {
	t.Parallel()
	beside := func(change func(*reconcile.Rules)) []reconcile.Rules {
		r := rules("eng-to-linear")
		r.Left = reconcile.End{Connection: "linear", Name: "PRO", Container: ticket.Container{ID: "PRO"}}
		change(&r)
		return []reconcile.Rules{rules("it-to-eng"), r}
	}
	for name, c := range map[string]struct {
		routes      []reconcile.Rules
		short, long int
	}{
		"alone":                    {[]reconcile.Rules{rules("it-to-eng")}, 17, 87},
		"two pairs":                {beside(func(*reconcile.Rules) {}), 7, 42},
		"a paused route counts":    {beside(func(r *reconcile.Rules) { r.Paused = true }), 7, 42},
		"a removed one does not":   {beside(func(r *reconcile.Rules) { r.Removed = true }), 17, 87},
		"nor one of another place": {beside(func(r *reconcile.Rules) { r.Right.Container = ticket.Container{ID: "OPS"} }), 17, 87},
		"nor one that only tells":  {beside(func(r *reconcile.Rules) { r.Left.Announces = true }), 17, 87},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.played.routes = c.routes
			st := w.linked()
			const runs, comments = 2, 60
			for run := range runs {
				w.after(time.Millisecond, func() {
					var last *ticket.Comment
					for n := range comments {
						last = w.left.speak("IT1", fmt.Sprintf("comment %d of run %d", n, run))
					}
					w.hear(w.left, "IT1", last, "alice")
				})
				w.crowd(time.Millisecond) // as soon as the last one is written
				var next PairState
				w.continued(w.run(leftPair, Pair, st), addressing.Pair, &next)
				st = next
				w.fresh(w.env.Now())
			}
			made := w.right.get("ENG1").Comments
			require.Len(t, made, runs*comments, "waiting loses nothing")
			for window, want := range map[time.Duration]int{shortWindow: c.short, longWindow: c.long} {
				n := most(made, window)
				require.LessOrEqual(t, n, want+1, "within %s, one of them begun before and late", window)
				require.GreaterOrEqual(t, n, want, "no slower within %s than it must be", window)
			}
		})
	}
}

// Pairs that share an issue stay within its limits together, each with a write
// that came late and the two that mark the issue.
func TestAllowancesAddUp(t *testing.T) {
	t.Parallel()
	for writers := 1; writers <= 5; writers++ {
		short, long := allowance(writers)
		const late, marks = 1, 2
		require.LessOrEqual(t, writers*(short+late+marks), 20, "%d pairs", writers)
		require.LessOrEqual(t, writers*(long+late+marks), 100, "%d pairs", writers)
		require.Positive(t, short)
	}
}

// What no window holds any more is not carried from run to run.
func TestPaceIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() { w.hear(w.left, "IT1", w.left.speak("IT1", "said"), "alice") })
	require.Empty(t, w.play(st).Wrote)
}
