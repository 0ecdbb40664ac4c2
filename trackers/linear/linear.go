// Package linear is the adapter for Linear's GraphQL API. The calls are
// generated (package api); what they mean is here.
package linear

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
)

// Settings is what the configuration file may say about Linear. A ticket's
// address holds the workspace's name, which the API's does not tell, so the file
// must give web_url. An id chosen by us needs no index to be found by.
var Settings = trackers.Settings{
	Kind: "linear", Container: "team", ByKey: true, Part: "project", Quiet: time.Second,
}

const (
	// keep is how long what seldom changes is remembered.
	keep = 5 * time.Minute
	// maxTeams and maxPeople bound what is remembered.
	maxTeams  = 500
	maxPeople = 5000
	maxRecent = 5000
	// archiving is how long a ticket and what belongs to it may take to be
	// archived together.
	archiving = time.Minute
)

// Tracker is one Linear workspace, reached with one token. It is safe for
// concurrent use; what it remembers is only ever a shortcut.
type Tracker struct {
	connection trackers.Connection
	client     *client
	priorities priorities
	accounts   *trackers.Cache[api.Account]
	people     *trackers.Cache[person]
	states     *trackers.Cache[[]api.StateFields]
	labels     *trackers.Cache[[]api.LabelFields]
	// recent is what a write needs to know of tickets read lately.
	recent *trackers.Cache[glance]
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
	return &Tracker{
		connection: c,
		client:     client,
		priorities: levels,
		accounts:   trackers.NewCache[api.Account](client.now, keep, 1),
		people:     trackers.NewCache[person](client.now, keep, maxPeople),
		states:     trackers.NewCache[[]api.StateFields](client.now, keep, maxTeams),
		labels:     trackers.NewCache[[]api.LabelFields](client.now, keep, maxTeams),
		recent:     trackers.NewCache[glance](client.now, keep, maxRecent),
	}, nil
}

// Kind implements trackers.Tracker.
func (t *Tracker) Kind() string { return Settings.Kind }

// viewer is our own account.
func (t *Tracker) viewer(ctx context.Context) (api.Account, error) {
	const op = "read account"
	if me, ok := t.accounts.Get(""); ok {
		return me, nil
	}
	x := t.client.call(op)
	data, err := api.Viewer(ctx, x)
	if err != nil {
		return api.Account{}, err
	}
	if data.Viewer.Id == "" {
		return api.Account{}, x.unusable()
	}
	t.accounts.Put("", data.Viewer)
	return data.Viewer, nil
}

// webURL is a ticket's address for people. Linear's own ends in the ticket's
// title, so that it changes with it.
func (t *Tracker) webURL(key, native string) string {
	switch pattern := t.connection.WebURL; {
	case strings.Contains(pattern, "{key}"):
		return strings.ReplaceAll(pattern, "{key}", url.PathEscape(key))
	case pattern != "":
		return strings.TrimRight(pattern, "/") + "/" + url.PathEscape(key)
	}
	if before, _, ok := strings.Cut(native, "/"+key+"/"); ok {
		return before + "/" + key
	}
	return native
}

// issuePath finds the key in Linear's own address of an issue or comment.
var issuePath = regexp.MustCompile(`/issue/([A-Za-z0-9_]+-[0-9]+)(?:/|#|$)`)

// commentURL is the ticket's address with the place of the comment, which only
// Linear's own address of it names.
func (t *Tracker) commentURL(native string) string {
	found := issuePath.FindStringSubmatch(native)
	if found == nil {
		return native
	}
	address, fragment, ok := strings.Cut(native, "#")
	if address = t.webURL(found[1], address); ok {
		address += "#" + fragment
	}
	return address
}

// at is the time of an API timestamp, zero for what cannot be read.
func at(timestamp string) time.Time {
	parsed, err := time.Parse(time.RFC3339Nano, timestamp)
	if err != nil {
		return time.Time{}
	}
	return parsed.UTC()
}

// gone reports whether an object of a ticket was deleted. What was archived
// along with the ticket, a little before it at most, is still there; what is
// deleted of an archived ticket is gone when the ticket is back.
func gone(archived, ticketArchived string) bool {
	return archived != "" && (ticketArchived == "" || at(archived).Before(at(ticketArchived).Add(-archiving)))
}

// refuse is a field that cannot be sent as asked.
func refuse(f ticket.Field, why string) error {
	return &trackers.Error{
		Kind: trackers.Invalid, Op: "write " + string(f), Message: why, Fields: map[ticket.Field]string{f: why},
	}
}
