package reconcile

import (
	"encoding/json"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

func TestDirectionAnd(t *testing.T) {
	t.Parallel()
	all := []Direction{"", Both, ToRight, ToLeft, Off}
	for _, a := range all {
		for _, b := range all {
			got := a.And(b)
			require.Equal(t, got, b.And(a))
			for _, s := range []ticket.Side{ticket.Left, ticket.Right} {
				require.Equal(t, a.From(s) && b.From(s), got.From(s), "%s and %s from %s", a, b, s)
			}
		}
	}
	require.Equal(t, ToRight, Both.And(ToRight))
	require.Equal(t, Off, ToLeft.And(ToRight))
	require.False(t, Direction("sideways").From(ticket.Left))
}

func TestChoice(t *testing.T) {
	t.Parallel()
	require.True(t, Choice{}.Accepts())
	require.True(t, Choice{}.Accepts("a"))
	require.True(t, Choice{}.IsZero())
	require.False(t, Choice{Any: []string{"a"}}.Accepts())
	require.True(t, Choice{Any: []string{"a"}}.Accepts("b", "A"))
	require.True(t, Choice{None: []string{"a"}}.Accepts())
	require.False(t, Choice{Any: []string{"b"}, None: []string{"a"}}.Accepts("a", "b"))
}

func TestConflictRule(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Conflict{
		"left":                     {Default: LeftWins},
		"{title: hold, x: newest}": {ByField: map[ticket.Field]string{"title": HoldConflict, "x": NewestWins}},
	} {
		var c Conflict
		require.NoError(t, yaml.Unmarshal([]byte(in), &c))
		require.Equal(t, want, c)
	}
	var c Conflict
	require.ErrorContains(t, yaml.Unmarshal([]byte("[left]"), &c), "want newest, left, right or hold")
	require.Equal(t, NewestWins, c.For(ticket.Title))
}

func TestFieldRules(t *testing.T) {
	t.Parallel()
	r := &Rules{
		Direction: ToRight,
		Fields:    map[ticket.Field]Direction{ticket.Priority: ToLeft, ticket.Assignee: Both, ticket.Labels: ToRight},
		Custom:    []CustomRule{{Left: "a", Right: "b"}, {Left: "c", Right: "d", Direction: ToLeft}},
	}
	require.Equal(t, []FieldRule{
		{ticket.Title, ticket.Title, ticket.Title, ToRight},
		{ticket.Description, ticket.Description, ticket.Description, ToRight},
		{ticket.Assignee, ticket.Assignee, ticket.Assignee, ToRight},
		{ticket.Labels, ticket.Labels, ticket.Labels, ToRight},
		{"a", "a", "b", ToRight},
		{ticket.Status, ticket.Status, ticket.Status, ToRight},
	}, r.FieldRules(), "status last: a transition may demand what the others bring")
	require.Equal(t, []ticket.Field{"a", "c"}, r.CustomFields(ticket.Left))
	require.Equal(t, []ticket.Field{"b", "d"}, r.CustomFields(ticket.Right))
}

func TestRulesSides(t *testing.T) {
	t.Parallel()
	r := &Rules{
		Left: End{Connection: "desk", Name: "IT"}, Right: End{Connection: "jira", Name: "ENG"},
		Create: Constants{Left: map[string]any{"l": 1}, Right: map[string]any{"r": 2}},
	}
	side, ok := r.SideOf("jira")
	require.True(t, ok)
	require.Equal(t, ticket.Right, side)
	_, ok = r.SideOf("linear")
	require.False(t, ok)
	require.True(t, r.Connects("jira", "desk"))
	require.True(t, r.Connects("desk", "jira"))
	require.False(t, r.Connects("desk", "desk"))
	require.Equal(t, "IT", r.End(ticket.Left).Label())
	require.Equal(t, "ENG", r.End(ticket.Right).Label())
	require.Contains(t, r.Create.On(ticket.Left), "l")
	require.Contains(t, r.Create.On(ticket.Right), "r")
	require.True(t, r.IsEnabled())
}

// The hash of a mapping is in every state: were it to change with a release,
// every field of every pair would be at first contact again.
func TestMappingHashIsStable(t *testing.T) {
	t.Parallel()
	r := testRules()
	r.Users = map[string]string{"b@example.com": "x@example.com", "a@example.com": "y@example.com"}
	for f, want := range map[ticket.Field]string{
		ticket.Title: "HmfrbSvh", ticket.Status: "_9RAsRSH", ticket.Assignee: "R4PJLRJl",
	} {
		rule, ok := r.rule(f)
		require.True(t, ok)
		require.Equal(t, want, r.mapping(rule), f)
	}
}

// Memos and states of builds before the third tracker named containers
// otherwise.
func TestEndsOfOlderBuilds(t *testing.T) {
	t.Parallel()
	var r Rules
	require.NoError(t, json.Unmarshal([]byte(`{"name":"it-to-eng",
		"left":{"connection":"desk","channel":"IT Support","container":{"id":"c1","key":"IT"}},
		"right":{"connection":"jira","project":"ENG","issue_type":"Bug"}}`), &r))
	require.Equal(t, End{Connection: "desk", Name: "IT Support", Container: ticket.Container{ID: "c1", Key: "IT"}}, r.Left)
	require.Equal(t, End{Connection: "jira", Name: "ENG", ByKey: true, Type: "Bug"}, r.Right)
	data, err := json.Marshal(r)
	require.NoError(t, err)
	var again Rules
	require.NoError(t, json.Unmarshal(data, &again))
	require.Equal(t, r, again)
}
