package workflows

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

var engReplica = ticket.Ref{Connection: "jira", ID: "ENG1"}

// What a create call cannot set is written by the first round.
func TestCreateWithStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open(func(s *ticket.Snapshot) { s.Fields[ticket.Status] = status("Done") })
	st := w.play(PairState{})
	require.Equal(t, "Done", w.right.get("ENG1").Status().Name)
	require.Equal(t, 3, w.right.called("move"), "To Do > In Progress > In Review > Done")
	require.Equal(t, "Done", w.left.get("IT1").Status().Name)
	require.Nil(t, st.Intent)
}

// Without a snapshot in the answer the replica is read back.
func TestCreateReadsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.right.mute = true
	w.open()
	st := w.play(PairState{})
	require.Equal(t, Linked, st.Phase)
	require.Equal(t, "ENG-1", st.Tickets[ticket.Right].Key)
	require.Len(t, w.right.tickets, 1)
}

func TestCreateWithRefusedField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.fails("create", trackers.Error{Kind: trackers.Invalid, Status: 400,
		Fields: map[ticket.Field]string{ticket.Priority: "not on the screen"}}, 1)
	w.right.fails("update", trackers.Error{Kind: trackers.Invalid, Status: 400,
		Fields: map[ticket.Field]string{ticket.Priority: "not on the screen"}}, forEver)
	w.left.change("IT1", func(s *ticket.Snapshot) { s.Fields[ticket.Priority] = ticket.Value{Level: ticket.Urgent} })
	w.after(30*time.Second, func() {
		v := w.view()
		require.Equal(t, Attention, v.State)
		require.Contains(t, v.Fields, FieldView{Name: ticket.Priority, State: "held", Reason: ticket.FieldRefused, Detail: "not on the screen"})
	})
	st := w.play(PairState{})
	require.Len(t, w.right.tickets, 1)
	require.Equal(t, "Printer", w.right.get("ENG1").Text(ticket.Title))
	require.Equal(t, ticket.FieldRefused, st.Sync.Fields[ticket.Priority].Hold.Reason)
}

func TestCreateWaitsForARequiredField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.fails("create", trackers.Error{Kind: trackers.Invalid, Status: 400, Required: []string{"customfield_1"},
		Fields: map[ticket.Field]string{"customfield_1": "is required"}}, 2)
	w.after(10*time.Second, func() { w.stands(Attention, ticket.RequiredField) })
	w.after(10*time.Second, func() { require.Equal(t, 1, w.right.called("create"), "it is not tried without a pause") })
	w.after(10*time.Minute, func() {
		w.stands(IsLinked, "")
		require.Equal(t, 3, w.right.called("create"))
	})
	st := w.play(PairState{})
	require.Len(t, w.right.tickets, 1)
	journaled(t, st, "waits: required-field")
}

// A call whose answer is lost is never simply repeated. The replica's own
// webhook starts a run that claims it, long before the quiet period is over.
func TestAmbiguousCreateIsClaimed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.loses("create")
	var answer activities.Answer
	w.after(5*time.Second, func() {
		w.stands(Syncing, ticket.Ambiguous)
		w.claim(activities.Claim{Ref: engReplica, Generation: 1, Ours: true}, func(a activities.Answer) { answer = a })
	})
	w.after(5*time.Second, func() { w.stands(IsLinked, "") })
	st := w.play(PairState{})
	require.Equal(t, activities.Mine, answer)
	require.Equal(t, engReplica, st.Replica)
	require.Len(t, w.right.tickets, 1)
	require.Zero(t, w.right.called("find"))
}

func TestAmbiguousCreateIsNotClaimedByOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.loses("create")
	var clone, old activities.Answer
	w.after(5*time.Second, func() {
		w.claim(activities.Claim{Ref: ticket.Ref{Connection: "jira", ID: "ENG7"}, Generation: 1}, func(a activities.Answer) { clone = a })
		w.claim(activities.Claim{Ref: ticket.Ref{Connection: "jira", ID: "ENG8"}, Generation: 3, Ours: true}, func(a activities.Answer) { old = a })
	})
	w.after(5*time.Minute, func() { w.stands(IsLinked, "") })
	require.Equal(t, engReplica, w.play(PairState{}).Replica)
	require.Equal(t, activities.NotMine, clone)
	require.Equal(t, activities.NotMine, old)
}

