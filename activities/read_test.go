package activities

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const pair = "pair/helpdesk/1/jira"

// First contact with a ticket that no rule covers costs one read, so that a
// busy project next door stays cheap.
func TestMeetReadsOnlyWhatItNeeds(t *testing.T) {
	t.Parallel()
	marker := ticket.Marker{Installation: "test", Pair: "pair/jira/9/helpdesk", Generation: 1, State: ticket.Linked}
	for name, c := range map[string]struct {
		ticket  func(*ticket.Snapshot)
		claimed bool
		known   int64 // earlier runs with a replica
		reads   int
	}{
		"uncovered":            {ticket: func(s *ticket.Snapshot) { s.Private = "private" }, reads: 1},
		"covered":              {ticket: func(*ticket.Snapshot) {}, reads: 2},
		"covered, links known": {ticket: func(s *ticket.Snapshot) { s.LinksRead = true }, reads: 1},
		"claimed":              {ticket: func(s *ticket.Snapshot) { s.Private = "private" }, claimed: true, reads: 2},
		"marked":               {ticket: func(s *ticket.Snapshot) { s.Private, s.Markers = "private", []ticket.Marker{marker} }, reads: 2},
		"linked once":          {ticket: func(s *ticket.Snapshot) { s.Private = "private" }, known: 1, reads: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.temporal.count = c.known
			b.left.fetch = func(string, trackers.FetchOptions) (*ticket.Snapshot, error) { return snapshot(c.ticket), nil }
			got, err := b.Meet(t.Context(), MeetParams{Ref: ticket.Ref{Connection: "helpdesk", ID: "1"}, Pair: pair, Other: "jira", Claimed: c.claimed})
			require.NoError(t, err)
			require.Len(t, b.left.fetches, c.reads)
			require.False(t, b.left.fetches[0].Links)
			require.False(t, b.left.fetches[0].Comments)
			require.Equal(t, "test", got.Installation)
			require.Equal(t, 3*time.Minute, got.Quiet, "of the other connection")
			require.Equal(t, time.Minute, got.Confirm)
			require.Len(t, got.Routes, 1)
			if c.reads == 2 {
				require.True(t, b.left.fetches[1].Links)
			}
		})
	}
}

// A covered ticket without a marker whose run was ended from outside may have
// a replica already.
func TestMeetTellsOfAnInterruptedRun(t *testing.T) {
	t.Parallel()
	const ended, running = enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	for name, c := range map[string]struct {
		listed, now enumspb.WorkflowExecutionStatus
		want        bool
	}{
		"none":                  {},
		"its own":               {listed: running, now: running},
		"one ended":             {listed: ended, want: true},
		"one ended, list lags":  {listed: running, now: ended, want: true},
		"one that ended itself": {listed: running, now: enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED},
	} {
		b := newBench(t)
		if c.listed != 0 {
			b.temporal.ids, b.temporal.listed, b.temporal.status = [][]string{{pair}}, c.listed, c.now
		}
		b.left.fetch = func(string, trackers.FetchOptions) (*ticket.Snapshot, error) { return snapshot(), nil }
		p := MeetParams{Ref: ticket.Ref{Connection: "helpdesk", ID: "1"}, Pair: pair, Other: "jira"}
		got, err := b.Meet(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, c.want, got.Interrupted, name)
		p.Claimed = true // by a clone, perhaps
		got, err = b.Meet(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, c.want, got.Interrupted, name)
		require.Contains(t, b.temporal.queries[0], "WorkflowId = '"+pair+"'")
		require.Contains(t, b.temporal.queries[0], "'Terminated'")
	}
}

