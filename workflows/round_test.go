package workflows

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestRoundWritesAnEditBothWays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Second, func() {
		require.Equal(t, []string{"Fetch", "Update"}, w.calls)
		require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
		w.right.edit("ENG1", ticket.Description, text("Put out."))
		w.tell(w.right, "ENG1", "bob")
	})
	w.after(time.Second, func() { require.Equal(t, "Put out.", w.left.get("IT1").Text(ticket.Description)) })
	st = w.play(st)
	journaled(t, st, "title → ENG-1")
	journaled(t, st, "description → IT-1")
}

// The echo of our own write costs nothing.
func TestRoundDropsEchoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	calls := 0
	w.after(time.Second, func() {
		calls = len(w.calls)
		w.tell(w.right, "ENG1", "bot")
		w.tell(w.right, "ENG1", "")
		w.tell(w.left, "IT1", "")                                                                      // the edit once more, as the sweep tells it
		w.hint(ticket.Hint{Ref: ticket.Ref{Connection: "jira", ID: "ENG9"}, Kind: ticket.TicketEvent}) // nobody of ours
	})
	w.after(time.Second, func() { require.Len(t, w.calls, calls) })
	w.play(st)
}

// A version that we do not know but made by our own account, such as the link
// we wrote, costs one read of that side alone.
func TestRoundReadsOneSideForAnUnknownEcho(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.right.change("ENG1", func(*ticket.Snapshot) {})
		w.tell(w.right, "ENG1", "bot")
	})
	w.after(time.Second, func() {
		require.Equal(t, []string{"Fetch"}, w.calls)
		require.Equal(t, 1, w.right.called("fetch"))
		require.Zero(t, w.left.called("fetch"))
	})
	w.play(st)
}

// If that one read shows a person's change after all, nothing is lost.
func TestRoundFindsAPersonsChangeBehindAnEcho(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.right.edit("ENG1", ticket.Title, text("Printer on fire"))
		w.tell(w.right, "ENG1", "bot")
	})
	w.play(st)
	require.Equal(t, "Printer on fire", w.left.get("IT1").Text(ticket.Title))
}

// A known version from a person is looked at: a version may be as coarse as a
// second, and two edits may share it.
func TestRoundLooksAtAPersonsHint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() { w.tell(w.left, "IT1", "alice") })
	w.after(time.Second, func() { require.Equal(t, []string{"Fetch"}, w.calls) })
	w.play(st)
	require.Equal(t, 1, w.right.called("fetch"))
}

func TestRoundBothSidesChanged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule        string
		left, right string
	}{
		"newest": {reconcile.NewestWins, "from the right", "from the right"},
		"left":   {reconcile.LeftWins, "from the left", "from the left"},
		"right":  {reconcile.RightWins, "from the right", "from the right"},
		"hold":   {reconcile.HoldConflict, "from the left", "from the right"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			st := w.linked()
			w.settings(func(r *reconcile.Rules) { r.Conflict.Default = c.rule })
			w.after(time.Second, func() { w.left.edit("IT1", ticket.Title, text("from the left")) })
			w.after(time.Second, func() {
				w.right.edit("ENG1", ticket.Title, text("from the right"))
				w.tell(w.right, "ENG1", "bob")
				w.tell(w.left, "IT1", "alice")
			})
			st = w.play(st)
			require.Equal(t, c.left, w.left.get("IT1").Text(ticket.Title))
			require.Equal(t, c.right, w.right.get("ENG1").Text(ticket.Title))
			if c.rule == reconcile.HoldConflict {
				require.Equal(t, ticket.Conflict, st.Sync.Fields[ticket.Title].Hold.Reason)
			} else {
				journaled(t, st, "conflict: title")
			}
		})
	}
}

// A person edits between our read and our write. The tracker refuses the
// write, and the pair decides again on fresh facts.
func TestRoundLosesARaceAndPlansAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.strict = true
	w.right.during["update"] = func() { w.right.edit("ENG1", ticket.Title, text("from the right")) }
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("from the left"))
		w.tell(w.left, "IT1", "alice")
	})
	st = w.play(st)
	require.Equal(t, w.left.get("IT1").Text(ticket.Title), w.right.get("ENG1").Text(ticket.Title))
	journaled(t, st, "conflict: title")
}

