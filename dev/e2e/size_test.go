package e2e

import (
	"context"
	"flag"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/workflows"
)

// many is how many comments TestManyComments makes. Towards any tracker a pair
// writes at most 90 times in 30 s, so that 1,000 take six minutes (-comments
// 1000): the suite plays fewer here, and TestThousandComments all of them on a
// simulated clock.
var many = flag.Int("comments", 60, "comments in TestManyComments")

const longComment = 30 << 10 // bytes

// wordy is the n-th comment: long, and known by its first words.
func wordy(n int) string {
	head := fmt.Sprintf("Comment %05d. ", n)
	return head + strings.Repeat("so it goes on, ", (longComment-len(head))/15) + lastWords
}

const lastWords = "until the end"

var numbered = regexp.MustCompile(`Comment (\d{5})\. `)

// wholeOnce requires that each of n comments is there once, to its end.
func wholeOnce(list []people.Said, n int) error {
	seen := map[string]int{}
	for _, c := range list {
		m := numbered.FindStringSubmatch(c.Text)
		if m == nil {
			return fmt.Errorf("a comment that nobody wrote: %.80q", c.Text)
		}
		if seen[m[1]]++; seen[m[1]] > 1 || !strings.Contains(c.Text, lastWords) {
			return fmt.Errorf("comment %s %d times, %d bytes", m[1], seen[m[1]], len(c.Text))
		}
	}
	if len(seen) != n {
		return fmt.Errorf("%d comments of %d", len(seen), n)
	}
	return nil
}

// imported gives a ticket a past: messages that no webhook tells of.
func imported(ctx context.Context, rav people.Ravenna, id string, n int) error {
	const most = 50 // in one call
	for from := 1; from <= n; from += most {
		var list []map[string]any
		for i := from; i < min(from+most, n+1); i++ {
			at := time.Now().UTC().Add(time.Duration(i-n) * time.Minute)
			list = append(list, map[string]any{"ticketId": id, "content": "<p>" + wordy(i) + "</p>", "createdAt": at.Format(time.RFC3339)})
		}
		if err := rav.Call(ctx, "POST", "/ticket-messages/import", map[string]any{"messages": list}, nil); err != nil {
			return err
		}
	}
	return nil
}

// A ticket with very many long comments replicates whole, in several runs each
// far below what Temporal takes, and one more comment costs one more write.
func TestManyComments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ctx, w.patience = t.Context(), 2*time.Minute+time.Duration(*many)*time.Second/2
	w.StopWorker()
	it, err := w.rav.Create(w.ctx, "IT Support", "much was said", "<p>text</p>", nil)
	require.NoError(t, err)
	require.NoError(t, imported(w.ctx, w.rav, it.ID, *many))
	before, began := heap(), time.Now()
	w.StartWorker()
	eng := w.issue("much was said")
	w.alike(ravennaPair(it.ID), *many)
	took, peak := time.Since(began), heap()
	w.settled(ravennaPair(it.ID), workflows.IsLinked, "")
	w.quiet()
	require.NoError(t, w.copied(eng.Key, *many))
	reads, writes := count(w.requests(w.JiraURL))
	asked, _ := count(w.requests(w.RavennaURL))
	w.carried(ravennaPair(it.ID))
	w.within(ravennaPair(it.ID))
	t.Logf("%d comments of %d KB in %s: %d reads and %d writes in Jira, %d reads at Ravenna; heap %d MB, then %d MB",
		*many, longComment>>10, took.Round(time.Second), reads, writes, asked, before>>20, peak>>20)

	// A worker that knows nothing of it goes on from there.
	w.StopWorker()
	w.StartWorker()
	w.forget()
	_, err = w.rav.Say(w.ctx, it.ID, "<p>"+wordy(*many+1)+"</p>", false)
	require.NoError(t, err)
	w.alike(ravennaPair(it.ID), *many+1)
	w.quiet()
	require.NoError(t, w.copied(eng.Key, *many+1))
	reads, writes = count(w.requests(w.JiraURL))
	asked, _ = count(w.requests(w.RavennaURL))
	t.Logf("one more: %d reads and %d writes in Jira, %d reads at Ravenna", reads, writes, asked)
	require.Equal(t, 1, writes)
	w.within(ravennaPair(it.ID))
}

// alike waits until a pair keeps so many comments alike.
func (w *world) alike(pair string, comments int) {
	w.Helper()
	w.eventually(fmt.Sprintf("%d comments", comments), func() error {
		v, err := w.view(pair)
		if err != nil || v.Comments != comments {
			return fmt.Errorf("%d comments, %s %s %s %w", v.Comments, v.State, v.Reason, v.Detail, err)
		}
		return nil
	})
}

// carried waits until a workflow has handed its state to a further run.
func (w *world) carried(id string) {
	w.Helper()
	w.eventually("a further run", func() error {
		about, err := w.Client.DescribeWorkflowExecution(w.ctx, id, "")
		if info := about.GetWorkflowExecutionInfo(); err != nil || info.GetExecution().GetRunId() == info.GetFirstRunId() {
			return fmt.Errorf("%d events in the first run %w", info.GetHistoryLength(), err)
		}
		return nil
	})
}

// copied reports whether an issue has each of n comments once and whole.
func (w *world) copied(key string, n int) error {
	list, err := engBoard(w).Heard(w.ctx, key)
	if err != nil {
		return err
	}
	return wholeOnce(list, n)
}

// Much was said on both sides while the pair was paused, in words that take
// several times their length in a payload: one reading of both fits one.
func TestMuchWasSaidOnBothSides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.tie(productDesk(w), proTeam(w), "both talk", nil)
	require.NoError(t, w.update(p.pair, addressing.UpdatePause))
	const each = 25
	for n := range each {
		_, err := p.here.Say(w.ctx, p.id, strings.ReplaceAll(wordy(n), "so it", "a & b"))
		require.NoError(t, err)
		_, err = p.there.Say(w.ctx, p.replica, strings.ReplaceAll(wordy(each+n), "so it", "a & b"))
		require.NoError(t, err)
	}
	w.quiet()
	require.NoError(t, w.update(p.pair, addressing.UpdateResume))
	w.alike(p.pair, 2*each)
	w.settled(p.pair, workflows.IsLinked, "")
	for _, p := range []tied{p, p.flip()} {
		list, err := p.here.Heard(w.ctx, p.id)
		require.NoError(t, err)
		require.NoError(t, wholeOnce(list, 2*each), p.here.Connection())
	}
	w.within(p.pair)
}
