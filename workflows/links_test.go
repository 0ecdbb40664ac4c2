package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func gone(ref ticket.Ref) ticket.Hint {
	return ticket.Hint{Ref: ref, Kind: ticket.DeleteEvent, Actor: "alice"}
}

// A ticket counts as deleted when an event says so, it stays away for a
// minute, and its container can still be read.
func TestDeletionIsConfirmedAndCarriedOut(t *testing.T) {
	t.Parallel()
	for onDelete, check := range map[string]func(*testing.T, *ticket.Snapshot){
		"": func(t *testing.T, s *ticket.Snapshot) {
			require.Len(t, s.Comments, 1)
			require.Equal(t, ticket.NoteToken, s.Comments[0].Token)
			require.Contains(t, s.Comments[0].Body, "IT-1 was deleted")
			require.Equal(t, "To Do", s.Status().Name)
		},
		"close": func(t *testing.T, s *ticket.Snapshot) {
			require.Empty(t, s.Comments)
			require.Equal(t, "Done", s.Status().Name)
		},
		"ignore": func(t *testing.T, s *ticket.Snapshot) {
			require.Empty(t, s.Comments)
			require.Equal(t, "To Do", s.Status().Name)
		},
	} {
		t.Run("on_delete "+onDelete, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			st := w.linked()
			st.Rules.OnDelete, w.played.routes[0].OnDelete = onDelete, onDelete
			w.after(time.Second, func() {
				w.left.remove("IT1")
				w.hint(gone(st.Origin))
			})
			w.after(30*time.Second, func() {
				w.stands(Attention, ticket.AccessLost)
				require.Empty(t, w.right.get("ENG1").Comments, "not before it is confirmed")
			})
			w.after(2*time.Minute, func() { w.stands(Unlinked, ticket.Deleted) })
			w.after(time.Second, func() { w.hint(ticket.Hint{Ref: st.Replica, Kind: ticket.CommentEvent, Actor: "bot", Comment: "x"}) })
			carried := w.play(st)
			check(t, w.right.get("ENG1"))
			require.Equal(t, ticket.Unlinked, w.right.get("ENG1").Markers[0].State)
			require.Equal(t, Resting, carried.Phase)
			require.Len(t, w.right.tickets, 1)
			require.Empty(t, w.left.tickets, "never made again")
		})
	}
}

func TestDeletedReplica(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.right.remove("ENG1")
		w.hint(gone(st.Replica))
	})
	w.after(3*time.Minute, func() { w.stands(Unlinked, ticket.Deleted) })
	w.play(st)
	require.Contains(t, w.left.get("IT1").Comments[0].Body, "ENG-1 was deleted")
	require.Empty(t, w.right.tickets)
}

// A delete event for a ticket that is there after all means nothing.
// A replica that went before its address was known: the marker that says so leads
// to the ticket itself.
func TestDeletedReplicaWithoutAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	known := st.Tickets[ticket.Right]
	known.URL = ""
	st.Tickets[ticket.Right] = known
	w.after(time.Second, func() {
		w.right.remove("ENG1")
		w.hint(gone(st.Replica))
	})
	w.after(5*time.Minute, func() { w.stands(Unlinked, ticket.Deleted) })
	w.play(st)
	marker := w.left.get("IT1").Markers[0]
	require.Equal(t, ticket.Unlinked, marker.State)
	require.Equal(t, w.left.get("IT1").URL, marker.URL)
}

func TestDeletionTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() { w.hint(gone(st.Origin)) })
	w.after(time.Hour, func() { w.stands(IsLinked, "") })
	carried := w.play(st)
	require.Zero(t, carried.Tickets[ticket.Left].Gone)
	require.Empty(t, w.right.get("ENG1").Comments)
}

