package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// Pause, resume and resolve.
func TestOperators(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("it-to-eng"), with(func(f *config.File) { f.Routes[0].Conflict = reconcile.Conflict{Default: reconcile.HoldConflict} }))
	it, eng := w.linked("operated")
	pair, route := ravennaPair(it.ID), addressing.RouteID("it-to-eng")

	// A paused pair writes nothing, and misses nothing. What both sides changed
	// meanwhile waits for a person.
	require.NoError(t, w.update(pair, addressing.UpdatePause))
	w.settled(pair, workflows.IsPaused, ticket.Paused)
	w.quiet()
	w.forget()
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "left", "priority": "HIGH"}))
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "right"}))
	_, err := w.rav.Say(w.ctx, it.ID, "<p>said while paused</p>", false)
	require.NoError(t, err)
	w.quiet()
	require.Empty(t, w.requests(w.RavennaURL))
	require.Empty(t, w.requests(w.JiraURL))
	require.NoError(t, w.update(pair, addressing.UpdateResume))
	w.settled(pair, workflows.Attention, ticket.Conflict)
	w.jiraComments(eng.Key, "said while paused")
	w.eventually("priority", func() error {
		i, err := w.jira.Get(w.ctx, eng.Key)
		if err != nil || i.Fields.Priority.Name != "High" {
			return fmt.Errorf("%s %w", i.Fields.Priority.Name, err)
		}
		return nil
	})
	require.NoError(t, w.summary(eng.Key, "right"))
	require.Error(t, w.update(pair, addressing.UpdateResolve, workflows.Resolve{Field: "nonsense", Take: ticket.Right}))
	require.NoError(t, w.update(pair, addressing.UpdateResolve, workflows.Resolve{Field: ticket.Title, Take: ticket.Right}))
	w.titled(it.ID, eng.Key, "right")
	w.settled(pair, workflows.IsLinked, "")

	// A paused route rests all its pairs, new ones too.
	require.NoError(t, w.update(route, addressing.UpdatePause))
	w.quiet()
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "while the route was paused"}))
	w.settled(pair, workflows.IsPaused, ticket.Paused)
	require.NoError(t, w.summary(eng.Key, "right"))
	require.NoError(t, w.update(route, addressing.UpdateResume))
	w.titled(it.ID, eng.Key, "while the route was paused")
	w.settled(pair, workflows.IsLinked, "")
	w.counted(1, 1)
}

// A deleted ticket does to the other what the route says, and nothing comes of
// what is left.
func TestDeletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	remove := func(id string) {
		require.NoError(t, w.rav.Call(w.ctx, http.MethodDelete, "/tickets/"+id, nil, nil))
	}
	tickets, issues := 0, 0
	for _, rule := range []string{"comment", "close", "ignore"} {
		w.File.Routes[0].OnDelete = rule
		w.apply()
		w.quiet() // the worker reads settings again
		it, eng := w.linked("deleted " + rule)
		issues++
		remove(it.ID)
		w.settled(ravennaPair(it.ID), workflows.Unlinked, ticket.Deleted)
		switch rule {
		case "comment":
			w.jiraComments(eng.Key, it.Key()+" was deleted")
		case "close":
			require.NoError(t, w.jiraStatus(eng.Key, "Done"))
			w.jiraComments(eng.Key)
		default:
			require.NoError(t, w.jiraStatus(eng.Key, "To Do"))
			w.jiraComments(eng.Key)
		}
		// What is left is an issue like any other, but never anybody's origin.
		require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "left over " + rule}))
		w.quiet()
		w.counted(tickets, issues)
	}

	// The other way round, and from where it was made.
	w.File.Routes[0].OnDelete = "comment"
	w.apply()
	w.quiet()
	made, err := w.jira.Create(w.ctx, "ENG", "Bug", "deleted in Jira", "text", nil)
	require.NoError(t, err)
	back := w.ticket("deleted in Jira")
	w.settled(jiraPair(made.ID), workflows.IsLinked, "")
	w.quiet()
	require.NoError(t, w.jira.Call(w.ctx, http.MethodDelete, "/issue/"+made.Key, nil, nil))
	w.settled(jiraPair(made.ID), workflows.Unlinked, ticket.Deleted)
	w.messages(back.ID, made.Key+" was deleted")
	require.NoError(t, w.rav.Edit(w.ctx, back.ID, map[string]any{"title": "left over"}))
	w.quiet()
	w.counted(1, issues)
}

// Issues are moved to other projects, and cloned with all that identifies them.
func TestMovesAndClones(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("it-to-eng"))
	it, eng := w.linked("moved")
	pair := ravennaPair(it.ID)
	move := func(project string) {
		w.control(w.JiraURL, "/_sandbox/move", map[string]string{"issue": eng.ID, "project": project})
	}

	move("OPS") // no route goes there
	w.settled(pair, workflows.Attention, ticket.MovedOut)
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "while it was away"}))
	w.quiet()
	require.NoError(t, w.summary(eng.ID, "moved"))
	move("ENG")
	w.titled(it.ID, eng.ID, "while it was away")
	w.settled(pair, workflows.IsLinked, "")

	ops := w.File.Routes[0]
	ops.Name, ops.Right = "it-to-ops", reconcile.End{Connection: "jira", Name: "OPS", Type: "Task"}
	// Two routes out of one channel need a filter each.
	ops.Filter = reconcile.Filter{Labels: reconcile.Choice{Any: []string{"ops"}}}
	w.File.Routes[0].Filter = reconcile.Filter{Labels: reconcile.Choice{None: []string{"ops"}}}
	ops.Status = slices.DeleteFunc(slices.Clone(ops.Status), func(r reconcile.StatusRule) bool { return r.Right == "In Review" })
	ops.Paths = nil
	w.File.Routes = append(w.File.Routes, ops)
	w.apply()
	w.quiet()
	move("OPS")
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "goes with it"}))
	w.titled(it.ID, eng.ID, "goes with it")
	v := w.settled(pair, workflows.IsLinked, "")
	require.Equal(t, "it-to-ops", v.Route)
	require.Contains(t, v.Right.Key, "OPS-")
	require.NoError(t, w.jira.Edit(w.ctx, eng.ID, map[string]any{"summary": "and back from there"}))
	w.titled(it.ID, eng.ID, "and back from there")
	w.counted(1, 0)

	// A clone carries the marker of its source; the pair knows its own.
	other, replica := w.linked("cloned")
	made, err := w.jira.Create(w.ctx, "ENG", "Bug", "an origin", "text", nil)
	require.NoError(t, err)
	back := w.ticket("an origin")
	w.settled(jiraPair(made.ID), workflows.IsLinked, "")
	w.quiet()
	for _, key := range []string{replica.Key, made.Key} {
		require.NoError(t, people.Control(w.ctx, w.JiraURL, http.MethodPost, "/_sandbox/clone", map[string]string{"issue": key}, nil))
	}
	first, second := w.ticket("CLONE - cloned"), w.ticket("CLONE - an origin")
	w.quiet()
	w.counted(5, 4)
	require.NoError(t, w.rav.Edit(w.ctx, first.ID, map[string]any{"title": "on its own"}))
	require.NoError(t, w.rav.Edit(w.ctx, second.ID, map[string]any{"title": "on its own too"}))
	w.issue("on its own")
	w.issue("on its own too")
	w.titled(other.ID, replica.Key, "cloned")
	w.titled(back.ID, made.Key, "an origin")
	w.settled(ravennaPair(other.ID), workflows.IsLinked, "")
	w.settled(jiraPair(made.ID), workflows.IsLinked, "")
	w.counted(5, 4)
}
