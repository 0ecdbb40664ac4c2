package main

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// guards are the scenarios in which the product stops itself.
func guards() []scenario {
	return []scenario{
		{name: "storm", files: []string{"storm-tripped-pair", "storm-resumed-pair"}, play: storm},
		{name: "stopped", files: []string{"stopped-sweep", "stopped-route", "stopped-pair"}, settings: auditing, play: stopped},
	}
}

// storm: Jira refuses each write, and something hints the pair again and again
// although nobody changes anything.
func storm(s *stage) {
	t, _ := s.linked("Storm")
	pair := ravennaPair(t.ID)
	s.fault(http.MethodPut, anyIssue, "status:401", 0)
	s.edit(t, "Storm, blown over")
	s.stands(pair, workflows.Attention, ticket.Auth)
	s.until("the storm", func() (bool, error) {
		v, err := s.view(pair)
		if err != nil || v.Reason == ticket.WriteStorm {
			return err == nil, err
		}
		return false, s.Client.SignalWorkflow(s.ctx, pair, "", addressing.SignalHint, ticket.Hint{
			Ref: ticket.Ref{Connection: "helpdesk", ID: t.ID}, Kind: ticket.TicketEvent, Actor: "u_alice",
		})
	})
	s.stands(pair, workflows.IsPaused, ticket.WriteStorm)
	s.heal()
	s.ask(pair, addressing.UpdateResume)
	s.issue("Storm, blown over")
	s.stands(pair, workflows.IsLinked, "")
	s.save("storm-tripped-pair", pair, s.runWith(pair, func(e *historypb.HistoryEvent) bool {
		return e.GetEventType() == enumspb.EVENT_TYPE_MARKER_RECORDED
	}))
	s.save("storm-resumed-pair", pair, "")
}

// auditing has Jira's audit find what is lost soon, and the help desk's passes
// count it.
func auditing(f *config.File) {
	for i := range f.Connections {
		switch c := &f.Connections[i]; c.Name {
		case "jira":
			c.Sweep, c.Audit = time.Second, 2*time.Second
		case "helpdesk":
			c.Sweep = time.Second
		}
	}
}

// stopped: the account loses its permission to see a project with many linked
// issues; the audit stops the route; permission and route come back.
func stopped(s *stage) {
	var tickets []people.Ticket
	for n := range 7 {
		tickets = append(tickets, s.open(fmt.Sprintf("Hidden %d", n), nil))
	}
	for _, t := range tickets {
		s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	}
	sweep := addressing.SweepID("helpdesk")
	s.until("the first census", func() (bool, error) {
		h, err := s.history(sweep, "")
		return slices.ContainsFunc(h.GetEvents(), starts("Census")), err
	})
	s.browse(false)
	s.until("the stop of "+route, func() (bool, error) {
		r := s.rules()
		return r != nil && r.Stopped != "", s.err
	})
	s.browse(true)
	s.edit(tickets[0], "Seen again")
	s.stands(ravennaPair(tickets[0].ID), workflows.IsPaused, ticket.RouteStopped)
	s.ask(addressing.RouteID(route), addressing.UpdateResume)
	s.issue("Seen again")
	for _, t := range tickets {
		s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	}
	s.save("stopped-sweep", sweep, s.runWith(sweep, starts("StopRoute")))
	s.save("stopped-route", addressing.RouteID(route), "")
	s.save("stopped-pair", ravennaPair(tickets[0].ID), "")
}

// starts finds the start of an activity.
func starts(activity string) func(*historypb.HistoryEvent) bool {
	return func(e *historypb.HistoryEvent) bool {
		return e.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() == activity
	}
}

// browse lets our account see the project, or not.
func (s *stage) browse(may bool) {
	s.step("set permission", func() error {
		return people.Control(s.ctx, s.JiraURL, http.MethodPut, "/_sandbox/permission", map[string]any{"project": "ENG", "user": "bot", "browse": may}, nil)
	})
}

// runWith finds the run in whose history something happened.
func (s *stage) runWith(id string, what func(*historypb.HistoryEvent) bool) (found string) {
	for _, run := range s.runs(id) {
		s.step("search "+id, func() error {
			h, err := s.history(id, run)
			for _, e := range h.GetEvents() {
				if what(e) {
					found = run
				}
			}
			return err
		})
	}
	s.step("search "+id, func() error {
		if found == "" {
			return fmt.Errorf("no run of %s in which it happened", id)
		}
		return nil
	})
	return found
}
