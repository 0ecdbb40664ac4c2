package jira

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// Hook verifies and reads Jira's webhooks.
type Hook struct{ connection trackers.Connection }

// NewHook returns the hook of one connection, which must have a secret for the
// signature or, for old servers that sign nothing, a token for the path.
func NewHook(c trackers.Connection) (*Hook, error) {
	if c.Secret == "" && c.HookKey == "" {
		return nil, fmt.Errorf("open webhook of connection %s: webhook_secret and webhook_token are both empty, set one", c.Name)
	}
	return &Hook{connection: c}, nil
}

// Verify accepts a valid signature, or the right token in the path. The
// signature names its method, which may change: any but sha256 is refused.
func (h *Hook) Verify(header http.Header, pathToken string, body []byte) bool {
	signature := header.Get("X-Hub-Signature")
	if sum, ok := strings.CutPrefix(signature, "sha256="); ok && sum != "" {
		signature = sum
	} else if signature != "" {
		signature = "of another method"
	}
	return h.connection.Genuine(signature, pathToken, body)
}

// payload is what is read of a delivery. Its members stay raw: whatever has an
// unexpected shape is left out, the rest still counts.
type payload struct {
	Event     loose           `json:"webhookEvent"`
	Type      loose           `json:"issue_event_type_name"`
	User      json.RawMessage `json:"user"`
	Issue     json.RawMessage `json:"issue"`
	Comment   json.RawMessage `json:"comment"`
	Changelog json.RawMessage `json:"changelog"`
	IssueLink json.RawMessage `json:"issueLink"`
	Worklog   json.RawMessage `json:"worklog"`
}

// loose is a string or number; anything else is empty.
type loose string

// UnmarshalJSON never fails.
func (l *loose) UnmarshalJSON(raw []byte) error {
	var number json.Number
	var text string
	switch {
	case json.Unmarshal(raw, &text) == nil:
		*l = loose(text)
	case json.Unmarshal(raw, &number) == nil:
		*l = loose(number)
	}
	return nil
}

type hookUser struct {
	AccountID loose `json:"accountId"`
	Key       loose `json:"key"`
	Name      loose `json:"name"`
}

func (u hookUser) id() string {
	for _, id := range []loose{u.AccountID, u.Key, u.Name} {
		if id != "" {
			return string(id)
		}
	}
	return ""
}

type hookIssue struct {
	ID     loose `json:"id"`
	Fields struct {
		Updated loose `json:"updated"`
		Created loose `json:"created"`
		Project struct {
			ID   loose `json:"id"`
			Key  loose `json:"key"`
			Name loose `json:"name"`
		} `json:"project"`
		Type struct {
			Name loose `json:"name"`
		} `json:"issuetype"`
	} `json:"fields"`
}

type hookComment struct {
	ID           loose    `json:"id"`
	Self         loose    `json:"self"`
	Updated      loose    `json:"updated"`
	UpdateAuthor hookUser `json:"updateAuthor"`
}

// Delivery returns Jira's own id of a delivery.
func (h *Hook) Delivery(header http.Header) string {
	return header.Get("X-Atlassian-Webhook-Identifier")
}

// Parse lists the issues of a delivery.
func (h *Hook) Parse(body []byte) ([]ticket.Event, string, error) {
	var p payload
	if err := json.Unmarshal(body, &p); err != nil {
		return nil, "", errors.New("parse webhook: the body is no JSON object")
	}
	if strings.TrimSpace(string(body)) == "null" {
		return nil, "", errors.New("parse webhook: the body is no JSON object")
	}
	events := p.events()
	switch reason := p.irrelevant(); {
	case reason != "":
		return events, reason, nil
	case len(events) == 0:
		return nil, "no issue in it", nil
	}
	return events, "", nil
}

// irrelevantEvents are kinds of event that change nothing we replicate, by how
// their names start.
var irrelevantEvents = []string{
	"issuelink_", "issue_property_", "worklog_", "jira:worklog_", "attachment_", "sprint_", "board_",
	"jira:version_", "project_", "user_", "option_", "filter_",
}

