package activities

import (
	"context"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// MarkParams asks for a pair's marker on one ticket.
type MarkParams struct {
	Ref    ticket.Ref    `json:"ref"`
	Marker ticket.Marker `json:"marker"`
	Title  string        `json:"title"` // of the visible link
}

// Mark writes the visible link that is also the pair's marker. It replaces the
// pair's own marker and touches no other, so it may be retried.
func (a *Activities) Mark(ctx context.Context, p MarkParams) error {
	m, conn, err := use[trackers.Marking](a, p.Ref.Connection, "write link")
	if err != nil {
		return err
	}
	p.Marker.Installation = conn.Installation
	return fail(m.Mark(ctx, p.Ref.ID, p.Marker, p.Title))
}