// Races lost one after another make the pair wait a moment.
func TestRoundBacksOffFromRaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("update", trackers.Error{Kind: trackers.Stale, Status: 409}, staleTries+1)
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("from the left"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(30*time.Second, func() {
		require.Equal(t, staleTries+1, w.right.called("update"))
		w.stands(Syncing, ticket.Unavailable)
	})
	w.after(time.Minute, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Equal(t, "from the left", w.right.get("ENG1").Text(ticket.Title))
}

// Where a tracker has neither precondition nor history, a version between our
// read and our write that we do not know is journaled.
func TestRoundJournalsWhatWasOverwrittenUnseen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	unseen := ""
	w.left.during["update"] = func() {
		w.left.edit("IT1", ticket.Title, text("from the left, unseen"))
		unseen = w.left.get("IT1").Version
	}
	w.after(time.Second, func() {
		w.right.edit("ENG1", ticket.Title, text("from the right"))
		w.tell(w.right, "ENG1", "bob")
	})
	w.after(time.Second, func() {
		w.hint(ticket.Hint{Ref: ticket.Ref{Connection: "helpdesk", ID: "IT1"}, Kind: ticket.TicketEvent, Version: unseen})
	})
	journaled(t, w.play(st), string(ticket.OverwrittenUnseen)+": title → left")
}

// A write without an answer about what was stored is read back.
func TestRoundReadsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.mute = true
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(10*time.Second, func() {
		require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
		w.stands(IsLinked, "")
	})
	w.play(st)
	require.Equal(t, 1, w.right.called("update"))
}

func TestRoundWalksTheWorkflow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Status, status("Done"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Minute, func() {
		require.Equal(t, "Done", w.right.get("ENG1").Status().Name)
		require.Equal(t, 3, w.right.called("move"))
	})
	// One step back maps to the same group on the left: nothing is pushed back.
	w.after(time.Second, func() {
		w.right.edit("ENG1", ticket.Status, status("In Review"))
		w.tell(w.right, "ENG1", "bob")
	})
	w.play(st)
	require.Equal(t, "In Progress", w.left.get("IT1").Status().Name)
	require.Equal(t, "In Review", w.right.get("ENG1").Status().Name)
	require.Equal(t, 3, w.right.called("move"))
}

// A transition that the tracker refuses holds the status and nothing else.
func TestRoundHoldsARefusedTransition(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("move", trackers.Error{Kind: trackers.Forbidden, Status: 403, Message: "no permission"}, forEver)
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Status, status("In Progress"))
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(10*time.Second, func() { w.stands(Attention, ticket.NoTransition) })
	w.play(st)
	require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
}

// An unknown person clears the field there, said once, and the clearing does
// not come back.
func TestRoundClearsAnUnknownAssignee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Assignee, user("carol"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(5*time.Second, func() { w.tell(w.right, "ENG1", "bob") })
	st = w.play(st)
	require.Nil(t, w.right.get("ENG1").Fields[ticket.Assignee].User)
	require.Equal(t, "carol", w.left.get("IT1").Fields[ticket.Assignee].User.ID)
	journaled(t, st, "user-unknown")
	n := 0
	for _, e := range st.Journal {
		if strings.Contains(e.What, "user-unknown") {
			n++
		}
	}
	require.Equal(t, 1, n)
}

// The settings a pair works by are renewed by what a fetch brings along.
func TestRoundTakesNewSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.settings(func(r *reconcile.Rules) { r.Fields = map[ticket.Field]reconcile.Direction{ticket.Title: reconcile.Off} })
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	st = w.play(st)
	require.Equal(t, "Printer", w.right.get("ENG1").Text(ticket.Title))
	require.Equal(t, 2, st.Rules.Version)
}

// A ticket that is renamed or moved keeps its pair under its new key.
func TestRoundNotesANewKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.right.change("ENG1", func(s *ticket.Snapshot) { s.Key = "ENG-100" })
		w.tell(w.right, "ENG1", "bob")
	})
	w.after(time.Second, func() { require.Equal(t, "ENG-100", w.view().Right.Key) })
	journaled(t, w.play(st), "key")
}