func TestAmbiguousCreateIsFoundAfterTheQuietPeriod(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.loses("create")
	w.after(2*time.Minute+50*time.Second, func() {
		w.stands(Syncing, ticket.Ambiguous)
		require.Zero(t, w.right.called("find"), "the index may not know it yet")
	})
	w.after(time.Minute, func() { w.stands(IsLinked, "") })
	st := w.play(PairState{})
	require.Equal(t, engReplica, st.Replica)
	require.Len(t, w.right.tickets, 1)
	require.Equal(t, 1, w.right.called("create"))
	journaled(t, st, "replica found after an unclear create call")
}

// A call that had no effect is repeated on fresh facts, never with what was
// known when it was made.
func TestAmbiguousCreateIsRepeatedOnFreshFacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.fails("create", trackers.Error{Kind: trackers.Unavailable, Ambiguous: true}, 1)
	w.after(time.Minute, func() { w.left.edit("IT1", ticket.Title, text("Printer on fire")) })
	w.after(10*time.Minute, func() { w.stands(IsLinked, "") })
	st := w.play(PairState{})
	require.Len(t, w.right.tickets, 1)
	require.Equal(t, "Printer on fire", w.right.get("ENG1").Text(ticket.Title))
	require.Equal(t, "Printer on fire", w.right.drafts[0].Fields[0].Value.Text)
	require.Equal(t, 1, w.right.called("find"))
	journaled(t, st, "create call had no effect")
}

// When the ticket was made private meanwhile, it is not created after all.
func TestAmbiguousCreateIsGivenUpForAPrivateTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.fails("create", trackers.Error{Kind: trackers.Unavailable, Ambiguous: true}, 1)
	w.after(time.Minute, func() { w.left.change("IT1", func(s *ticket.Snapshot) { s.Private = "private" }) })
	require.NoError(t, w.meet(leftPair))
	require.Empty(t, w.right.tickets)
	reason, _ := w.attributes.GetKeyword(attrReason)
	require.Equal(t, string(ticket.Private), reason)
}

// Two replicas are reported, never deleted.
func TestDuplicateReplicasAreReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.loses("create")
	w.after(time.Second, func() {
		w.right.open("ENG", "Bug", func(s *ticket.Snapshot) { s.Ours, s.Markers = true, []ticket.Marker{markerOf(leftPair, ticket.Linked)} })
	})
	w.after(5*time.Minute, func() { w.stands(Attention, ticket.DuplicateReplica) })
	st := w.play(PairState{})
	require.Equal(t, engReplica, st.Replica)
	require.Equal(t, []ticket.Ref{{Connection: "jira", ID: "ENG2"}}, st.Duplicates)
	require.Len(t, w.right.tickets, 2)
}

// A replica of ours that shows up after the pair has another says so itself.
func TestLateDuplicateIsReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	var answer activities.Answer
	w.after(time.Second, func() {
		w.claim(activities.Claim{Ref: ticket.Ref{Connection: "jira", ID: "ENG2"}, Generation: 1, Ours: true}, func(a activities.Answer) { answer = a })
	})
	w.after(time.Second, func() { w.stands(Attention, ticket.DuplicateReplica) })
	st = w.play(st)
	require.Equal(t, activities.Duplicate, answer)
	require.Len(t, st.Duplicates, 1)
}

func TestCreateHonoursTheRateLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.fails("create", trackers.Error{Kind: trackers.RateLimited, Status: 429, RetryAfter: 7 * time.Minute}, 1)
	w.after(time.Minute, func() {
		w.stands(Syncing, ticket.RateLimited)
		w.tell(w.left, "IT1", "alice")
	})
	w.after(5*time.Minute+30*time.Second, func() { require.Equal(t, 1, w.right.called("create"), "a hint does not shorten the tracker's wish") })
	w.after(2*time.Minute, func() { w.stands(IsLinked, "") })
	w.play(PairState{})
	require.Len(t, w.right.tickets, 1)
}

