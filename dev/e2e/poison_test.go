package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// A tracker refuses every write to one ticket: each is tried once for now, the
// ticket beside it goes on at its pace, and the poisoned one recovers by retry,
// by new settings, or by what a person does next to what was refused. How often
// it is tried in a day is for TestPoisonForADay.
func TestPoison(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	healthy, neighbour := w.linked("healthy")
	for name, cure := range map[string]func(p *poisoned){
		"retry": func(p *poisoned) { require.NoError(t, w.update(ravennaPair(p.here.ID), addressing.UpdateRetry)) },
		"apply": func(*poisoned) {
			w.File.Routes[0].Conflict = reconcile.Conflict{Default: reconcile.LeftWins}
			w.apply()
		},
		"edit": func(p *poisoned) { p.edit("again", "URGENT", "Open") },
	} {
		p := &poisoned{world: w}
		p.here, p.there = w.linked(name)
		p.edit("first", "LOW", "Open")
		p.agree()
		w.forget()
		issue := "/rest/api/2/issue/" + p.there.ID
		w.faults(w.JiraURL, always("PUT", issue+"*", "status:400"), always("POST", issue+"*", "status:403"))
		p.edit(name, "HIGH", "In Progress")
		w.settled(ravennaPair(p.here.ID), workflows.Attention, ticket.Invalid)
		w.eventually("every write to have been tried", func() error {
			if tries := p.refused(); len(tries) != 4 {
				return fmt.Errorf("%v", tries)
			}
			return nil
		})
		began := time.Now()
		require.NoError(t, w.rav.Edit(w.ctx, healthy.ID, map[string]any{"title": "beside " + name}))
		w.titled(healthy.ID, neighbour.Key, "beside "+name)
		t.Logf("%s: written beside it after %s; refused: %v", name, time.Since(began).Round(time.Millisecond), p.refused())
		for request, tries := range p.refused() {
			require.Equal(t, 1, tries, "%s: back-off begins with a minute", request)
		}

		w.faults(w.JiraURL)
		cure(p)
		p.agree()
		w.settled(ravennaPair(p.here.ID), workflows.IsLinked, "")
	}
	w.quiet()
	w.counted(4, 4)
}

// poisoned is a ticket whose issue takes no write.
type poisoned struct {
	*world
	here  people.Ticket
	there people.Issue
	said  []people.Message

	title, priority, status string   // as the person wants them to be
	texts                   []string // of the comments
}

// edit is a person's: of every kind that Jira has a call of its own for.
func (p *poisoned) edit(title, priority, status string) {
	p.Helper()
	p.title, p.priority, p.status, p.texts = p.here.Title+" "+title, priority, status, nil
	require.NoError(p, p.rav.Edit(p.ctx, p.here.ID, map[string]any{"title": p.title, "priority": priority}))
	require.NoError(p, p.rav.SetStatus(p.ctx, p.here.ID, status))
	say := func(n int) string {
		p.texts = append(p.texts, fmt.Sprintf("number %d, %s", n, title))
		return "<p>" + p.texts[n] + "</p>"
	}
	for n, m := range p.said {
		require.NoError(p, p.rav.Call(p.ctx, "PUT", "/ticket-messages/"+m.ID, map[string]any{"content": say(n)}, nil))
	}
	if n := len(p.said); n < 2 {
		m, err := p.rav.Say(p.ctx, p.here.ID, say(n), false)
		require.NoError(p, err)
		p.said = append(p.said, m)
	}
}

// agree waits until the issue is as the person wants it.
func (p *poisoned) agree() {
	p.Helper()
	p.titled(p.here.ID, p.there.Key, p.title)
	p.eventually("priority and status", func() error {
		got, err := p.jira.Get(p.ctx, p.there.Key)
		if err != nil {
			return err
		}
		priority := map[string]string{"LOW": "Low", "HIGH": "High", "URGENT": "Highest"}[p.priority]
		status := map[string]string{"Open": "To Do", "In Progress": "In Progress"}[p.status]
		if f := got.Fields; f.Priority.Name != priority || f.Status.Name != status {
			return fmt.Errorf("%s and %s, not %s and %s", f.Priority.Name, f.Status.Name, priority, status)
		}
		return nil
	})
	p.jiraComments(p.there.Key, p.texts...)
}

// refused counts the writes to the issue that came to nothing.
func (p *poisoned) refused() map[string]int {
	p.Helper()
	out := map[string]int{}
	for _, r := range p.requests(p.JiraURL) {
		if r.Kind == "write" && r.Status >= 400 {
			out[r.Method+" "+r.Path]++
		}
	}
	return out
}