// Both tickets gone: there is nobody to tell and nothing to close, whatever
// on_delete says and however it was noticed.
func TestBothTicketsGone(t *testing.T) {
	t.Parallel()
	for _, onDelete := range []string{"close", "comment", "ignore"} {
		for name, end := range map[string]func(w *world, k *tracker, id string){
			"trashed": func(_ *world, k *tracker, id string) { k.change(id, func(s *ticket.Snapshot) { s.Trashed = true }) },
			"removed": func(_ *world, k *tracker, id string) { k.remove(id) },
		} {
			t.Run(onDelete+" "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.played.routes[0].OnDelete = onDelete
				st := w.linked()
				w.after(time.Second, func() {
					end(w, w.left, "IT1")
					w.hint(gone(st.Origin))
				})
				w.after(5*time.Second, func() {
					end(w, w.right, "ENG1")
					w.hint(gone(st.Replica))
				})
				w.after(time.Hour, func() {
					w.stands(Unlinked, ticket.Deleted)
					require.Empty(t, w.view().Detail, "nothing waits any more")
				})
				carried := w.play(st)
				require.Nil(t, carried.Hold)
				require.Less(t, len(w.calls), 40)
			})
		}
	}
}

// The other ticket's end, seen in the same breath in which the first one's is
// carried out, leaves no hold on a pair that rests.
func TestDeletionEndsTheRound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.left.change("IT1", func(s *ticket.Snapshot) { s.Trashed = true })
		w.hint(gone(st.Origin))
	})
	w.after(30*time.Second, func() { w.right.change("ENG1", func(s *ticket.Snapshot) { s.Trashed = true }) })
	w.after(time.Hour, func() { w.stands(Unlinked, ticket.Deleted) })
	require.Nil(t, w.play(st).Hold)
}

// A ticket in the trash is deleted as surely as one that is gone, also when
// nobody said so; what is taken out in time was never deleted.
func TestTrashedIsDeletedOnceConfirmed(t *testing.T) {
	t.Parallel()
	for name, told := range map[string]ticket.HintKind{"with a delete event": ticket.DeleteEvent, "seen by a sweep": ticket.ChangeHint} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			st := w.linked()
			w.after(time.Second, func() {
				w.right.change("ENG1", func(s *ticket.Snapshot) { s.Trashed = true })
				w.hint(ticket.Hint{Ref: st.Replica, Kind: told})
			})
			w.after(30*time.Second, func() {
				w.stands(Attention, ticket.AccessLost)
				require.Zero(t, w.left.called("comment"))
			})
			w.after(3*time.Minute, func() { w.stands(Unlinked, ticket.Deleted) })
			w.play(st)
			require.Contains(t, w.left.get("IT1").Comments[0].Body, "ENG-1 was deleted")
		})
	}
	t.Run("restored in time", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		st := w.linked()
		w.after(time.Second, func() {
			w.right.change("ENG1", func(s *ticket.Snapshot) { s.Trashed = true })
			w.hint(gone(st.Replica))
		})
		w.after(20*time.Second, func() {
			w.stands(Attention, ticket.AccessLost)
			w.right.change("ENG1", func(s *ticket.Snapshot) { s.Trashed = false })
			w.right.edit("ENG1", ticket.Title, text("out of the trash"))
			w.tell(w.right, "ENG1", "bob")
		})
		w.after(time.Hour, func() { w.stands(IsLinked, "") })
		carried := w.play(st)
		require.Zero(t, carried.Tickets[ticket.Right].Gone)
		require.Empty(t, w.left.get("IT1").Comments)
		require.Equal(t, "out of the trash", w.left.get("IT1").Text(ticket.Title))
	})
}

// Not-found alone may be a lost permission: no writes, looked at again, healed.
func TestAccessLostIsNoDeletion(t *testing.T) {
	t.Parallel()
	for name, withEvent := range map[string]bool{"without an event": false, "container hidden too": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			st := w.linked()
			hidden := w.left.tickets["IT1"]
			w.left.closed = true
			w.after(time.Second, func() {
				w.left.remove("IT1")
				if withEvent {
					w.hint(gone(st.Origin))
				} else {
					w.hint(ticket.Hint{Ref: st.Replica, Kind: ticket.TicketEvent, Actor: "bob"})
				}
			})
			w.after(24*time.Hour, func() {
				w.stands(Attention, ticket.AccessLost)
				require.Zero(t, w.right.called("comment"))
				require.LessOrEqual(t, w.left.called("comments")+w.left.called("fetch"), 32)
				w.left.mu.Lock()
				w.left.tickets["IT1"] = hidden
				w.left.mu.Unlock()
				w.left.edit("IT1", ticket.Title, text("back again"))
			})
			w.after(65*time.Minute, func() { w.stands(IsLinked, "") })
			w.play(st)
			require.Equal(t, "back again", w.right.get("ENG1").Text(ticket.Title))
		})
	}
}

