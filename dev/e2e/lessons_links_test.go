package e2e

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// terminate ends runs as an operator would in Temporal UI.
func (w *world) terminate(ids ...string) {
	w.Helper()
	for _, id := range ids {
		require.NoError(w, w.Client.TerminateWorkflow(w.ctx, id, "", "ended by hand"))
	}
}

// running waits until a workflow runs.
func (w *world) running(id string) {
	w.Helper()
	w.eventually(id+" runs", func() error {
		got, err := w.Client.DescribeWorkflowExecution(w.ctx, id, "")
		if status := got.GetWorkflowExecutionInfo().GetStatus(); err != nil || status != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
			return fmt.Errorf("%s %w", status, err)
		}
		return nil
	})
}

// rules are a route's settings in force.
func (w *world) rules(name string) *reconcile.Rules {
	w.Helper()
	all, err := routing.NewRegistry(w.Client, slog.New(slog.DiscardHandler), time.Minute).Rules(w.ctx)
	require.NoError(w, err)
	at := slices.IndexFunc(all, func(r reconcile.Rules) bool { return r.Name == name })
	require.GreaterOrEqual(w, at, 0, "no route %s", name)
	return &all[at]
}

// An operator terminates whatever there is. The next hint brings it back, with
// the ticket it had.
func TestLessonsOfTermination(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	it, eng := w.linked("ended")
	pair, alias := ravennaPair(it.ID), jiraPair(eng.ID)
	_, err := w.rav.Say(w.ctx, it.ID, "<p>said before</p>", false)
	require.NoError(t, err)
	w.jiraComments(eng.Key, "said before")

	w.terminate(pair)
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "the pair was ended"}))
	w.titled(it.ID, eng.Key, "the pair was ended")

	w.terminate(alias)
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "the alias was ended"}))
	w.titled(it.ID, eng.Key, "the alias was ended")

	w.quiet()
	w.terminate(pair, alias)
	_, err = w.jira.Say(w.ctx, eng.Key, "said after")
	require.NoError(t, err)
	w.messages(it.ID, "said before", "said after")

	// A comment was on its way when the pair was ended.
	w.quiet()
	w.faults(w.JiraURL, once("POST", jiraComment, "delay:2s"))
	_, err = w.rav.Say(w.ctx, it.ID, "<p>said meanwhile</p>", false)
	require.NoError(t, err)
	w.spent(w.JiraURL)
	w.terminate(pair)
	_, err = w.rav.Say(w.ctx, it.ID, "<p>said thereupon</p>", false)
	require.NoError(t, err)
	w.jiraComments(eng.Key, "said before", "said after", "said meanwhile", "said thereupon")

	// The pair alone, found by the replica's alias.
	w.quiet()
	w.terminate(pair)
	require.NoError(t, w.jira.Move(w.ctx, eng.Key, "In Progress"))
	w.eventually("status", func() error { return w.ravennaStatus(it.ID, "In Progress") })

	w.running(addressing.SweepID("helpdesk")) // a worker starts them some seconds after it
	w.running(addressing.SweepID("jira"))
	w.terminate(addressing.RouteID("it-to-eng"), addressing.SweepID("helpdesk"), addressing.SweepID("jira"))
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "the route was ended"}))
	w.titled(it.ID, eng.Key, "the route was ended")
	other, issue := w.linked("made after that")
	w.running(addressing.RouteID("it-to-eng"))
	w.running(addressing.SweepID("helpdesk"))
	w.running(addressing.SweepID("jira"))
	w.quiet()

	// Ended when the issue was there, and nothing on the ticket told of it.
	w.control(w.JiraURL, "/_sandbox/webhooks", map[string]string{"mode": "drop"})
	w.faults(w.RavennaURL, always("POST", ravLink, "drop-before-commit"))
	late, err := w.rav.Create(w.ctx, "IT Support", "ended at birth", "<p>text</p>", nil)
	require.NoError(t, err)
	born := w.issue("ended at birth")
	w.terminate(ravennaPair(late.ID))
	w.webhooks("normal")
	w.faults(w.RavennaURL)
	require.NoError(t, w.rav.Edit(w.ctx, late.ID, map[string]any{"title": "grown up"}))
	w.titled(late.ID, born.Key, "grown up")
	w.settled(ravennaPair(late.ID), workflows.IsLinked, "")
	w.linkedOnce(late.ID, born.Key)
	w.quiet()

	w.settled(pair, workflows.IsLinked, "")
	w.jiraComments(eng.Key, "said before", "said after", "said meanwhile", "said thereupon")
	w.messages(it.ID, "said before", "said after", "said meanwhile", "said thereupon")
	w.linkedOnce(it.ID, eng.Key)
	w.linkedOnce(other.ID, issue.Key)
	w.counted(3, 3)
}

