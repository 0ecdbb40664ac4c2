package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

const route = "it-to-eng"

// operators are the scenarios in which somebody gives commands, or nobody
// tells anything.
func operators() []scenario {
	return []scenario{
		{name: "paused", files: []string{"paused-pair"}, play: paused},
		{name: "unlinked", files: []string{"unlinked-pair", "unlinked-alias"}, play: unlinked},
		{name: "unlinked-hidden", files: []string{"unlinked-hidden-pair"}, play: unlinkedHidden},
		{name: "terminated", files: []string{"terminated-pair"}, play: terminated},
		{name: "reworded", files: []string{"reworded-pair"}, play: reworded},
		{name: "resolved", files: []string{"resolved-pair"}, settings: holdingConflicts, play: resolved},
		{name: "lifted", files: []string{"lifted-pair"}, play: lifted},
		{name: "route", files: []string{"route-applied"}, play: applied},
		{name: "sweep", files: []string{"sweep-jira", "sweep-pair"}, settings: sweeping, play: swept},
	}
}

// paused: an edit while the pair is paused is made up for on resume.
func paused(s *stage) {
	t, _ := s.linked("Paused")
	pair := ravennaPair(t.ID)
	s.ask(pair, addressing.UpdatePause)
	s.edit(t, "Paused, then resumed")
	s.stands(pair, workflows.IsPaused, ticket.Paused)
	s.ask(pair, addressing.UpdateResume)
	s.issue("Paused, then resumed")
	s.stands(pair, workflows.IsLinked, "")
	s.save("paused-pair", pair, "")
}

// unlinked: the pair is unlinked, its tickets drift apart, and it is linked
// again with a new generation.
func unlinked(s *stage) {
	t, i := s.linked("Unlinked")
	pair := ravennaPair(t.ID)
	s.ask(pair, addressing.UpdateUnlink)
	s.stands(pair, workflows.Unlinked, ticket.UnlinkedByOperator)
	s.edit(t, "Linked again")
	s.quiet()
	s.ask(pair, addressing.UpdateLink, workflows.LinkTo{Replica: ticket.Ref{Connection: "jira", ID: i.ID}, Rules: s.rules()})
	s.stands(pair, workflows.IsLinked, "")
	s.save("unlinked-pair", pair, "")
	s.save("unlinked-alias", jiraPair(i.ID), "")
}

// unlinkedHidden: our account may not see the replica when it is unlinked, and
// tells it once it may.
func unlinkedHidden(s *stage) {
	t, _ := s.linked("Unlinked while hidden")
	pair := ravennaPair(t.ID)
	s.browse(false)
	s.ask(pair, addressing.UpdateUnlink)
	told := func(yes bool) func() (bool, error) {
		return func() (bool, error) {
			v, err := s.view(pair)
			return v.State == workflows.Unlinked && (v.Detail == "") == yes, err
		}
	}
	s.until("a marker that is still to be written", told(false))
	s.browse(true)
	s.until("the marker", told(true))
	s.quiet()
	s.save("unlinked-hidden-pair", pair, "")
}

// terminated: an operator terminates the pair; the next edit starts a run that
// finds the markers and takes the link up again.
func terminated(s *stage) {
	t, i := s.linked("Terminated")
	pair := ravennaPair(t.ID)
	s.step("comment in Ravenna", func() error {
		_, err := s.rav.Say(s.ctx, t.ID, "<p>Still there?</p>", false)
		return err
	})
	s.commented(i)
	s.quiet()
	s.step("terminate", func() error { return s.Client.TerminateWorkflow(s.ctx, pair, "", "by mistake") })
	s.edit(t, "Terminated, and back")
	s.issue("Terminated, and back")
	s.stands(pair, workflows.IsLinked, "")
	s.commented(i)
	s.save("terminated-pair", pair, "")
}

