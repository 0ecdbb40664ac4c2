package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/dev/stack"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// The lessons that design.md lists, one after the other. That an upgraded
// converter causes no writes is for the property tests of package reconcile:
// here there is only one converter.

// Each of these made somebody's replication create tickets without end, or
// drop what people wrote.
func TestLessonsOfEchoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := 0 // pairs so far

	// Our own create's webhook arrives before the link is stored.
	w.faults(w.JiraURL, once("POST", jiraLink, "delay:1s"), once("GET", jiraAnyIssue, "delay:1s"))
	w.faults(w.RavennaURL, once("POST", ravLink, "delay:1s"))
	it, eng := w.linked("webhook first")
	made++
	w.linkedOnce(it.ID, eng.Key)
	w.counted(made, made)

	// A restart within a minute of a create.
	fresh, err := w.rav.Create(w.ctx, "IT Support", "restarted", "<p>text</p>", nil)
	require.NoError(t, err)
	issue := w.issue("restarted")
	made++
	w.StopWorker()
	require.NoError(t, w.rav.Edit(w.ctx, fresh.ID, map[string]any{"priority": "LOW"}))
	w.StartWorker()
	w.settled(ravennaPair(fresh.ID), workflows.IsLinked, "")
	w.linkedOnce(fresh.ID, issue.Key)
	w.quiet()
	w.counted(made, made)

	// Our own rename of the replica, of the channel, and of the ticket again.
	queue, err := w.rav.Channel(w.ctx, "IT Support")
	require.NoError(t, err)
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "renamed once"}))
	w.titled(it.ID, eng.Key, "renamed once")
	require.NoError(t, w.rav.Call(w.ctx, http.MethodPut, "/queues/"+queue, map[string]string{"name": "Help"}, nil))
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "renamed twice"}))
	w.titled(it.ID, eng.Key, "renamed twice")
	w.settled(ravennaPair(it.ID), workflows.IsLinked, "")
	require.NoError(t, w.rav.Call(w.ctx, http.MethodPut, "/queues/"+queue, map[string]string{"name": "IT Support"}, nil))
	w.quiet()
	w.counted(made, made)

	// Two edits of one field within seconds, on both sides.
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "left one"}))
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "right one"}))
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "left two"}))
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "right two"}))
	w.quiet()
	w.same(it.ID, eng.Key)
	w.counted(made, made)

	// An edit right after our own write is no echo of it.
	for n := range 4 {
		desk, there := fmt.Sprintf("desk %d", n), fmt.Sprintf("Jira %d", n)
		require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": desk}))
		w.eventually(desk, func() error { return w.summary(eng.Key, desk) })
		require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": there}))
		w.titled(it.ID, eng.Key, there)
	}

	// Many statuses to one, both ways, stay where people put them.
	require.NoError(t, w.rav.SetStatus(w.ctx, it.ID, "Waiting"))
	w.eventually("waiting", func() error { return w.jiraStatus(eng.Key, "In Progress") })
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "still waiting"}))
	w.titled(it.ID, eng.Key, "still waiting")
	w.quiet()
	require.NoError(t, w.ravennaStatus(it.ID, "Waiting"))
	require.NoError(t, w.jira.Move(w.ctx, eng.Key, "In Review"))
	w.eventually("in review", func() error { return w.ravennaStatus(it.ID, "In Progress") })
	w.quiet()
	require.NoError(t, w.jiraStatus(eng.Key, "In Review"))
	require.NoError(t, w.rav.SetStatus(w.ctx, it.ID, "Closed"))
	w.eventually("closed", func() error { return w.jiraStatus(eng.Key, "Done") })
	w.quiet()
	require.NoError(t, w.ravennaStatus(it.ID, "Closed"))

	// And then there is silence.
	w.silent()
}

// summary reports whether an issue has this title.
func (w *world) summary(key, want string) error {
	i, err := w.jira.Get(w.ctx, key)
	if err != nil || i.Fields.Summary != want {
		return fmt.Errorf("%q %w", i.Fields.Summary, err)
	}
	return nil
}

// same waits until both tickets of a pair have the same title, whichever.
func (w *world) same(id, key string) {
	w.Helper()
	w.eventually("the same title", func() error {
		t, err := w.rav.Get(w.ctx, id)
		if err != nil {
			return err
		}
		return w.summary(key, t.Title)
	})
}

// dataCenter makes the world's Jira a Data Center.
func dataCenter(o *stack.Options) {
	o.Flavor = "datacenter"
	with(func(f *config.File) {
		for i := range f.Connections {
			if c := &f.Connections[i]; c.Kind == "jira" {
				c.Flavor, c.Email, c.Token = "datacenter", "", "pat_bot"
			}
		}
	})(o)
}

