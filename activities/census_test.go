package activities

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

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

// census counts at a time, on what the one before left.
func (b *bench) census(t *testing.T, connection string, at time.Time, before *CensusResult) *CensusResult {
	t.Helper()
	p := CensusParams{Connection: connection, Now: at, First: before == nil}
	if before != nil {
		p.Known = before.Known
	}
	got, err := b.Census(t.Context(), p)
	require.NoError(t, err)
	return got
}

// lost lists so many lost pairs.
func (b *bench) lost(n int) { b.lists(slices.Repeat([]ticket.Reason{ticket.AccessLost}, n)...) }

// none is a census that found nothing.
var none = &CensusResult{}

func lost(n int) map[string]map[ticket.Reason]int {
	return map[string]map[ticket.Reason]int{"it-to-eng": {ticket.AccessLost: n}}
}

func TestCensusCountsByReason(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ids := b.lists(ticket.AccessLost, ticket.WriteStorm, ticket.AccessLost, ticket.RouteStopped)
	got := b.census(t, "helpdesk", since, none)
	both := map[string]map[ticket.Reason]int{"it-to-eng": {ticket.AccessLost: 2, ticket.WriteStorm: 1}}
	require.Equal(t, both, got.Counts)
	require.Equal(t, both, got.Newly)
	require.Equal(t, map[string]time.Time{ids[0]: since, ids[1]: since, ids[2]: since}, got.Known)
	require.Contains(t, b.temporal.queries[0], "TicketsyncReason IN ('access-lost', 'write-storm', 'route-stopped')")
}

// Losses that show in parts are counted together, for as long as an audit may
// be away, and an hour at least.
func TestCensusCountsWhatIsNew(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		left, right, newly time.Duration // audits, and what counts
	}{
		"seldom on the left":  {3 * time.Hour, time.Minute, 3 * time.Hour},
		"seldom on the right": {time.Minute, 2 * time.Hour, 2 * time.Hour},
		"often":               {time.Minute, time.Minute, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			for name, audit := range map[string]time.Duration{"helpdesk": c.left, "jira": c.right} {
				conn := b.connections[name]
				conn.Audit = audit
				b.connections[name] = conn
			}
			b.lost(3)
			first := b.census(t, "helpdesk", since, none)
			b.lost(7)
			together := b.census(t, "helpdesk", since.Add(c.newly-time.Second), first)
			require.Equal(t, lost(7), together.Newly)
			later := b.census(t, "helpdesk", since.Add(c.newly), together)
			require.Equal(t, lost(7), later.Counts)
			require.Equal(t, lost(4), later.Newly)
			require.Empty(t, b.census(t, "helpdesk", since.Add(2*c.newly), later).Newly)
		})
	}
}

// What the first census finds may be years old; what comes after is new.
func TestFirstCensusFindsNothingNew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.lost(7)
	first := b.census(t, "helpdesk", since, nil)
	require.Equal(t, lost(7), first.Counts)
	require.Empty(t, first.Newly)
	b.lost(8)
	require.Equal(t, lost(1), b.census(t, "helpdesk", since.Add(time.Minute), first).Newly)
}

// Resume is not undone by the pairs it was given for, in whatever state their
// route's stop leaves them; pairs that are found lost after it count.
func TestCensusAfterResume(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	route := &b.routes.list[0]
	b.lost(6)
	at := func(m int) time.Time { return since.Add(time.Duration(m) * time.Minute) }
	got := b.census(t, "helpdesk", at(0), none)
	require.Equal(t, lost(6), got.Newly)

	route.Stopped = "6 pairs newly access-lost"
	stopped := slices.Repeat([]ticket.Reason{ticket.RouteStopped}, 8)
	stopped[0] = ticket.AccessLost
	b.lists(stopped...)
	got = b.census(t, "helpdesk", at(1), got)
	require.Empty(t, got.Newly, "it is stopped already")
	require.Len(t, got.Known, 6, "two were well until then")

	route.Stopped, route.Resumed = "", at(2)
	b.lost(8)
	require.Equal(t, lost(2), b.census(t, "helpdesk", at(3), got).Newly)
}

// Each route is counted on one of its connections, whichever side announces.
func TestCensusOfOneSide(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.lists(ticket.AccessLost)
	require.Empty(t, b.census(t, "jira", since, none).Counts)
	require.NotEmpty(t, b.census(t, "helpdesk", since, none).Counts)
	b.routes.list[0].Left.Announces = true
	require.NotEmpty(t, b.census(t, "jira", since, none).Counts)
	require.Empty(t, b.census(t, "helpdesk", since, none).Counts)
	b.routes.list[0].Name = "another"
	require.Empty(t, b.census(t, "jira", since, none).Counts, "a pair of no route that is known")
}

// Of more pairs than can be remembered none is new, nor is one that takes the
// place of another.
func TestCensusRemembersSoMuch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.lost(counted + 10)
	got := b.census(t, "helpdesk", since, nil)
	require.Len(t, got.Known, counted)
	got = b.census(t, "helpdesk", since.Add(time.Minute), got)
	require.Empty(t, got.Newly)
	b.temporal.ids[0] = b.temporal.ids[0][20:]
	got = b.census(t, "helpdesk", since.Add(2*time.Minute), got)
	require.Empty(t, got.Newly)
	require.Len(t, got.Known, counted-10)
	require.Empty(t, b.census(t, "helpdesk", since.Add(3*time.Minute), got).Newly)
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
