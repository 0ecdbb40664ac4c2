package sim

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var configuration = filepath.Join("..", "..", "ticketsync.yaml")

// worlds is how many plays go on at once: they wait more than they compute.
const worlds = 6

func TestMain(m *testing.M) {
	flag.Parse()
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue {
		_ = p.Value.Set(strconv.Itoa(worlds))
	}
	os.Exit(m.Run())
}

// clean plays a seed and demands that nothing is found.
func clean(t *testing.T, seed uint64, steps int, faults string) {
	t.Helper()
	list, err := ParseFaults(faults)
	require.NoError(t, err)
	r, err := Play(t.Context(), Options{Config: configuration, Seed: seed, Steps: steps, Faults: list})
	require.NoError(t, err)
	require.Positive(t, r.Edits)
	require.Positive(t, r.Writes)
	require.Empty(t, r.Findings, strings.Join(r.Log, "\n"))
}

// A short fixed set of seeds; go run ./dev/simulate plays many, and longer ones.
func TestSeeds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults string
		seeds  []uint64
	}{
		"people alone": {"none", []uint64{1, 2}},
		"webhooks":     {"lost,duplicated,shuffled,held", []uint64{4}},
		"answers":      {"429,429-bare,429-zero,500,503,unavailable,html,truncate,drop-before,drop-after", []uint64{5}},
		"operators":    {"pause,retry,unlink,disabled,renamed,removed,unmapped", []uint64{6}},
		"tickets":      {"deleted,private,moved,clone,status-removed", []uint64{8}},
		"races":        {"read-write,comment-race,lag,clocks,converters", []uint64{9}},
	} {
		for _, seed := range c.seeds {
			t.Run(fmt.Sprintf("%s, seed %d", name, seed), func(t *testing.T) {
				t.Parallel()
				clean(t, seed, 30, c.faults)
			})
		}
	}
}

var long = flag.Bool("long", false, "play every seed that ever showed a bug, not only a few")

// The seeds that showed a bug, by its name. Each bug has a test of its own where
// it was as well: what these play hangs on the moment. A few of them are played
// always; go test ./dev/simulate/sim -run Mended -long plays all.
func TestBugsStayMended(t *testing.T) {
	t.Parallel()
	const short = 30 // steps, of plays whose faults do without many
	all := strings.Join(Kinds(), ",")
	// What is drawn depends on how many kinds there are to draw from.
	then := strings.Join(slices.DeleteFunc(Kinds(), func(kind string) bool { return kind == "converters" }), ",")
	for bug, c := range map[string]struct {
		seed   uint64
		steps  int
		faults string
		always bool
	}{
		"a run that became an alias kept a deletion to itself":            {7, short, "deleted,private,moved,clone", true},
		"a description edited before our write went unnamed":              {3, short, "lost,duplicated,shuffled,held", true},
		"a clone of an unlinked replica was taken for it":                 {52, 0, then, true},
		"a comment deleted while its pair was lost stayed":                {12, 0, "temporal-lost", true},
		"a field set while the replica was made was never written":        {196, 0, all, true},
		"fields that nobody had touched beat edits":                       {7, 0, "temporal-lost", false},
		"a replica deleted before its pair knew it stayed access-lost":    {24, 0, then, false},
		"a value set and set back lost to an older change":                {59, 0, then, false},
		"an untouched replica was compared as on first contact":           {90, 0, then, false},
		"a repeated write took our own value for a person's":              {137, 0, then, false},
		"a clone's question hid that a run was terminated":                {147, 0, then, false},
		"a comment reworded while its pair was lost kept its old copy":    {77, 0, all, false},
		"a ticket that came while its route was disabled was forgotten":   {193, 0, all, true},
		"a reply went with the copy that it answered":                     {159, 0, all, false},
		"a replica deleted before it was read stayed access-lost":         {156, 0, all, false},
		"a moved ticket was never marked":                                 {186, 0, all, false},
		"the late answer of a create call passed for fresh":               {6, 0, then, false},
		"Ravenna's status was overwritten, and nobody was told":           {10, 0, then, false},
		"a status overwritten by a transition was not named":              {29, 0, then, false},
		"a text edited within a second of our read was lost":              {56, 0, then, false},
		"fields that were cleared came back":                              {95, 0, then, false},
		"an unlink that one marker tells of was forgotten":                {14, 0, all, false},
		"a replica deleted before it was read left no marker":             {131, 0, all, false},
		"a ticket hidden when it was unlinked was never told":             {33, 0, all, false},
		"another pair's description was overwritten, and nobody was told": {43, 0, all, false},
	} {
		if !c.always && !*long {
			continue
		}
		t.Run(bug, func(t *testing.T) {
			t.Parallel()
			clean(t, c.seed, c.steps, c.faults)
		})
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
		"find-before-create": {Duplicates, []string{"drop-after", "lost"}, []uint64{4, 12, 10, 11}},
		"echo":               {Duplicates, nil, []uint64{2, 1, 3}},
		"privacy":            {Leaked, nil, []uint64{2, 3, 4}},
		"baseline":           {Unhealed, nil, []uint64{1, 2, 3}}, // what is written again and again pauses its pair
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
