package activities

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// pages answers with three pages, the cursor being the page's number.
func pages(events ...[]ticket.Event) func(time.Time, string) (trackers.ChangedPage, error) {
	return func(_ time.Time, cursor string) (trackers.ChangedPage, error) {
		n, _ := strconv.Atoi(cursor)
		p := trackers.ChangedPage{Events: events[n], Now: since.Add(time.Duration(n+1) * time.Minute)}
		if n+1 < len(events) {
			p.Next = strconv.Itoa(n + 1)
		}
		return p, nil
	}
}

func event(id, version string) ticket.Event { return ticket.Event{ID: id, Version: version} }

func TestSweepTurnsEveryPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	turn := pages([]ticket.Event{event("1", "v1"), event("2", "v1")}, []ticket.Event{event("3", "v1")}, []ticket.Event{event("4", "v1")})
	b.left.changed = func(from time.Time, cursor string) (trackers.ChangedPage, error) {
		require.Equal(t, since.Add(-overlap), from, "a little before the watermark: an index lags and clocks differ")
		return turn(from, cursor)
	}
	got, err := b.Sweep(t.Context(), SweepParams{Connection: "helpdesk", Watermark: since, Hinted: map[string]string{"2": "v1", "3": "v0"}})
	require.NoError(t, err)
	require.Equal(t, since.Add(time.Minute), got.Watermark, "the tracker's time at the first page: what changes meanwhile is found next time")
	require.Equal(t, 4, got.Seen)
	require.Equal(t, 3, got.Sent)
	require.Equal(t, []string{"pair/helpdesk/1/jira hint Pair", "pair/helpdesk/3/jira hint Pair", "pair/helpdesk/4/jira hint Pair"}, b.temporal.signals)
	require.Equal(t, ticket.Hint{Ref: ticket.Ref{Connection: "helpdesk", ID: "1"}, Kind: ticket.ChangeHint, Version: "v1", Source: "sweep"}, b.temporal.sent[0])
	require.Equal(t, map[string]string{"1": "v1", "2": "v1", "3": "v1", "4": "v1"}, got.Hinted)
	require.Equal(t, time.Minute, got.Interval)
	require.Equal(t, time.Hour, got.Audit)
}

// Tickets that a route turned away while it was not in force are looked at once
// it is again, whether they were hinted then or not.
func TestSweepCatchesUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	rested, restored := time.Now().Add(-3*time.Hour), time.Now().Add(-time.Minute)
	b.routes.list[0].Rested, b.routes.list[0].Restored = rested, restored
	var from []time.Time
	b.left.changed = func(since time.Time, cursor string) (trackers.ChangedPage, error) {
		from = append(from, since)
		return pages([]ticket.Event{event("1", "v1")})(since, cursor)
	}
	p := SweepParams{Connection: "helpdesk", Watermark: since, Hinted: map[string]string{"1": "v1"}}
	first, err := b.Sweep(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, since.Add(time.Minute), first.Watermark)
	require.True(t, first.Caught.Equal(restored))
	require.Equal(t, 1, first.Sent)
	require.Len(t, from, 2)
	require.True(t, from[0].Equal(since.Add(-overlap)))
	require.True(t, from[1].Equal(rested.Add(-underway-overlap)), "what was on its way then was turned away, too")
	second, err := b.Sweep(t.Context(), SweepParams{Connection: "helpdesk", Watermark: first.Watermark, Caught: first.Caught, Hinted: first.Hinted})
	require.NoError(t, err)
	require.Zero(t, second.Sent, "once")
	require.Len(t, from, 3)

	b.routes.list[0].Rested, b.routes.list[0].Since = time.Time{}, rested.Add(-time.Hour)
	_, err = b.Sweep(t.Context(), p)
	require.NoError(t, err)
	require.True(t, from[4].Equal(rested.Add(-time.Hour-overlap)), "applied at rest: all that it has to do with")

	b.routes.list[0].Restored = time.Now()
	soon, err := b.Sweep(t.Context(), p)
	require.NoError(t, err)
	require.Zero(t, soon.Sent, "not every worker knows yet")
	require.True(t, soon.Caught.IsZero())
}

