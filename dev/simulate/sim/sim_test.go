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
