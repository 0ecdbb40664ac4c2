package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// Comments follow the side where they were written; what people do to a copy
// stays where they did it.
func TestCommentsFollow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	it, eng := w.linked("comments")
	pair := ravennaPair(it.ID)
	here, err := w.rav.Say(w.ctx, it.ID, "<p>first from the desk</p>", false)
	require.NoError(t, err)
	there, err := w.jira.Say(w.ctx, eng.Key, "first from Jira")
	require.NoError(t, err)
	inJira := w.jiraComments(eng.Key, "from the desk", "from Jira")
	atDesk := w.messages(it.ID, "from the desk", "from Jira")
	comment := func(id string) string { return "/issue/" + eng.Key + "/comment/" + id }
	message := func(id string) string { return "/ticket-messages/" + id }
	copyInJira, copyAtDesk := "", ""
	for _, c := range inJira {
		if c.ID != there.ID {
			copyInJira = c.ID
			require.Contains(t, c.Body, "Alice", "the author is named")
		}
	}
	for _, m := range atDesk {
		if m.ID != here.ID {
			copyAtDesk = m.ID
			require.Contains(t, m.Content, "Alice")
		}
	}

	// Edits follow.
	require.NoError(t, w.rav.Call(w.ctx, http.MethodPut, message(here.ID), map[string]string{"content": "<p>second from the desk</p>"}, nil))
	require.NoError(t, w.jira.Call(w.ctx, http.MethodPut, comment(there.ID), map[string]string{"body": "second from Jira"}, nil))
	w.jiraComments(eng.Key, "second from the desk", "second from Jira")
	w.messages(it.ID, "second from the desk", "second from Jira")

	// Edits of a copy stay, until the source changes the next time.
	require.NoError(t, w.jira.Call(w.ctx, http.MethodPut, comment(copyInJira), map[string]string{"body": "a copy, scribbled over"}, nil))
	w.told(pair, "copy of a comment edited")
	w.quiet()
	w.messages(it.ID, "second from the desk", "second from Jira")
	w.jiraComments(eng.Key, "scribbled over", "second from Jira")

	// So do deletions of a copy, and it is not made again.
	require.NoError(t, w.rav.Call(w.ctx, http.MethodDelete, message(copyAtDesk), nil, nil))
	w.told(pair, "copy of a comment deleted")
	require.NoError(t, w.jira.Call(w.ctx, http.MethodPut, comment(there.ID), map[string]string{"body": "third from Jira"}, nil))
	w.quiet()
	w.messages(it.ID, "second from the desk")

	// Deletions of the source follow.
	require.NoError(t, w.rav.Call(w.ctx, http.MethodDelete, message(here.ID), nil, nil))
	w.jiraComments(eng.Key, "third from Jira")
	w.messages(it.ID)
	w.settled(pair, workflows.IsLinked, "")
}

