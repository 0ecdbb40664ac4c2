package main

import (
	"net/http"
	"slices"

	historypb "go.temporal.io/api/history/v1"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// Paths that fail in the scenarios, of Jira but for the first.
const (
	createTicket = "/api/tickets"
	anyLink      = "/api/ticket-links"

	createIssue = "/rest/api/2/issue"
	anyIssue    = "/rest/api/2/issue/*"
	anyComment  = "/rest/api/2/issue/*/comment"
	anyProperty = "/rest/api/2/issue/*/properties/*"
)

// troubles are the scenarios in which a tracker misbehaves.
func troubles() []scenario {
	return []scenario{
		{name: "lost-create-claimed", files: []string{"lost-create-claimed-pair", "lost-create-claimed-alias"}, play: lostCreateClaimed},
		{name: "lost-create-found", files: []string{"lost-create-found-pair"}, play: lostCreateFound},
		{name: "lost-create-visited", files: []string{"lost-create-visited-pair"}, play: lostCreateVisited},
		{name: "lost-create-repeated", files: []string{"lost-create-repeated-pair"}, play: lostCreateRepeated},
		{name: "late-create", files: []string{"late-create-pair"}, play: lateCreate},
		{name: "late-answer", files: []string{"late-answer-pair"}, play: lateAnswer},
		{name: "lost-comment", files: []string{"lost-comment-pair"}, play: lostComment},
		{name: "refused", files: []string{"refused-pair"}, play: refused},
		{name: "slow", files: []string{"slow-pair"}, play: slow},
		{name: "hidden", files: []string{"hidden-pair"}, play: hidden},
		{name: "unread", files: []string{"unread-pair"}, play: unread},
		{name: "moved", files: []string{"moved-pair"}, play: moved},
		{name: "deleted", files: []string{"deleted-pair"}, play: deleted},
		{name: "deleted-early", files: []string{"deleted-early-pair"}, play: deletedEarly},
	}
}

// lostCreateClaimed: the answer to the create call is lost, and the replica's
// own webhook tells the pair that it exists.
func lostCreateClaimed(s *stage) {
	s.fault(http.MethodPost, createIssue, "drop-after-commit", 1)
	t, i := s.linked("Lost and claimed")
	s.save("lost-create-claimed-pair", ravennaPair(t.ID), "")
	s.save("lost-create-claimed-alias", jiraPair(i.ID), "")
}

// lostCreateFound: no webhook comes from Jira, and the replica is found by its
// marker.
func lostCreateFound(s *stage) {
	s.fault(http.MethodPost, createIssue, "drop-after-commit", 1)
	t := s.open("Lost and found", nil)
	s.until("start of the pair", func() (bool, error) {
		_, err := s.Client.DescribeWorkflowExecution(s.ctx, ravennaPair(t.ID), "")
		return err == nil, err
	})
	s.webhooks("drop")
	s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	s.save("lost-create-found-pair", ravennaPair(t.ID), "")
}

// lostCreateVisited: before the replica is found, somebody takes it on.
func lostCreateVisited(s *stage) {
	s.webhooks("drop")
	s.fault(http.MethodPost, createIssue, "drop-after-commit", 1)
	t := s.open("Lost and visited", nil)
	s.webhooks("normal")
	s.step("tell the pair", func() error { return s.rav.Edit(s.ctx, t.ID, map[string]any{"title": "Lost, visited and found"}) })
	i := s.issue("Lost, visited and found")
	s.webhooks("drop")
	s.step("take the issue", func() error {
		return s.jira.Edit(s.ctx, i.Key, map[string]any{"assignee": map[string]string{"accountId": "sandbox:alice"}})
	})
	s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	s.until("assignee in Ravenna", func() (bool, error) {
		now, err := s.rav.Get(s.ctx, t.ID)
		return now.AssigneeID != nil, err
	})
	s.save("lost-create-visited-pair", ravennaPair(t.ID), "")
}

// lostCreateRepeated: the call had no effect, and is made again.
func lostCreateRepeated(s *stage) {
	s.fault(http.MethodPost, createIssue, "drop-before-commit", 1)
	t, _ := s.linked("Lost and made again")
	s.save("lost-create-repeated-pair", ravennaPair(t.ID), "")
}

// lateCreate: the create call takes long, so that the origin is read again.
func lateCreate(s *stage) {
	s.fault(http.MethodPost, createIssue, "delay:3s", 1)
	t, _ := s.linked("Late")
	s.save("late-create-pair", ravennaPair(t.ID), "")
}

// lateAnswer: the answer to the create call shows the replica, and comes so late
// that the replica is read again.
func lateAnswer(s *stage) {
	s.ravennaFault(http.MethodPost, createTicket, "delay:3s")
	var i people.Issue
	s.step("create issue", func() (err error) {
		i, err = s.jira.Create(s.ctx, "ENG", "Bug", "Late answer", "text", nil)
		return err
	})
	s.ticket("Late answer")
	s.stands(jiraPair(i.ID), workflows.IsLinked, "")
	s.save("late-answer-pair", jiraPair(i.ID), "")
}

// lostComment: the answer to a copied comment is lost; it is looked for after
// a moment in which it could still appear.
func lostComment(s *stage) {
	t, i := s.linked("Lost comment")
	s.fault(http.MethodPost, anyComment, "drop-after-commit", 1)
	s.step("comment in Ravenna", func() error {
		_, err := s.rav.Say(s.ctx, t.ID, "<p>Any news?</p>", false)
		return err
	})
	s.commented(i)
	s.until("the copy's place in the state", func() (bool, error) {
		v, err := s.view(ravennaPair(t.ID))
		return v.Comments == 1, err
	})
	s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	s.save("lost-comment-pair", ravennaPair(t.ID), "")
}

// refused: the token is refused for a while; retry heals it.
func refused(s *stage) {
	t, _ := s.linked("Refused")
	s.fault("*", anyIssue, "status:401", 0)
	s.edit(t, "Refused no more")
	s.stands(ravennaPair(t.ID), workflows.Attention, ticket.Auth)
	s.heal()
	s.ask(ravennaPair(t.ID), addressing.UpdateRetry)
	s.issue("Refused no more")
	s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	s.until("the journal", func() (bool, error) {
		v, err := s.view(ravennaPair(t.ID))
		return slices.ContainsFunc(v.Journal, func(e workflows.Entry) bool { return e.To == "Refused no more" }), err
	})
	s.save("refused-pair", ravennaPair(t.ID), "")
}

// slow: one write fails for a while, and the transition decided with it is
// decided anew.
func slow(s *stage) {
	t, i := s.linked("Slow")
	s.webhooks("hold")
	s.edit(t, "Slow, but sure")
	s.becomes(t, "In Progress")
	s.fault(http.MethodPut, anyIssue, "status:503", 3)
	s.webhooks("normal")
	s.issue("Slow, but sure")
	s.status(i, "In Progress")
	s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	s.save("slow-pair", ravennaPair(t.ID), "")
}

// hidden: the replica cannot be found just when its marker is to be written;
// it is written later.
func hidden(s *stage) {
	s.fault(http.MethodPut, anyProperty, "status:404", 1)
	t := s.open("Hidden", nil)
	s.stands(ravennaPair(t.ID), workflows.Attention, ticket.AccessLost)
	s.ask(ravennaPair(t.ID), addressing.UpdateRetry)
	s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	s.save("hidden-pair", ravennaPair(t.ID), "")
}

// unread: the replica cannot be found once it is made, and meanwhile the origin
// gets an assignee, of which the create call knew nothing.
func unread(s *stage) {
	s.fault(http.MethodGet, anyIssue, "status:404", 0)
	t := s.open("Unread", nil)
	s.stands(ravennaPair(t.ID), workflows.Attention, ticket.AccessLost)
	s.step("assign ticket", func() error { return s.rav.Edit(s.ctx, t.ID, map[string]any{"assigneeId": "u_bob"}) })
	s.heal()
	s.ask(ravennaPair(t.ID), addressing.UpdateRetry)
	i := s.issue("Unread")
	s.until("assignee in Jira", func() (bool, error) {
		now, err := s.jira.Get(s.ctx, i.Key)
		return now.Fields.Assignee != nil, err
	})
	s.stands(ravennaPair(t.ID), workflows.IsLinked, "")
	s.save("unread-pair", ravennaPair(t.ID), "")
}

// moved: the replica is moved out before the origin could be marked, which is done
// while the pair waits.
func moved(s *stage) {
	s.ravennaFault(http.MethodPost, anyLink, "status:403")
	t := s.open("Moved", nil)
	i := s.issue("Moved")
	s.stands(ravennaPair(t.ID), workflows.Attention, ticket.LinkRefused)
	s.step("move issue", func() error {
		return people.Control(s.ctx, s.JiraURL, http.MethodPut, "/_sandbox/move", map[string]string{"issue": i.ID, "project": "HELP"}, nil)
	})
	s.stands(ravennaPair(t.ID), workflows.Attention, ticket.MovedOut)
	s.until("link in Ravenna", func() (bool, error) {
		links, err := s.rav.Links(s.ctx, t.ID)
		return len(links) == 1, err
	})
	s.quiet()
	s.save("moved-pair", ravennaPair(t.ID), "")
}

// deleted: the origin is deleted, which is said on the replica.
func deleted(s *stage) {
	t, i := s.linked("Deleted")
	s.step("delete ticket", func() error { return s.rav.Call(s.ctx, http.MethodDelete, "/tickets/"+t.ID, nil, nil) })
	s.stands(ravennaPair(t.ID), workflows.Unlinked, ticket.Deleted)
	s.commented(i)
	s.save("deleted-pair", ravennaPair(t.ID), "")
}

// deletedEarly: a ticket is deleted before anybody has looked at it; its run waits
// for a pair that may have made it.
func deletedEarly(s *stage) {
	s.webhooks("hold")
	t := s.open("Deleted early", nil)
	s.step("delete ticket", func() error { return s.rav.Call(s.ctx, http.MethodDelete, "/tickets/"+t.ID, nil, nil) })
	s.webhooks("normal")
	s.until("a timer", func() (bool, error) {
		h, err := s.history(ravennaPair(t.ID), "")
		return slices.ContainsFunc(h.GetEvents(), func(e *historypb.HistoryEvent) bool { return e.GetTimerStartedEventAttributes() != nil }), err
	})
	s.save("deleted-early-pair", ravennaPair(t.ID), "")
}
