package linear

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// Hook verifies and reads Linear's webhooks.
type Hook struct{ connection trackers.Connection }

// NewHook returns the hook of one connection, which must have the secret that
// signs its deliveries or, where that is not to be had, a token for the path.
func NewHook(c trackers.Connection) (*Hook, error) {
	if c.Secret == "" && c.HookKey == "" {
		return nil, fmt.Errorf("open webhook of connection %s: webhook_secret is empty: write the signing secret that Linear shows for the webhook", c.Name)
	}
	return &Hook{connection: c}, nil
}

// Verify accepts a valid signature, or the right token in the path. The time in
// the body is not looked at: what Linear delivers again may carry the time of
// its first try, and a hint that comes late or twice does no harm.
func (h *Hook) Verify(header http.Header, pathToken string, body []byte) bool {
	return h.connection.Genuine(header.Get("Linear-Signature"), pathToken, body)
}

// Delivery returns Linear's own id of a delivery.
func (h *Hook) Delivery(header http.Header) string { return header.Get("Linear-Delivery") }

const noTicketID = "no ticket id found"

// plainID is what can be an issue's id: a UUID, but its form is Linear's own
// business. Anything else would be delivered again for ever.
var plainID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,100}$`)

// irrelevantTypes are the types of which nothing is replicated, although some name
// an issue.
var irrelevantTypes = []string{
	"AgentSessionEvent", "AppUserNotification", "Customer", "CustomerNeed", "Cycle", "Document", "Initiative",
	"InitiativeUpdate", "IssueSLA", "OAuthApp", "PermissionChange", "Project", "ProjectLabel", "ProjectUpdate", "User",
}

// Parse lists the issue of a delivery.
func (h *Hook) Parse(body []byte) ([]ticket.Event, string, error) {
	root, ok := readObject(body)
	if !ok {
		return nil, "", errors.New("parse webhook: the body is no JSON object")
	}
	p := hookPayload{hookObject: root, data: root.child("data")}
	e, ignored := p.event()
	switch {
	case plainID.MatchString(e.ID):
		return []ticket.Event{e}, ignored, nil
	case ignored == "":
		ignored = noTicketID
	}
	return nil, ignored, nil
}

// hookPayload is one delivery and the object it is about.
type hookPayload struct {
	hookObject
	data hookObject
}

func (p hookPayload) event() (e ticket.Event, ignored string) {
	kind := p.kind()
	switch {
	case kind == "Issue":
		return p.issue(), ""
	case kind == "Comment":
		return p.comment()
	case kind == "Attachment":
		return p.attachment()
	case kind == "Reaction":
		return p.ofIssue(ticket.CommentEvent), "a reaction changes nothing that is replicated"
	case kind == "IssueLabel":
		return ticket.Event{}, "a label, no ticket"
	case slices.Contains(irrelevantTypes, kind):
		return p.ofIssue(ticket.TicketEvent), "type " + kind + " changes nothing that is replicated"
	}
	if e = p.ofIssue(ticket.TicketEvent); e.ID == "" && plainID.MatchString(kind) {
		return e, "type " + kind + " names no issue"
	}
	return e, ""
}

// kind returns the type of the object; where it is not said, its members tell.
func (p hookPayload) kind() string {
	kind := p.text("type")
	onIssue := p.data.has("issueId") || p.data.has("issue")
	switch {
	case kind != "":
		return kind
	case p.data.has("body") && onIssue:
		return "Comment"
	case p.data.has("title") && !onIssue && (p.data.has("number") || p.data.has("team") || p.data.has("teamId")):
		return "Issue"
	}
	return ""
}

// issue reads an event about a whole issue. A removal may be an archiving or a
// deletion: the pair finds out by reading. Neither it nor a restoration need
// move updatedAt, so with a version they could pass for an echo.
func (p hookPayload) issue() ticket.Event {
	e := ticket.Event{
		Kind: ticket.TicketEvent, ID: p.data.text("id"),
		Actor: p.actor(), Container: hookContainer(p.data), Created: at(p.data.text("createdAt")),
	}
	switch p.text("action") {
	case "remove":
		e.Kind = ticket.DeleteEvent
	case "create", "update", "":
		e.Version = p.data.text("updatedAt")
	}
	return e
}

func (p hookPayload) comment() (e ticket.Event, ignored string) {
	e = p.ofIssue(ticket.CommentEvent)
	if id := p.data.text("id"); plainID.MatchString(id) {
		e.Comment = id
	}
	if !p.removed() {
		e.Version = p.data.text("updatedAt")
	}
	switch {
	case !p.data.has("issueId") && !p.data.has("issue"):
		return e, "a comment on no issue"
	case p.reacted():
		return e, "a reaction changes nothing that is replicated"
	}
	return e, ""
}

// attachment reads an event about a link of an issue. Our own marker tells us
// nothing until somebody removes it.
func (p hookPayload) attachment() (e ticket.Event, ignored string) {
	e = p.ofIssue(ticket.LinkEvent)
	action := p.text("action")
	switch {
	case e.ID == "":
		return e, "an attachment of no issue"
	case strings.Contains(p.data.text("url"), linkEnd) && (action == "create" || action == "update"):
		return e, "a marker of ticketsync"
	}
	return e, ""
}

// ofIssue returns an event for the issue that the object belongs to; its ID is
// "" where there is none.
func (p hookPayload) ofIssue(kind ticket.EventKind) ticket.Event {
	issue := p.data.child("issue")
	return ticket.Event{
		Kind: kind, ID: cmp.Or(p.data.text("issueId"), issue.text("id"), p.child("issueData").text("id")),
		Actor: p.actor(), Container: hookContainer(issue),
	}
}

func (p hookPayload) removed() bool { return p.text("action") == "remove" }

// actor returns the user who acted. Integrations and OAuth clients have ids of
// another kind, and automation none: who acted is unknown then.
func (p hookPayload) actor() string {
	actor := p.child("actor")
	if kind := actor.text("type"); kind != "" && kind != "user" {
		return ""
	}
	return actor.text("id")
}

// reacted reports whether an update of a comment was only a reaction to it. The
// old values hold updatedAt as well, and some list what did not change.
func (p hookPayload) reacted() bool {
	old := p.child("updatedFrom")
	if p.text("action") != "update" || !old.lists("reactionData") {
		return false
	}
	for name := range old {
		if name != "reactionData" && name != "updatedAt" && !old.same(p.data, name) {
			return false
		}
	}
	return true
}

func hookContainer(issue hookObject) ticket.Container {
	team := issue.child("team")
	return ticket.Container{
		ID: cmp.Or(issue.text("teamId"), team.text("id")), Key: team.text("key"), Name: team.text("name"),
		// Absent and null alike do not prove that the issue is in no project.
		Part: cmp.Or(issue.text("projectId"), issue.child("project").text("id")),
	}
}