// A write to a ticket that is gone is no write.
func TestWriteToAMissingTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.during["update"] = func() { w.right.remove("ENG1") }
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(10*time.Second, func() { w.stands(Attention, ticket.AccessLost) })
	require.Equal(t, Linked, w.play(st).Phase)
}

// The notice that a ticket was deleted is retried until it is there.
func TestDeletionWaitsForTheOtherTracker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.right.fails("comments", trackers.Error{Kind: trackers.Unavailable}, forEver)
	w.after(time.Second, func() {
		w.left.remove("IT1")
		w.hint(gone(st.Origin))
	})
	w.after(10*time.Minute, func() { w.right.heals() })
	w.after(2*time.Hour, func() { w.stands(Unlinked, ticket.Deleted) })
	w.play(st)
	require.Len(t, w.right.get("ENG1").Comments, 1)
}

// A linked ticket that becomes private: nothing more goes out; what the other
// side says still comes in.
func TestBecamePrivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.left.change("IT1", func(s *ticket.Snapshot) { s.Private = "private" })
		w.left.edit("IT1", ticket.Title, text("secret"))
		w.left.speak("IT1", "secret")
		w.tell(w.left, "IT1", "alice")
		w.hint(ticket.Hint{Ref: st.Origin, Kind: ticket.CommentEvent, Actor: "alice", Comment: "x"})
	})
	w.after(10*time.Second, func() {
		w.stands(Attention, ticket.BecamePrivate)
		require.Equal(t, "Printer", w.right.get("ENG1").Text(ticket.Title))
		require.Empty(t, w.right.get("ENG1").Comments)
	})
	w.after(time.Second, func() {
		w.left.change("IT1", func(s *ticket.Snapshot) { s.Private = "" })
		w.tell(w.left, "IT1", "alice")
	})
	w.after(10*time.Second, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Equal(t, "secret", w.right.get("ENG1").Text(ticket.Title))
}

func TestRouteOutOfForceAndBack(t *testing.T) {
	t.Parallel()
	off := false
	for reason, change := range map[ticket.Reason]func(*reconcile.Rules){
		ticket.Disabled:     func(r *reconcile.Rules) { r.Enabled = &off },
		ticket.Paused:       func(r *reconcile.Rules) { r.Paused = true },
		ticket.RouteRemoved: func(r *reconcile.Rules) { r.Removed = true },
	} {
		t.Run(string(reason), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			st := w.linked()
			w.settings(change)
			w.after(time.Second, func() {
				w.left.edit("IT1", ticket.Title, text("Printer on fire"))
				w.tell(w.left, "IT1", "alice")
			})
			w.after(10*time.Second, func() {
				w.stands(IsPaused, reason)
				require.Equal(t, []string{"Fetch", "Settings"}, w.calls)
				w.left.edit("IT1", ticket.Title, text("Printer put out"))
				w.tell(w.left, "IT1", "alice")
			})
			w.after(10*time.Second, func() {
				require.NotContains(t, w.calls[1:], "Fetch", "only the settings are looked at, no ticket")
				w.settings(func(r *reconcile.Rules) { r.Enabled, r.Paused, r.Removed = nil, false, false })
				w.hint(ticket.Hint{Kind: ticket.ChangeHint, Source: "apply", Version: "3"})
			})
			w.after(10*time.Second, func() { w.stands(IsLinked, "") })
			w.play(st)
			require.Equal(t, "Printer put out", w.right.get("ENG1").Text(ticket.Title))
		})
	}
}

