// Package e2e drives the whole product over HTTP only: the real embedded
// Temporal, the sandbox trackers, receiver and worker.
package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/workflows"
)

func TestBothWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	// A ticket made in Ravenna appears in Jira, once, with its values.
	it, err := w.rav.Create(w.ctx, "IT Support", "VPN down", "<p>Since <strong>today</strong>.</p>", map[string]any{
		"priority": "HIGH", "assigneeId": "u_bob", "requesterId": "u_alice",
	})
	require.NoError(t, err)
	eng := w.issue("VPN down")
	require.Equal(t, "Since *today*.", eng.Fields.Description)
	require.Equal(t, "High", eng.Fields.Priority.Name)
	require.Equal(t, "bob@example.com", eng.Fields.Assignee.EmailAddress)
	require.Equal(t, "sandbox:alice", eng.Fields.Reporter.AccountID)
	w.settled(ravennaPair(it.ID), workflows.IsLinked, "")

	// A comment each way, each once, under its author's name.
	_, err = w.rav.Say(w.ctx, it.ID, "<p>Any news?</p>", false)
	require.NoError(t, err)
	w.eventually("comment in Jira", func() error {
		list, err := w.jira.Comments(w.ctx, eng.Key)
		if err != nil || len(list) != 1 || !strings.Contains(list[0].Body, "Any news?") {
			return fmt.Errorf("%v %w", list, err)
		}
		return nil
	})
	_, err = w.jira.Say(w.ctx, eng.Key, "Working on it.")
	require.NoError(t, err)
	w.eventually("comment in Ravenna", func() error {
		list, err := w.rav.Messages(w.ctx, it.ID)
		if err != nil || len(list) != 2 || !strings.Contains(list[1].Content, "Working on it.") {
			return fmt.Errorf("%v %w", list, err)
		}
		return nil
	})

	// A status each way, over hops.
	require.NoError(t, w.rav.SetStatus(w.ctx, it.ID, "Done"))
	w.eventually("done in Jira", func() error { return w.jiraStatus(eng.Key, "Done") })
	require.NoError(t, w.jira.Move(w.ctx, eng.Key, "In Review"))
	w.eventually("in progress in Ravenna", func() error { return w.ravennaStatus(it.ID, "In Progress") })
	w.quiet()
	require.NoError(t, w.jiraStatus(eng.Key, "In Review"), "the many-to-one map must not push back")

	// An issue made in Jira appears in Ravenna.
	made, err := w.jira.Create(w.ctx, "ENG", "Bug", "Crash on login", "h1. Steps\n# open\n# crash", nil)
	require.NoError(t, err)
	replica := w.ticket("Crash on login")
	require.Contains(t, replica.Text(), "<li>")
	w.settled(jiraPair(made.ID), workflows.IsLinked, "")

	// A private note stays.
	_, err = w.rav.Say(w.ctx, it.ID, "<p>secret-note-4711</p>", true)
	require.NoError(t, err)
	w.quiet()
	list, err := w.jira.Comments(w.ctx, eng.Key)
	require.NoError(t, err)
	require.Len(t, list, 2)

	// One of each, and nothing came of the echoes.
	issues, err := w.jira.All(w.ctx, "ENG")
	require.NoError(t, err)
	require.Len(t, issues, 2)
	tickets, err := w.rav.All(w.ctx, "IT Support")
	require.NoError(t, err)
	require.Len(t, tickets, 2)
}

func (w *world) jiraStatus(key, want string) error {
	i, err := w.jira.Get(w.ctx, key)
	if err != nil || i.Fields.Status.Name != want {
		return fmt.Errorf("%s is %q, not %q: %w", key, i.Fields.Status.Name, want, err)
	}
	return nil
}

func (w *world) ravennaStatus(id, want string) error {
	i, err := w.rav.Get(w.ctx, id)
	if err != nil || i.Status.Label != want {
		return fmt.Errorf("%s is %q, not %q: %w", i.Key(), i.Status.Label, want, err)
	}
	return nil
}
