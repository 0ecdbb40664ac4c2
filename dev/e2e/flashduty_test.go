package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// changesPair is the pair of an issue with what is told of it.
func changesPair(id string) string {
	return ticket.PairID(ticket.Ref{Connection: "jira", ID: id}, "changes")
}

// announced waits until exactly these statuses were pushed for a key, in order.
func (w *world) announced(key string, statuses ...string) (events []people.Event) {
	w.Helper()
	at := people.AtFlashduty(w.FlashdutyURL)
	w.eventually(fmt.Sprintf("%s told as %v", key, statuses), func() error {
		all, err := at.Pushes(w.ctx)
		if err != nil {
			return err
		}
		events = nil
		var got []string
		for _, p := range all {
			if p.Body.Key == key && p.Status == 200 {
				got, events = append(got, p.Body.Status), append(events, p.Body)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(statuses) {
			return fmt.Errorf("%v", got)
		}
		return nil
	})
	return events
}

func TestIssueEventsBecomeChangeEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, telling)
	it, eng := w.linked("Upgrade the order service")
	w.settled(changesPair(eng.ID), workflows.IsLinked, "")
	before := w.announced(eng.Key, "Planned")
	require.Equal(t, "["+eng.Key+"/To Do] Upgrade the order service", before[0].Title)
	require.Equal(t, "Engineering", before[0].Labels["project"])

	// One edit in Jira serves both pairs.
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "Upgrade the order service today", "labels": []string{"orders"}}))
	w.ticket("Upgrade the order service today")
	events := w.announced(eng.Key, "Planned", "Planned")
	require.Equal(t, "true", events[1].Labels["orders"])
	require.Contains(t, events[1].Labels["changelog"], "'Upgrade the order service' -> 'Upgrade the order service today'")

	// Three changes within a moment, of which no read sees the middle one.
	w.webhooks("hold")
	for _, status := range []string{"In Progress", "In Review", "Done"} {
		require.NoError(t, w.jira.Move(w.ctx, eng.Key, status))
	}
	w.webhooks("normal")
	events = w.announced(eng.Key, "Planned", "Planned", "Processing", "Processing", "Done")
	for i := 1; i < len(events); i++ {
		require.GreaterOrEqual(t, events[i].Time, events[i-1].Time)
	}
	w.eventually("done in Ravenna", func() error {
		now, err := w.rav.Get(w.ctx, it.ID)
		if err != nil || now.Status.Label != "Done" {
			return fmt.Errorf("%s, %w", now.Status.Label, err)
		}
		return nil
	})
	now, ok, err := people.AtFlashduty(w.FlashdutyURL).Get(w.ctx, eng.Key)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "Done", now.Status)
	require.Equal(t, before[0].Title, now.Title, "the first title stays, by the service's rule")

	// A comment is no news, and the pair writes nothing to Jira.
	w.quiet()
	w.forget()
	_, err = w.jira.Say(w.ctx, eng.Key, "Thank you.")
	require.NoError(t, err)
	w.quiet()
	w.announced(eng.Key, "Planned", "Planned", "Processing", "Processing", "Done")
	links, err := w.rav.Messages(w.ctx, it.ID)
	require.NoError(t, err)
	require.Len(t, links, 1)
}