// What took a route out of force may be lifted before the pair has even heard
// of it: its waking came too early, and none comes again.
func TestRouteBackInForceBeforeThePairKnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.settings(func(r *reconcile.Rules) { r.Paused = true })
	w.after(time.Second, func() {
		w.left.edit("IT1", ticket.Title, text("Printer on fire"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(10*time.Second, func() {
		w.stands(IsPaused, ticket.Paused)
		w.settings(func(r *reconcile.Rules) { r.Paused = false })
	})
	w.after(2*time.Minute, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
}

// A route that stays out of force is asked about once more, and costs nothing
// from then on.
func TestRestingRouteIsAskedAboutTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.settings(func(r *reconcile.Rules) { r.Paused = true })
	w.after(time.Second, func() { w.tell(w.left, "IT1", "alice") })
	w.after(24*time.Hour, func() { require.Equal(t, []string{"Fetch", "Settings", "Settings"}, w.calls) })
	w.play(st)
}

// A ticket that nobody may see just when its link is to be made gets it later.
func TestHiddenTicketIsMarkedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.left.fails("mark", trackers.Error{Kind: trackers.NotFound, Status: 404}, 1)
	w.after(10*time.Second, func() {
		w.stands(Attention, ticket.AccessLost)
		require.Empty(t, w.left.get("IT1").Markers)
	})
	w.after(2*time.Minute, func() { w.stands(IsLinked, "") })
	w.play(PairState{})
	require.Len(t, w.left.get("IT1").Markers, 1)
}

func TestMovedToAContainerOfAnotherRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	other := rules("it-to-ops")
	other.Right.Name, other.Right.Container = "OPS", ticket.Container{ID: "OPS", Key: "OPS"}
	w.played.routes = append(w.played.routes, other)
	w.after(time.Second, func() {
		w.right.change("ENG1", func(s *ticket.Snapshot) {
			s.Container, s.Key = ticket.Container{ID: "OPS", Key: "OPS", Name: "Operations"}, "OPS-1"
		})
		w.right.edit("ENG1", ticket.Title, text("now of operations"))
		w.tell(w.right, "ENG1", "bob")
	})
	w.after(10*time.Second, func() {
		w.stands(IsLinked, "")
		require.Equal(t, "it-to-ops", w.view().Route)
	})
	w.play(st)
	require.Equal(t, "now of operations", w.left.get("IT1").Text(ticket.Title))
}

func TestMovedOutAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.right.change("ENG1", func(s *ticket.Snapshot) { s.Container = ticket.Container{ID: "HR", Name: "People"} })
		w.right.edit("ENG1", ticket.Title, text("not ours any more"))
		w.tell(w.right, "ENG1", "bob")
	})
	w.after(10*time.Second, func() {
		w.stands(Attention, ticket.MovedOut)
		require.Equal(t, "Printer", w.left.get("IT1").Text(ticket.Title))
		w.right.change("ENG1", func(s *ticket.Snapshot) { s.Container = ticket.Container{ID: "ENG"} })
		w.tell(w.right, "ENG1", "bob")
	})
	w.after(10*time.Second, func() { w.stands(IsLinked, "") })
	w.play(st)
	require.Equal(t, "not ours any more", w.left.get("IT1").Text(ticket.Title))
}

// The audit finds what no event told of: a comment, a ticket that is gone.
// Pairs that are done are left alone.
func TestAuditHints(t *testing.T) {
	t.Parallel()
	audit := ticket.Hint{Ref: ticket.Ref{Connection: "helpdesk"}, Kind: ticket.ChangeHint, Source: "audit"}
	w := newWorld(t)
	st := w.linked()
	w.after(time.Second, func() {
		w.left.speak("IT1", "nobody told")
		w.hint(audit)
	})
	w.after(time.Second, func() {
		require.Len(t, w.right.get("ENG1").Comments, 1)
		w.left.edit("IT1", ticket.Status, status("Done"))
		w.tell(w.left, "IT1", "alice")
	})
	calls := 0
	w.after(time.Minute, func() {
		w.left.change("IT1", func(s *ticket.Snapshot) { s.Fields[ticket.Status].State.Done = true })
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Second, func() {
		w.left.speak("IT1", "said last")
		w.hint(audit) // the last one that is heard
	})
	w.after(time.Second, func() {
		require.Len(t, w.right.get("ENG1").Comments, 2)
		calls = len(w.calls)
		w.hint(audit)
	})
	w.after(time.Second, func() {
		require.Len(t, w.calls, calls, "both are done")
		w.left.edit("IT1", ticket.Status, status("Open"))
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Minute, func() {
		w.left.remove("IT1")
		w.hint(audit)
	})
	w.after(time.Second, func() { w.stands(Attention, ticket.AccessLost) })
	w.play(st)
}
