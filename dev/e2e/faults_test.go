package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

const (
	jiraIssue    = "/rest/api/2/issue"
	jiraAnyIssue = "/rest/api/2/issue/*"
	jiraComment  = "/rest/api/2/issue/*/comment"
	jiraLink     = "/rest/api/2/issue/*/remotelink"
	ravTicket    = "/api/tickets"
	ravAnyTicket = "/api/tickets/*"
	ravMessage   = "/api/ticket-messages"
	ravLink      = "/api/ticket-links"
)

// Not one webhook arrives, Ravenna sorts nothing and a message leaves no trace
// on its ticket: the sweep and the audit find everything all the same.
func TestWithoutWebhooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with(sweeping))
	w.webhooks("drop")
	w.control(w.RavennaURL, "/_sandbox/quirks", map[string]string{"sort": "off", "message_bumps": "off"})

	it, err := w.rav.Create(w.ctx, "IT Support", "from the desk", "<p>text</p>", nil)
	require.NoError(t, err)
	made, err := w.jira.Create(w.ctx, "ENG", "Bug", "from Jira", "text", nil)
	require.NoError(t, err)
	eng, back := w.issue("from the desk"), w.ticket("from Jira")
	w.settled(ravennaPair(it.ID), workflows.IsLinked, "")
	w.settled(jiraPair(made.ID), workflows.IsLinked, "")

	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "desk, edited"}))
	require.NoError(t, w.jira.Edit(w.ctx, made.Key, map[string]any{"summary": "Jira, edited"}))
	require.NoError(t, w.rav.SetStatus(w.ctx, back.ID, "In Progress"))
	require.NoError(t, w.jira.Move(w.ctx, eng.Key, "In Progress"))
	var said people.Comment
	for _, one := range []struct{ id, key, who string }{{it.ID, eng.Key, "a"}, {back.ID, made.Key, "b"}} {
		_, err = w.rav.Say(w.ctx, one.id, "<p>said at the desk "+one.who+"</p>", false)
		require.NoError(t, err)
		said, err = w.jira.Say(w.ctx, one.key, "said in Jira "+one.who)
		require.NoError(t, err)
	}
	w.titled(it.ID, eng.Key, "desk, edited")
	w.titled(back.ID, made.Key, "Jira, edited")
	w.eventually("status at the desk", func() error { return w.ravennaStatus(it.ID, "In Progress") })
	w.eventually("status in Jira", func() error { return w.jiraStatus(made.Key, "In Progress") })
	for _, one := range []struct{ id, key, who string }{{it.ID, eng.Key, "a"}, {back.ID, made.Key, "b"}} {
		w.jiraComments(one.key, "said at the desk "+one.who, "said in Jira "+one.who)
		w.messages(one.id, "said at the desk "+one.who, "said in Jira "+one.who)
	}
	require.NoError(t, w.jira.Call(w.ctx, "PUT", "/issue/"+made.Key+"/comment/"+said.ID, map[string]string{"body": "said better"}, nil))
	w.messages(back.ID, "said at the desk b", "said better")
	w.counted(2, 2)
}

// Webhooks come twice, in any order, or long after: each of them is only a
// hint to look.
func TestUnreliableWebhooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n, mode := range []string{"duplicate", "shuffle", "hold"} {
		w.webhooks(mode)
		it, err := w.rav.Create(w.ctx, "IT Support", mode+" desk", "<p>text</p>", nil)
		require.NoError(t, err)
		made, err := w.jira.Create(w.ctx, "ENG", "Bug", mode+" Jira", "text", nil)
		require.NoError(t, err)
		require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": mode + " desk 2"}))
		require.NoError(t, w.jira.Edit(w.ctx, made.Key, map[string]any{"summary": mode + " Jira 2"}))
		_, err = w.rav.Say(w.ctx, it.ID, "<p>"+mode+" said</p>", false)
		require.NoError(t, err)
		if mode == "hold" {
			w.webhooks("normal")
		}
		eng, back := w.issue(mode+" desk 2"), w.ticket(mode+" Jira 2")

		// On the pair itself as well, both tickets at once.
		w.webhooks(mode)
		require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"priority": "HIGH"}))
		require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": mode + " desk 3"}))
		_, err = w.jira.Say(w.ctx, eng.Key, mode+" answered")
		require.NoError(t, err)
		if mode == "hold" {
			w.webhooks("normal")
		}
		w.titled(it.ID, eng.Key, mode+" desk 3")
		w.eventually("priority", func() error {
			i, err := w.jira.Get(w.ctx, eng.Key)
			if err != nil || i.Fields.Priority.Name != "High" {
				return fmt.Errorf("%v %w", i.Fields.Priority, err)
			}
			return nil
		})
		w.jiraComments(eng.Key, mode+" said", mode+" answered")
		w.messages(it.ID, mode+" said", mode+" answered")
		w.settled(ravennaPair(it.ID), workflows.IsLinked, "")
		w.settled(jiraPair(made.ID), workflows.IsLinked, "")
		w.linkedOnce(it.ID, eng.Key)
		w.linkedOnce(back.ID, made.Key)
		w.quiet()
		w.counted(2*(n+1), 2*(n+1))
	}
}

