package activities

import (
	"context"

	"github.com/ticketsync/ticketsync/trackers"
)

// AnnounceParams asks for one change to be told.
type AnnounceParams struct {
	Connection string        `json:"connection"`
	News       trackers.News `json:"news"`
}

// Announce tells of one change. Told again, word for word, it changes nothing.
func (a *Activities) Announce(ctx context.Context, p AnnounceParams) error {
	announcer, _, err := use[trackers.Announcer](a, p.Connection, "announce change")
	if err != nil {
		return err
	}
	return fail(announcer.Announce(ctx, p.News))
}