func (p *payload) irrelevant() string {
	name := string(p.Event)
	if slices.ContainsFunc(irrelevantEvents, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
		return "event " + name + " changes nothing that is replicated"
	}
	return ""
}

var (
	issueInSelf = regexp.MustCompile(`/issue/([0-9]+)/comment/`)
	numeric     = regexp.MustCompile(`^[0-9]{1,19}$`)
)

func (p *payload) events() []ticket.Event {
	var user hookUser
	var issue hookIssue
	var comment hookComment
	decode(p.User, &user)
	decode(p.Issue, &issue)
	decode(p.Comment, &comment)
	base := ticket.Event{
		Kind: ticket.TicketEvent, ID: string(issue.ID), Actor: user.id(),
		Container: ticket.Container{
			ID:   string(issue.Fields.Project.ID),
			Key:  string(issue.Fields.Project.Key),
			Name: string(issue.Fields.Project.Name),
		},
		Type: string(issue.Fields.Type.Name), Created: parseTime(string(issue.Fields.Created)),
	}
	if !numeric.MatchString(base.ID) {
		base.ID = ""
		// Data Center's comment events name the issue only in an address.
		if m := issueInSelf.FindStringSubmatch(string(comment.Self)); m != nil {
			base.ID = m[1]
		}
	}
	if base.ID == "" {
		return p.mentioned()
	}
	ofTicket := base
	ofTicket.Version = versionOf(string(issue.Fields.Updated))
	switch {
	case p.Event == "jira:issue_deleted":
		base.Kind = ticket.DeleteEvent
		return []ticket.Event{base}
	case p.Event == "comment_deleted", p.Type == "issue_comment_deleted":
		// The version is that of the last edit, which may be known: without
		// one the deletion cannot be taken for an echo.
		base.Kind, base.Comment = ticket.CommentEvent, string(comment.ID)
		if p.changed() {
			return []ticket.Event{base, ofTicket}
		}
		return []ticket.Event{base}
	case comment.ID != "":
		base.Kind, base.Comment, base.Version = ticket.CommentEvent, string(comment.ID), versionOf(string(comment.Updated))
		if actor := comment.UpdateAuthor.id(); base.Actor == "" {
			base.Actor = actor
		}
		if p.changed() {
			return []ticket.Event{base, ofTicket}
		}
		return []ticket.Event{base}
	case strings.HasPrefix(string(p.Event), "comment_"):
		base.Kind = ticket.CommentEvent
		return []ticket.Event{base}
	case strings.HasPrefix(string(p.Event), "issue_property_"):
		// The property's change does not show in the issue's version.
		return []ticket.Event{base}
	}
	return append([]ticket.Event{ofTicket}, p.mentioned()...)
}

// changed reports whether a field changed along with a comment.
func (p *payload) changed() bool {
	var log struct {
		Items []json.RawMessage `json:"items"`
	}
	decode(p.Changelog, &log)
	return len(log.Items) > 0
}

// mentioned lists issues named outside the issue member: the ends of an issue
// link, a worklog's issue.
func (p *payload) mentioned() []ticket.Event {
	var link struct {
		Source      loose `json:"sourceIssueId"`
		Destination loose `json:"destinationIssueId"`
	}
	var work struct {
		Issue loose `json:"issueId"`
	}
	decode(p.IssueLink, &link)
	decode(p.Worklog, &work)
	var out []ticket.Event
	for _, e := range []ticket.Event{
		{Kind: ticket.LinkEvent, ID: string(link.Source)},
		{Kind: ticket.LinkEvent, ID: string(link.Destination)},
		{Kind: ticket.TicketEvent, ID: string(work.Issue)},
	} {
		if numeric.MatchString(e.ID) {
			out = append(out, e)
		}
	}
	return out
}

// decode fills what fits and leaves the rest empty.
func decode(raw json.RawMessage, into any) {
	if len(raw) > 0 {
		_ = json.Unmarshal(raw, into)
	}
}
