package main

import (
	"fmt"
	"net/http"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// guards are the scenarios in which the product stops itself.
func guards() []scenario {
	return []scenario{
		{name: "storm", files: []string{"storm-tripped-pair", "storm-resumed-pair"}, play: storm},
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
