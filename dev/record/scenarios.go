package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// scenario is a story whose runs are recorded.
type scenario struct {
	name     string
	files    []string // histories it writes, without .json
	settings func(*config.File)
	// tells keeps the route that only tells of changes: elsewhere it would be a
	// second pair on each issue.
	tells bool
	play  func(*stage)
}

func scenarios() []scenario {
	return slices.Concat([]scenario{
		{name: "ticket", files: []string{"ticket-pair", "ticket-alias"}, play: ticketCreated},
		{name: "issue", files: []string{"issue-pair", "issue-alias"}, play: issueCreated},
		{name: "both-edited", files: []string{"both-edited-pair"}, play: bothEdited},
		{name: "unmapped", files: []string{"unmapped-pair"}, settings: withoutWaiting, play: unmapped},
		{name: "taken-back", files: []string{"taken-back-pair"}, settings: withoutWaiting, play: takenBack},
		{name: "private", files: []string{"private-skipped"}, play: private},
		{name: "long-life", files: []string{"long-life-first", "long-life-second"}, play: longLife},
	}, others(), troubles(), operators(), guards())
}

// names lists the scenarios.
func names() []string {
	var out []string
	for _, s := range scenarios() {
		out = append(out, s.name)
	}
	return out
}

// ticketCreated: a ticket from the help desk, with comments both ways and a
// status over several transitions; Jira's edit comes through the alias.
func ticketCreated(s *stage) {
	t, i := s.linked("VPN down")
	s.step("comment in Ravenna", func() error {
		_, err := s.rav.Say(s.ctx, t.ID, "<p>Any news?</p>", false)
		return err
	})
	s.commented(i)
	s.step("comment in Jira", func() error {
		_, err := s.jira.Say(s.ctx, i.Key, "Working on it.")
		return err
	})
	s.until("comments in Ravenna", func() (bool, error) {
		list, err := s.rav.Messages(s.ctx, t.ID)
		return len(list) == 2, err
	})
	s.becomes(t, "Done")
	s.status(i, "Done")
	s.quiet()
	s.editIssue(i, "VPN down in Berlin")
	s.ticket("VPN down in Berlin")
	s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	s.save("ticket-pair", ravennaPair(t.ID), "")
	s.save("ticket-alias", jiraPair(i.ID), "")
}

// issueCreated: the same from Jira.
func issueCreated(s *stage) {
	id := ""
	s.step("create issue", func() error {
		i, err := s.jira.Create(s.ctx, "ENG", "Bug", "Crash on login", "h1. Steps\n# open\n# crash", nil)
		id = i.ID
		return err
	})
	t := s.ticket("Crash on login")
	s.stands(jiraPair(id), workflows.IsLinked, "")
	s.step("edit ticket", func() error { return s.rav.Edit(s.ctx, t.ID, map[string]any{"priority": "URGENT"}) })
	s.until("priority in Jira", func() (bool, error) {
		now, err := s.jira.Get(s.ctx, id)
		return now.Fields.Priority != nil && now.Fields.Priority.Name == "Highest", err
	})
	s.stands(jiraPair(id), workflows.IsLinked, "")
	s.save("issue-pair", jiraPair(id), "")
	s.save("issue-alias", ravennaPair(t.ID), "")
}

// bothEdited: people on both sides change the same field before either hint
// arrives.
func bothEdited(s *stage) {
	t, i := s.linked("Two edits")
	s.webhooks("hold")
	s.edit(t, "Two edits, left")
	s.editIssue(i, "Two edits, right")
	s.webhooks("normal")
	s.until("both alike", func() (bool, error) {
		left, err := s.rav.Get(s.ctx, t.ID)
		right, err2 := s.jira.Get(s.ctx, i.Key)
		return left.Title == right.Fields.Summary, errors.Join(err, err2)
	})
	s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	s.save("both-edited-pair", ravennaPair(t.ID), "")
}

func withoutWaiting(f *config.File) {
	f.Routes[0].Status = slices.DeleteFunc(slices.Clone(f.Routes[0].Status), func(r reconcile.StatusRule) bool { return r.Left == "Waiting" })
}

// unmapped: a status without a rule is held until apply brings one.
func unmapped(s *stage) {
	t, i := s.linked("Waiting for a map")
	s.becomes(t, "Waiting")
	s.stands(ravennaPair(t.ID), workflows.Attention, ticket.StatusUnmapped)
	s.apply(func(r *reconcile.Rules) {
		r.Status = append(r.Status, reconcile.StatusRule{Left: "Waiting", Right: "In Progress", Direction: reconcile.ToRight})
	})
	s.status(i, "In Progress")
	s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	s.save("unmapped-pair", ravennaPair(t.ID), "")
}

// takenBack: a status without a rule waits and is taken back, after somebody has
// moved the issue. Nobody is told before both have happened.
func takenBack(s *stage) {
	t, i := s.linked("Taken back")
	s.becomes(t, "Waiting")
	s.stands(ravennaPair(t.ID), workflows.Attention, ticket.StatusUnmapped)
	s.webhooks("hold")
	s.step("move issue", func() error { return s.jira.Move(s.ctx, i.ID, "In Progress") })
	s.becomes(t, "Open")
	s.webhooks("normal")
	s.status(i, "To Do")
	s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	s.save("taken-back-pair", ravennaPair(t.ID), "")
}

// private: a ticket that is not replicated.
func private(s *stage) {
	id := ravennaPair(s.open("Secret", map[string]any{"private": true}).ID)
	s.until("end of "+id, func() (bool, error) {
		answer, err := s.Client.DescribeWorkflowExecution(s.ctx, id, "")
		return answer.GetWorkflowExecutionInfo().GetCloseTime() != nil, err
	})
	s.save("private-skipped", id, "")
}

// longLife: so many edits that the pair continues as new, and goes on.
func longLife(s *stage) {
	t, i := s.linked("Much ado")
	pair := ravennaPair(t.ID)
	var runs []string
	for n := 0; len(runs) < 2 && s.err == nil; n++ {
		title := fmt.Sprintf("Much ado, act %d", n)
		s.edit(t, title)
		s.issue(title)
		s.stands(pair, workflows.IsLinked, "")
		runs = s.runs(pair)
	}
	s.becomes(t, "In Progress")
	s.status(i, "In Progress")
	s.quiet()
	if s.err == nil {
		s.save("long-life-first", pair, runs[0])
		s.save("long-life-second", pair, runs[1])
	}
}
