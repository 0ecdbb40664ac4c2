package e2e

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// twice gives the help desk's channel a second route, to Linear.
func twice(chain bool) option {
	return with(func(f *config.File) {
		f.Routes = f.Routes[:1]
		second := f.Routes[0]
		second.Name, second.Chain = "it-to-linear", chain
		second.Right = reconcile.End{Connection: "linear", Name: "PRO", ByKey: true}
		second.Status, second.Paths = nil, nil
		f.Routes = append(f.Routes, second)
	})
}

// three is one ticket on three trackers.
type three struct {
	w     *world
	at    map[string]people.Place // by connection
	id    map[string]string       // by connection
	pairs []string
	app   bool // writes in Linear, in others' names
}

// everywhere waits until a comment of Alice's is on each of the three once,
// under her name wherever it is a copy, and on none of them twice.
func (x *three) everywhere(from, text string, comments int) {
	w := x.w
	w.Helper()
	for name, at := range x.at {
		w.eventually(text+" at "+name, func() error { return w.heard(at, x.id[name], text, 1) })
	}
	w.quiet()
	for name, at := range x.at {
		list, err := w.plain(at, x.id[name])
		require.NoError(w, err)
		require.Len(w, list, comments, name)
		for n, body := range list {
			if !strings.Contains(body, text) || name == from {
				continue
			}
			if x.app && name == "linear" {
				all, err := w.linear.Comments(w.ctx, x.id[name])
				require.NoError(w, err)
				require.Contains(w, all[n].BotActor.UserDisplayName, "Alice")
				require.NotContains(w, body, "Alice")
				continue
			}
			require.Equal(w, 1, strings.Count(body, "Alice"), "named once at %s: %s", name, body)
		}
	}
}

// becomes waits for a status on each of the three.
func (x *three) becomes(helpdesk, jira, linear string) {
	x.w.Helper()
	for name, want := range map[string]string{"helpdesk": helpdesk, "jira": jira, "linear": linear} {
		x.w.reads(x.at[name], x.id[name], people.Values{ticket.Status: want})
	}
	x.w.quiet()
	for name, want := range map[string]string{"helpdesk": helpdesk, "jira": jira, "linear": linear} {
		x.w.stays(x.at[name], x.id[name], people.Values{ticket.Status: want})
	}
}

// wrote counts the writes on each tracker since the last call.
func (x *three) wrote(helpdesk, jira, linear int) {
	w := x.w
	w.Helper()
	w.quiet()
	require.Len(w, w.writes(w.RavennaURL), helpdesk, "Ravenna: %q", w.writes(w.RavennaURL))
	require.Len(w, w.writes(w.JiraURL), jira, "Jira: %q", w.writes(w.JiraURL))
	require.Len(w, w.writes(w.LinearURL), linear, "Linear: %q", w.writes(w.LinearURL))
	w.forget()
}

// play does on one ticket what people do on three trackers.
func (x *three) play() {
	w := x.w
	w.Helper()
	w.quiet()
	w.forget()
	desk, jira, linear := x.at["helpdesk"], x.at["jira"], x.at["linear"]

	comment, err := jira.Say(w.ctx, x.id["jira"], "said in Jira")
	require.NoError(w, err)
	x.everywhere("jira", "said in Jira", 1)
	x.wrote(1, 0, 1)
	require.NoError(w, jira.Reword(w.ctx, x.id["jira"], comment, "said better in Jira"))
	w.eventually("edited", func() error { return w.heard(linear, x.id["linear"], "said better in Jira", 1) })
	x.wrote(1, 0, 1)

	_, err = linear.Say(w.ctx, x.id["linear"], "said in Linear")
	require.NoError(w, err)
	x.everywhere("linear", "said in Linear", 2)
	x.wrote(1, 1, 0)
	_, err = desk.Say(w.ctx, x.id["helpdesk"], "said at the desk")
	require.NoError(w, err)
	x.everywhere("helpdesk", "said at the desk", 3)
	x.wrote(0, 1, 1)
	require.NoError(w, jira.Unsay(w.ctx, x.id["jira"], comment))
	w.eventually("deleted", func() error { return w.heard(linear, x.id["linear"], "said better in Jira", 0) })
	x.wrote(1, 0, 1)

	require.NoError(w, linear.SetStatus(w.ctx, x.id["linear"], "In Progress"))
	x.becomes("In Progress", "In Progress", "In Progress")
	x.wrote(1, 1, 0)
	require.NoError(w, linear.SetStatus(w.ctx, x.id["linear"], "Done"))
	x.becomes("Done", "Done", "Done")
	x.wrote(1, 2, 0) // Jira's workflow leads over In Review
	require.NoError(w, jira.SetStatus(w.ctx, x.id["jira"], "In Review"))
	x.becomes("In Progress", "In Review", "In Progress")
	x.wrote(1, 0, 1)
	require.NoError(w, desk.SetStatus(w.ctx, x.id["helpdesk"], "Closed"))
	x.becomes("Closed", "Done", "Canceled")
	x.wrote(0, 1, 1)

	require.NoError(w, linear.Set(w.ctx, x.id["linear"], people.Values{ticket.Title: "renamed in Linear", ticket.Assignee: "bob"}))
	for name, at := range x.at {
		w.reads(at, x.id[name], people.Values{ticket.Title: "renamed in Linear", ticket.Assignee: "bob"})
	}
	x.wrote(1, 1, 0)
	for _, pair := range x.pairs {
		w.settled(pair, workflows.IsLinked, "")
	}
	for name, at := range x.at {
		n, err := at.Links(w.ctx, x.id[name])
		require.NoError(w, err)
		want := 1
		if name == "helpdesk" {
			want = 2
		}
		require.Equal(w, want, n, name)
	}
	w.silent()
}