// reworded: a comment is edited while nobody keeps the pair; the run that takes
// it up again makes the copy anew.
func reworded(s *stage) {
	t, i := s.linked("Reworded")
	pair := ravennaPair(t.ID)
	var said people.Message
	s.step("comment in Ravenna", func() (err error) {
		said, err = s.rav.Say(s.ctx, t.ID, "<p>Any news?</p>", false)
		return err
	})
	s.commented(i)
	s.quiet()
	s.step("terminate", func() error { return s.Client.TerminateWorkflow(s.ctx, pair, "", "by mistake") })
	s.step("edit comment", func() error {
		return s.rav.Call(s.ctx, http.MethodPut, "/ticket-messages/"+said.ID, map[string]any{"content": "<p>Any news, please?</p>"}, nil)
	})
	s.until("the copy's text", func() (bool, error) {
		list, err := s.jira.Comments(s.ctx, i.Key)
		return len(list) == 1 && strings.Contains(list[0].Body, "please"), err
	})
	s.stands(pair, workflows.IsLinked, "")
	s.save("reworded-pair", pair, "")
}

// rules returns the route's settings in force.
func (s *stage) rules() (out *reconcile.Rules) {
	s.step("read routes", func() error {
		all, err := routing.NewRegistry(s.Client, slog.New(slog.DiscardHandler), time.Second).Rules(s.ctx)
		for i := range all {
			if all[i].Name == route {
				out = &all[i]
			}
		}
		if err == nil && out == nil {
			err = fmt.Errorf("no route %s", route)
		}
		return err
	})
	return out
}

func holdingConflicts(f *config.File) {
	f.Routes[0].Conflict = reconcile.Conflict{Default: reconcile.HoldConflict}
}

// resolved: a conflict waits for an operator, who decides.
func resolved(s *stage) {
	t, i := s.linked("Conflict")
	pair := ravennaPair(t.ID)
	s.webhooks("hold")
	s.edit(t, "Conflict, left")
	s.editIssue(i, "Conflict, right")
	s.webhooks("normal")
	s.stands(pair, workflows.Attention, ticket.Conflict)
	s.ask(pair, addressing.UpdateResolve, workflows.Resolve{Field: ticket.Title, Take: ticket.Right})
	s.ticket("Conflict, right")
	s.stands(pair, workflows.IsLinked, "")
	s.save("resolved-pair", pair, "")
}

// lifted: a route is disabled and enabled again before the pair has looked; it
// hears of both.
func lifted(s *stage) {
	t, _ := s.linked("Disabled")
	pair := ravennaPair(t.ID)
	off := false
	s.apply(func(r *reconcile.Rules) { r.Enabled = &off })
	s.edit(t, "Disabled, then enabled")
	s.stands(pair, workflows.IsPaused, ticket.Disabled)
	s.apply(func(r *reconcile.Rules) { r.Enabled = nil })
	s.issue("Disabled, then enabled")
	s.stands(pair, workflows.IsLinked, "")
	s.save("lifted-pair", pair, "")
}

// applied: a route is applied twice, paused, resumed and removed.
func applied(s *stage) {
	s.apply(func(r *reconcile.Rules) { r.OnDelete = "close" })
	for _, command := range []string{addressing.UpdatePause, addressing.UpdateResume, addressing.UpdateRemove} {
		s.ask(addressing.RouteID(route), command)
	}
	s.quiet()
	s.save("route-applied", addressing.RouteID(route), "")
}

// sweeping polls every second.
func sweeping(f *config.File) {
	for i := range f.Connections {
		f.Connections[i].Sweep, f.Connections[i].Audit = time.Second, 2*time.Second
	}
}

// swept: no webhook tells of an issue and an edit; the sweep finds both.
func swept(s *stage) {
	s.webhooks("drop")
	var i people.Issue
	s.step("create issue", func() (err error) {
		i, err = s.jira.Create(s.ctx, "ENG", "Bug", "Nobody told", "text", nil)
		return err
	})
	s.ticket("Nobody told")
	s.editIssue(i, "Nobody told twice")
	s.ticket("Nobody told twice")
	s.until("passes and an audit", func() (bool, error) {
		h, err := s.history(addressing.SweepID("jira"), "")
		return len(h.GetEvents()) > 60, err
	})
	s.save("sweep-jira", addressing.SweepID("jira"), "")
	s.save("sweep-pair", jiraPair(i.ID), "")
}
