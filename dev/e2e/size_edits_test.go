package e2e

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// Two hundred edits of one ticket within a minute end alike, for far fewer
// writes: a pair writes what there is, not each step on the way to it.
func TestTwoHundredEdits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.tie(productDesk(w), proTeam(w), "edited much", nil)
	w.forget()
	began, here, there := time.Now(), people.Values{}, people.Values{}
	for n := range 100 {
		here = people.Values{ticket.Title: fmt.Sprintf("edited %d times", n+1)}
		require.NoError(t, p.here.Set(w.ctx, p.id, here))
		there = people.Values{ticket.Priority: []string{"urgent", "high", "medium", "low"}[n%4]}
		require.NoError(t, p.there.Set(w.ctx, p.replica, there))
	}
	took := time.Since(began)
	w.reads(p.there, p.replica, here)
	w.reads(p.here, p.id, there)
	w.stays(p.here, p.id, here)
	w.stays(p.there, p.replica, there)
	_, left := count(w.requests(w.RavennaURL))
	_, right := count(w.requests(w.LinearURL))
	t.Logf("200 edits in %s: %d writes at Ravenna, %d in Linear", took.Round(time.Millisecond), left, right)
	require.Less(t, took, time.Minute)
	require.Less(t, left+right, 150)
	w.settled(p.pair, workflows.IsLinked, "")
	w.within(p.pair)
}

// A description as long as Ravenna takes, a million characters, goes by reference, is cut where the target ends,
// and what was cut is never written back.
func TestMegabyteOfDescription(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const most, longest = 32_767, 1_000_000 // characters in Jira and at Ravenna
	mega := func(word string) string {
		word += " &lt;so&gt; on, "
		return "<p>" + strings.Repeat(word, longest/len(word)-1) + "</p>"
	}
	it, err := w.rav.Create(w.ctx, "IT Support", "a book", mega("first"), nil)
	require.NoError(t, err)
	eng, pair := w.issue("a book"), ravennaPair(it.ID)
	w.settled(pair, workflows.IsLinked, "")
	require.Equal(t, ticket.TooLong, w.held(pair, ticket.Description))

	// It is edited, and again there is one of too great a length.
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"description": mega("second")}))
	w.eventually("the second edition", func() error {
		got, err := w.jira.Get(w.ctx, eng.Key)
		if text := got.Fields.Description; err != nil || !strings.HasPrefix(text, "second <so> on, ") || len([]rune(text)) > most || !strings.Contains(text, w.RavennaURL+"/"+it.Key()) {
			return fmt.Errorf("%d characters from %.40q %w", len(text), text, err)
		}
		return nil
	})
	// Somebody edits the part that is in Jira.
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"description": "abridged", "summary": "a book, abridged"}))
	w.titled(it.ID, eng.Key, "a book, abridged")
	w.quiet()
	whole, err := w.rav.Get(w.ctx, it.ID)
	require.NoError(t, err)
	require.Equal(t, mega("second"), whole.Text())
	f := w.within(pair)
	require.Less(t, f.payload, 300<<10, "no text of that size in any payload")
}

// Ten thousand hints and more to a paused pair, with workers running: Temporal
// takes no more than that in one run, so the pair goes through several, stays
// small, and knows in the end that there is something to do.
func TestTenThousandHintsWhilePaused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	it, eng := w.linked("paused")
	pair := ravennaPair(it.ID)
	require.NoError(t, w.update(pair, addressing.UpdatePause))
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "edited meanwhile"}))
	w.quiet()
	w.forget()
	before, began := heap(), time.Now()
	const hints, senders = 10_200, 12
	var n atomic.Int64
	var all sync.WaitGroup
	errs := make([]error, senders)
	for sender := range senders {
		all.Go(func() {
			for i := n.Add(1); i <= hints && errs[sender] == nil; i = n.Add(1) {
				hint := ticket.Hint{
					Ref: ticket.Ref{Connection: "helpdesk", ID: it.ID}, Kind: ticket.TicketEvent,
					Version: fmt.Sprintf("2026-05-04T09:00:00.%05dZ", i), Actor: "u_alice", Source: "webhook",
				}
				errs[sender] = w.Client.SignalWorkflow(w.ctx, pair, "", addressing.SignalHint, hint)
			}
		})
	}
	all.Wait()
	require.NoError(t, errors.Join(errs...))
	w.settled(pair, workflows.IsPaused, ticket.Paused)
	t.Logf("%d hints in %s; heap %d MB, then %d MB", hints, time.Since(began).Round(time.Second), before>>20, heap()>>20)
	// The help desk's ticket may be looked at: for its events another pair, with
	// Linear, is asked for as well.
	for _, r := range w.requests(w.JiraURL) {
		require.NotContains(t, r.Path, "issue/"+eng.ID, "a paused pair reads nothing")
	}
	f := w.within(pair)
	require.Greater(t, f.runs, 2)
	require.Less(t, f.state, 20<<10)

	require.NoError(t, w.update(pair, addressing.UpdateResume))
	w.titled(it.ID, eng.Key, "edited meanwhile")
	w.settled(pair, workflows.IsLinked, "")
}
