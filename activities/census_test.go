package activities

import (
	"errors"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// lists has pairs of it-to-eng listed with their reasons, and others with none.
func (b *bench) lists(reasons ...ticket.Reason) (ids []string) {
	b.temporal.reasons = map[string]ticket.Reason{}
	for n, reason := range reasons {
		id := "pair/helpdesk/" + strconv.Itoa(n) + "/jira"
		ids, b.temporal.reasons[id] = append(ids, id), reason
	}
	b.temporal.ids = [][]string{ids[:len(ids)/2], ids[len(ids)/2:]}
	return ids
}

func (b *bench) census(t *testing.T, connection string, known ...string) *CensusResult {
	t.Helper()
	got, err := b.Census(t.Context(), CensusParams{Connection: connection, Known: known})
	require.NoError(t, err)
	return got
}

func TestCensusCountsWhatIsNew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ids := b.lists(ticket.AccessLost, ticket.WriteStorm, ticket.AccessLost, ticket.RouteStopped)
	got := b.census(t, "helpdesk")
	both := map[string]map[ticket.Reason]int{"it-to-eng": {ticket.AccessLost: 2, ticket.WriteStorm: 1}}
	require.Equal(t, both, got.Counts)
	require.Equal(t, both, got.Newly)
	require.Equal(t, ids[:3], got.Known)
	require.Contains(t, b.temporal.queries[0], "TicketsyncReason IN ('access-lost', 'write-storm', 'route-stopped')")

	got = b.census(t, "helpdesk", ids[1:3]...)
	require.Equal(t, both, got.Counts)
	require.Equal(t, map[string]map[ticket.Reason]int{"it-to-eng": {ticket.AccessLost: 1}}, got.Newly, "only what was not there last time")
}

// A pair stays known while its route is stopped: resume is not undone by it.
func TestCensusRemembersAStoppedRoute(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.routes.list[0].Stopped = "6 pairs newly access-lost"
	ids := b.lists(ticket.RouteStopped, ticket.AccessLost, ticket.RouteStopped)
	got := b.census(t, "helpdesk", ids[0])
	require.Equal(t, ids[:2], got.Known)
	require.Empty(t, got.Newly, "it is stopped already")

	b.routes.list[0].Stopped = ""
	b.lists(ticket.AccessLost, ticket.AccessLost, ticket.AccessLost)
	require.Equal(t, 1, b.census(t, "helpdesk", got.Known...).Newly["it-to-eng"][ticket.AccessLost])
}

// Each route is counted on one of its connections, whichever side announces.
func TestCensusOfOneSide(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.lists(ticket.AccessLost)
	require.Empty(t, b.census(t, "jira").Counts)
	require.NotEmpty(t, b.census(t, "helpdesk").Counts)
	b.routes.list[0].Left.Announces = true
	require.NotEmpty(t, b.census(t, "jira").Counts)
	require.Empty(t, b.census(t, "helpdesk").Counts)
	b.routes.list[0].Name = "another"
	require.Empty(t, b.census(t, "jira").Counts, "a pair of no route that is known")
}

func TestCensusRemembersSoMuch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	many := make([]ticket.Reason, counted+10)
	for n := range many {
		many[n] = ticket.AccessLost
	}
	b.lists(many...)
	got := b.census(t, "helpdesk")
	require.Len(t, got.Known, counted)
	require.Empty(t, b.census(t, "helpdesk", got.Known...).Newly, "what was not remembered is not new for that")
}

func TestStopRoute(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	require.NoError(t, b.StopRoute(t.Context(), StopParams{Route: "it-to-eng", Why: "6 pairs newly access-lost"}))
	require.Equal(t, []string{"route/it-to-eng stop"}, b.temporal.updates)
	require.Equal(t, []any{"6 pairs newly access-lost"}, b.temporal.sent)
	require.Equal(t, 1, b.routes.forgotten)
	b.temporal.err = errors.New("no Temporal")
	require.Equal(t, trackers.Unavailable, FailureOf(b.StopRoute(t.Context(), StopParams{Route: "it-to-eng"})).Kind)
	_, err := b.Census(t.Context(), CensusParams{Connection: "helpdesk"})
	require.Equal(t, trackers.Unavailable, FailureOf(err).Kind)
}
