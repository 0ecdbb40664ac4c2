package main

import (
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// others are the scenarios with trackers beside the first two.
func others() []scenario {
	return []scenario{
		{name: "team", files: []string{"team-pair", "team-alias-first", "team-alias"}, play: team},
		{name: "told", files: []string{"told-pair"}, tells: true, play: told},
	}
}

// team: a ticket and a Linear issue, over a route without a status map; a
// thread of comments; the issue goes into the trash, out of it, and in again.
func team(s *stage) {
	lin := people.AtLinear(s.LinearURL, "alice")
	var t people.Ticket
	s.step("create ticket", func() (err error) {
		t, err = s.rav.Create(s.ctx, "Product", "Export as CSV", "<p>With <strong>all</strong> columns.</p>", nil)
		return err
	})
	var i people.LinearIssue
	s.until("issue in Linear", func() (bool, error) {
		found, err := lin.Titled(s.ctx, "PRO", "Export as CSV")
		if len(found) == 1 {
			i = found[0]
		}
		return len(found) == 1, err
	})
	pair := ticket.PairID(ticket.Ref{Connection: "helpdesk", ID: t.ID}, "linear")
	s.stands(pair, workflows.IsLinked, "")
	s.becomes(t, "In Progress")
	s.stands(pair, workflows.IsLinked, "")
	s.step("comments in Linear", func() error {
		first, err := lin.Say(s.ctx, i.ID, "Which *separator*?", "")
		if err == nil {
			_, err = lin.Say(s.ctx, i.ID, "And which encoding?", first.ID)
		}
		return err
	})
	s.until("comments in Ravenna", func() (bool, error) {
		list, err := s.rav.Messages(s.ctx, t.ID)
		return len(list) == 2, err
	})
	s.step("done in Linear", func() error { return lin.SetStatus(s.ctx, i.ID, "Done") })
	s.until("done in Ravenna", func() (bool, error) {
		now, err := s.rav.Get(s.ctx, t.ID)
		return now.Status.Label == "Done", err
	})
	s.stands(pair, workflows.IsLinked, "")
	s.step("trash and restore", func() error {
		if err := lin.Trash(s.ctx, i.ID); err != nil {
			return err
		}
		return lin.Restore(s.ctx, i.ID)
	})
	s.stands(pair, workflows.IsLinked, "")
	s.step("trash", func() error { return lin.Trash(s.ctx, i.ID) })
	s.stands(pair, workflows.Unlinked, ticket.Deleted)
	s.save("team-pair", pair, "")
	alias := ticket.PairID(ticket.Ref{Connection: "linear", ID: i.ID}, "helpdesk")
	if runs := s.runs(alias); s.err == nil {
		s.save("team-alias-first", alias, runs[0])
	}
	s.save("team-alias", alias, "")
}

// told: the changes of an issue are told, one waits for the map to be mended,
// and in the end the issue is deleted.
func told(s *stage) {
	var i people.Issue
	s.step("create issue", func() (err error) {
		i, err = s.jira.Create(s.ctx, "ENG", "Task", "Rotate keys", "", nil)
		return err
	})
	pair := ticket.PairID(ticket.Ref{Connection: "jira", ID: i.ID}, "changes")
	s.until("start of the pair", func() (bool, error) {
		_, err := s.Client.DescribeWorkflowExecution(s.ctx, pair, "")
		return err == nil, err
	})
	s.stands(pair, workflows.IsLinked, "")
	s.moveIssue(i, "In Progress")
	s.moveIssue(i, "In Review")
	s.stands(pair, workflows.Attention, ticket.StatusUnmapped)
	for n := range s.File.Routes {
		if r := &s.File.Routes[n]; tells(*r) {
			r.Status = append(r.Status, reconcile.StatusRule{Left: "In Review", Right: "Ready"})
		}
	}
	s.apply(func(*reconcile.Rules) {})
	s.stands(pair, workflows.IsLinked, "")
	s.step("delete issue", func() error { return s.jira.Delete(s.ctx, i.Key) })
	s.stands(pair, workflows.Unlinked, ticket.Deleted)
	s.save("told-pair", pair, "")
}

func (s *stage) moveIssue(i people.Issue, to string) {
	s.step("move issue", func() error { return s.jira.Move(s.ctx, i.Key, to) })
}

// withoutReview leaves one status of the telling route without a counterpart.
func withoutReview(r *reconcile.Rules) {
	r.Status = []reconcile.StatusRule{{Left: "To Do", Right: "Planned"}, {Left: "In Progress", Right: "Processing"}, {Left: "Done", Right: "Done"}}
}

func tells(r reconcile.Rules) bool {
	_, ok := r.Announces()
	return ok
}
