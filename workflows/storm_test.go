package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestTrafficIsOfTenMinutes(t *testing.T) {
	t.Parallel()
	var tr Traffic
	for n := range 60 {
		tr = tr.add(epoch.Add(time.Duration(n)*time.Minute), 2, 1)
		require.LessOrEqual(t, len(tr), stormWindow)
	}
	now := epoch.Add(59 * time.Minute)
	writes, changes := tr.sum(now)
	require.Equal(t, []int{20, 10}, []int{writes, changes})
	writes, changes = tr.sum(now.Add(9 * time.Minute))
	require.Equal(t, []int{2, 1}, []int{writes, changes})
	writes, changes = tr.sum(now.Add(10 * time.Minute))
	require.Zero(t, writes+changes)
	require.Equal(t, tr, tr.add(now.Add(time.Hour), 0, 0), "nothing happened, nothing is kept")
}

// drift has the left ticket read otherwise with every reading, at the same
// version: nobody did anything, and the pair writes all the same.
func (w *world) drift(times int, every time.Duration) {
	for range times {
		w.after(every, func() {
			w.left.mu.Lock()
			w.left.serial++
			w.left.tickets["IT1"].Fields[ticket.Title] = text("Printer " + itoa(w.left.serial))
			w.left.mu.Unlock()
			w.tell(w.left, "IT1", "alice")
		})
	}
}

// forget lets the traffic of what a test begins with pass.
func (w *world) forget() { w.after(stormWindow*time.Minute, func() {}) }

func (w *world) writes(want int) {
	w.Helper()
	require.Equal(w, want, w.right.called("update"))
}

func TestStormPausesThePair(t *testing.T) {
	t.Parallel()
	for name, mute := range map[string]bool{"the tracker tells what it stored": false, "the version we leave is not told": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			st := w.linked()
			w.right.mute = mute
			w.forget()
			w.drift(unexplained, 5*time.Second)
			w.after(time.Second, func() {
				w.stands(IsLinked, "")
				w.writes(unexplained)
			})
			w.drift(1, time.Second)
			w.after(time.Second, func() {
				w.stands(IsPaused, ticket.WriteStorm)
				require.Equal(t, "31 writes within 10 minutes, 0 changes seen", w.view().Detail)
				w.writes(unexplained + 1)
			})
			w.drift(3, time.Hour)
			w.after(time.Second, func() { w.writes(unexplained + 1) })
			st = w.play(st)
			journaled(t, st, "paused itself: write-storm")
			require.True(t, st.Paused)
		})
	}
}

// Tries that fail count, as long as nobody but the hints asks for them.
func TestStormOfFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("update", trackers.Error{Kind: trackers.Auth, Status: 401}, forEver)
	w.forget()
	w.drift(1, time.Second)
	for range unexplained - 1 {
		w.after(5*time.Second, func() { w.tell(w.left, "IT1", "alice") })
	}
	w.after(time.Second, func() { w.stands(Attention, ticket.Auth) })
	w.after(time.Second, func() { w.tell(w.left, "IT1", "alice") })
	w.after(time.Second, func() { w.stands(IsPaused, ticket.WriteStorm) })
	w.play(st)
}

// Writes that are spread over more than the window are no storm.
func TestStormIsOfTenMinutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.drift(80, 21*time.Second)
	w.after(time.Second, func() { w.stands(IsLinked, "") })
	w.play(st)
	w.writes(80)
}

// Changes by others explain as many writes, and no more.
func TestChangesExplainWrites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.forget()
	for range 5 {
		w.after(5*time.Second, func() {
			w.left.edit("IT1", ticket.Labels, ticket.Value{}) // nothing that is replicated
			w.tell(w.left, "IT1", "alice")
		})
	}
	w.drift(unexplained+5, 5*time.Second)
	w.after(time.Second, func() { w.stands(IsLinked, "") })
	w.drift(1, time.Second)
	w.after(time.Second, func() {
		w.stands(IsPaused, ticket.WriteStorm)
		require.Equal(t, "36 writes within 10 minutes, 5 changes seen", w.view().Detail)
	})
	w.play(st)
}

