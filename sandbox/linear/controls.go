package linear

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/ticketsync/ticketsync/sandbox"
)

// controls are the endpoints under /_sandbox that only this server has.
func (s *Server) controls() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"GET /_sandbox/quirks":     s.getQuirks,
		"PUT /_sandbox/quirks":     s.putQuirks,
		"PUT /_sandbox/limits":     s.putLimits,
		"DELETE /_sandbox/limits":  s.deleteLimits,
		"PUT /_sandbox/permission": s.putPermission,
		"PUT /_sandbox/replicated": s.putReplicated,
	}
}

// quirks happen once: each is off again after the answer it concerned.
type quirks struct {
	// Partial: the next answer comes with data and with errors.
	Partial bool `json:"partial"`
	// NullIssue: the next issueCreate or issueUpdate is done, and succeeds
	// without an issue in its answer.
	NullIssue bool `json:"null_issue"`
}

func (s *Server) getQuirks(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sandbox.WriteControl(w, s.quirks)
}

// putQuirks changes the quirks that are named and leaves the others.
func (s *Server) putQuirks(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := s.quirks
	if !sandbox.ReadControl(w, r, &changed) {
		return
	}
	s.quirks = changed
	sandbox.WriteControl(w, s.quirks)
}

// putLimits lowers the limits of everybody, and forgets what was used so far.
func (s *Server) putLimits(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Requests   int `json:"requests"`
		Complexity int `json:"complexity"`
	}
	if !sandbox.ReadControl(w, r, &body) {
		return
	}
	if body.Requests < 0 || body.Complexity < 0 {
		sandbox.RefuseControl(w, errors.New("limits: write positive numbers, or 0 for Linear's own"))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = newLimits()
	s.limits.requests, s.limits.complexity = body.Requests, body.Complexity
	sandbox.WriteControl(w, body)
}

func (s *Server) deleteLimits(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits = newLimits()
	w.WriteHeader(http.StatusNoContent)
}

// putPermission gives or takes a user's sight of a team and of all that is in
// it. The app is named "app".
func (s *Server) putPermission(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Team   string `json:"team"`
		User   string `json:"user"`
		Browse *bool  `json:"browse"`
	}
	if !sandbox.ReadControl(w, r, &body) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	teams := s.teams.Select(func(t team) bool { return t.Key == body.Team })
	u, known := s.users.Get(seedID("user/" + body.User))
	if len(teams) == 0 || !known || body.Browse == nil {
		sandbox.RefuseControl(w, fmt.Errorf("team %q, user %q: write {\"team\":\"PRO\",\"user\":\"bot\",\"browse\":false}", body.Team, body.User))
		return
	}
	key := teams[0].ID + "/" + u.ID
	if *body.Browse {
		s.denied.Delete(key)
	} else {
		s.denied.Put(key, true)
	}
	sandbox.WriteControl(w, body)
}

// Integrations that can own an issue as well.
const (
	serviceJira   = "jira"
	serviceGithub = "github"
	serviceSlack  = "slack"
)

var services = []string{serviceJira, serviceGithub, serviceSlack}

// putReplicated makes an issue look as if one of Linear's own integrations
// owned it, which no API call can do.
func (s *Server) putReplicated(w http.ResponseWriter, r *http.Request) {
	body := struct {
		ID      string `json:"id"`
		Service string `json:"service"`
	}{Service: serviceJira}
	if !sandbox.ReadControl(w, r, &body) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before, ok := s.findIssue(body.ID)
	if !ok {
		sandbox.RefuseControl(w, fmt.Errorf("id %q is no issue", body.ID))
		return
	}
	if !slices.Contains(services, body.Service) {
		sandbox.RefuseControl(w, fmt.Errorf("service %q is unknown: write jira, github or slack", body.Service))
		return
	}
	after := before
	after.Synced = append(slices.Clone(before.Synced), synced{ID: newID(), Service: body.Service})
	// Whoever set up the integration acts; the workspace has one admin.
	admin, _ := s.users.Get(seedID("user/alice"))
	(&call{s: s, actor: admin}).saveIssue(before, after, "update")
	sandbox.WriteControl(w, body)
}