// A container that cannot be read keeps nothing from the others, and nothing that
// changed there meanwhile is missed, whether it was hinted before or not: the
// pair could not read it then.
func TestSweepGoesRoundAHiddenContainer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	second := rule()
	second.Name, second.Left.Container.ID = "other", "HR"
	b.routes.list = append(b.routes.list, second)
	var from []time.Time
	b.left.changed = func(at time.Time, cursor string) (trackers.ChangedPage, error) {
		from = append(from, at)
		return pages([]ticket.Event{event("1", "v1")})(at, cursor)
	}
	p := SweepParams{Connection: "helpdesk", Watermark: since}
	pass := func() *SweepResult {
		from = nil
		got, err := b.Sweep(t.Context(), p)
		require.NoError(t, err)
		p.Watermark, p.Hinted, p.Hidden = got.Watermark, got.Hinted, got.Hidden
		return got
	}
	for _, kind := range []trackers.Kind{trackers.NotFound, trackers.Forbidden, trackers.Invalid} {
		p = SweepParams{Connection: "helpdesk", Watermark: since}
		b.left.hides = map[string]trackers.Kind{"HR": kind}
		require.Equal(t, 1, pass().Sent, "of the other one")
		require.Equal(t, since.Add(time.Minute), p.Watermark)
		require.Contains(t, p.Hidden["HR"].Error, string(kind))
		require.Equal(t, since, p.Hidden["HR"].Since)
	}
	before := p.Hidden["HR"]
	require.Zero(t, pass().Sent)
	require.Equal(t, since, p.Hidden["HR"].Since, "still from there")
	require.True(t, before.First.Equal(p.Hidden["HR"].First))
	require.Equal(t, []time.Time{since.Add(time.Minute - overlap)}, from)

	b.left.hides = nil
	require.Equal(t, 1, pass().Sent, "again, although it was hinted")
	require.Empty(t, p.Hidden)
	require.Equal(t, []time.Time{since.Add(time.Minute - overlap), since.Add(-overlap)}, from)
	require.Zero(t, pass().Sent)
	require.Len(t, from, 1, "together again")

	// One that has been hidden for long is not asked for with each pass.
	p.Hidden = map[string]Hidden{"HR": {Name: "HR", Since: since, First: time.Now().Add(-8 * time.Hour)}}
	b.left.hides = map[string]trackers.Kind{"HR": trackers.NotFound}
	pass()
	require.WithinDuration(t, time.Now().Add(time.Hour), p.Hidden["HR"].Next, time.Minute)
	b.left.hides = nil
	pass()
	require.Len(t, from, 1)
	require.Contains(t, p.Hidden, "HR")

	// What a route has missed does not stand for what was hidden longer.
	p.Hidden["HR"] = Hidden{Name: "HR", Since: since, Next: time.Now().Add(time.Hour)}
	b.routes.list[1].Rested, b.routes.list[1].Restored = since.Add(time.Hour), time.Now().Add(-time.Minute)
	pass()
	require.Len(t, from, 2)
	require.Equal(t, since, p.Hidden["HR"].Since)
}

// Where not one container answers the pass fails: that is no container's trouble.
// Nor is what the tracker says of the account.
func TestSweepWithoutAnyAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.left.changed = pages([]ticket.Event{event("1", "v1")})
	second := rule()
	second.Name, second.Left.Container.ID = "other", "HR"
	b.routes.list = append(b.routes.list, second)
	only := b.routes.list[0].Left.Container.ID
	for _, kind := range []trackers.Kind{trackers.NotFound, trackers.Forbidden, trackers.Invalid} {
		b.left.hides = map[string]trackers.Kind{only: kind, "HR": kind}
		got, err := b.Sweep(t.Context(), SweepParams{Connection: "helpdesk", Watermark: since})
		require.Nil(t, got)
		require.Equal(t, kind, FailureOf(err).Kind)
	}
	for _, kind := range []trackers.Kind{trackers.Auth, trackers.RateLimited, trackers.Unavailable} {
		b.left.hides = map[string]trackers.Kind{"HR": kind}
		_, err := b.Sweep(t.Context(), SweepParams{Connection: "helpdesk", Watermark: since})
		require.Equal(t, kind, FailureOf(err).Kind)
	}
}

// What a restored route has missed in a container that is hidden is looked for
// once it shows; of one that only removed routes name nothing is kept.
func TestSweepOfRoutesWithAHiddenContainer(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	second := rule()
	second.Name, second.Left.Container.ID = "other", "HR"
	second.Rested, second.Restored = since.Add(-time.Hour), time.Now().Add(-time.Minute)
	b.routes.list = append(b.routes.list, second)
	b.left.changed = pages([]ticket.Event{event("1", "v1")})
	b.left.hides = map[string]trackers.Kind{"HR": trackers.NotFound}
	first, err := b.Sweep(t.Context(), SweepParams{Connection: "helpdesk", Watermark: since})
	require.NoError(t, err)
	require.True(t, first.Caught.Equal(second.Restored))
	require.True(t, first.Hidden["HR"].Since.Equal(second.Since), "the route has had to do with it since then only")

	p := SweepParams{Connection: "helpdesk", Watermark: since, Hidden: first.Hidden, Caught: first.Caught}
	b.routes.list[1].Paused = true
	paused, err := b.Sweep(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, first.Hidden, paused.Hidden)
	b.routes.list[1].Removed = true
	removed, err := b.Sweep(t.Context(), p)
	require.NoError(t, err)
	require.Empty(t, removed.Hidden)
}

