package conformance

import (
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

// step is one request of an operation, its ticket's and comment's ids left
// open. After tells that the operation had written before.
type step struct {
	request
	after bool
}

// trace returns the requests an operation makes, each once, and the one it is
// all about: the first write, or the first that even an adapter that has done
// the same before must make.
func (w *world) trace(op operation) (all []step, main request) {
	w.t.Helper()
	adapter := w.open()
	wrote := false
	for _, r := range w.traced(op, adapter) {
		if !slices.ContainsFunc(all, func(known step) bool { return known.String() == r.String() }) {
			all = append(all, step{r, wrote})
		}
		wrote = wrote || r.writes()
	}
	warm := w.traced(op, adapter)
	i := max(0, slices.IndexFunc(warm, request.writes))
	require.Equal(w.t, op.write, warm[i].writes(), "%v", warm)
	return all, warm[i]
}

func (w *world) traced(op operation, adapter tracker) []request {
	w.t.Helper()
	s := w.scene(op)
	w.requests()
	require.NoError(w.t, op.do(w.t.Context(), adapter, s))
	requests := w.requests()
	require.NotEmpty(w.t, requests)
	for i := range requests {
		requests[i].Path = s.anonymous().Replace(requests[i].Path)
	}
	return requests
}

func (s scene) anonymous() *strings.Replacer {
	pairs := []string{s.id, "{id}", s.comment, "{comment}", s.seen.Key, "{key}"}
	if s.replica != "" {
		pairs = append(pairs, s.replica, "{replica}")
	}
	return strings.NewReplacer(pairs...)
}

// named is a step on this scene's ticket.
func (s scene) named(r request) request {
	r.Path = strings.NewReplacer("{id}", s.id, "{comment}", s.comment, "{key}", s.seen.Key, "{replica}", s.replica).Replace(r.Path)
	return r
}
