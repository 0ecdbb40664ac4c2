package ticket

import "time"

// Change is one entry of a ticket's history, with the ticket as it was after
// it. Texts and names are as people see them.
type Change struct {
	// ID is the entry's own, Creation for the ticket's beginning.
	ID string `json:"id"`
	// At is when it happened, by the tracker's own clock.
	At time.Time `json:"at"`
	// Altered is what it did, nothing for a creation.
	Altered []Alteration `json:"altered,omitempty"`

	// Private tells that nobody outside of the tracker could see the ticket then.
	Private bool `json:"private,omitempty"`

	Key       string   `json:"key"`
	Title     string   `json:"title"`
	Status    State    `json:"status"`
	Container string   `json:"container,omitempty"`
	Type      string   `json:"type,omitempty"`
	Priority  string   `json:"priority,omitempty"`
	Creator   string   `json:"creator,omitempty"`
	Reporter  string   `json:"reporter,omitempty"`
	Assignee  string   `json:"assignee,omitempty"`
	Labels    []string `json:"labels,omitempty"`
}

// Creation is the id of the change with which every history begins.
const Creation = "created"

// Alteration is one field of a change.
type Alteration struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}