// Where the tracker lists comments, each is hinted as what it is, so that its
// pair can tell its own copies, and beside its ticket, so that neither hides the
// other from the next pass.
func TestSweepHintsComments(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	comment := ticket.Event{Kind: ticket.CommentEvent, ID: "1", Comment: "c1", Version: "v2"}
	b.left.changed = pages([]ticket.Event{event("1", "v1"), comment})
	first, err := b.Sweep(t.Context(), SweepParams{Connection: "helpdesk", Watermark: since})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"1": "v1", "1 c1": "v2"}, first.Hinted)
	require.Equal(t, ticket.ChangeHint, b.temporal.sent[0].(ticket.Hint).Kind)
	require.Equal(t, ticket.Hint{
		Ref: ticket.Ref{Connection: "helpdesk", ID: "1"}, Kind: ticket.CommentEvent, Comment: "c1", Version: "v2", Source: "sweep",
	}, b.temporal.sent[1])

	again, err := b.Sweep(t.Context(), SweepParams{Connection: "helpdesk", Watermark: since, Hinted: first.Hinted})
	require.NoError(t, err)
	require.Zero(t, again.Sent)
}

// A pass that fails half way moves no watermark: its result is an error.
func TestSweepIsCompleteOrNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	turn := pages([]ticket.Event{event("1", "v1")}, nil)
	b.left.changed = func(from time.Time, cursor string) (trackers.ChangedPage, error) {
		if cursor != "" {
			return trackers.ChangedPage{}, &trackers.Error{Kind: trackers.RateLimited, RetryAfter: time.Minute}
		}
		return turn(from, cursor)
	}
	got, err := b.Sweep(t.Context(), SweepParams{Connection: "helpdesk", Watermark: since})
	require.Nil(t, got)
	require.Equal(t, trackers.RateLimited, FailureOf(err).Kind)
	require.Equal(t, time.Minute, FailureOf(err).Retry)

	b = newBench(t)
	b.left.changed = turn
	b.temporal.err = errors.New("no Temporal")
	got, err = b.Sweep(t.Context(), SweepParams{Connection: "helpdesk", Watermark: since})
	require.Nil(t, got)
	require.Equal(t, trackers.Unavailable, FailureOf(err).Kind)
}

// The first pass begins where the oldest route in force does, and a connection
// without one is not asked at all.
func TestSweepBegins(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	second := rule()
	second.Name, second.Left.Container.ID, second.Since = "other", "HR", since.Add(-time.Hour)
	b.routes.list = append(b.routes.list, second)
	b.left.changed = func(from time.Time, _ string) (trackers.ChangedPage, error) {
		require.Equal(t, since.Add(-time.Hour-overlap), from)
		return trackers.ChangedPage{Now: since}, nil
	}
	got, err := b.Sweep(t.Context(), SweepParams{Connection: "helpdesk"})
	require.NoError(t, err)
	require.Equal(t, since, got.Watermark)
	require.Len(t, swept(b.routes.list, "helpdesk"), 2)
	require.Len(t, swept(b.routes.list, "jira"), 1, "one project of two routes")

	for i := range b.routes.list {
		b.routes.list[i].Paused = true
	}
	got, err = b.Sweep(t.Context(), SweepParams{Connection: "jira", Watermark: since})
	require.NoError(t, err)
	require.Equal(t, since, got.Watermark)
}

// A ticket that no route would replicate is told only to a pair that is there.
func TestSweepStartsNothingUncovered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	old := event("1", "v1")
	old.Created = since.Add(-24 * time.Hour)
	b.left.changed = pages([]ticket.Event{old})
	b.temporal.missing = map[string]bool{"pair/helpdesk/1/jira": true}
	_, err := b.Sweep(t.Context(), SweepParams{Connection: "helpdesk", Watermark: since})
	require.NoError(t, err)
	require.Empty(t, b.temporal.signals)
}

// What is remembered between two passes stays bounded.
func TestSweepRemembersSoMuch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var many []ticket.Event
	for n := range 2 * remembered {
		many = append(many, event(strconv.Itoa(n), "v1"))
	}
	b.left.changed = pages(many)
	got, err := b.Sweep(t.Context(), SweepParams{Connection: "helpdesk", Watermark: since})
	require.NoError(t, err)
	require.Len(t, got.Hinted, remembered)
	require.Equal(t, 2*remembered, got.Sent)
}