// People who exist on one side only, and those with another address.
func TestPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with(func(f *config.File) {
		f.Routes[0].Users = map[string]string{"bob@example.com": "alice@example.com"}
		f.Routes[0].Fields[ticket.Labels] = reconcile.Both
	}))
	it, err := w.rav.Create(w.ctx, "IT Support", "people", "<p>text</p>", map[string]any{"assigneeId": "u_carol", "requesterId": "u_carol"})
	require.NoError(t, err)
	eng := w.issue("people")
	pair := ravennaPair(it.ID)
	w.settled(pair, workflows.IsLinked, "")
	w.quiet()
	eng, err = w.jira.Get(w.ctx, eng.Key)
	require.NoError(t, err)
	require.Nil(t, eng.Fields.Assignee, "carol is nobody in Jira")
	require.Contains(t, eng.Fields.Description, "Carol", "who cannot be the reporter is named")
	it, err = w.rav.Get(w.ctx, it.ID)
	require.NoError(t, err)
	require.Equal(t, "u_carol", *it.AssigneeID, "the cleared field must not come back")

	// The line about the reporter does not come back either, nor is it lost.
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"description": strings.Replace(eng.Fields.Description, "text", "another text", 1)}))
	w.eventually("text at the desk", func() error {
		got, err := w.rav.Get(w.ctx, it.ID)
		if err != nil || !strings.Contains(got.Text(), "another text") || strings.Contains(got.Text(), "Carol") {
			return fmt.Errorf("%q %w", got.Text(), err)
		}
		return nil
	})
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"description": "<p>a third text</p>", "assigneeId": "u_bob"}))
	w.eventually("text and assignee in Jira", func() error {
		got, err := w.jira.Get(w.ctx, eng.Key)
		f := got.Fields
		if err != nil || !strings.Contains(f.Description, "a third text") || !strings.Contains(f.Description, "Carol") ||
			f.Assignee == nil || f.Assignee.EmailAddress != "alice@example.com" {
			return fmt.Errorf("%q %v %w", f.Description, f.Assignee, err)
		}
		return nil
	})
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"assignee": nil, "labels": []string{"vpn", "urgent"}}))
	w.eventually("nobody, and labels", func() error {
		got, err := w.rav.Get(w.ctx, it.ID)
		if err != nil || got.AssigneeID != nil || len(got.Tags) != 2 {
			return fmt.Errorf("%v %v %w", got.AssigneeID, got.Tags, err)
		}
		return nil
	})
	w.settled(pair, workflows.IsLinked, "")

	// Where Jira hides addresses, nobody can be told apart: nothing is guessed.
	w.control(w.JiraURL, "/_sandbox/users", map[string]bool{"hide_email": true})
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "hidden people"}))
	w.titled(it.ID, eng.Key, "hidden people")
	w.quiet()
	got, err := w.rav.Get(w.ctx, it.ID)
	require.NoError(t, err)
	require.Nil(t, got.AssigneeID)
	w.counted(1, 1)
}

// What a route leaves out stays out, and a linked ticket stays linked.
func TestRouteLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with(func(f *config.File) {
		f.Routes[0].Direction = reconcile.ToRight
		f.Routes[0].Filter = reconcile.Filter{Priorities: reconcile.Choice{Any: []string{"high", "urgent"}}}
	}))
	low, err := w.rav.Create(w.ctx, "IT Support", "not now", "<p>text</p>", map[string]any{"priority": "LOW"})
	require.NoError(t, err)
	_, err = w.rav.Create(w.ctx, "Product", "not here", "<p>text</p>", map[string]any{"priority": "HIGH"})
	require.NoError(t, err)
	_, err = w.jira.Create(w.ctx, "ENG", "Bug", "not this way", "text", nil)
	require.NoError(t, err)
	it, err := w.rav.Create(w.ctx, "IT Support", "this one", "<p>text</p>", map[string]any{"priority": "HIGH"})
	require.NoError(t, err)
	eng := w.issue("this one")
	w.settled(ravennaPair(it.ID), workflows.IsLinked, "")
	w.quiet()
	w.counted(2, 2)

	// One way only.
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "stays in Jira"}))
	_, err = w.jira.Say(w.ctx, eng.Key, "stays in Jira")
	require.NoError(t, err)
	w.quiet()
	w.messages(it.ID)
	got, err := w.rav.Get(w.ctx, it.ID)
	require.NoError(t, err)
	require.Equal(t, "this one", got.Title)
	require.NoError(t, w.summary(eng.Key, "stays in Jira"))

	// What no longer matches goes on, what matches now begins.
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"priority": "LOW", "title": "no longer urgent"}))
	w.titled(it.ID, eng.Key, "no longer urgent")
	require.NoError(t, w.rav.Edit(w.ctx, low.ID, map[string]any{"priority": "URGENT"}))
	w.issue("not now")
	w.quiet()
	w.counted(2, 3)
}