// What is unlinked stays so, whatever happens, until it is linked again.
func TestLessonsOfUnlinking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	it, eng := w.linked("unlinked")
	pair := ravennaPair(it.ID)
	require.NoError(t, w.update(pair, addressing.UpdateUnlink))
	w.settled(pair, workflows.Unlinked, ticket.UnlinkedByOperator)
	w.quiet()

	edit := func() {
		require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "at the desk only"}))
		require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "in Jira only"}))
		_, err := w.rav.Say(w.ctx, it.ID, "<p>desk only</p>", false)
		require.NoError(t, err)
		w.quiet()
		_, here := count(w.requests(w.RavennaURL))
		_, there := count(w.requests(w.JiraURL))
		require.Zero(t, here+there)
	}
	w.forget()
	edit()
	// Not even when the runs that know it are gone: the markers say so.
	w.terminate(pair, jiraPair(eng.ID))
	edit()
	w.counted(1, 1)

	// Linked again: the two are compared, and go on from there.
	w.eventually("linked again", func() error {
		return w.update(pair, addressing.UpdateLink, workflows.LinkTo{
			Replica: ticket.Ref{Connection: "jira", ID: eng.ID}, Rules: w.rules("it-to-eng"),
		})
	})
	w.settled(pair, workflows.IsLinked, "")
	w.same(it.ID, eng.Key)
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "together again"}))
	w.titled(it.ID, eng.Key, "together again")
	w.linkedOnce(it.ID, eng.Key)
	w.counted(1, 1)
}

// A second engine on the same tickets: nothing is replicated next to it,
// unless the route says so.
func TestLessonsOfSecondEngine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	theirs, err := w.rav.Create(w.ctx, "IT Support", "theirs", "<p>text</p>", map[string]any{"source": "JIRA"})
	require.NoError(t, err)
	it, eng := w.linked("ours at first")
	pair := ravennaPair(it.ID)
	w.control(w.RavennaURL, "/_sandbox/replicated", map[string]string{"ticketId": it.ID})
	w.terminate(pair) // links are looked at when a pair begins, and by the audit
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "theirs too"}))
	w.settled(pair, workflows.Attention, ticket.ReplicatedElsewhere)
	w.quiet()
	w.counted(2, 1)
	require.NoError(t, w.summary(eng.Key, "ours at first"))

	w.File.Routes[0].Elsewhere = "ignore"
	w.apply()
	w.titled(it.ID, eng.Key, "theirs too")
	w.settled(pair, workflows.IsLinked, "")
	require.NoError(t, w.rav.Edit(w.ctx, theirs.ID, map[string]any{"priority": "HIGH"}))
	w.issue("theirs")
	w.settled(ravennaPair(theirs.ID), workflows.IsLinked, "")
	w.counted(2, 2)
}

// A map is mended, and a route gets another name.
func TestLessonsOfRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	route := &w.File.Routes[0]
	whole := route.Status
	route.Status = slices.DeleteFunc(slices.Clone(whole), func(r reconcile.StatusRule) bool { return r.Left == "Waiting" })
	w.apply()
	it, eng := w.linked("on hold")
	pair := ravennaPair(it.ID)
	require.NoError(t, w.rav.SetStatus(w.ctx, it.ID, "Waiting"))
	w.settled(pair, workflows.Attention, ticket.StatusUnmapped)
	// The field waits, the others go on.
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "still replicated"}))
	w.titled(it.ID, eng.Key, "still replicated")
	require.NoError(t, w.jiraStatus(eng.Key, "To Do"))
	route.Status = whole
	w.apply()
	w.eventually("the map holds", func() error { return w.jiraStatus(eng.Key, "In Progress") })
	w.settled(pair, workflows.IsLinked, "")

	// The same containers under another name.
	route.Name = "desk-to-eng"
	w.apply()
	require.NoError(t, w.update(addressing.RouteID("it-to-eng"), addressing.UpdateRemove))
	w.quiet()
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "under another name"}))
	w.titled(it.ID, eng.Key, "under another name")
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "and back"}))
	w.titled(it.ID, eng.Key, "and back")
	v := w.settled(pair, workflows.IsLinked, "")
	require.Equal(t, "desk-to-eng", v.Route)
	w.linked("made under the new name")
	w.counted(2, 2)
}