// Temporal that cannot say whether a pair was here before is asked again,
// rather than a linked ticket being taken for a new one.
func TestMeetFailsWithoutTemporal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.temporal.err = errors.New("no Temporal")
	b.left.fetch = func(string, trackers.FetchOptions) (*ticket.Snapshot, error) {
		return snapshot(func(s *ticket.Snapshot) { s.Private = "private" }), nil
	}
	_, err := b.Meet(t.Context(), MeetParams{Ref: ticket.Ref{Connection: "helpdesk", ID: "1"}, Pair: pair, Other: "jira"})
	require.Equal(t, trackers.Unavailable, FailureOf(err).Kind)
}

func fetchBoth() FetchParams {
	return FetchParams{
		Tickets: []FetchTicket{{Ref: ticket.Ref{Connection: "helpdesk", ID: "1"}}, {Ref: ticket.Ref{Connection: "jira", ID: "2"}}},
		Left:    "helpdesk", Right: "jira", Route: "it-to-eng", Version: 3,
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.left.fetch = func(string, trackers.FetchOptions) (*ticket.Snapshot, error) { return snapshot(), nil }
	b.right.fetch = func(string, trackers.FetchOptions) (*ticket.Snapshot, error) {
		return snapshot(func(s *ticket.Snapshot) { s.Container = ticket.Container{ID: "ENG"} }), nil
	}
	got, err := b.Fetch(t.Context(), fetchBoth())
	require.NoError(t, err)
	require.Len(t, got.Tickets, 2)
	require.Nil(t, got.Rules, "the settings are the pair's own")
	require.Nil(t, got.Routes, "both are where the route wants them")
	require.Equal(t, time.Minute, got.Tickets[0].Confirm)
	require.Equal(t, 3*time.Minute, got.Tickets[1].Quiet)

	// Newer settings ride along, and say which custom fields to read.
	b.routes.list[0].Version, b.routes.list[0].Custom = 4, []reconcile.CustomRule{{Left: "asset", Right: "customfield_1"}}
	got, err = b.Fetch(t.Context(), fetchBoth())
	require.NoError(t, err)
	require.Equal(t, 4, got.Rules.Version)
	require.Equal(t, []ticket.Field{"customfield_1"}, b.right.fetches[1].Custom)
	require.Equal(t, []ticket.Field{"asset"}, b.left.fetches[1].Custom)

	// Outside its container the pair learns of the other routes.
	b.right.fetch = func(string, trackers.FetchOptions) (*ticket.Snapshot, error) {
		return snapshot(func(s *ticket.Snapshot) { s.Container = ticket.Container{ID: "OPS"} }), nil
	}
	got, err = b.Fetch(t.Context(), fetchBoth())
	require.NoError(t, err)
	require.Len(t, got.Routes, 1)
}

// What stays is part of the result; what may pass fails the activity.
func TestFetchFailures(t *testing.T) {
	t.Parallel()
	for kind, passes := range map[trackers.Kind]bool{
		trackers.NotFound: false, trackers.Auth: false, trackers.Forbidden: false, trackers.Unavailable: true, trackers.RateLimited: true,
	} {
		b := newBench(t)
		b.left.fetch = func(string, trackers.FetchOptions) (*ticket.Snapshot, error) { return snapshot(), nil }
		b.right.fetch = func(string, trackers.FetchOptions) (*ticket.Snapshot, error) {
			return nil, &trackers.Error{Kind: kind, Op: "fetch ticket", Message: "no"}
		}
		got, err := b.Fetch(t.Context(), fetchBoth())
		if passes {
			require.Equal(t, kind, FailureOf(err).Kind)
			continue
		}
		require.NoError(t, err)
		require.NotNil(t, got.Tickets[0].Ticket, "one side's trouble does not hide the other")
		require.Nil(t, got.Tickets[1].Ticket)
		require.Equal(t, kind, got.Tickets[1].Failure.Kind)
	}
}

// Settings that are known to exist are not missed because older ones are
// remembered, and asking once more is enough.
func TestBetweenExpectsNewSettings(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	newer := rule()
	newer.Version = 4
	b.routes.newer = []reconcile.Rules{newer}
	got, err := b.between(t.Context(), "jira", "helpdesk", expect{"it-to-eng", 4})
	require.NoError(t, err)
	require.Equal(t, 4, got[0].Version)
	require.Equal(t, 1, b.routes.forgotten)

	_, err = b.between(t.Context(), "helpdesk", "jira", expect{"it-to-eng", 9})
	require.NoError(t, err)
	require.Equal(t, 2, b.routes.forgotten, "once, then what there is has to do")

	got, err = b.between(t.Context(), "helpdesk", "linear", expect{})
	require.NoError(t, err)
	require.Empty(t, got)
	require.Equal(t, 2, b.routes.forgotten)
}

func TestSettingsOfARenamedRoute(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := SettingsParams{Route: "it-to-eng", Left: rule().Left, Right: rule().Right}
	got, err := b.Settings(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, "it-to-eng", got.Name)

	b.routes.list[0].Removed = true
	got, err = b.Settings(t.Context(), p)
	require.NoError(t, err)
	require.True(t, got.Removed, "no heir")

	heir := rule()
	heir.Name = "support-to-eng"
	b.routes.list = append(b.routes.list, heir)
	got, err = b.Settings(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, "support-to-eng", got.Name)

	b.routes.list = nil
	got, err = b.Settings(t.Context(), p)
	require.NoError(t, err)
	require.Nil(t, got)
}

// A ticket counts as deleted only while its container can be read.
func TestReadable(t *testing.T) {
	t.Parallel()
	for kind, want := range map[trackers.Kind]bool{"": true, trackers.NotFound: false, trackers.Forbidden: false, trackers.Invalid: false} {
		b := newBench(t)
		b.right.look = func() (*trackers.Container, error) {
			if kind != "" {
				return nil, &trackers.Error{Kind: kind}
			}
			return &trackers.Container{}, nil
		}
		got, err := b.Readable(t.Context(), ReadableParams{End: rule().Right})
		require.NoError(t, err)
		require.Equal(t, want, got, kind)
	}
	b := newBench(t)
	b.right.look = func() (*trackers.Container, error) { return nil, &trackers.Error{Kind: trackers.Unavailable} }
	_, err := b.Readable(t.Context(), ReadableParams{End: rule().Right})
	require.Equal(t, trackers.Unavailable, FailureOf(err).Kind)
}

// The search for a lost create reaches back a little, and speaks of our
// installation only.
func TestFind(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.right.find = func(m ticket.Marker, from time.Time) ([]trackers.Found, error) {
		require.Equal(t, "test", m.Installation)
		require.True(t, from.Before(since))
		return []trackers.Found{{ID: "2"}}, nil
	}
	found, err := b.Find(t.Context(), FindParams{Connection: "jira", Since: since})
	require.NoError(t, err)
	require.Len(t, found, 1)

	ref, err := b.Lookup(t.Context(), LookupParams{Connection: "jira", Key: "ENG-1"})
	require.NoError(t, err)
	require.Equal(t, ticket.Ref{Connection: "jira", ID: "id of ENG-1"}, ref)
}

func TestJudge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.left.fetch = func(id string, o trackers.FetchOptions) (*ticket.Snapshot, error) {
		require.Equal(t, "id of IT-1", id)
		require.True(t, o.Links)
		return snapshot(func(s *ticket.Snapshot) {
			s.Markers = []ticket.Marker{
				{Installation: "other", Pair: pair, Generation: 1, State: ticket.Unlinked},
				{Installation: "test", Pair: pair, Generation: 1, State: ticket.Linked},
			}
		}), nil
	}
	got, err := b.Judge(t.Context(), JudgeParams{Rules: rule(), Side: ticket.Left, Key: "IT-1"})
	require.NoError(t, err)
	require.Equal(t, "unlinked", got.Verdicts[len(got.Verdicts)-1].Rule)
	for _, v := range got.Verdicts {
		require.True(t, v.OK, v)
	}
}
