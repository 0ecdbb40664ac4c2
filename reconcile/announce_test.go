package reconcile

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ticketsync/ticketsync/ticket"
)

func tellRules() *Rules {
	return &Rules{
		Name: "eng-changes", Direction: ToRight, Since: minute(0),
		Left: End{Connection: "jira"}, Right: End{Connection: "changes", Announces: true, Statuses: []ticket.State{
			{Name: "Planned", Category: ticket.Open}, {Name: "Canceled", Category: ticket.Canceled},
		}},
		Status: []StatusRule{
			{Left: "Blocked", Right: "Ready", Direction: ToRight},
			{Left: "To Do", Right: "Planned", Direction: ToRight, Preset: true},
			{Left: "In Progress", Right: "Processing", Direction: ToRight, Preset: true},
			{Left: "Done", Right: "Done", Direction: ToRight, Preset: true},
		},
	}
}

// issue has a history of one change a minute, through these statuses.
func issue(statuses ...string) *ticket.Snapshot {
	s := &ticket.Snapshot{
		Ref: ticket.Ref{Connection: "jira", ID: "1"}, Key: "ENG-1", Created: minute(1),
		Fields: map[ticket.Field]ticket.Value{ticket.Description: {Text: "It is on fire.", Fingerprint: "d1"}},
	}
	for i, name := range statuses {
		c := ticket.Change{ID: strconv.Itoa(i), At: minute(i + 1), Key: "ENG-1", Title: "Printer", Status: ticket.State{Name: name}}
		if i == 0 {
			c.ID = ticket.Creation
		}
		s.Changes = append(s.Changes, c)
	}
	return s
}

var nobodyThere = &ticket.Snapshot{Ref: ticket.Ref{Connection: "changes", ID: "ENG-1"}}

// tell plans and tells until nothing is left, and returns what was told.
func tell(t require.TestingT, r *Rules, st *State, s *ticket.Snapshot) (out []string) {
	d := Plan(r, *st, s, nobodyThere)
	*st = d.State
	for _, op := range d.Operations {
		require.Equal(t, Announce, op.Kind)
		require.Equal(t, ticket.Right, op.Side)
		st.Announced(*op.News)
		out = append(out, op.News.Change.ID+" "+op.News.Status)
	}
	require.Empty(t, Plan(r, *st, s, nobodyThere).Operations, "told once is told")
	return out
}

func TestEveryChangeIsToldOnceAndInOrder(t *testing.T) {
	t.Parallel()
	r, st := tellRules(), &State{Origin: ticket.Left}
	require.Equal(t, []string{"created Planned", "1 Processing", "2 Done"}, tell(t, r, st, issue("To Do", "in progress", "Done")))
	later := issue("To Do", "In Progress", "Done", "In Progress")
	require.Equal(t, []string{"3 Processing"}, tell(t, r, st, later))
	later.Changes = later.Changes[3:]
	require.Empty(t, tell(t, r, st, later), "also when only the end of the history was read")
}

func TestNewsCarriesTheDescriptionOnce(t *testing.T) {
	t.Parallel()
	r, st := tellRules(), &State{Origin: ticket.Left}
	s := issue("To Do", "Done")
	s.Fields[ticket.Description] = ticket.Value{Text: strings.Repeat("ü", 5000), Fingerprint: "d1"}
	d := Plan(r, *st, s, nobodyThere)
	require.Len(t, []rune(d.Operations[0].News.Description), longestNews)
	st.Announced(*d.Operations[0].News)
	d = Plan(r, *st, s, nobodyThere)
	require.Empty(t, d.Operations[0].News.Description)
}

// What comes after a status that nobody mapped must not be told before it.
func TestUnmappedStatusStopsTheNews(t *testing.T) {
	t.Parallel()
	r, st := tellRules(), &State{Origin: ticket.Left}
	s := issue("To Do", "Stuck", "Done")
	require.Equal(t, []string{"created Planned"}, tell(t, r, st, s))
	hold := st.Fields[ticket.Status].Hold
	require.Equal(t, ticket.StatusUnmapped, hold.Reason)
	require.Equal(t, "Stuck", hold.Detail)
	require.Empty(t, Plan(r, *st, s, nobodyThere).Notes, "said once")

	r.Status = append(r.Status, StatusRule{Left: "Stuck", Right: "Processing", Direction: ToRight})
	require.Equal(t, []string{"1 Processing", "2 Done"}, tell(t, r, st, s))
	require.Nil(t, st.Fields[ticket.Status].Hold)

	ignoring, fresh := tellRules(), &State{Origin: ticket.Left}
	ignoring.Unmapped = "ignore"
	require.Equal(t, []string{"created Planned", "2 Done"}, tell(t, ignoring, fresh, s))
}