// Our own writes on one ticket stay below the limit per issue.
func TestRoundPacesItsWrites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		for range 40 {
			w.left.speak("IT1", "one of many")
		}
		w.hint(ticket.Hint{Ref: st.Origin, Kind: ticket.CommentEvent, Actor: "alice", Comment: "x"})
	})
	w.after(time.Second, func() { require.LessOrEqual(t, w.right.called("comment"), 20) })
	w.after(30*time.Second, func() { require.Equal(t, 40, w.right.called("comment")) })
	w.play(st)
}

// A hint about links, and our own comment that we do not know, cost one read
// of that side; what a person did there is found all the same.
func TestRoundReadsOneSideForACommentOfOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() { w.hear(w.left, "IT1", w.left.speak("IT1", "Any news?"), "alice") })
	w.after(time.Second, func() {
		w.right.calls, w.left.calls = nil, nil
		w.hear(w.right, "ENG1", &ticket.Comment{ID: "unknown", Version: "c9"}, "bot")
	})
	w.after(time.Second, func() {
		require.Equal(t, 1, w.right.called("comments"))
		require.Empty(t, w.left.calls)
		w.right.speak("ENG1", "A person's")
		w.hear(w.right, "ENG1", &ticket.Comment{ID: "unknown", Version: "c10"}, "bot")
	})
	w.after(time.Second, func() {
		require.Len(t, w.left.get("IT1").Comments, 2)
		w.left.calls = nil
		w.hint(ticket.Hint{Ref: st.Origin, Kind: ticket.LinkEvent, Actor: "alice"})
	})
	w.after(time.Second, func() { require.Equal(t, []string{"fetch IT1"}, w.left.calls) })
	w.play(st)
}

// What was read before a write that took long is read again before the next
// one: a person may have been there since.
func TestOldFactsAreReadAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.right.history = false
	st := w.linked()
	w.left.fails("update", trackers.Error{Kind: trackers.Unavailable}, 3)
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.right.edit("ENG1", ticket.Priority, ticket.Value{Level: ticket.High})
		w.tell(w.left, "IT1", "alice")
	})
	w.after(4*time.Second, func() { w.right.edit("ENG1", ticket.Title, text("Printer put out")) })
	w.after(time.Minute, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Equal(t, "Printer put out", w.right.get("ENG1").Text(ticket.Title))
	require.Equal(t, "Printer put out", w.left.get("IT1").Text(ticket.Title))
	require.Equal(t, ticket.High, w.left.get("IT1").Fields[ticket.Priority].Level)
}

// A delivery that somebody recorded and sends again, long after the ticket has
// gone on, costs a look and writes nothing.
func TestReplayedHintsWriteNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	var recorded ticket.Hint
	w.after(time.Second, func() {
		w.right.edit("ENG1", ticket.Title, text("first"))
		recorded = ticket.Hint{Ref: ticket.Ref{Connection: "jira", ID: "ENG1"}, Kind: ticket.TicketEvent, Actor: "alice", Version: w.right.get("ENG1").Version, Source: "webhook"}
		w.hint(recorded)
	})
	w.after(time.Minute, func() {
		w.left.edit("IT1", ticket.Title, text("second"))
		w.tell(w.left, "IT1", "alice")
	})
	writes := 0
	w.after(time.Minute, func() {
		writes = w.left.called("update") + w.right.called("update")
		for range 20 {
			w.hint(recorded)
		}
		recorded.Kind = ticket.DeleteEvent
		w.hint(recorded)
	})
	w.after(time.Hour, func() {
		require.Equal(t, 2, writes)
		require.Equal(t, writes, w.left.called("update")+w.right.called("update"))
		require.Equal(t, "second", w.right.get("ENG1").Text(ticket.Title))
		w.stands(IsLinked, "")
	})
	w.play(st)
}

// A write whose answer was lost is not repeated over what a person has done
// since, where nothing but another look can tell.
func TestLostAnswerIsNotRepeatedOverAPersonsEdit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.right.history = false
	st := w.linked()
	w.right.loses("update")
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Priority, ticket.Value{Level: ticket.High})
		w.tell(w.left, "IT1", "alice")
	})
	w.after(500*time.Millisecond, func() { w.right.edit("ENG1", ticket.Priority, ticket.Value{Level: ticket.Low}) })
	w.after(time.Minute, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Equal(t, ticket.Low, w.right.get("ENG1").Fields[ticket.Priority].Level)
	require.Equal(t, ticket.Low, w.left.get("IT1").Fields[ticket.Priority].Level)
}