// What a pair counted goes on in its next run, and so does its pause. Resume
// and retry end it and count from nothing.
func TestStormIsCarried(t *testing.T) {
	t.Parallel()
	for _, command := range []string{addressing.UpdateResume, addressing.UpdateRetry} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			st := w.linked()
			w.forget()
			w.drift(20, 5*time.Second)
			st = w.play(st)
			require.False(t, st.Paused)
			w.again(nil)
			w.drift(11, 5*time.Second)
			st = w.play(st)
			w.writes(11)
			require.True(t, st.Paused)

			w.again(nil)
			w.after(time.Second, func() {
				w.stands(IsPaused, ticket.WriteStorm)
				w.update(command)
			})
			w.after(time.Second, func() { w.stands(IsLinked, "") })
			w.drift(unexplained, 5*time.Second)
			w.after(time.Second, func() { w.stands(IsLinked, "") })
			w.drift(1, time.Second)
			w.after(time.Second, func() { w.stands(IsPaused, ticket.WriteStorm) })
			w.play(st)
		})
	}
}

// Retry ends a pause of the pair's own making only.
func TestRetryLeavesAnOperatorsPause(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() { w.update(addressing.UpdatePause) })
	w.after(time.Second, func() { w.update(addressing.UpdateRetry) })
	w.after(time.Second, func() { w.stands(IsPaused, ticket.Paused) })
	w.play(st)
}

// People and scripts at work on one pair, ten edits a minute: titles, comments,
// and statuses over three transitions at a time.
func TestBusyPeopleAreNoStorm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	const edits = 200
	for n := range edits {
		w.after(6*time.Second, func() {
			switch n % 4 {
			case 0:
				w.left.edit("IT1", ticket.Status, status([]string{"Done", "Open"}[n/4%2]))
				w.tell(w.left, "IT1", "alice")
			case 1:
				w.right.edit("ENG1", ticket.Title, text("Printer "+itoa(n)))
				w.tell(w.right, "ENG1", "bob")
			case 2:
				w.hear(w.left, "IT1", w.left.speak("IT1", "comment "+itoa(n)), "alice")
			default:
				w.left.edit("IT1", ticket.Description, text("text "+itoa(n)))
				w.tell(w.left, "IT1", "alice")
			}
		})
	}
	w.after(time.Minute, func() { w.stands(IsLinked, "") })
	st = w.play(st)
	require.Greater(t, w.right.called("move"), edits/4, "more than one transition a change")
	require.Equal(t, edits/4, w.right.called("comment"))
	require.False(t, st.Paused)
}

// A ticket with hundreds of comments is copied whole, at the pace that its
// tracker bears.
func TestManyCommentsAreNoStorm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	const many = 400
	for n := range many {
		w.left.speak("IT1", "comment "+itoa(n))
	}
	w.after(time.Hour, func() { w.stands(IsLinked, "") })
	w.play(PairState{})
	require.Len(t, w.right.get("ENG1").Comments, many)
}

// Fields and comments that a tracker refuses are tried again for ever, and
// ever more slowly.
func TestRefusalsAreNoStorm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	for _, op := range []string{"update", "move", "comment"} {
		w.right.fails(op, trackers.Error{Kind: trackers.Forbidden, Status: 403}, forEver)
	}
	w.after(time.Second, func() {
		for n := range 25 {
			w.left.speak("IT1", "comment "+itoa(n))
		}
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.left.edit("IT1", ticket.Status, status("Done"))
		w.hint(ticket.Hint{Ref: ticket.Ref{Connection: "helpdesk", ID: "IT1"}, Kind: ticket.ChangeHint})
	})
	w.after(12*time.Hour, func() { require.Equal(t, Attention, w.view().State) })
	w.play(st)
	require.Greater(t, w.right.called("comment"), 25*10)
}
