package ravenna

import (
	"bytes"
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

// signatureHeaders are where a signature is looked for: Ravenna lets a webhook
// have a secret but does not document what it does with it.
var signatureHeaders = []string{"X-Ravenna-Signature", "X-Webhook-Signature", "X-Signature"}

// deletions are the types that speak of the whole ticket; a tag of it may be
// deleted too.
var deletions = []string{"ticket.deleted", "ticket.delete", "ticket_deleted", "ticketdeleted"}

// Hook verifies and reads deliveries. What Ravenna sends is undocumented, so
// reading is tolerant: a delivery is only a hint.
type Hook struct{ connection trackers.Connection }

// NewHook returns the receiving side of a connection. Without a token and
// without a secret every delivery could be forged, which is refused.
func NewHook(c trackers.Connection) (*Hook, error) {
	if c.HookKey == "" && c.Secret == "" {
		return nil, fmt.Errorf("open webhook of connection %s: webhook_token is empty: write one and let Ravenna's webhook URL end in it", c.Name)
	}
	return &Hook{connection: c}, nil
}

// Verify implements trackers.Hook. The path's token or a signature is enough,
// but one that is there and wrong is always refused.
func (h *Hook) Verify(header http.Header, pathToken string, body []byte) bool {
	for _, name := range signatureHeaders {
		if signature := header.Get(name); signature != "" {
			if sum, ok := strings.CutPrefix(signature, "sha256="); ok && sum != "" {
				signature = sum
			}
			return h.connection.Genuine(signature, pathToken, body)
		}
	}
	return h.connection.Genuine("", pathToken, body)
}

// Delivery implements trackers.Hook: no header is documented.
func (h *Hook) Delivery(http.Header) string { return "" }

// plainID is what can be a ticket's id. Anything else, such as a path or a text
// longer than a workflow's id may be, would be delivered again for ever.
var plainID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,100}$`)

// node is a JSON object of unknown shape.
type node map[string]json.RawMessage

// Parse implements trackers.Hook.
func (h *Hook) Parse(body []byte) (events []ticket.Event, ignored string, err error) {
	root, ok := object(body)
	if !ok {
		return nil, "", errors.New("parse delivery: the body is no JSON object")
	}
	kind := strings.ToLower(first(root.text("type"), root.text("event"), root.text("eventType"), root.text("action")))
	var several []json.RawMessage
	if json.Unmarshal(root["data"], &several) == nil && len(several) > 0 {
		for _, one := range several {
			// Each element is read as if it had come alone.
			alone := node{"data": one}
			if e, ok := alone.event(kind); ok {
				events = append(events, e)
			}
		}
	} else if e, ok := root.event(kind); ok {
		events = append(events, e)
	}
	if len(events) == 0 {
		return nil, "no ticket id found", nil
	}
	return events, "", nil
}

// event reads one object. The id of the ticket is looked for where it is
// likeliest; a bare data.id is the ticket's unless the type says otherwise.
func (n node) event(kind string) (ticket.Event, bool) {
	data := n.child("data")
	message, ofTicket := n.child("message"), n.child("ticket")
	if message == nil {
		message = data.child("message")
	}
	if ofTicket == nil {
		ofTicket = data.child("ticket")
	}
	about := strings.HasPrefix(kind, "message") || strings.HasPrefix(kind, "ticket.message") || strings.HasPrefix(kind, "comment")
	about = about || message != nil && !strings.HasPrefix(kind, "ticket")
	id := first(data.text("ticketId"), n.text("ticketId"), message.text("ticketId"), ofTicket.text("id"))
	if id == "" && !about {
		id = data.text("id")
	}
	if !plainID.MatchString(id) {
		return ticket.Event{}, false
	}
	e := ticket.Event{Kind: ticket.TicketEvent, ID: id, Actor: first(
		data.text("actorId"), n.text("actorId"), data.child("actor").text("id"), n.child("actor").text("id"))}
	e.Container.ID = first(data.text("queueId"), ofTicket.text("queueId"), n.text("queueId"))
	// A deletion need not touch updatedAt: with it, it could pass for an echo.
	gone := strings.Contains(kind, "delete")
	switch {
	case about:
		e.Kind = ticket.CommentEvent
		e.Comment = first(message.text("id"), data.text("messageId"), n.text("messageId"), data.text("id"))
		if !gone {
			e.Version = version(first(message.text("updatedAt"), data.text("updatedAt"), n.text("updatedAt")))
		}
	case slices.Contains(deletions, kind):
		e.Kind = ticket.DeleteEvent
	case strings.HasPrefix(kind, "ticket"):
		e.Version = version(first(data.text("updatedAt"), ofTicket.text("updatedAt"), n.text("updatedAt")))
	}
	return e, true
}

func object(raw json.RawMessage) (node, bool) {
	// JSON's own white space (RFC 8259, section 2) and no other.
	if !bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{")) {
		return nil, false
	}
	var n node
	return n, json.Unmarshal(raw, &n) == nil
}

// child returns a member that is an object, nil for any other.
func (n node) child(name string) node {
	child, _ := object(n[name])
	return child
}

// text returns a member that is a text or a number; ids may be either.
func (n node) text(name string) string {
	var s string
	if json.Unmarshal(n[name], &s) == nil {
		return s
	}
	var number json.Number
	if json.Unmarshal(n[name], &number) == nil {
		return number.String()
	}
	return ""
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
