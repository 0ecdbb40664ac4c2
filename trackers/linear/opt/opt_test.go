package opt

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

type input struct {
	Assignee Value[string]   `json:"assignee,omitempty"`
	Priority Value[int]      `json:"priority,omitempty"`
	Labels   Value[[]string] `json:"labels,omitempty"`
}

// TestAbsentNullAndValue: null clears a field of an issue, absent leaves it.
func TestAbsentNullAndValue(t *testing.T) {
	t.Parallel()
	for want, in := range map[string]input{
		`{}`:                              {},
		`{"assignee":null}`:               {Assignee: Null[string]()},
		`{"assignee":"","priority":0}`:    {Assignee: Of(""), Priority: Of(0)},
		`{"assignee":"x","labels":[]}`:    {Assignee: Of("x"), Labels: Of([]string{})},
		`{"priority":null,"labels":null}`: {Priority: Null[int](), Labels: Null[[]string]()},
	} {
		out, err := json.Marshal(in)
		require.NoError(t, err)
		require.JSONEq(t, want, string(out))
		var back input
		require.NoError(t, json.Unmarshal(out, &back))
		require.Equal(t, in, back)
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	var absent Value[int]
	for _, v := range []Value[int]{absent, Null[int]()} {
		got, ok := v.Get()
		require.False(t, ok)
		require.Zero(t, got)
		require.Equal(t, 7, v.Or(7))
	}
	got, ok := Of(3).Get()
	require.True(t, ok)
	require.Equal(t, 3, got)
	require.Equal(t, 3, Of(3).Or(7))
	require.Error(t, json.Unmarshal([]byte(`"x"`), &absent))
}