// One channel is replicated to Jira and to Linear. Its tickets have two pairs:
// what is said or changed on one end reaches the other through the help desk,
// once, and comes back nowhere.
func TestTwoRoutesOnOneTicket(t *testing.T) {
	t.Parallel()
	for name, app := range map[string]bool{"under an API key": false, "under an app": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := []option{twice(false)}
			if app {
				options = append(options, with(asApp))
			}
			w := newWorld(t, options...)
			it, err := itDesk(w).Create(w.ctx, "on three trackers", "Since **today**.", people.Values{ticket.Priority: "high", ticket.Assignee: "alice"})
			require.NoError(t, err)
			x := &three{w: w, app: app,
				at: map[string]people.Place{"helpdesk": itDesk(w), "jira": engBoard(w), "linear": proTeam(w)},
				id: map[string]string{
					"helpdesk": it.ID, "jira": w.one(engBoard(w), "on three trackers").ID, "linear": w.one(proTeam(w), "on three trackers").ID,
				},
				pairs: []string{ravennaPair(it.ID), ticket.PairID(ticket.Ref{Connection: "helpdesk", ID: it.ID}, "linear")},
			}
			for name, at := range x.at {
				w.reads(at, x.id[name], people.Values{ticket.Description: "Since today.", ticket.Priority: "high", ticket.Assignee: "alice"})
			}
			for _, pair := range x.pairs {
				w.settled(pair, workflows.IsLinked, "")
			}
			x.play()
			for _, at := range x.at {
				w.holds(at, 1)
			}
		})
	}
}

// What a route made at the help desk is replicated on only by a route that says
// so; then an issue in Jira and one in Linear are the same ticket.
func TestReplicasOfReplicas(t *testing.T) {
	t.Parallel()
	for name, chain := range map[string]bool{"without chain": false, "with chain": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, twice(chain))
			eng, err := engBoard(w).Create(w.ctx, "made in Jira", "Since **today**.", nil)
			require.NoError(t, err)
			it := w.one(itDesk(w), "made in Jira")
			if !chain {
				w.settled(jiraPair(eng.ID), workflows.IsLinked, "")
				require.NoError(t, itDesk(w).Set(w.ctx, it.ID, people.Values{ticket.Title: "still not in Linear"}))
				w.reads(engBoard(w), eng.ID, people.Values{ticket.Title: "still not in Linear"})
				w.quiet()
				w.holds(proTeam(w), 0)
				return
			}
			pro := w.one(proTeam(w), "made in Jira")
			x := &three{w: w,
				at:    map[string]people.Place{"helpdesk": itDesk(w), "jira": engBoard(w), "linear": proTeam(w)},
				id:    map[string]string{"helpdesk": it.ID, "jira": eng.ID, "linear": pro.ID},
				pairs: []string{jiraPair(eng.ID), ticket.PairID(ticket.Ref{Connection: "helpdesk", ID: it.ID}, "linear")},
			}
			for _, pair := range x.pairs {
				w.settled(pair, workflows.IsLinked, "")
			}
			x.play()
			for _, at := range x.at {
				w.holds(at, 1)
			}
		})
	}
}
