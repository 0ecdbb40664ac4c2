// Package ravenna is the adapter for Ravenna's public API. Much of that API is
// undocumented; what is assumed is said where it is used.
package ravenna

import (
	"net/url"
	"strings"

	"github.com/ticketsync/ticketsync/trackers"
)

// Settings is what the configuration file may say about Ravenna.
var Settings = trackers.Settings{Kind: "ravenna", Container: "channel", CustomPrefix: customPrefix}

// Tracker is one Ravenna workspace, reached with one API key. It is safe for
// concurrent use; what it remembers is only ever a shortcut.
type Tracker struct {
	connection trackers.Connection
	client     *client
	priorities priorities
	people     *people
	self       *self
	statuses   *statuses
	tags       *tags
	recent     *recent
	sorting    sorting
}

var (
	_ trackers.Tracker   = (*Tracker)(nil)
	_ trackers.Reader    = (*Tracker)(nil)
	_ trackers.Writer    = (*Tracker)(nil)
	_ trackers.Commenter = (*Tracker)(nil)
	_ trackers.Marking   = (*Tracker)(nil)
	_ trackers.Finder    = (*Tracker)(nil)
	_ trackers.Lister    = (*Tracker)(nil)
	_ trackers.Checker   = (*Tracker)(nil)
	_ trackers.Hook      = (*Hook)(nil)
)

// New returns the adapter of a connection. It makes no call.
func New(c trackers.Connection, o trackers.Options) (*Tracker, error) {
	client, err := newClient(c, o)
	if err != nil {
		return nil, err
	}
	levels, err := newPriorities(c)
	if err != nil {
		return nil, err
	}
	people := newPeople(client)
	return &Tracker{
		connection: c,
		client:     client,
		priorities: levels,
		people:     people,
		self:       newSelf(c, people),
		statuses:   newStatuses(client),
		tags:       newTags(client),
		recent:     newRecent(),
	}, nil
}

// Kind implements trackers.Tracker.
func (t *Tracker) Kind() string { return Settings.Kind }

// webURL is a ticket's address for people. Without web_url it is guessed from
// the API's, whose host serves the application as well.
func (t *Tracker) webURL(raw *rawTicket) string {
	key := url.PathEscape(raw.key())
	if pattern := t.connection.WebURL; pattern != "" {
		if !strings.Contains(pattern, "{key}") {
			return strings.TrimRight(pattern, "/") + "/" + key
		}
		return strings.ReplaceAll(pattern, "{key}", key)
	}
	slug := ""
	if raw.Queue != nil {
		slug = raw.Queue.Workspace.Slug
	}
	api, err := url.Parse(t.client.base)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: api.Scheme, Host: api.Host}).JoinPath(slug, "tickets", key).String()
}

// base is what relative links in a ticket's texts are relative to.
func (t *Tracker) base(raw *rawTicket) *url.URL {
	u, err := url.Parse(t.webURL(raw))
	if err != nil {
		return nil
	}
	return u
}