// The cursor rides in the heartbeat, so that another worker goes on from
// there, with the time of the first page.
func TestSweepGoesOnFromItsHeartbeat(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var cursors []string
	turn := pages([]ticket.Event{event("1", "v1")}, []ticket.Event{event("2", "v1")}, []ticket.Event{event("3", "v1")})
	b.left.changed = func(from time.Time, cursor string) (trackers.ChangedPage, error) {
		cursors = append(cursors, cursor)
		return turn(from, cursor)
	}
	var beats []pass
	suite := testsuite.WorkflowTestSuite{}
	run := func(from *pass) SweepResult {
		env := suite.NewTestActivityEnvironment()
		env.RegisterActivity(b.Activities)
		env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
			var p pass
			require.NoError(t, details.Get(&p))
			beats = append(beats, p)
		})
		if from != nil {
			env.SetHeartbeatDetails(*from)
		}
		value, err := env.ExecuteActivity(b.Sweep, SweepParams{Connection: "helpdesk", Watermark: since})
		require.NoError(t, err)
		var out SweepResult
		require.NoError(t, value.Get(&out))
		return out
	}
	first := run(nil)
	require.Equal(t, []string{"", "1", "2"}, cursors)
	require.Equal(t, "1", beats[0].Cursor)
	hidden := map[string]Hidden{"HR": {Name: "HR", Since: since}}
	beats[0].Hidden = hidden // as an earlier part of the pass may have found

	cursors = nil
	b.routes.list[0].Restored = time.Now().Add(-time.Minute) // another pass than the one that goes on
	again := run(&beats[0])
	require.Equal(t, []string{"1", "2"}, cursors)
	require.Equal(t, first.Watermark, again.Watermark)
	require.True(t, again.Caught.IsZero())
	require.Equal(t, hidden, again.Hidden)
}

func TestAuditHintsTheOpenPairsOfAConnection(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.temporal.ids = [][]string{{"pair/helpdesk/1/jira", "pair/linear/5/pager"}, {"pair/jira/7/helpdesk", "no pair"}}
	got, err := b.Audit(t.Context(), AuditParams{Connection: "jira"})
	require.NoError(t, err)
	require.Equal(t, 2, got.Sent)
	require.Equal(t, []string{"pair/helpdesk/1/jira hint", "pair/jira/7/helpdesk hint"}, b.temporal.signals)
	require.Equal(t, ticket.Hint{Ref: ticket.Ref{Connection: "jira"}, Kind: ticket.ChangeHint, Source: "audit"}, b.temporal.sent[0])
	require.NotContains(t, b.temporal.queries[0], "unlinked")
}

func TestRouseHintsThePairsThatWait(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.temporal.ids = [][]string{{"pair/helpdesk/1/jira"}, {"pair/helpdesk/2/jira"}}
	require.NoError(t, b.Rouse(t.Context(), RouseParams{Route: "it-to-eng", Version: 4}))
	require.Len(t, b.temporal.signals, 2)
	require.Equal(t, ticket.Hint{Kind: ticket.ChangeHint, Source: "apply", Version: "4"}, b.temporal.sent[0])
	require.Equal(t, 1, b.routes.forgotten, "the pairs' next reading finds the new settings")
	require.Contains(t, b.temporal.queries[0], "TicketsyncRoute = 'it-to-eng'")
	require.NotContains(t, b.temporal.queries[0], "'linked'", "no fan-out to pairs that hold nothing")
}

func TestEnlist(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := EnlistParams{Replica: ticket.Ref{Connection: "jira", ID: "2"}, Pair: pair}
	require.NoError(t, b.Enlist(t.Context(), p))
	require.Equal(t, []string{"pair/jira/2/helpdesk alias Alias"}, b.temporal.signals)
	require.Equal(t, []any{pair}, b.temporal.sent)

	p.Pair = "nonsense"
	require.Equal(t, trackers.Invalid, FailureOf(b.Enlist(t.Context(), p)).Kind)
	b.temporal.err = context.DeadlineExceeded
	p.Pair = pair
	require.Equal(t, trackers.Unavailable, FailureOf(b.Enlist(t.Context(), p)).Kind)
}

func TestRoutesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.routes.err = errors.New("Temporal is away")
	_, sweep := b.Sweep(t.Context(), SweepParams{Connection: "helpdesk"})
	_, fetch := b.Fetch(t.Context(), fetchBoth())
	_, settings := b.Settings(t.Context(), SettingsParams{Route: "it-to-eng"})
	for _, err := range []error{sweep, fetch, settings} {
		require.Equal(t, trackers.Unavailable, FailureOf(err).Kind)
	}
}
