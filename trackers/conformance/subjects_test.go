// Package conformance holds every tracker's adapter, in front of its stand-in,
// to what the rest of the program relies on: what an error means, that a write
// takes effect once, that no secret gets out, that texts survive. A tracker
// joins by one entry in subjects.
package conformance

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/sandbox/jira"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
)

// subject is one kind of tracker, or one flavor of it.
type subject struct {
	name string
	// start makes a stand-in that will be reached at base.
	start func(base string) (server, error)
	// account is the connection of a user of the stand-in: alice, bob or bot.
	account func(base, name string) trackers.Connection
	place   trackers.Place
	people  people
	// contract is the published API it is checked against; nil for none.
	contract func(testing.TB) check
}

// server is a stand-in tracker.
type server interface {
	http.Handler
	Close() error
}

// people is what persons do on a tracker through its own API.
type people struct {
	sign   func(r *http.Request, name string)
	create func(place ticket.Container, title, text string) call
	edit   func(id, title string) call
	say    func(id, text string) call
	read   func(id string) call // all that is stored of a ticket
	links  func(id string) call // its links to elsewhere
	// hide makes a ticket private; nil where there is no such thing.
	hide func(id string) call
	// notifies are patterns of stored text that would notify somebody.
	notifies []string
}

// call is one request; id is the path of the made object's id in the answer.
type call struct {
	method, path string
	body         any
	id           []string
}

var subjects = []subject{
	{
		name: "jira cloud", start: startJira(jira.Cloud), account: jiraCloud, people: atJira(signCloud),
		place: trackers.Place{Container: "ENG", Type: "Bug"}, contract: openAPI(contract.Jira),
	},
	{
		name: "jira datacenter", start: startJira(jira.DataCenter), account: jiraDataCenter, people: atJira(signDataCenter),
		place: trackers.Place{Container: "ENG", Type: "Bug"},
	},
	{
		name: "linear key", start: startLinear, account: linearKey, people: atLinear,
		place: trackers.Place{Container: "PRO"}, contract: graphQL("reference", "linear", "schema.graphql"),
	},
	{
		name: "linear app", start: startLinear, account: linearApp, people: atLinear,
		place: trackers.Place{Container: "PRO"}, contract: graphQL("reference", "linear", "schema.graphql"),
	},
	{
		name: "ravenna", start: startRavenna, account: ravennaDesk, people: atRavenna,
		place: trackers.Place{Container: "IT Support"}, contract: openAPI(contract.Ravenna),
	},
}

// TestEveryTrackerIsASubject fails for a tracker that nobody entered above.
// One that is only told of changes has nothing of what is asked here.
func TestEveryTrackerIsASubject(t *testing.T) {
	t.Parallel()
	entered := map[string]bool{}
	for _, s := range subjects {
		entered[s.account("http://127.0.0.1", "bot").Kind] = true
	}
	for _, kind := range registry.Kinds() {
		s, _ := registry.Settings(kind)
		require.True(t, s.Announces || entered[kind], "%s is registered and has no entry in subjects", kind)
	}
}

// each runs a test on every subject.
func each(t *testing.T, test func(t *testing.T, s subject)) {
	t.Helper()
	for _, s := range subjects {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}
