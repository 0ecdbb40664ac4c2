// Package flashduty is the adapter for Flashduty's change events. The service
// is only written to: it has no tickets to read, no comments and no webhooks.
package flashduty

import (
	"github.com/ticketsync/ticketsync/trackers"
)

// Settings is what the configuration file may say about Flashduty. The
// connection's url is the whole address that changes are pushed to, so any
// service that takes the same body can be used; its token is the integration
// key.
var Settings = trackers.Settings{Kind: "flashduty", Announces: true, Statuses: names(), Presets: Presets, Preset: "current"}

// Tracker is one integration of a Flashduty account. It is safe for concurrent
// use and remembers nothing.
type Tracker struct {
	connection trackers.Connection
	client     *client
}

var (
	_ trackers.Tracker   = (*Tracker)(nil)
	_ trackers.Announcer = (*Tracker)(nil)
	_ trackers.Checker   = (*Tracker)(nil)
)

// New returns the adapter of a connection. It makes no call.
func New(c trackers.Connection, o trackers.Options) (*Tracker, error) {
	client, err := newClient(c, o)
	if err != nil {
		return nil, err
	}
	return &Tracker{connection: c, client: client}, nil
}

// Kind implements trackers.Tracker.
func (t *Tracker) Kind() string { return Settings.Kind }
