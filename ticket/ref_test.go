package ticket

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRefRoundTrip(t *testing.T) {
	t.Parallel()
	for _, id := range awkward {
		ref := Ref{Connection: "desk", ID: id}
		back, err := ParseRef(ref.String())
		require.NoError(t, err)
		require.Equal(t, ref, back)
		require.False(t, ref.IsZero())
	}
	require.True(t, Ref{}.IsZero())
	for _, bad := range []string{"", "desk", "desk/", "/7"} {
		_, err := ParseRef(bad)
		require.ErrorContains(t, err, "parse ref", bad)
	}
}

func TestKeyPrefix(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{"ENG-45": "ENG", "it-1": "IT", "A1_B-7": "A1_B", "ENG": "ENG", "": ""} {
		require.Equal(t, want, KeyPrefix(key))
	}
}

func TestSideOther(t *testing.T) {
	t.Parallel()
	require.Equal(t, Right, Left.Other())
	require.Equal(t, Left, Right.Other())
}

func TestSnapshotShorthands(t *testing.T) {
	t.Parallel()
	var s Snapshot
	require.Zero(t, s.Status())
	require.Empty(t, s.Text(Title))
	s.Fields = map[Field]Value{Title: {Text: "x"}, Status: {State: &State{Name: "Open"}}}
	require.Equal(t, "Open", s.Status().Name)
	require.Equal(t, "x", s.Text(Title))
}
