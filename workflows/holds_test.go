package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// A tracker that is away holds the pair; it looks again by itself, ever more
// rarely, and heals without help.
func TestHoldBacksOffAndHeals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("fetch", trackers.Error{Kind: trackers.Unavailable, Status: 503}, forEver)
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	tries := 0
	w.after(time.Hour, func() {
		w.stands(Syncing, ticket.Unavailable)
		tries = w.right.called("comments")
		require.Less(t, tries, 60, "an hour of trying")
	})
	w.after(6*time.Hour, func() {
		again := w.right.called("comments") - tries
		require.NotZero(t, again)
		require.LessOrEqual(t, again, 7*6, "at most hourly, six attempts each")
		w.right.heals()
	})
	w.after(65*time.Minute, func() { w.stands(IsLinked, "") })
	st = w.play(st)
	require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
	journaled(t, st, "waits: unavailable")
	journaled(t, st, "goes on: unavailable is over")
	require.Len(t, st.Journal, 4, "said once, however often it was tried: %v", st.Journal)
}

// A hint is worth a look before the time.
func TestHoldIsHealedByAHint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("fetch", trackers.Error{Kind: trackers.Auth, Status: 401}, forEver)
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(2*time.Hour, func() {
		w.stands(Attention, ticket.Auth)
		w.right.heals()
		w.left.edit("IT1", ticket.Title, text("Printer put out"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Second, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Equal(t, "Printer put out", w.right.get("ENG1").Text(ticket.Title), "never what was decided on old facts")
}

// What the tracker asks for is waited for, and not a moment longer.
func TestHoldWaitsForTheRateLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("update", trackers.Error{Kind: trackers.RateLimited, Status: 429, RetryAfter: 10 * time.Minute}, 5)
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(3*time.Hour, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
}

// A refused field is held alone, tried again, and healed.
func TestHoldOfOneField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	refusal := trackers.Error{Kind: trackers.Invalid, Status: 400, Fields: map[ticket.Field]string{ticket.Assignee: "cannot be assigned"}}
	w.right.fails("update", refusal, 1)
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Assignee, user("bob"))
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(10*time.Second, func() {
		w.stands(Attention, ticket.FieldRefused)
		require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
		require.Nil(t, w.right.get("ENG1").Fields[ticket.Assignee].User)
	})
	w.after(2*time.Minute, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Equal(t, "bob", w.right.get("ENG1").Fields[ticket.Assignee].User.Name)
}

// A write that the tracker refuses as a whole holds its fields.
func TestHoldOfARefusedWrite(t *testing.T) {
	t.Parallel()
	for kind, reason := range map[trackers.Kind]ticket.Reason{trackers.Invalid: ticket.Invalid, trackers.Forbidden: ticket.Forbidden} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			st := w.linked()
			w.right.fails("update", trackers.Error{Kind: kind, Status: 400, Message: "computer says no"}, forEver)
			w.after(time.Second, func() {
				w.left.edit("IT1", ticket.Title, text("Printer on fire"))
				w.tell(w.left, "IT1", "alice")
			})
			w.after(10*time.Second, func() { w.stands(Attention, reason) })
			w.after(4*time.Hour, func() { require.LessOrEqual(t, w.right.called("update"), 9) })
			// What came to nothing is dropped when the edit is taken back.
			w.after(time.Second, func() {
				w.left.edit("IT1", ticket.Title, text("Printer"))
				w.tell(w.left, "IT1", "alice")
			})
			w.after(10*time.Second, func() { w.stands(IsLinked, "") })
			w.play(st)
		})
	}
}

// An unmapped status waits for the map, which heals it through apply.
func TestHoldOfAnUnmappedStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Status, status("Waiting"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(24*time.Hour, func() {
		w.stands(Attention, ticket.StatusUnmapped)
		require.Equal(t, []string{"Fetch"}, w.calls, "nothing to try before the map is new")
		w.settings(func(r *reconcile.Rules) {
			r.Status = append(r.Status, reconcile.StatusRule{Left: "Waiting", Right: "In Progress", Direction: reconcile.ToRight})
		})
		w.hint(ticket.Hint{Kind: ticket.ChangeHint, Source: "apply", Version: "2"})
	})
	w.after(10*time.Second, func() { w.stands(IsLinked, "") })
	st = w.play(st)
	require.Equal(t, "In Progress", w.right.get("ENG1").Status().Name)
	require.Equal(t, "Waiting", w.left.get("IT1").Status().Name)
	require.Equal(t, 2, st.Rules.Version)
}

// A refused link holds the link and nothing else.
func TestHoldOfTheLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.fails("mark", trackers.Error{Kind: trackers.Forbidden, Status: 403}, 1)
	w.after(10*time.Second, func() {
		w.stands(Attention, ticket.LinkRefused)
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(10*time.Second, func() { require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title)) })
	w.after(2*time.Minute, func() { w.stands(IsLinked, "") })
	st := w.play(PairState{})
	require.Nil(t, st.LinkHold)
	require.Equal(t, "https://helpdesk.example.com/IT-1", w.right.get("ENG1").Markers[0].URL)
}

// The ticket may be moved out before it could be marked, and stay there.
func TestMovedTicketIsMarkedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.left.fails("mark", trackers.Error{Kind: trackers.Forbidden, Message: "no links here"}, 1)
	w.after(time.Second, func() {
		w.right.change("ENG1", func(s *ticket.Snapshot) { s.Container = ticket.Container{ID: "HR", Name: "People"} })
		w.right.edit("ENG1", ticket.Title, text("not ours any more"))
		w.tell(w.right, "ENG1", "bob")
	})
	w.after(10*time.Second, func() {
		w.stands(Attention, ticket.MovedOut)
		require.Empty(t, w.left.get("IT1").Markers)
	})
	w.after(5*time.Minute, func() {
		w.stands(Attention, ticket.MovedOut)
		require.Len(t, w.left.get("IT1").Markers, 1)
	})
	st := w.play(PairState{})
	require.Nil(t, st.LinkHold)
	require.Equal(t, "Printer", w.left.get("IT1").Text(ticket.Title))
}

// An alias that cannot be started is no reason to hold anything.
func TestAliasThatCannotBeStarted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.played.broken["Enlist"] = true
	st := w.play(PairState{})
	require.Equal(t, Linked, st.Phase)
	journaled(t, st, "alias not started")
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	require.Equal(t, time.Minute, backoff(0))
	require.Equal(t, 4*time.Minute, backoff(2))
	require.Equal(t, time.Hour, backoff(6))
	require.Equal(t, time.Hour, backoff(1000))
}
