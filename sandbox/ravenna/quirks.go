package ravenna

import (
	"fmt"
	"net/http"

	"github.com/ticketsync/ticketsync/sandbox"
)

// quirks are answers to what Ravenna's documentation leaves open.
type quirks struct {
	// Sort "off": lists come in order of creation, whatever was asked for.
	Sort string `json:"sort"`
	// MessageBumps "off": a message leaves its ticket's updatedAt alone.
	MessageBumps string `json:"message_bumps"`
	// Metadata says what PUT does with metadata: "merge" or "replace".
	Metadata string `json:"metadata"`
}

const (
	quirkOn      = "on"
	quirkOff     = "off"
	quirkMerge   = "merge"
	quirkReplace = "replace"
)

var defaultQuirks = quirks{Sort: quirkOn, MessageBumps: quirkOn, Metadata: quirkMerge}

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
	for _, check := range []struct{ name, value, one, other string }{
		{"sort", changed.Sort, quirkOn, quirkOff},
		{"message_bumps", changed.MessageBumps, quirkOn, quirkOff},
		{"metadata", changed.Metadata, quirkMerge, quirkReplace},
	} {
		if check.value != check.one && check.value != check.other {
			sandbox.RefuseControl(w, fmt.Errorf("%s is %q: write %q or %q", check.name, check.value, check.one, check.other))
			return
		}
	}
	s.quirks = changed
	sandbox.WriteControl(w, s.quirks)
}

// putReplicated makes a ticket look as if Ravenna's built-in replication owned
// it: it gets a link that no API call can make.
func (s *Server) putReplicated(w http.ResponseWriter, r *http.Request) {
	body := struct {
		TicketID string `json:"ticketId"`
		App      string `json:"app"`
		URL      string `json:"url"`
	}{App: "JIRA", URL: "https://jira.example.com/browse/EXT-1"}
	if !sandbox.ReadControl(w, r, &body) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.findTicket(body.TicketID)
	if !ok {
		sandbox.RefuseControl(w, fmt.Errorf("ticketId %q is no ticket", body.TicketID))
		return
	}
	if !integrationApps[body.App] {
		sandbox.RefuseControl(w, fmt.Errorf("app %q is unknown: write JIRA or LINEAR", body.App))
		return
	}
	now := s.now()
	l := link{
		ID: newID(), Name: body.App, URL: body.URL, UserID: userPrefix + "bot", TicketID: t.ID,
		App: body.App, CreatedAt: now, UpdatedAt: now,
	}
	s.links.Put(l.ID, l)
	sandbox.WriteControl(w, renderLink(l))
}

var integrationApps = map[string]bool{"JIRA": true, "LINEAR": true}
