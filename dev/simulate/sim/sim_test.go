package sim

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var configuration = filepath.Join("..", "..", "ticketsync.yaml")

// A short fixed set of seeds; go run ./dev/simulate plays many.
func TestSeeds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		faults []string
		seeds  []uint64
	}{
		{"people alone", nil, []uint64{1, 2}},
		{"all faults", Kinds(), []uint64{3, 4, 9, 12}},
	} {
		for _, seed := range c.seeds {
			t.Run(fmt.Sprintf("%s, seed %d", c.name, seed), func(t *testing.T) {
				t.Parallel()
				r, err := Play(t.Context(), Options{Config: configuration, Seed: seed, Faults: c.faults})
				require.NoError(t, err)
				require.Positive(t, r.Edits)
				require.Positive(t, r.Writes)
				require.Empty(t, r.Findings, strings.Join(r.Log, "\n"))
			})
		}
	}
}

// A simulation that does not notice a bug proves nothing: each that can be
// planted is noticed. go run ./dev/simulate --plant plays them at length.
func TestPlantedBugsAreFound(t *testing.T) {
	t.Parallel()
	for bug, c := range map[string]struct {
		found  string // the property that suffers
		faults []string
		seeds  []uint64
	}{
		"find-before-create": {Duplicates, []string{"drop-after", "lost"}, []uint64{4, 12}},
		"echo":               {Duplicates, nil, []uint64{2}},
		"privacy":            {Leaked, nil, []uint64{2}},
		"baseline":           {Unquiet, nil, []uint64{1}},
	} {
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			found := 0
			for _, seed := range c.seeds {
				r, err := Play(t.Context(), Options{Config: configuration, Seed: seed, Faults: c.faults, Plant: bug})
				require.NoError(t, err)
				if found += r.of(c.found); found > 0 {
					break
				}
			}
			require.Positive(t, found, "no seed showed it")
		})
	}
	require.Len(t, Plants(), 4)
}

func TestParseFaults(t *testing.T) {
	t.Parallel()
	all, err := ParseFaults("all")
	require.NoError(t, err)
	require.Equal(t, Kinds(), all)
	none, err := ParseFaults("none")
	require.NoError(t, err)
	require.Empty(t, none)
	some, err := ParseFaults("lost,worker")
	require.NoError(t, err)
	require.Equal(t, []string{"lost", "worker"}, some)
	_, err = ParseFaults("lost,nonsense")
	require.ErrorContains(t, err, `unknown fault "nonsense"`)
}
