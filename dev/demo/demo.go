// Package demo plays a few minutes of a help desk in seconds, as people on
// its trackers, and tells how long each step took to show on the other side.
package demo

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/dev/stack"
	"github.com/ticketsync/ticketsync/ticket"
)

const (
	channel = "IT Support"
	project = "ENG"
	// patience is how long a step may take to show.
	patience = 30 * time.Second
	// glance is how often the other side is looked at.
	glance = 15 * time.Millisecond
)

// Play runs the demo with new tickets and prints each step.
func Play(ctx context.Context, s *stack.Stack, out io.Writer) error {
	d := &demo{
		ctx: ctx, s: s, out: out, stamp: time.Now().Format("15:04:05"),
		alice: people.AtRavenna(s.RavennaURL, "alice"), bob: people.AtJira(s.JiraURL, "bob"),
		bobInLinear: people.AtLinear(s.LinearURL, "bob"), changes: people.AtFlashduty(s.FlashdutyURL),
	}
	fmt.Fprintf(out, "\ndemo: alice works in Ravenna, bob in Jira and Linear\n\n")
	for _, step := range []func() error{
		d.ticketAppears, d.commentToJira, d.commentToRavenna, d.statusToJira, d.statusToRavenna, d.issueAppears, d.noteStays, d.changesTold,
		d.productAppears, d.statusFromLinear, d.taskAppears, d.commentFromLinear,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, "\nplay on by hand: edit any of these tickets over its API, then look at the pair's history in Temporal UI")
	return nil
}

type demo struct {
	ctx   context.Context
	s     *stack.Stack
	out   io.Writer
	stamp string
	alice people.Ravenna
	bob   people.Jira

	bobInLinear people.Linear
	changes     people.Flashduty

	it, wish people.Ticket
	eng, ops people.Issue
	pro, plt people.LinearIssue
}

// shows waits until a step shows on the other side and prints it.
func (d *demo) shows(what, detail string, check func() (bool, error)) error {
	began := time.Now()
	for time.Since(began) < patience {
		ok, err := check()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if ok {
			fmt.Fprintf(d.out, "  ✓ %-52s %6d ms   %s\n", what, time.Since(began).Milliseconds(), detail)
			return nil
		}
		select {
		case <-d.ctx.Done():
			return d.ctx.Err()
		case <-time.After(glance):
		}
	}
	return fmt.Errorf("%s: not seen after %s", what, patience)
}

// pair prints where to look at a pair.
func (d *demo) pair(origin ticket.Ref, other string) {
	id := ticket.PairID(origin, other)
	fmt.Fprintf(d.out, "    %s/namespaces/default/workflows/%s\n", d.s.Temporal.UIURL(), url.PathEscape(id))
}

func (d *demo) ticketAppears() (err error) {
	title := "VPN is down (" + d.stamp + ")"
	d.it, err = d.alice.Create(d.ctx, channel, title,
		"<p>Since this morning the VPN drops after <strong>five minutes</strong>.</p><ul><li>wired: yes</li><li>wireless: yes</li></ul>",
		map[string]any{"priority": "HIGH", "requesterId": "u_alice", "assigneeId": "u_bob"})
	if err != nil {
		return err
	}
	err = d.shows(fmt.Sprintf("alice creates %s, it appears in Jira", d.it.Key()), "", func() (bool, error) {
		found, err := d.bob.Titled(d.ctx, project, title)
		if len(found) == 1 {
			d.eng = found[0]
		}
		return len(found) == 1, err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "    %s/%s ⇄ %s/browse/%s\n", d.s.RavennaURL, d.it.Key(), d.s.JiraURL, d.eng.Key)
	d.pair(ticket.Ref{Connection: "helpdesk", ID: d.it.ID}, "jira")
	return nil
}

func (d *demo) commentToJira() error {
	if _, err := d.alice.Say(d.ctx, d.it.ID, "<p>It is <em>urgent</em>: the whole floor is affected.</p>", false); err != nil {
		return err
	}
	return d.shows("alice comments, it appears in Jira", "", d.jiraSays("whole floor"))
}

func (d *demo) commentToRavenna() error {
	if _, err := d.bob.Say(d.ctx, d.eng.Key, "Looking at the gateway's {{tls}} settings."); err != nil {
		return err
	}
	return d.shows("bob comments, it appears in Ravenna", "", func() (bool, error) {
		list, err := d.alice.Messages(d.ctx, d.it.ID)
		for _, m := range list {
			if strings.Contains(m.Content, "gateway") {
				return true, err
			}
		}
		return false, err
	})
}

func (d *demo) statusToJira() error {
	if err := d.alice.SetStatus(d.ctx, d.it.ID, "Done"); err != nil {
		return err
	}
	return d.shows("alice sets Done, Jira follows", "over In Progress and In Review", func() (bool, error) {
		i, err := d.bob.Get(d.ctx, d.eng.Key)
		return i.Fields.Status.Name == "Done", err
	})
}

func (d *demo) statusToRavenna() error {
	if err := d.bob.Move(d.ctx, d.eng.Key, "In Review"); err != nil {
		return err
	}
	return d.shows("bob reopens to In Review, Ravenna follows", "to In Progress", func() (bool, error) {
		t, err := d.alice.Get(d.ctx, d.it.ID)
		return t.Status.Label == "In Progress", err
	})
}

func (d *demo) issueAppears() error {
	summary := "Gateway certificate expires (" + d.stamp + ")"
	made, err := d.bob.Create(d.ctx, project, "Bug", summary, "h2. What\nThe certificate of *gw-2* ends on Friday.", nil)
	if err != nil {
		return err
	}
	err = d.shows(fmt.Sprintf("bob creates %s, it appears in Ravenna", made.Key), "", func() (bool, error) {
		found, err := d.alice.Titled(d.ctx, channel, summary)
		return len(found) == 1, err
	})
	if err != nil {
		return err
	}
	d.pair(ticket.Ref{Connection: "jira", ID: made.ID}, "helpdesk")
	return nil
}

// noteStays writes a private note and then a public message: once the second
// has arrived, the first has been decided about.
func (d *demo) noteStays() error {
	if _, err := d.alice.Say(d.ctx, d.it.ID, "<p>Between us: the vendor knew.</p>", true); err != nil {
		return err
	}
	if _, err := d.alice.Say(d.ctx, d.it.ID, "<p>Thanks, it works again.</p>", false); err != nil {
		return err
	}
	err := d.shows("alice writes a private note, then a public message", "only the message appears in Jira", d.jiraSays("works again"))
	if err != nil {
		return err
	}
	list, err := d.bob.Comments(d.ctx, d.eng.Key)
	if err != nil {
		return err
	}
	for _, c := range list {
		if strings.Contains(c.Body, "vendor") {
			return fmt.Errorf("the private note leaked to %s", d.eng.Key)
		}
	}
	return nil
}

// jiraSays looks for a comment on the demo's issue.
func (d *demo) jiraSays(text string) func() (bool, error) {
	return func() (bool, error) {
		list, err := d.bob.Comments(d.ctx, d.eng.Key)
		for _, c := range list {
			if strings.Contains(c.Body, text) {
				return true, err
			}
		}
		return false, err
	}
}
