package ticket

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Fingerprints are in the state of every pair: were they to change with a
// release, every field would count as changed by a person.
func TestFingerprintIsStable(t *testing.T) {
	t.Parallel()
	for want, parts := range map[string][]string{
		"47DEQpj8HBSa-_TI": nil, "r1Vw9aGBC3r3jK9L": {""}, "rmEhyIulVfZMPYEh": {"a"}, "tY_VfrgXbV5Nn8Zv": {"Überschrift", "…"},
	} {
		require.Equal(t, want, Fingerprint(parts...), parts)
	}
}

func TestFingerprintTellsApart(t *testing.T) {
	t.Parallel()
	seen := map[string][]string{}
	for _, parts := range [][]string{nil, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"b", "a"}, {"a", "b", ""}, {"ab", ""}, {"\x00"}} {
		fp := Fingerprint(parts...)
		require.Len(t, fp, 16)
		require.NotContains(t, seen, fp, "%q and %q", parts, seen[fp])
		seen[fp] = parts
	}
}

func TestFoldLabel(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Needs Info": "needs_info", " needs   info ": "needs_info", "NEEDS_INFO": "needs_info", "Größe": "größe", "": "",
	} {
		require.Equal(t, want, FoldLabel(in))
	}
	require.True(t, SameLabels([]string{"B", "a x"}, []string{"A_X", "b", "b"}))
	require.True(t, SameLabels(nil, []string{}))
	require.False(t, SameLabels([]string{"a"}, []string{"a", "b"}))
}

func TestIsEmpty(t *testing.T) {
	t.Parallel()
	zero := 0.0
	require.True(t, Value{}.IsEmpty())
	require.True(t, Value{Fingerprint: "x", Names: []string{}}.IsEmpty())
	for _, v := range []Value{
		{Text: "x"}, {Omitted: true}, {State: &State{}}, {Level: NoLevel}, {User: &User{}}, {Names: []string{""}}, {Number: &zero},
	} {
		require.False(t, v.IsEmpty(), v)
	}
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for _, l := range []Level{Urgent, High, Medium, Low, NoLevel} {
		require.True(t, l.Known())
	}
	require.False(t, Level("blocker").Known())
	require.False(t, Level("").Known())
}

func TestDisplay(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Ann", User{ID: "1", Email: "a@example.com", Name: "Ann"}.Display())
	require.Equal(t, "a@example.com", User{ID: "1", Email: "a@example.com"}.Display())
	require.Equal(t, "1", User{ID: "1"}.Display())
}
