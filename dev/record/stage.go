package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/dev/stack"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// stage is what a scenario is played on. After the first error every further
// step does nothing, so that scenarios read as stories and record no run that
// went another way.
type stage struct {
	*stack.Stack
	ctx   context.Context
	err   error
	rav   people.Ravenna
	jira  people.Jira
	out   string
	force bool
}

// step does one thing.
func (s *stage) step(what string, do func() error) {
	if s.err != nil {
		return
	}
	if err := do(); err != nil {
		s.err = fmt.Errorf("%s: %w", what, err)
	}
}

// until waits for something to become true.
func (s *stage) until(what string, check func() (bool, error)) {
	s.step("wait for "+what, func() error {
		for {
			ok, last := check()
			if ok && last == nil {
				return nil
			}
			select {
			case <-s.ctx.Done():
				return errors.Join(s.ctx.Err(), last)
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
}

// view asks a pair how it stands.
func (s *stage) view(pair string) (v workflows.View, err error) {
	answer, err := s.Client.QueryWorkflow(s.ctx, pair, "", addressing.QueryStatus)
	if err != nil {
		return v, err
	}
	return v, answer.Get(&v)
}

// stands waits until a pair is in a state with a reason, and nothing moves.
func (s *stage) stands(pair, state string, reason ticket.Reason) {
	s.until(pair+" "+state+" "+string(reason), func() (bool, error) {
		v, err := s.view(pair)
		if err == nil && (v.State != state || v.Reason != reason) {
			err = fmt.Errorf("state %s, reason %s: %s", v.State, v.Reason, v.Detail)
		}
		return err == nil, err
	})
	s.quiet()
}

// quiet waits until no tracker has been asked anything for a moment.
func (s *stage) quiet() {
	last, since := -1, time.Now()
	s.until("quiet", func() (bool, error) {
		n := 0
		for _, root := range s.Trackers() {
			all, err := people.Requests(s.ctx, root)
			if err != nil {
				return false, err
			}
			for _, r := range all {
				if r.Actor == "bot" {
					n++
				}
			}
		}
		if n != last {
			last, since = n, time.Now()
		}
		return time.Since(since) > 700*time.Millisecond, nil
	})
}

// open makes a ticket in Ravenna.
func (s *stage) open(title string, fields map[string]any) (t people.Ticket) {
	s.step("create ticket", func() (err error) {
		t, err = s.rav.Create(s.ctx, "IT Support", title, "<p>It does <strong>not</strong> work.</p>", fields)
		return err
	})
	return t
}

// linked makes a ticket in Ravenna and waits for its pair.
func (s *stage) linked(title string) (people.Ticket, people.Issue) {
	t := s.open(title, nil)
	i := s.issue(title)
	s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	return t, i
}

// edit changes a ticket's title, and editIssue an issue's.
func (s *stage) edit(t people.Ticket, title string) {
	s.step("edit ticket", func() error { return s.rav.Edit(s.ctx, t.ID, map[string]any{"title": title}) })
}

func (s *stage) editIssue(i people.Issue, title string) {
	s.step("edit issue", func() error { return s.jira.Edit(s.ctx, i.Key, map[string]any{"summary": title}) })
}

// issue waits for the one issue with this summary, and ticket for the one
// ticket with this title.
func (s *stage) issue(summary string) (out people.Issue) {
	s.until("issue "+summary, func() (bool, error) {
		found, err := s.jira.Titled(s.ctx, "ENG", summary)
		if len(found) == 1 {
			out = found[0]
		}
		return len(found) == 1, err
	})
	return out
}

func (s *stage) ticket(title string) (out people.Ticket) {
	s.until("ticket "+title, func() (bool, error) {
		found, err := s.rav.Titled(s.ctx, "IT Support", title)
		if len(found) == 1 {
			out = found[0]
		}
		return len(found) == 1, err
	})
	return out
}

// becomes sets a ticket's status.
func (s *stage) becomes(t people.Ticket, status string) {
	s.step("set status", func() error { return s.rav.SetStatus(s.ctx, t.ID, status) })
}

// status waits until an issue has a status.
func (s *stage) status(i people.Issue, want string) {
	s.until(i.Key+" "+want, func() (bool, error) {
		now, err := s.jira.Get(s.ctx, i.Key)
		return now.Fields.Status.Name == want, err
	})
}

// commented waits until an issue has its one comment.
func (s *stage) commented(i people.Issue) {
	s.until("comments on "+i.Key, func() (bool, error) {
		list, err := s.jira.Comments(s.ctx, i.Key)
		return len(list) == 1, err
	})
}

// webhooks sets how the sandbox servers deliver.
func (s *stage) webhooks(mode string) {
	for _, root := range s.Trackers() {
		s.step("set webhooks", func() error {
			return people.Control(s.ctx, root, http.MethodPut, "/_sandbox/webhooks", map[string]string{"mode": mode}, nil)
		})
	}
}

// fault makes Jira fail; times 0 is until heal.
func (s *stage) fault(method, path, what string, times int) {
	s.faults([]map[string]any{{"method": method, "path": path, "fault": what, "times": times}})
}

// ravennaFault makes Ravenna fail once.
func (s *stage) ravennaFault(method, path, what string) {
	s.step("set Ravenna's faults", func() error {
		return people.Control(s.ctx, s.RavennaURL, http.MethodPut, "/_sandbox/faults",
			[]map[string]any{{"method": method, "path": path, "fault": what, "times": 1}}, nil)
	})
}

func (s *stage) heal() { s.faults([]map[string]any{}) }

func (s *stage) faults(list []map[string]any) {
	s.step("set faults", func() error {
		return people.Control(s.ctx, s.JiraURL, http.MethodPut, "/_sandbox/faults", list, nil)
	})
}

// ask sends an update and waits for its end.
func (s *stage) ask(id, name string, args ...any) {
	s.step(name+" "+id, func() error {
		handle, err := s.Client.UpdateWorkflow(s.ctx, client.UpdateWorkflowOptions{
			WorkflowID: id, UpdateName: name, Args: args, WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return err
		}
		return handle.Get(s.ctx, nil)
	})
}

// apply takes the route, changed, into force.
func (s *stage) apply(change func(*reconcile.Rules)) {
	change(&s.File.Routes[0])
	s.step("apply", func() error { return s.Apply(s.ctx, io.Discard) })
	s.quiet()
}

func ravennaPair(id string) string {
	return ticket.PairID(ticket.Ref{Connection: "helpdesk", ID: id}, "jira")
}

func jiraPair(id string) string {
	return ticket.PairID(ticket.Ref{Connection: "jira", ID: id}, "helpdesk")
}