// More than one page of comments and of tickets, on trackers that answer a
// hundred at a time; and a Jira that tells every action twice.
func TestLessonsOfPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with(sweeping), dataCenter)
	w.jira = people.AtDataCenter(w.JiraURL, "alice")
	const page = 101

	w.webhooks("duplicate")
	it, eng := w.linked("told twice")
	_, err := w.jira.Say(w.ctx, eng.Key, "said once")
	require.NoError(t, err)
	require.NoError(t, w.jira.Move(w.ctx, eng.Key, "In Progress"))
	w.messages(it.ID, "said once")
	w.eventually("status", func() error { return w.ravennaStatus(it.ID, "In Progress") })

	// Comments that stay where they are fill the first page.
	w.webhooks("hold")
	for range page {
		require.NoError(t, w.jira.Call(w.ctx, http.MethodPost, "/issue/"+eng.Key+"/comment", map[string]any{
			"body": "for us", "visibility": map[string]string{"type": "role", "value": "Administrators"},
		}, nil))
		_, err := w.rav.Say(w.ctx, it.ID, "<p>for us</p>", true)
		require.NoError(t, err)
	}
	_, err = w.jira.Say(w.ctx, eng.Key, "said last in Jira")
	require.NoError(t, err)
	_, err = w.rav.Say(w.ctx, it.ID, "<p>said last at the desk</p>", false)
	require.NoError(t, err)
	w.webhooks("normal")
	w.eventually("the last comments", func() error {
		there, err := w.jira.Comments(w.ctx, eng.Key)
		if err != nil {
			return err
		}
		here, err := w.rav.Messages(w.ctx, it.ID)
		if err != nil || len(there) != page+3 || len(here) != page+3 {
			return fmt.Errorf("%d and %d comments, want %d %w", len(there), len(here), page+3, err)
		}
		return nil
	})
	w.quiet()
	w.settled(ravennaPair(it.ID), workflows.IsLinked, "")

	// Tickets that nobody replicates fill the first page of the sweep.
	w.webhooks("drop")
	_, err = w.rav.Create(w.ctx, "IT Support", "on the last page", "<p>text</p>", nil)
	require.NoError(t, err)
	for n := range page {
		_, err := w.rav.Create(w.ctx, "IT Support", fmt.Sprintf("ours %d", n), "<p>text</p>", map[string]any{"private": true})
		require.NoError(t, err)
		_, err = w.jira.Create(w.ctx, "ENG", "Task", fmt.Sprintf("task %d", n), "text", nil)
		require.NoError(t, err)
	}
	_, err = w.jira.Create(w.ctx, "ENG", "Bug", "last in Jira", "text", nil)
	require.NoError(t, err)
	w.issue("on the last page")
	w.ticket("last in Jira")
	w.counted(page+3, page+3)
}

// A person's edit falls between our read and our write.
func TestLessonsOfRaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	it, eng := w.linked("race")

	// Ravenna's title takes a precondition: the write is refused and planned again.
	w.faults(w.RavennaURL, once("PUT", ravAnyTicket, "delay:1s"))
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "from Jira"}))
	w.spent(w.RavennaURL)
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "meanwhile at the desk"}))
	w.titled(it.ID, eng.Key, "meanwhile at the desk")

	// What was to be written after the refused write is not forgotten.
	w.quiet()
	w.StopWorker()
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "refused at first"}))
	_, err := w.jira.Say(w.ctx, eng.Key, "said behind it")
	require.NoError(t, err)
	w.faults(w.RavennaURL, once("PUT", ravAnyTicket, "status:409"))
	w.StartWorker()
	w.spent(w.RavennaURL)
	w.titled(it.ID, eng.Key, "refused at first")
	w.messages(it.ID, "said behind it")

	// Its status takes none, and leaves no history: the loss is found out.
	w.faults(w.RavennaURL, once("PUT", ravAnyTicket, "delay:1s"))
	require.NoError(t, w.jira.Move(w.ctx, eng.Key, "In Progress"))
	w.spent(w.RavennaURL)
	require.NoError(t, w.rav.SetStatus(w.ctx, it.ID, "Waiting"))
	w.eventually("status", func() error { return w.ravennaStatus(it.ID, "In Progress") })
	w.told(ravennaPair(it.ID), string(ticket.OverwrittenUnseen)+": status")

	// Jira has a history, which tells what was there.
	w.faults(w.JiraURL, once("PUT", jiraAnyIssue, "delay:1s"))
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "from the desk"}))
	w.spent(w.JiraURL)
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "meanwhile in Jira"}))
	line := w.told(ravennaPair(it.ID), string(ticket.OverwrittenUnseen)+": title")
	require.Equal(t, "meanwhile in Jira", line.From)
	w.quiet()
	w.same(it.ID, eng.Key)

	// The bot loses its permission for a while: nothing counts as deleted.
	browse := func(may bool) {
		w.control(w.JiraURL, "/_sandbox/permission", map[string]any{"project": "ENG", "user": "bot", "browse": may})
	}
	browse(false)
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "unreachable"}))
	w.settled(ravennaPair(it.ID), workflows.Attention, ticket.AccessLost)
	browse(true)
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"priority": map[string]string{"name": "Low"}}))
	w.titled(it.ID, eng.Key, "unreachable")
	w.settled(ravennaPair(it.ID), workflows.IsLinked, "")
	w.messages(it.ID, "said behind it")
	w.jiraComments(eng.Key, "said behind it")
	w.counted(1, 1)
}
