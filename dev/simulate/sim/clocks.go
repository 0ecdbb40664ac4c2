package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/dev/people"
)

// offsets are what clocks are off by where they are wrong: two trackers differ
// by more than anybody takes to answer.
var offsets = []time.Duration{-5 * time.Minute, 0, 5 * time.Minute}

// early is the strike of what is so from the start of a play.
func early(context.Context, *play, *rand.Rand) bool { return false }

// misset sets the trackers' clocks wrong, each in its own way, before anybody
// has looked at them: one that jumps later is another matter.
func (w *world) misset(ctx context.Context, seed uint64) error {
	random := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // to be repeated
	w.clocks = map[string]time.Duration{}
	for i, n := range random.Perm(len(connections)) {
		f := w.fronts[connections[i]]
		if err := f.misset(ctx, offsets[n]); err != nil {
			return fmt.Errorf("set the clock of %s: %w", connections[i], err)
		}
		w.clocks[connections[i]] = offsets[n]
	}
	return nil
}

// misset sets the clocks of the tracker and of its double.
func (f *front) misset(ctx context.Context, offset time.Duration) error {
	const path = "/_sandbox/clock"
	body := fmt.Sprintf(`{"offset":%q}`, offset)
	recorded(f.double.handler, httptest.NewRequest(http.MethodPut, path, strings.NewReader(body)))
	return people.Control(ctx, "http://"+f.to.Host, http.MethodPut, path, map[string]string{"offset": offset.String()}, nil)
}