// While an issue is private, what happens is passed over, for good.
func TestPrivateIsNotTold(t *testing.T) {
	t.Parallel()
	r, st := tellRules(), &State{Origin: ticket.Left}
	s := issue("To Do", "In Progress")
	require.Len(t, tell(t, r, st, s), 2)
	s = issue("To Do", "In Progress", "Done")
	s.Private = "security level"
	d := Plan(r, *st, s, nobodyThere)
	require.Empty(t, d.Operations)
	require.Equal(t, ticket.BecamePrivate, d.Standing)
	*st = d.State
	s = issue("To Do", "In Progress", "Done", "To Do")
	require.Equal(t, []string{"3 Planned"}, tell(t, r, st, s))

	fresh := issue("To Do", "In Progress", "Done")
	fresh.Changes[0].Private, fresh.Changes[1].Private = true, true
	require.Equal(t, []string{"2 Done"}, tell(t, r, &State{Origin: ticket.Left}, fresh), "as its history shows")
}

// A change that is passed over is not read again.
func TestIgnoredNewsIsPassedOver(t *testing.T) {
	t.Parallel()
	r, st := tellRules(), &State{Origin: ticket.Left}
	r.Unmapped = "ignore"
	s := issue("Stuck", "Stuck", "Stuck")
	require.Empty(t, tell(t, r, st, s))
	require.Equal(t, "2", st.Heard)
	require.Equal(t, []string{"3 Done"}, tell(t, r, st, issue("Stuck", "Stuck", "Stuck", "Done", "Stuck")))
	require.Equal(t, "4", Plan(r, *st, issue("Stuck", "Stuck", "Stuck", "Done", "Stuck"), nobodyThere).State.Heard)
}

// Another engine at work on the issue is no reason to keep silent: telling
// makes no loop.
func TestNewsOfReplicatedIssues(t *testing.T) {
	t.Parallel()
	r, s := tellRules(), issue("To Do")
	r.Elsewhere, s.Elsewhere = "attention", "somebody's own sync"
	require.Equal(t, []string{"created Planned"}, tell(t, r, &State{Origin: ticket.Left}, s))
	chosen, _, _ := Choose([]Rules{*r}, func(*Rules) ticket.Side { return ticket.Left }, s)
	require.NotNil(t, chosen)
}

func TestFarewell(t *testing.T) {
	t.Parallel()
	r, st := tellRules(), &State{Origin: ticket.Left}
	_, ok := r.Farewell(st)
	require.False(t, ok, "nothing was told")
	tell(t, r, st, issue("To Do", "In Progress"))
	n, ok := r.Farewell(st)
	require.True(t, ok)
	require.Equal(t, "Processing", n.Status)
	r.OnDelete = "canceled"
	n, _ = r.Farewell(st)
	require.Equal(t, "Canceled", n.Status)
	r.OnDelete = "ignore"
	_, ok = r.Farewell(st)
	require.False(t, ok)
}

// However the history is read, piece by piece, again or not at all, each
// change is told once and none before an earlier one.
func TestNewsProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SliceOfN(rapid.SampledFrom([]string{"To Do", "In Progress", "Done", "Blocked"}), 1, 20).Draw(rt, "statuses")
		whole := issue(names...)
		r, st := tellRules(), &State{Origin: ticket.Left}
		var told []string
		for seen := 0; seen < len(names); {
			seen = rapid.IntRange(seen, len(names)).Draw(rt, "seen")
			part := issue(names...)
			part.Changes = whole.Changes[:seen]
			told = append(told, tell(rt, r, st, part)...)
		}
		require.Len(rt, told, len(names))
		for i, c := range whole.Changes {
			require.True(rt, strings.HasPrefix(told[i], c.ID+" "))
		}
	})
}
