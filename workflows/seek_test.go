package workflows

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// interrupted is a world in which a run of the pair was terminated after its
// create call and before it could mark the origin.
func interrupted(t *testing.T, replicas int) *world {
	w := newWorld(t)
	w.played.ended = true
	w.open()
	for range replicas {
		w.right.open("ENG", "Bug", func(s *ticket.Snapshot) { s.Ours, s.Markers = true, []ticket.Marker{markerOf(leftPair, ticket.Linked)} })
	}
	return w
}

func TestInterruptedPairFindsItsReplica(t *testing.T) {
	t.Parallel()
	w := interrupted(t, 1)
	w.after(time.Minute, func() {
		w.stands(Syncing, ticket.Ambiguous)
		require.Zero(t, w.right.called("find"), "the index may not know it yet")
	})
	w.after(3*time.Minute, func() { w.stands(IsLinked, "") })
	st := w.play(PairState{})
	require.Equal(t, engReplica, st.Replica)
	require.Zero(t, w.right.called("create"))
}

func TestInterruptedPairIsClaimed(t *testing.T) {
	t.Parallel()
	w := interrupted(t, 1)
	var answer activities.Answer
	w.after(10*time.Second, func() {
		w.claim(activities.Claim{Ref: engReplica, Generation: 1, Ours: true}, func(a activities.Answer) { answer = a })
	})
	w.after(10*time.Second, func() { w.stands(IsLinked, "") })
	st := w.play(PairState{})
	require.Equal(t, activities.Mine, answer)
	require.Equal(t, engReplica, st.Replica)
	require.Zero(t, w.right.called("create")+w.right.called("find"))
}

func TestInterruptedPairCreatesWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := interrupted(t, 0)
	w.right.fails("find", trackers.Error{Kind: trackers.Unavailable}, 6)
	w.after(time.Minute, func() { w.left.edit("IT1", ticket.Title, text("Printer on fire")) })
	w.after(time.Hour, func() { w.stands(IsLinked, "") })
	w.play(PairState{})
	require.Len(t, w.right.tickets, 1)
	require.Equal(t, "Printer on fire", w.right.drafts[0].Fields[0].Value.Text, "on fresh facts")
	require.Equal(t, 7, w.right.called("find"), "not before it could be looked for")
}
