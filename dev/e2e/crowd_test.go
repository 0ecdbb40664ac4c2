package e2e

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// calls are the requests by which a tracker's tickets, comments and links are
// made, and by which its tickets are changed.
func (w *world) calls(at people.Place) (root string, creates, updates, reads []fault) {
	switch at.Connection() {
	case "helpdesk":
		return w.RavennaURL, []fault{{Method: "POST", Path: ravTicket}, {Method: "POST", Path: ravMessage}, {Method: "POST", Path: ravLink}},
			[]fault{{Method: "PUT", Path: ravAnyTicket}}, []fault{{Method: "GET", Path: ravAnyTicket}}
	case "jira":
		return w.JiraURL, []fault{{Method: "POST", Path: jiraIssue}, {Method: "POST", Path: jiraComment}, {Method: "POST", Path: jiraLink}},
			[]fault{{Method: "PUT", Path: jiraAnyIssue}}, []fault{{Method: "GET", Path: jiraAnyIssue}}
	default:
		return w.LinearURL, []fault{{Operation: "CreateIssue"}, {Operation: "CreateComment"}, {Operation: "CreateAttachment"}},
			[]fault{{Operation: "UpdateIssue"}}, []fault{{Operation: "Issue*"}}
	}
}

// of makes one fault of every kind for each of some requests.
func of(requests []fault, kinds ...string) (out []fault) {
	for _, f := range requests {
		for _, kind := range kinds {
			f.Fault, f.Times, f.RetryAfter = kind, 1, ""
			if kind == "status:429" {
				f.RetryAfter = "1"
			}
			out = append(out, f)
		}
	}
	return out
}

// crowd is two tickets from each side of a route, each with a comment, made
// while no worker runs.
type crowd struct {
	w           *world
	left, right people.Place
	all         []tied
}

func (w *world) crowd(r route, n int) *crowd {
	w.Helper()
	c := &crowd{w: w, left: r.left(w), right: r.right(w)}
	for i := range n {
		for _, p := range []tied{{here: c.left, there: c.right}, {here: c.right, there: c.left}} {
			made, err := p.here.Create(w.ctx, fmt.Sprintf("%s %d", p.here.Connection(), i), "text", nil)
			require.NoError(w, err)
			_, err = p.here.Say(w.ctx, made.ID, "said at "+p.here.Connection())
			require.NoError(w, err)
			p.w, p.id = w, made.ID
			p.pair = ticket.PairID(ticket.Ref{Connection: p.here.Connection(), ID: made.ID}, p.there.Connection())
			c.all = append(c.all, p)
		}
	}
	return c
}

// settle waits for every replica with its comment and link, each once.
func (c *crowd) settle() {
	c.w.Helper()
	for n := range c.all {
		p := &c.all[n]
		p.replica = c.w.one(p.there, fmt.Sprintf("%s %d", p.here.Connection(), n/2)).ID
		c.w.settled(p.pair, workflows.IsLinked, "")
		p.agree("said at " + p.here.Connection())
		p.linkedOnce()
	}
	c.w.quiet()
	for _, p := range c.all {
		p.agree("said at " + p.here.Connection())
	}
	c.w.holds(c.left, len(c.all))
	c.w.holds(c.right, len(c.all))
}

func (c *crowd) started() {
	c.w.Helper()
	for _, p := range c.all {
		c.w.started(p.pair)
	}
}
