package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
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
	w := newWorld(t, telling, announces(func(r *reconcile.Rules) {
		r.Status = []reconcile.StatusRule{statusRule("To Do", "Planned"), statusRule("In Progress", "Processing"), statusRule("Done", "Done")}
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

func TestChangeEventsOfDeletedIssues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ onDelete, last string }{
		"its last status": {"status", "Planned"}, "canceled": {"canceled", "Canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, telling, announces(func(r *reconcile.Rules) { r.OnDelete = c.onDelete }))
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

// A thousand events, out of order and each of them twice: every change is told
// once, in its order, and each issue ends in its newest state.
func TestStormOfChangeEvents(t *testing.T) {
	t.Parallel()
	const issues, rounds = 50, 20
	w := newWorld(t, telling)
	ways := []string{"In Progress", "To Do"}
	names := map[string]string{"In Progress": "Processing", "To Do": "Planned"}
	var made []people.Issue
	want := map[string][]string{}
	w.webhooks("shuffle")
	for n := range issues {
		i, err := w.jira.Create(w.ctx, "ENG", "Task", fmt.Sprintf("Storm %d", n), "", nil)
		require.NoError(t, err)
		made, want[i.Key] = append(made, i), []string{"Planned"}
	}
	for round := range rounds - 1 {
		to := ways[round%2]
		for _, i := range made {
			require.NoError(t, w.jira.Move(w.ctx, i.Key, to))
			want[i.Key] = append(want[i.Key], names[to])
			w.say(i)
		}
	}
	for _, i := range made {
		w.announced(i.Key, want[i.Key]...)
	}
	w.quiet()
	at := people.AtFlashduty(w.FlashdutyURL)
	pushes, err := at.Pushes(w.ctx)
	require.NoError(t, err)
	require.Len(t, pushes, issues*rounds, "each change once")
	for _, i := range made {
		now, ok, err := at.Get(w.ctx, i.Key)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, want[i.Key][len(want[i.Key])-1], now.Status)
	}
}

// say delivers an event of an issue once more than Jira does.
func (w *world) say(i people.Issue) {
	w.Helper()
	body := fmt.Sprintf(`{"webhookEvent":"jira:issue_updated","issue":{"id":%q,"key":%q,"fields":{"project":{"key":"ENG"}}}}`, i.ID, i.Key)
	mac := hmac.New(sha256.New, []byte("sandbox-secret"))
	mac.Write([]byte(body))
	req, err := http.NewRequestWithContext(w.ctx, http.MethodPost, w.ReceiverURL+"/webhooks/jira", strings.NewReader(body))
	require.NoError(w, err)
	req.Header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	resp, err := http.DefaultClient.Do(req)
	require.NoError(w, err)
	require.NoError(w, resp.Body.Close())
	require.Equal(w, http.StatusOK, resp.StatusCode)
}

// announces edits the routes that only tell of changes.
func announces(change func(*reconcile.Rules)) option {
	return with(func(f *config.File) {
		for i := range f.Routes {
			if _, tells := f.Routes[i].Announces(); tells {
				change(&f.Routes[i])
			}
		}
	})
}

// An issue moved to a project that another route tells of keeps its name there;
// one moved to where nobody looks waits, and is told of once it is back.
func TestChangeEventsOfMovedIssues(t *testing.T) {
	t.Parallel()
	w := newWorld(t, telling, with(func(f *config.File) {
		for _, r := range f.Routes {
			if _, tells := r.Announces(); tells {
				r.Name, r.Left.Name = "ops-changes", "OPS"
				f.Routes = append(f.Routes, r)
				return
			}
		}
	}))
	move := func(i people.Issue, project string) people.Issue {
		w.control(w.JiraURL, "/_sandbox/move", map[string]string{"issue": i.ID, "project": project, "actor": "alice"})
		now, err := w.jira.Get(w.ctx, i.ID)
		require.NoError(t, err)
		require.NotEqual(t, i.Key, now.Key)
		return now
	}
	first, err := w.jira.Create(w.ctx, "ENG", "Task", "Rotate keys", "", nil)
	require.NoError(t, err)
	w.announced(first.Key, "Planned")
	now := move(first, "OPS")
	require.NoError(t, w.jira.Move(w.ctx, now.Key, "Done"))
	events := w.announced(first.Key, "Planned", "Planned", "Done")
	require.Equal(t, "["+now.Key+"/Done] Rotate keys", events[2].Title)
	w.settled(changesPair(first.ID), workflows.IsLinked, "")

	now = move(now, "HELP")
	w.settled(changesPair(first.ID), workflows.Attention, ticket.MovedOut)
	now = move(now, "ENG")
	w.settled(changesPair(first.ID), workflows.IsLinked, "")
	require.NoError(t, w.jira.Edit(w.ctx, now.Key, map[string]any{"summary": "Rotate all keys"}))
	w.eventually("told of again", func() error {
		at, ok, err := people.AtFlashduty(w.FlashdutyURL).Get(w.ctx, first.Key)
		if err != nil || !ok || at.Labels["changelog"] != "summary: 'Rotate keys' -> 'Rotate all keys'" {
			return fmt.Errorf("%v %w", at.Labels, err)
		}
		return nil
	})
	all, err := people.AtFlashduty(w.FlashdutyURL).All(w.ctx)
	require.NoError(t, err)
	require.Len(t, all, 1, "one change, by its first key")
}

// The route's filter decides what is told of, at the first change that passes.
func TestChangeEventsThroughAFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, telling, announces(func(r *reconcile.Rules) { r.Filter.Priorities.Any = []string{"high", "urgent"} }))
	low, err := w.jira.Create(w.ctx, "ENG", "Task", "Tidy up", "", map[string]any{"priority": map[string]string{"name": "Low"}})
	require.NoError(t, err)
	high, err := w.jira.Create(w.ctx, "ENG", "Task", "Put the fire out", "", map[string]any{"priority": map[string]string{"name": "High"}})
	require.NoError(t, err)
	w.announced(high.Key, "Planned")
	w.quiet()
	w.announced(low.Key)
	require.NoError(t, w.jira.Edit(w.ctx, low.Key, map[string]any{"priority": map[string]string{"name": "Highest"}}))
	w.announced(low.Key, "Planned", "Planned")
	require.NoError(t, w.jira.Edit(w.ctx, low.Key, map[string]any{"priority": map[string]string{"name": "Low"}}))
	w.announced(low.Key, "Planned", "Planned", "Planned")
}

// A private issue is not told of, nor what happened to it while it was private.
func TestPrivateIssuesAreNotAnnounced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, telling)
	made, err := w.jira.Create(w.ctx, "ENG", "Task", "Upgrade", "", nil)
	require.NoError(t, err)
	w.announced(made.Key, "Planned")
	w.control(w.JiraURL, "/_sandbox/security", map[string]string{"issue": made.Key, "level": "Internal", "actor": "alice"})
	w.settled(changesPair(made.ID), workflows.Attention, ticket.BecamePrivate)
	require.NoError(t, w.jira.Edit(w.ctx, made.Key, map[string]any{"summary": "acquire ACME"}))
	require.NoError(t, w.jira.Move(w.ctx, made.Key, "In Progress"))
	require.NoError(t, w.jira.Edit(w.ctx, made.Key, map[string]any{"summary": "Upgrade today"}))
	w.control(w.JiraURL, "/_sandbox/security", map[string]string{"issue": made.Key, "level": "", "actor": "alice"})
	events := w.announced(made.Key, "Planned", "Processing")
	require.NotContains(t, fmt.Sprint(events), "ACME")
	w.settled(changesPair(made.ID), workflows.IsLinked, "")
}

func TestChangeEventsFromDataCenter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, telling, dataCenter)
	w.jira = people.AtDataCenter(w.JiraURL, "alice")
	made, err := w.jira.Create(w.ctx, "ENG", "Task", "Rotate keys", "", nil)
	require.NoError(t, err)
	w.webhooks("hold")
	for _, status := range []string{"In Progress", "In Review", "Done"} {
		require.NoError(t, w.jira.Move(w.ctx, made.Key, status))
	}
	w.webhooks("normal")
	w.announced(made.Key, "Planned", "Processing", "Processing", "Done")
}
