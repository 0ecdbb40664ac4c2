package activities

import (
	"context"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// FindParams asks for what an ambiguous create may have made.
type FindParams struct {
	Connection string           `json:"connection"`
	Container  ticket.Container `json:"container"`
	Marker     ticket.Marker    `json:"marker"`
	Since      time.Time        `json:"since"`
}

// Find lists the tickets that carry this pair's marker, oldest first. It
// changes nothing.
func (a *Activities) Find(ctx context.Context, p FindParams) ([]trackers.Found, error) {
	finder, conn, err := use[trackers.Finder](a, p.Connection, "find ticket")
	if err != nil {
		return nil, err
	}
	p.Marker.Installation = conn.Installation
	found, err := finder.Find(ctx, p.Container, p.Marker, p.Since.Add(-late))
	return found, fail(err)
}

// LookupParams asks for a ticket's immutable id.
type LookupParams struct {
	Connection string `json:"connection"`
	// Key is a key such as ENG-45 or a web address.
	Key string `json:"key"`
}

// Lookup resolves a key or web address. It changes nothing.
func (a *Activities) Lookup(ctx context.Context, p LookupParams) (ticket.Ref, error) {
	reader, _, err := use[trackers.Reader](a, p.Connection, "look up ticket")
	if err != nil {
		return ticket.Ref{}, err
	}
	id, err := reader.Lookup(ctx, p.Key)
	return ticket.Ref{Connection: p.Connection, ID: id}, fail(err)
}
