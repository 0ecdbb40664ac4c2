package trackers

import (
	"context"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
)

// Announcer is told of one change after another and gives nothing back: what
// it was told cannot be read again, and nobody changes it there.
type Announcer interface {
	// Announce tells of one change. Telling it again, word for word, changes
	// nothing, so it may be retried; changes are told in the order of At.
	Announce(ctx context.Context, n News) error
}

// News is one change of a ticket, with the ticket as it was after it. Texts
// and names are as people see them.
type News struct {
	// Subject names the ticket for ever: the first key it was told under.
	Subject string `json:"subject"`
	// At is when it changed, by its own tracker's clock.
	At time.Time `json:"at"`
	// Status is the announcer's, mapped; Called is what the ticket's own
	// tracker calls it.
	Status string `json:"status"`
	Called string `json:"called"`

	Key         string   `json:"key"`
	URL         string   `json:"url,omitempty"`
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"` // Markdown, cut to what an announcement may need
	Container   string   `json:"container,omitempty"`
	Type        string   `json:"type,omitempty"`
	Priority    string   `json:"priority,omitempty"`
	Creator     string   `json:"creator,omitempty"`
	Reporter    string   `json:"reporter,omitempty"`
	Assignee    string   `json:"assignee,omitempty"`
	Labels      []string `json:"labels,omitempty"`
	// Altered is what the change did; empty for a creation or deletion.
	Altered []ticket.Alteration `json:"altered,omitempty"`
}
