package workflows

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// Announce implements trackers.Announcer.
func (k *tracker) Announce(_ context.Context, n trackers.News) error {
	before, after := k.begin("announce", n.Subject)
	if before != nil {
		return before
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.told = append(k.told, n)
	return after
}

// recount adds what happened to a ticket after a change.
func (k *tracker) recount(t *ticket.Snapshot, after string) {
	all := k.changes[t.Ref.ID]
	if at := slices.IndexFunc(all, func(c ticket.Change) bool { return c.ID == after }); at >= 0 {
		all = all[at+1:]
	}
	if k.page > 0 && len(all) > k.page {
		all, t.MoreChanges = all[:k.page], true
	}
	t.Changes = slices.Clone(all)
}

// happens is a change of status by a person, in the ticket's history too.
func (k *tracker) happens(id, to string) {
	k.edit(id, ticket.Status, status(to))
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.tickets[id]
	c := ticket.Change{ID: strconv.Itoa(len(k.changes[id])), At: k.now(), Key: t.Key, Title: t.Text(ticket.Title), Status: ticket.State{Name: to}}
	if len(k.changes[id]) == 0 {
		c.ID = ticket.Creation
	}
	k.changes[id] = append(k.changes[id], c)
}

// telling is a world whose route only tells of the left's tickets.
func telling(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.left.changes = map[string][]ticket.Change{}
	r := &w.played.routes[0]
	r.Name, r.Direction = "changes", reconcile.ToRight
	r.Right = reconcile.End{Connection: "jira", Name: "jira", Announces: true, Statuses: []ticket.State{{Name: "Canceled", Category: ticket.Canceled}}}
	r.Status = []reconcile.StatusRule{{Left: "Open", Right: "Planned"}, {Left: "In Progress", Right: "Processing"}, {Left: "Done", Right: "Done"}}
	w.left.open("IT", "")
	w.left.happens("IT1", "Open")
	return w
}

// said is what was told, "<subject>: <status>" each.
func (k *tracker) said() (out []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, n := range k.told {
		out = append(out, n.Subject+": "+n.Status)
	}
	return out
}

func TestAnnouncingPair(t *testing.T) {
	t.Parallel()
	w := telling(t)
	w.after(time.Minute, func() {
		w.stands(IsLinked, "")
		require.Equal(t, []string{"IT-1: Planned"}, w.right.said())
		w.left.happens("IT1", "In Progress")
		w.left.happens("IT1", "Done")
		w.left.happens("IT1", "In Progress")
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Minute, func() {
		require.Equal(t, []string{"IT-1: Planned", "IT-1: Processing", "IT-1: Done", "IT-1: Processing"}, w.right.said())
		c := w.left.speak("IT1", "Anyone?")
		w.hear(w.left, "IT1", c, "alice")
		w.tell(w.left, "IT1", "alice")
	})
	st := w.play(PairState{})
	require.Len(t, w.right.said(), 4, "a comment is no news")
	require.Equal(t, ticket.Ref{Connection: "jira", ID: "IT-1"}, st.Replica)
	require.Empty(t, w.played.enlisted)
	for _, none := range []string{"fetch", "comments", "mark", "create", "update"} {
		require.Zero(t, w.right.called(none), none)
	}
	require.Zero(t, w.left.called("mark"), "there is no other ticket to lead to")
	require.Zero(t, w.left.called("comments"))
	for i, n := range w.right.told {
		require.WithinDuration(t, w.left.changes["IT1"][i].At, n.At, 0, "the change's own time")
	}
}

// An issue that moves to where another route tells of it is told of by that,
// under its first key; where no route covers it, it waits.
func TestAnnouncedTicketMoves(t *testing.T) {
	t.Parallel()
	w := telling(t)
	other := w.played.routes[0]
	other.Name, other.Left = "ops-changes", reconcile.End{Connection: "helpdesk", Name: "Ops", Container: ticket.Container{ID: "OPS", Key: "OPS"}}
	w.played.routes = append(w.played.routes, other)
	w.after(time.Minute, func() {
		w.left.change("IT1", func(s *ticket.Snapshot) { s.Key, s.Container = "OPS-7", ticket.Container{ID: "OPS", Key: "OPS"} })
		w.left.happens("IT1", "Done")
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Minute, func() {
		w.stands(IsLinked, "")
		require.Equal(t, "ops-changes", w.view().Route)
		w.left.change("IT1", func(s *ticket.Snapshot) { s.Container = ticket.Container{ID: "HR"} })
		w.left.happens("IT1", "In Progress")
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Minute, func() {
		w.stands(Attention, ticket.MovedOut)
		w.left.change("IT1", func(s *ticket.Snapshot) { s.Container = ticket.Container{ID: "OPS", Key: "OPS"} })
		w.tell(w.left, "IT1", "alice")
	})
	w.play(PairState{})
	require.Equal(t, []string{"IT-1: Planned", "IT-1: Done", "IT-1: Processing"}, w.right.said())
}

// A pair that was ended from outside begins anew and tells again what the
// service merges: under the same key.
func TestAnnouncedSubjectIsTheFirstKey(t *testing.T) {
	t.Parallel()
	w := telling(t)
	w.left.change("IT1", func(s *ticket.Snapshot) { s.Key = "IT-77" })
	w.left.happens("IT1", "Done")
	w.played.ended = true
	w.play(PairState{})
	require.Equal(t, []string{"IT-1: Planned", "IT-1: Done"}, w.right.said())
}

// Statuses that nobody mapped, and that the route ignores, are read once.
func TestIgnoredNewsIsReadOnce(t *testing.T) {
	t.Parallel()
	w := telling(t)
	w.played.routes[0].Unmapped, w.left.page = "ignore", 2
	for range 5 {
		w.left.happens("IT1", "Stuck")
	}
	w.play(PairState{})
	require.LessOrEqual(t, w.left.called("fetch"), 6)
	require.Equal(t, []string{"IT-1: Planned"}, w.right.said())
}

// Two done tickets are audited once more and then left alone; one that is told
// of is alone.
func TestDoneAnnouncedTicketIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := telling(t)
	w.left.edit("IT1", ticket.Status, ticket.Value{State: &ticket.State{Name: "Done", Done: true}})
	reads := 0
	w.after(time.Minute, func() { reads = w.left.called("fetch") })
	for range 5 {
		w.after(time.Hour, func() {
			w.hint(ticket.Hint{Ref: ticket.Ref{Connection: "helpdesk"}, Kind: ticket.ChangeHint, Source: "audit"})
		})
	}
	w.play(PairState{})
	require.Equal(t, reads+1, w.left.called("fetch"))
	require.Zero(t, w.left.called("comments"))
}

// A deletion is told with its own time, the same however often.
func TestDeletionIsToldWithItsTime(t *testing.T) {
	t.Parallel()
	w := telling(t)
	acted := epoch.Add(90 * time.Second)
	hint := gone(ticket.Ref{Connection: "helpdesk", ID: "IT1"})
	hint.Acted = acted
	w.right.loses("announce")
	w.after(time.Minute, func() {
		w.left.remove("IT1")
		w.right.loses("announce")
		w.hint(hint)
	})
	again := hint
	again.Acted = acted.Add(time.Minute)
	w.after(30*time.Second, func() { w.hint(again) })
	w.after(10*time.Minute, func() { w.stands(Unlinked, ticket.Deleted) })
	w.play(PairState{})
	last := w.right.told[len(w.right.told)-1]
	require.True(t, last.At.Equal(acted), last.At)
	require.Equal(t, last, w.right.told[len(w.right.told)-2])
}

// Nothing comes back, so there is nothing to resolve; what was unlinked can be
// taken up again, and what was told stays told.
func TestOperatorsOnAnAnnouncingPair(t *testing.T) {
	t.Parallel()
	w := telling(t)
	w.after(time.Minute, func() {
		w.refused(addressing.UpdateResolve, "nothing comes back", Resolve{Field: ticket.Status, Take: ticket.Left})
	})
	w.after(time.Second, func() { w.update(addressing.UpdateUnlink) })
	w.after(time.Minute, func() {
		w.stands(Unlinked, ticket.UnlinkedByOperator)
		w.left.happens("IT1", "Done")
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Minute, func() {
		require.Len(t, w.right.said(), 1)
		w.update(addressing.UpdateLink, LinkTo{Replica: ticket.Ref{Connection: "jira", ID: "IT-1"}, Rules: &w.played.routes[0]})
	})
	w.play(PairState{})
	require.Equal(t, []string{"IT-1: Planned", "IT-1: Done"}, w.right.said())
	require.Empty(t, w.played.enlisted)
	require.Zero(t, w.right.called("mark"))
}

// The key under which the first change was told stays, wherever the ticket goes.
func TestAnnouncedSubjectStays(t *testing.T) {
	t.Parallel()
	w := telling(t)
	w.after(time.Minute, func() {
		w.left.change("IT1", func(s *ticket.Snapshot) { s.Key = "IT-77" })
		w.left.happens("IT1", "Done")
		w.tell(w.left, "IT1", "alice")
	})
	w.play(PairState{})
	require.Equal(t, []string{"IT-1: Planned", "IT-1: Done"}, w.right.said())
	require.Equal(t, "IT-77", w.right.told[1].Key)
}

func TestLongHistoryIsToldPageByPage(t *testing.T) {
	t.Parallel()
	w := telling(t)
	w.left.page = 2
	for range 4 {
		w.left.happens("IT1", "In Progress")
		w.left.happens("IT1", "Done")
	}
	w.play(PairState{})
	require.Len(t, w.right.said(), 9)
	require.True(t, slices.IsSortedFunc(w.right.told, func(a, b trackers.News) int { return a.At.Compare(b.At) }))
}

func TestUnmappedNewsWaits(t *testing.T) {
	t.Parallel()
	w := telling(t)
	w.after(time.Minute, func() {
		w.left.happens("IT1", "Waiting")
		w.left.happens("IT1", "Done")
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Hour, func() {
		w.stands(Attention, ticket.StatusUnmapped)
		require.Equal(t, []string{"IT-1: Planned"}, w.right.said())
		w.settings(func(r *reconcile.Rules) {
			r.Status = append(r.Status, reconcile.StatusRule{Left: "Waiting", Right: "Processing"})
		})
		w.hint(ticket.Hint{Kind: ticket.ChangeHint, Source: "apply", Version: "2"})
	})
	w.after(time.Minute, func() { w.stands(IsLinked, "") })
	w.play(PairState{})
	require.Equal(t, []string{"IT-1: Planned", "IT-1: Processing", "IT-1: Done"}, w.right.said())
}

// A push whose answer is lost is repeated as it was; one that is refused waits
// with the service's own words, and heals.
func TestAnnouncingThroughFaults(t *testing.T) {
	t.Parallel()
	w := telling(t)
	w.right.loses("announce")
	w.right.fails("announce", trackers.Error{Kind: trackers.RateLimited, RetryAfter: time.Minute}, 2)
	w.after(time.Hour, func() {
		w.stands(IsLinked, "")
		require.Equal(t, []string{"IT-1: Planned", "IT-1: Planned"}, w.right.said())
		require.Equal(t, w.right.told[0], w.right.told[1])
		w.right.fails("announce", trackers.Error{Kind: trackers.Invalid, Message: "InvalidParameter: no"}, 1)
		w.left.happens("IT1", "Done")
		w.tell(w.left, "IT1", "alice")
	})
	w.after(time.Second, func() {
		w.stands(Attention, ticket.Invalid)
		require.Contains(t, w.view().Detail, "InvalidParameter: no")
	})
	w.after(time.Hour, func() { w.stands(IsLinked, "") })
	w.play(PairState{})
	require.Equal(t, []string{"IT-1: Planned", "IT-1: Planned", "IT-1: Done"}, w.right.said())
}

func TestDeletionIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		onDelete string
		want     []string
	}{
		"its last status": {"status", []string{"IT-1: Planned", "IT-1: Planned"}},
		"canceled":        {"canceled", []string{"IT-1: Planned", "IT-1: Canceled"}},
		"ignored":         {"ignore", []string{"IT-1: Planned"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := telling(t)
			w.played.routes[0].OnDelete = c.onDelete
			w.after(time.Minute, func() {
				w.left.remove("IT1")
				w.hint(gone(ticket.Ref{Connection: "helpdesk", ID: "IT1"}))
			})
			w.after(30*time.Second, func() { require.Len(t, w.right.said(), 1, "not before it is confirmed") })
			w.after(5*time.Minute, func() { w.stands(Unlinked, ticket.Deleted) })
			w.play(PairState{})
			require.Equal(t, c.want, w.right.said())
		})
	}
}

// A ticket that our own account made, a replica on another route, is news too.
func TestReplicasAreNews(t *testing.T) {
	t.Parallel()
	w := telling(t)
	w.left.change("IT1", func(s *ticket.Snapshot) {
		s.Ours = true
		s.Markers = []ticket.Marker{{Installation: "test", Pair: "pair/linear/9/helpdesk", Generation: 1, State: ticket.Linked}}
	})
	w.play(PairState{})
	require.Equal(t, []string{"IT-1: Planned"}, w.right.said())
}