// The answer to a create is lost, or the call itself is: everything exists
// exactly once in the end, whether the replica's webhook tells or only a
// search, over an index that lags, can.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, hooks, lag string }{
		{"webhooks tell", "normal", "0s"},
		{"only a search can tell", "drop", "2s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.StopWorker()
			var desk []people.Ticket
			var made []people.Issue
			for n := range 2 {
				it, err := w.rav.Create(w.ctx, "IT Support", fmt.Sprintf("desk %d", n), "<p>text</p>", nil)
				require.NoError(t, err)
				desk = append(desk, it)
				_, err = w.rav.Say(w.ctx, it.ID, "<p>said at the desk</p>", false)
				require.NoError(t, err)
				i, err := w.jira.Create(w.ctx, "ENG", "Bug", fmt.Sprintf("Jira %d", n), "text", nil)
				require.NoError(t, err)
				made = append(made, i)
				_, err = w.jira.Say(w.ctx, i.Key, "said in Jira")
				require.NoError(t, err)
			}
			w.started(ravennaPair(desk[1].ID), jiraPair(made[1].ID))
			w.webhooks(c.hooks)
			w.control(w.JiraURL, "/_sandbox/search", map[string]string{"lag": c.lag})
			var there, here []fault
			for _, path := range []string{jiraIssue, jiraComment, jiraLink} {
				there = append(there, each("POST", path, "drop-after-commit", "drop-before-commit")...)
			}
			for _, path := range []string{ravTicket, ravMessage, ravLink} {
				here = append(here, each("POST", path, "drop-after-commit", "drop-before-commit")...)
			}
			w.faults(w.JiraURL, there...)
			w.faults(w.RavennaURL, here...)
			w.StartWorker()

			w.spent(w.JiraURL)
			w.spent(w.RavennaURL)
			for n := range 2 {
				eng, back := w.issue(fmt.Sprintf("desk %d", n)), w.ticket(fmt.Sprintf("Jira %d", n))
				w.settled(ravennaPair(desk[n].ID), workflows.IsLinked, "")
				w.settled(jiraPair(made[n].ID), workflows.IsLinked, "")
				w.jiraComments(eng.Key, "said at the desk")
				w.messages(back.ID, "said in Jira")
				w.linkedOnce(desk[n].ID, eng.Key)
				w.linkedOnce(back.ID, made[n].Key)
			}
			w.quiet()
			w.control(w.JiraURL, "/_sandbox/search", map[string]string{"lag": "0s"})
			w.counted(4, 4)
			for n := range 2 {
				w.jiraComments(w.issue(fmt.Sprintf("desk %d", n)).Key, "said at the desk")
				w.messages(w.ticket(fmt.Sprintf("Jira %d", n)).ID, "said in Jira")
			}
		})
	}
}

// started waits until runs exist, which needs no worker.
func (w *world) started(ids ...string) {
	w.Helper()
	for _, id := range ids {
		w.eventually(id+" started", func() error {
			_, err := w.Client.DescribeWorkflowExecution(w.ctx, id, "")
			return err
		})
	}
}