// A replica that a person touched before we looked keeps what they did, whether
// the field was sent or not, and whether its tracker has a history or not.
func TestCreateNoticesAPersonsEdit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		history bool
		trouble func(*tracker)
	}{
		"with a history":       {true, func(k *tracker) { k.loses("create") }},
		"without":              {false, func(k *tracker) { k.loses("create") }},
		"shown by no answer":   {false, func(k *tracker) { k.mute = true; k.fails("fetch", trackers.Error{Kind: trackers.Unavailable}, 3) }},
		"read twice, too late": {true, func(k *tracker) { k.mute = true; k.fails("fetch", trackers.Error{Kind: trackers.Unavailable}, 3) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open()
			w.right.history = c.history
			c.trouble(w.right)
			w.after(time.Second, func() {
				w.right.edit("ENG1", ticket.Title, text("Printer, second floor"))
				w.right.edit("ENG1", ticket.Assignee, user("bob"))
			})
			w.after(5*time.Minute, func() { w.stands(IsLinked, "") })
			w.play(PairState{})
			for _, s := range []*ticket.Snapshot{w.left.get("IT1"), w.right.get("ENG1")} {
				require.Equal(t, "Printer, second floor", s.Text(ticket.Title))
				require.NotNil(t, s.Fields[ticket.Assignee].User)
				require.Equal(t, "bob@example.com", s.Fields[ticket.Assignee].User.Email)
			}
		})
	}
}

// A worker that is away tells late what a create call made; whoever edited the
// replica meanwhile is not overwritten on what it was made with.
func TestCreateToldLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.history = false
	w.env.OnActivity("Create", mock.Anything, mock.Anything).After(8 * time.Second).Return(
		func(ctx context.Context, params activities.CreateParams) (*trackers.Created, error) {
			made, err := w.played.Create(ctx, params)
			w.left.edit("IT1", ticket.Title, text("Printer on fire"))
			w.right.edit("ENG1", ticket.Title, text("Printer put out"))
			return made, err
		})
	w.after(5*time.Minute, func() { w.stands(IsLinked, "") })
	st := w.play(PairState{})
	require.Equal(t, w.left.get("IT1").Text(ticket.Title), w.right.get("ENG1").Text(ticket.Title))
	journaled(t, st, "conflict: title")
}

// A field that had nothing to send when the replica was drafted, and is set while
// the call's end is unknown, is an edit that the replica has not seen.
func TestFieldSetWhileTheReplicaIsMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	w.right.mute, w.right.history = true, true
	w.right.fails("fetch", trackers.Error{Kind: trackers.NotFound}, 1)
	w.after(time.Second, func() { w.left.edit("IT1", ticket.Assignee, user("bob")) })
	w.after(10*time.Minute, func() { w.stands(IsLinked, "") })
	w.play(PairState{})
	require.Len(t, w.right.drafts, 1)
	assignee := w.right.get("ENG1").Fields[ticket.Assignee].User
	require.NotNil(t, assignee)
	require.Equal(t, "bob@example.com", assignee.Email)
}

// A replica that is deleted before it was ever read: its own run is told, and
// passes that on once it knows whose replica it was.
func TestReplicaDeletedBeforeItWasRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	origin := w.open()
	w.right.mute = true
	w.right.during["fetch"] = func() { w.right.remove("ENG1") }
	w.after(time.Second, func() {
		require.Equal(t, []activities.EnlistParams{{Replica: engReplica, Pair: leftPair}}, w.played.enlisted)
		w.stands(Attention, ticket.AccessLost)
		w.hint(gone(engReplica))
	})
	w.after(5*time.Minute, func() { w.stands(Unlinked, ticket.Deleted) })
	st := w.play(PairState{})
	require.Nil(t, st.LinkHold)
	require.Equal(t, ticket.Unlinked, w.left.get(origin.Ref.ID).Markers[0].State)
	require.Len(t, w.right.drafts, 1, "never made again")
	require.Len(t, w.left.get(origin.Ref.ID).Comments, 1)
}

// Large texts go by reference: the create call reads the source itself.
func TestCreateSendsConstantsAndReporter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.settings(func(r *reconcile.Rules) { r.Create.Right = map[string]any{"customfield_1": "x"} })
	w.open(func(s *ticket.Snapshot) { s.Fields[ticket.Reporter] = user("alice") })
	w.play(PairState{})
	require.Len(t, w.right.drafts, 1)
	d := w.right.drafts[0]
	require.Equal(t, map[string]any{"customfield_1": "x"}, d.Constants)
	require.Equal(t, "alice@example.com", d.Reporter.Email)
	require.Contains(t, d.Footer, "Reported by alice")
	require.Equal(t, 1, d.Marker.Generation)
}