// The service is down, then refuses, then a status has no counterpart: nothing
// is lost and nothing told twice.
func TestChangeEventsThroughTroubles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, telling, with(func(f *config.File) {
		for i := range f.Routes {
			if _, tells := f.Routes[i].Announces(); tells {
				f.Routes[i].Status = f.Routes[i].Status[:0]
				for _, r := range [][2]string{{"To Do", "Planned"}, {"In Progress", "Processing"}, {"Done", "Done"}} {
					f.Routes[i].Status = append(f.Routes[i].Status, statusRule(r[0], r[1]))
				}
			}
		}
	}))
	w.faults(w.FlashdutyURL, fault{Method: "*", Path: "*push*", Fault: "status:503", Times: 2}, fault{Method: "*", Path: "*push*", Fault: "drop-after-commit", Times: 1})
	made, err := w.jira.Create(w.ctx, "ENG", "Task", "Rotate keys", "", nil)
	require.NoError(t, err)
	first := w.announced(made.Key, "Planned")
	pushes, err := people.AtFlashduty(w.FlashdutyURL).Pushes(w.ctx)
	require.NoError(t, err)
	same := 0
	for _, p := range pushes {
		if p.Status == 0 {
			require.Equal(t, first[0], p.Body, "an unclear push is repeated as it was")
			same++
		}
	}
	require.Equal(t, 1, same)

	require.NoError(t, w.jira.Move(w.ctx, made.Key, "In Progress"))
	require.NoError(t, w.jira.Move(w.ctx, made.Key, "In Review"))
	v := w.settled(changesPair(made.ID), workflows.Attention, ticket.StatusUnmapped)
	require.Contains(t, fmt.Sprint(v.Fields), "In Review")
	require.NoError(t, w.jira.Move(w.ctx, made.Key, "Done"))
	w.announced(made.Key, "Planned", "Processing")
	for i := range w.File.Routes {
		if _, tells := w.File.Routes[i].Announces(); tells {
			w.File.Routes[i].Status = append(w.File.Routes[i].Status, statusRule("In Review", "Ready"))
		}
	}
	w.apply()
	w.announced(made.Key, "Planned", "Processing", "Ready", "Done")
	w.settled(changesPair(made.ID), workflows.IsLinked, "")
}

func TestChangeEventsOfMovedAndDeletedIssues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ onDelete, last string }{
		"its last status": {"status", "Planned"}, "canceled": {"canceled", "Canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, telling, with(func(f *config.File) {
				for i := range f.Routes {
					if _, tells := f.Routes[i].Announces(); tells {
						f.Routes[i].OnDelete = c.onDelete
					}
				}
			}))
			made, err := w.jira.Create(w.ctx, "ENG", "Task", "Rotate keys", "", nil)
			require.NoError(t, err)
			w.announced(made.Key, "Planned")
			require.NoError(t, w.jira.Delete(w.ctx, made.Key))
			w.announced(made.Key, "Planned", c.last)
			w.settled(changesPair(made.ID), workflows.Unlinked, ticket.Deleted)
		})
	}
}

// What no webhook told of is told after the next sweep.
func TestSweepRepairsChangeEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, telling, with(sweeping))
	w.webhooks("drop")
	made, err := w.jira.Create(w.ctx, "ENG", "Task", "Rotate keys", "", nil)
	require.NoError(t, err)
	w.announced(made.Key, "Planned")
	require.NoError(t, w.jira.Move(w.ctx, made.Key, "In Progress"))
	w.announced(made.Key, "Planned", "Processing")
}

func statusRule(left, right string) reconcile.StatusRule {
	return reconcile.StatusRule{Left: left, Right: right, Direction: reconcile.ToRight}
}

// A thousand events, half of them out of order and half of them twice: every
// change is told once, in its order, and each issue ends in its newest state.
func TestStormOfChangeEvents(t *testing.T) {
	t.Parallel()
	const issues, rounds = 50, 20
	w := newWorld(t, telling)
	ways := []string{"In Progress", "To Do"}
	names := map[string]string{"In Progress": "Processing", "To Do": "Planned"}
	var keys []string
	want := map[string][]string{}
	w.webhooks("shuffle")
	for n := range issues {
		made, err := w.jira.Create(w.ctx, "ENG", "Task", fmt.Sprintf("Storm %d", n), "", nil)
		require.NoError(t, err)
		keys, want[made.Key] = append(keys, made.Key), []string{"Planned"}
	}
	for round := range rounds - 1 {
		if round == rounds/2 {
			w.webhooks("duplicate")
		}
		for _, key := range keys {
			to := ways[round%2]
			require.NoError(t, w.jira.Move(w.ctx, key, to))
			want[key] = append(want[key], names[to])
		}
	}
	for _, key := range keys {
		w.announced(key, want[key]...)
	}
	w.quiet()
	pushes, err := people.AtFlashduty(w.FlashdutyURL).Pushes(w.ctx)
	require.NoError(t, err)
	require.Len(t, pushes, issues*rounds, "each change once")
	for _, key := range keys {
		now, ok, err := people.AtFlashduty(w.FlashdutyURL).Get(w.ctx, key)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, want[key][len(want[key])-1], now.Status)
	}
}
