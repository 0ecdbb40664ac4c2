package reconcile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

func phase(name string, c ticket.Category) ticket.State {
	return ticket.State{Name: name, Category: c}
}

// Three trackers' usual statuses, in their order.
var (
	issueStates = []ticket.State{
		phase("To Do", ticket.Open), phase("In Progress", ticket.Started), phase("In Review", ticket.Started), phase("Done", ticket.Completed),
	}
	teamStates = []ticket.State{
		phase("Backlog", ticket.Open), phase("Todo", ticket.Open), phase("In Progress", ticket.Started), phase("QA", ticket.Started),
		phase("Done", ticket.Completed), phase("Canceled", ticket.Canceled), phase("Duplicate", ticket.Canceled), phase("Triage", ticket.Untriaged),
	}
	deskStates = []ticket.State{
		phase("Open", ticket.Open), phase("In Progress", ticket.Started), phase("Waiting", ticket.Waiting), phase("Done", ticket.Completed), phase("Closed", ticket.Canceled),
	}
)

func categories(states []ticket.State) map[string]ticket.Category {
	out := map[string]ticket.Category{}
	for _, s := range states {
		out[s.Name] = s.Category
	}
	return out
}

func byCategory(left, right []ticket.State) *Rules {
	r := testRules()
	r.Status = nil
	r.Left.Statuses, r.Right.Statuses = left, right
	return r
}

func TestStatusByCategory(t *testing.T) {
	t.Parallel()
	all := func(targets []string, states []ticket.State) map[string]string {
		out := map[string]string{}
		for i, s := range states {
			out[s.Name] = targets[i]
		}
		return out
	}
	t.Run("a help desk and a team", func(t *testing.T) {
		t.Parallel()
		r := byCategory(deskStates, teamStates)
		require.Equal(t, map[string]string{
			"Open": "Backlog", "In Progress": "In Progress", "Waiting": "In Progress", "Done": "Done", "Closed": "Canceled",
		}, all(r.Targets(ticket.Left, deskStates), deskStates))
		require.Equal(t, map[string]string{
			"Backlog": "Open", "Todo": "Open", "Triage": "Open", "In Progress": "In Progress", "QA": "In Progress",
			"Done": "Done", "Canceled": "Closed", "Duplicate": "Closed",
		}, all(r.Targets(ticket.Right, teamStates), teamStates))
	})
	t.Run("issues and a team", func(t *testing.T) {
		t.Parallel()
		r := byCategory(issueStates, teamStates)
		require.Equal(t, map[string]string{
			"To Do": "Todo", "In Progress": "In Progress", "In Review": "In Progress", "Done": "Done",
		}, all(r.Targets(ticket.Left, issueStates), issueStates))
		require.Equal(t, map[string]string{
			"Backlog": "To Do", "Todo": "To Do", "Triage": "To Do", "In Progress": "In Progress", "QA": "In Progress",
			"Done": "Done", "Canceled": "", "Duplicate": "",
		}, all(r.Targets(ticket.Right, teamStates), teamStates), "nothing there is canceled: unmapped")
	})
	t.Run("a status made since, and one of no known category", func(t *testing.T) {
		t.Parallel()
		r := byCategory(issueStates, teamStates)
		require.Equal(t, []string{"In Progress", ""}, r.Targets(ticket.Right,
			[]ticket.State{phase("Pairing", ticket.Started), phase("Limbo", "")}))
	})
	t.Run("the same word for something else is no counterpart", func(t *testing.T) {
		t.Parallel()
		r := byCategory([]ticket.State{phase("Ready", ticket.Open)}, []ticket.State{phase("Ready", ticket.Completed), phase("Next", ticket.Open)})
		require.Equal(t, []string{"Next"}, r.Targets(ticket.Left, r.Left.Statuses))
	})
	t.Run("a map of one's own replaces the categories", func(t *testing.T) {
		t.Parallel()
		r := byCategory(issueStates, teamStates)
		r.Status = []StatusRule{{Left: "Done", Right: "Done"}}
		require.Equal(t, []string{"", "", "", "Done"}, r.Targets(ticket.Left, issueStates))
	})
}

func TestStatusByCategoryOscillatesNowhere(t *testing.T) {
	t.Parallel()
	for _, l := range issueStates {
		for _, r := range teamStates {
			rules := byCategory(issueStates, teamStates)
			agree := rules.statusAgrees(&l, &r)
			there, mapped := rules.mapStatus(ticket.Left, l)
			if mapped && there == r.Name {
				require.True(t, agree, "%s was written as %s", l.Name, r.Name)
			}
			back, mapped := rules.mapStatus(ticket.Right, r)
			if mapped && back == l.Name {
				require.True(t, agree, "%s was written as %s", r.Name, l.Name)
			}
		}
	}
	r := byCategory(issueStates, teamStates)
	require.True(t, r.statusAgrees(&issueStates[2], &teamStates[3]), "In Review and QA both mean started, and neither has a namesake")
	require.False(t, r.statusAgrees(&issueStates[1], &teamStates[3]) && r.statusAgrees(&issueStates[3], &teamStates[3]))
	same := byCategory(issueStates, issueStates)
	require.False(t, same.statusAgrees(&issueStates[1], &issueStates[2]), "a namesake is told apart")
}

func TestFinalStatus(t *testing.T) {
	t.Parallel()
	r := testRules()
	require.Equal(t, "Done", r.Final(ticket.Right), "the last one the map leads to")
	r = byCategory(issueStates, teamStates)
	require.Equal(t, "Done", r.Final(ticket.Left))
	require.Empty(t, byCategory(nil, nil).Final(ticket.Left))
}

// The categories are part of the mapping: when apply finds others, agreeing
// values are compared anew.
func TestCategoriesAreMapping(t *testing.T) {
	t.Parallel()
	f := FieldRule{Name: ticket.Status, Left: ticket.Status, Right: ticket.Status}
	require.NotEqual(t, byCategory(issueStates, teamStates).mapping(f), byCategory(issueStates, deskStates).mapping(f))
	with := testRules()
	with.Left.Statuses = issueStates
	require.Equal(t, testRules().mapping(f), with.mapping(f), "a map of one's own does not look at them")
}
