package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type thing struct {
	Name string `json:"name"`
}

// reopen opens the state as a new process does after the old one was killed:
// the old core is not closed first.
func reopen(t *testing.T, dir string) *Core {
	t.Helper()
	core, err := NewCore(CoreOptions{Name: "test", DataDir: dir})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, core.Close()) })
	return core
}

func stateFile(dir string) string { return filepath.Join(dir, "sandbox-test.jsonl") }

func TestTablesAndSequencesSurvive(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made", "on", "demand")
	core := reopen(t, dir)
	things, others := NewTable[thing](core, "things"), NewTable[int](core, "others")
	for _, name := range []string{"a", "b", "c"} {
		things.Put(name, thing{Name: name})
	}
	things.Put("a", thing{Name: "<A>"})
	things.Delete("b")
	things.Delete("never there")
	things.Put("d", thing{Name: "d"})
	others.Put("a", 7)
	require.Equal(t, 1, core.Next("n"))
	require.Equal(t, 2, core.Next("n"))
	require.Equal(t, 1, core.Next("m"))

	// Twice, because the second reads what the first one compacted.
	for range 2 {
		core = reopen(t, dir)
		things, others = NewTable[thing](core, "things"), NewTable[int](core, "others")
		require.Equal(t, []thing{{"<A>"}, {"c"}, {"d"}}, things.All())
		require.Equal(t, 3, things.Len())
		require.Equal(t, []int{7}, others.All())
		_, ok := things.Get("b")
		require.False(t, ok)
	}
	require.Equal(t, 3, core.Next("n"))
	things.Put("b", thing{Name: "b again"})
	require.Equal(t, thing{"b again"}, NewTable[thing](reopen(t, dir), "things").All()[3])
}

func TestTablesThatNobodyOpensAreKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	NewTable[thing](reopen(t, dir), "things").Put("a", thing{Name: "a"})
	reopen(t, dir)
	require.Len(t, NewTable[thing](reopen(t, dir), "things").All(), 1)
}

func TestTornLastLineIsForgotten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	core := reopen(t, dir)
	things := NewTable[thing](core, "things")
	things.Put("a", thing{Name: "a"})
	file, err := os.OpenFile(stateFile(dir), os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = file.WriteString(`{"table":"things","id":"b","val`)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	core = reopen(t, dir)
	things = NewTable[thing](core, "things")
	require.Equal(t, []thing{{"a"}}, things.All())
	things.Put("c", thing{Name: "c"})
	require.Len(t, NewTable[thing](reopen(t, dir), "things").All(), 2)
}

func TestBrokenStateIsReportedWithItsLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(stateFile(dir), []byte("{\"sequence\":\"n\",\"last\":1}\nnonsense\n"), 0o600))
	_, err := NewCore(CoreOptions{Name: "test", DataDir: dir})
	require.ErrorContains(t, err, "line 2")
}

func TestALargeObjectIsWrittenOnceNotWithEveryOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	core := reopen(t, dir)
	things := NewTable[thing](core, "things")
	large := thing{Name: strings.Repeat("x", 1<<20)}
	things.Put("large", large)
	for i := range 500 {
		things.Put(fmt.Sprint(i), thing{Name: "small"})
	}
	info, err := os.Stat(stateFile(dir))
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(1<<20+1<<17))
	for range 5 {
		things.Put("large", large)
	}
	restored := NewTable[thing](reopen(t, dir), "things")
	require.Equal(t, large, restored.All()[0])
	info, err = os.Stat(stateFile(dir))
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(1<<20+1<<17), "superseded lines go when the file is opened")
}

func TestMemoryOnly(t *testing.T) {
	t.Parallel()
	core, err := NewCore(CoreOptions{Name: "test"})
	require.NoError(t, err)
	things := NewTable[thing](core, "things")
	things.Put("a", thing{Name: "a"})
	require.Equal(t, 1, core.Next("n"))
	require.Len(t, things.Select(func(v thing) bool { return v.Name == "a" }), 1)
	require.NoError(t, core.Close())
	require.NoError(t, core.Close(), "closing twice is harmless")
	_, err = NewCore(CoreOptions{})
	require.Error(t, err)
}
