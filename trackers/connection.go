package trackers

import (
	"log/slog"
	"net/http"
	"time"
)

// Connection is one configured tracker account, as in the configuration file.
// Its name never changes: it is part of every ref, pair id and marker.
type Connection struct {
	Name         string `yaml:"-"`
	Installation string `yaml:"-"` // whose markers are ours

	Kind    string `yaml:"kind"`
	URL     string `yaml:"url"`     // of the API
	WebURL  string `yaml:"web_url"` // of a ticket for people, with {key}
	Flavor  string `yaml:"flavor"`  // Jira: cloud | datacenter
	Email   string `yaml:"email"`   // the account of the token: Jira Cloud; Ravenna, optional: it does not tell
	Token   string `yaml:"token"`
	HookKey string `yaml:"webhook_token"`  // last path element of the webhook's URL
	Secret  string `yaml:"webhook_secret"` // key of the webhook's signature

	Sweep time.Duration `yaml:"sweep"` // between two sweeps
	Audit time.Duration `yaml:"audit"` // between two audits
	// Quiet is how long an ambiguous create waits for the tracker's index
	// before the ticket is created again.
	Quiet time.Duration `yaml:"quiet"`
	// ConfirmDelete is how long a deletion must stay confirmed before it counts.
	ConfirmDelete time.Duration `yaml:"confirm_delete"`
	// Priorities overrides what the tracker's priority names mean: native name
	// to urgent, high, medium, low or none.
	Priorities map[string]string `yaml:"priorities"`
}

// Options are what an adapter gets besides its connection.
type Options struct {
	// HTTP is the client to use; its transport passes the connection's Gate
	// and its timeout is set. Adapters never retry a write inside it.
	HTTP *http.Client
	// Gate is what HTTP passes. It learns limits from the usual headers; an
	// adapter whose tracker speaks of them otherwise tells it.
	Gate *Gate
	Log  *slog.Logger
	Now  func() time.Time
}
