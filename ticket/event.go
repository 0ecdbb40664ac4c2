package ticket

import "time"

// EventKind tells what a webhook says may have changed.
type EventKind string

// The kinds of event.
const (
	TicketEvent  EventKind = "ticket"
	CommentEvent EventKind = "comment"
	DeleteEvent  EventKind = "delete"
	LinkEvent    EventKind = "link"
)

// Event is what a tracker's webhook says, reduced to what addressing and echo
// detection need. It is a hint: nothing in it is ever written anywhere. Empty
// members are unknown.
type Event struct {
	Kind EventKind `json:"kind"`
	// ID is the ticket's immutable id.
	ID string `json:"id"`
	// Version is the ticket's, or for a comment event the comment's.
	Version string `json:"version,omitempty"`
	Comment string `json:"comment,omitempty"`
	// Actor is the tracker's id of the account that acted.
	Actor string `json:"actor,omitempty"`

	// Acted is when it happened, by the tracker's clock.
	Acted time.Time `json:"acted,omitzero"`

	Container Container `json:"container,omitzero"`
	Type      string    `json:"type,omitempty"`
	Created   time.Time `json:"created,omitzero"`
}

// Hint is an Event on its way to a pair.
type Hint struct {
	Ref     Ref       `json:"ref"`
	Kind    HintKind  `json:"kind"`
	Version string    `json:"version,omitempty"`
	Comment string    `json:"comment,omitempty"`
	Actor   string    `json:"actor,omitempty"`
	Acted   time.Time `json:"acted,omitzero"`   // of a deletion: when it happened
	Source  string    `json:"source,omitempty"` // webhook, sweep, audit, operator, alias
	At      time.Time `json:"at,omitzero"`      // when the sender knew
}

// HintKind is an EventKind, or ChangeHint when only "something changed" is known.
type HintKind = EventKind

// ChangeHint says that fields or comments of a ticket may have changed: what
// a sweep and an operator know.
const ChangeHint HintKind = "change"
