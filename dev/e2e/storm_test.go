package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/workflows"
)

// twins are the two tickets of a pair, and what people wrote on them.
type twins struct {
	pair, id, key string
	said          []string
}

// People work on both sides at once while webhooks get lost, doubled and
// shuffled, trackers are slow and fail, the worker restarts and somebody
// terminates what he finds in Temporal. In the end all tickets agree, and
// every comment is on both sides once.
func TestStorm(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{3, 8} {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, with(sweeping), with(func(f *config.File) {
				// A run that lost its state has seen no steps: the way back is told.
				f.Routes[0].Paths["Done > To Do"] = []string{"In Review", "In Progress"}
			}))
			w.patience = inFlight                       // Jira's limit on writes to one issue counts 30 s
			random := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // a reproducible storm
			var all []*twins
			for n := range 2 {
				it, err := w.rav.Create(w.ctx, "IT Support", fmt.Sprintf("desk %d", n), "<p>text</p>", nil)
				require.NoError(t, err)
				i, err := w.jira.Create(w.ctx, "ENG", "Bug", fmt.Sprintf("Jira %d", n), "text", nil)
				require.NoError(t, err)
				all = append(all,
					&twins{pair: ravennaPair(it.ID), id: it.ID, key: w.issue(it.Title).Key},
					&twins{pair: jiraPair(i.ID), id: w.ticket(i.Fields.Summary).ID, key: i.Key})
			}
			for n := range 60 {
				w.weather(random, all)
				w.work(random, all[random.IntN(len(all))], fmt.Sprintf("%d-%d", seed, n))
			}
			w.faults(w.JiraURL)
			w.faults(w.RavennaURL)
			w.webhooks("normal")
			for _, one := range all {
				w.eventually(one.key+" agrees", func() error { return w.agree(one) })
				w.settled(one.pair, workflows.IsLinked, "")
				w.jiraComments(one.key, one.said...)
				w.messages(one.id, one.said...)
				w.linkedOnce(one.id, one.key)
			}
			w.counted(4, 4)
		})
	}
}

// weather changes what people have no say in. Faults are those that people,
// who meet them too, can bear.
func (w *world) weather(random *rand.Rand, all []*twins) {
	w.Helper()
	switch random.IntN(12) {
	case 0:
		w.webhooks([]string{"normal", "drop", "duplicate", "shuffle", "hold"}[random.IntN(5)])
	case 1:
		w.faults(w.JiraURL, once("POST", jiraComment, "delay:300ms"), once("PUT", jiraAnyIssue, "delay:300ms"))
		w.faults(w.RavennaURL, once("PUT", ravAnyTicket, "delay:300ms"), once("POST", ravMessage, "delay:300ms"))
	case 2:
		w.StopWorker()
		w.StartWorker()
	case 3:
		one := all[random.IntN(len(all))]
		if random.IntN(2) == 0 {
			// It may have been terminated a moment ago: that is as good.
			_ = w.Client.TerminateWorkflow(w.ctx, one.pair, "", "storm")
		}
	}
}

// work does one thing that a person may do.
func (w *world) work(random *rand.Rand, one *twins, mark string) {
	w.Helper()
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	said := "said " + mark + "."
	acts := []func() error{
		func() error { return w.rav.Edit(w.ctx, one.id, map[string]any{"title": "desk " + mark}) },
		func() error { return w.jira.Edit(w.ctx, one.key, map[string]any{"summary": "Jira " + mark}) },
		func() error {
			return w.rav.Edit(w.ctx, one.id, map[string]any{
				"priority": pick("LOW", "MEDIUM", "HIGH", "URGENT"), "description": "<p>desk <em>" + mark + "</em></p>",
			})
		},
		func() error {
			return w.jira.Edit(w.ctx, one.key, map[string]any{
				"priority": map[string]string{"name": pick("Low", "Medium", "High", "Highest")}, "description": "Jira _" + mark + "_",
			})
		},
		func() error {
			return w.rav.SetStatus(w.ctx, one.id, pick("Open", "In Progress", "Waiting", "Done", "Closed"))
		},
		func() error {
			// Where the workflow does not lead there from here, nobody moves it.
			_ = w.jira.Move(w.ctx, one.key, pick("To Do", "In Progress", "In Review", "Done"))
			return nil
		},
		func() error { return w.rav.Edit(w.ctx, one.id, map[string]any{"assigneeId": pick("u_alice", "u_bob")}) },
		func() error {
			_, err := w.rav.Say(w.ctx, one.id, "<p>"+said+"</p>", false)
			return err
		},
		func() error {
			_, err := w.jira.Say(w.ctx, one.key, said)
			return err
		},
	}
	n := random.IntN(len(acts))
	if n >= len(acts)-2 {
		one.said = append(one.said, said)
	}
	// Jira limits the writes to one issue, those of people too: refused ones
	// are made again.
	w.eventually("a person's work", acts[n])
}

// agree reports whether two tickets say the same.
func (w *world) agree(one *twins) error {
	t, err := w.rav.Get(w.ctx, one.id)
	if err != nil {
		return err
	}
	i, err := w.jira.Get(w.ctx, one.key)
	if err != nil {
		return err
	}
	priorities := map[string]string{"LOW": "Low", "MEDIUM": "Medium", "HIGH": "High", "URGENT": "Highest"}
	statuses := map[string][]string{
		"Open": {"To Do"}, "In Progress": {"In Progress", "In Review"}, "Waiting": {"In Progress"}, "Done": {"Done"}, "Closed": {"Done"},
	}
	letters := func(s string) string {
		return strings.TrimSpace(strings.NewReplacer("<p>", "", "</p>", "", "<em>", "", "</em>", "", "_", "").Replace(s))
	}
	assigned := t.AssigneeID != nil && i.Fields.Assignee != nil && strings.TrimPrefix(*t.AssigneeID, "u_") == strings.TrimPrefix(i.Fields.Assignee.AccountID, "sandbox:") ||
		t.AssigneeID == nil && i.Fields.Assignee == nil
	switch {
	case t.Title != i.Fields.Summary:
		return fmt.Errorf("titles %q and %q", t.Title, i.Fields.Summary)
	case letters(t.Text()) != letters(i.Fields.Description):
		return fmt.Errorf("texts %q and %q", t.Text(), i.Fields.Description)
	case priorities[t.Priority] != i.Fields.Priority.Name:
		return fmt.Errorf("priorities %s and %s", t.Priority, i.Fields.Priority.Name)
	case !slices.Contains(statuses[t.Status.Label], i.Fields.Status.Name):
		return fmt.Errorf("statuses %s and %s", t.Status.Label, i.Fields.Status.Name)
	case !assigned:
		return fmt.Errorf("assignees %v and %v", t.AssigneeID, i.Fields.Assignee)
	}
	return nil
}