// The index lags longer than we wait, and the webhook is lost: nothing can
// tell that the issue exists. The second one is found out and named.
func TestDuplicateIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with(sweeping), with(func(f *config.File) {
		for i := range f.Connections {
			f.Connections[i].Quiet = time.Second
		}
	}))
	w.webhooks("drop")
	w.control(w.JiraURL, "/_sandbox/search", map[string]string{"lag": "4s"})
	w.faults(w.JiraURL, once("POST", jiraIssue, "drop-after-commit"))
	it, err := w.rav.Create(w.ctx, "IT Support", "twice", "<p>text</p>", nil)
	require.NoError(t, err)
	v := w.settled(ravennaPair(it.ID), workflows.Attention, ticket.DuplicateReplica)
	w.control(w.JiraURL, "/_sandbox/search", map[string]string{"lag": "0s"})
	w.counted(1, 2)
	require.NotContains(t, v.Detail, v.Right.Ref, "the one that is not linked has to be named")

	// The pair itself goes on with the one it has.
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "twice, edited"}))
	w.titled(it.ID, v.Right.Key, "twice, edited")
	w.counted(1, 2)
}

// whims are what a tracker, or the gateway before it, may answer once.
var whims = []string{"status:429", "status:500", "status:503", "html", "truncate"}

// Errors on reads, writes and creates cost time, and nothing else.
func TestTrackerErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	// On creates, one whim for each ticket.
	w.StopWorker()
	var desk []people.Ticket
	var made []people.Issue
	for n := range whims {
		it, err := w.rav.Create(w.ctx, "IT Support", fmt.Sprintf("desk %d", n), "<p>text</p>", nil)
		require.NoError(t, err)
		desk = append(desk, it)
		i, err := w.jira.Create(w.ctx, "ENG", "Bug", fmt.Sprintf("Jira %d", n), "text", nil)
		require.NoError(t, err)
		made = append(made, i)
	}
	w.started(ravennaPair(desk[len(desk)-1].ID), jiraPair(made[len(made)-1].ID))
	w.faults(w.JiraURL, each("POST", jiraIssue, whims...)...)
	w.faults(w.RavennaURL, each("POST", ravTicket, whims...)...)
	w.StartWorker()
	w.spent(w.JiraURL)
	w.spent(w.RavennaURL)
	keys := map[string]string{} // ticket id: issue key
	for n := range whims {
		keys[desk[n].ID] = w.issue(fmt.Sprintf("desk %d", n)).Key
		keys[w.ticket(fmt.Sprintf("Jira %d", n)).ID] = made[n].Key
		w.settled(ravennaPair(desk[n].ID), workflows.IsLinked, "")
		w.settled(jiraPair(made[n].ID), workflows.IsLinked, "")
	}
	w.quiet()
	w.counted(2*len(whims), 2*len(whims))

	// On reads and writes of Jira while people work in Ravenna, and the other
	// way round.
	w.faults(w.JiraURL, append(each("GET", jiraAnyIssue, whims...), each("PUT", jiraAnyIssue, whims...)...)...)
	for id := range keys {
		require.NoError(t, w.rav.Edit(w.ctx, id, map[string]any{"title": "from the desk " + id}))
	}
	w.spent(w.JiraURL)
	for id, key := range keys {
		w.titled(id, key, "from the desk "+id)
	}
	w.quiet()
	w.faults(w.RavennaURL, append(each("GET", ravAnyTicket, whims...), each("PUT", ravAnyTicket, whims...)...)...)
	for _, key := range keys {
		require.NoError(t, w.jira.Edit(w.ctx, key, map[string]any{"summary": "from Jira " + key}))
	}
	w.spent(w.RavennaURL)
	for id, key := range keys {
		w.titled(id, key, "from Jira "+key)
	}
	w.counted(2*len(whims), 2*len(whims))
}

// A revoked token stops the pair that needs it, says so, and nothing is lost.
func TestTokenRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	it, eng := w.linked("token")
	w.faults(w.JiraURL, always("*", "*", "status:401"))
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "token, edited"}))
	w.settled(ravennaPair(it.ID), workflows.Attention, ticket.Auth)
	fresh, err := w.rav.Create(w.ctx, "IT Support", "made meanwhile", "<p>text</p>", nil)
	require.NoError(t, err)
	w.settled(ravennaPair(fresh.ID), workflows.Attention, ticket.Auth)

	w.faults(w.JiraURL)
	require.NoError(t, w.update(ravennaPair(it.ID), "retry"))
	require.NoError(t, w.update(ravennaPair(fresh.ID), "retry"))
	w.titled(it.ID, eng.Key, "token, edited")
	w.issue("made meanwhile")
	w.settled(ravennaPair(it.ID), workflows.IsLinked, "")
	w.settled(ravennaPair(fresh.ID), workflows.IsLinked, "")
	w.counted(2, 2)
}
