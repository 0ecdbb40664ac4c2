package conformance

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/trackers"
)

// retryAfter is what an injected 429 asks to wait, in seconds.
const retryAfter = 7

// verdict is what a fault of one request means, whatever the tracker.
type verdict struct {
	fault     string
	kind      trackers.Kind
	ambiguous bool // when the request is a write
}

var verdicts = []verdict{
	{"status:400", trackers.Invalid, false},
	{"status:401", trackers.Auth, false},
	{"status:403", trackers.Forbidden, false},
	{"status:404", trackers.NotFound, false},
	{"status:429", trackers.RateLimited, false},
	{"status:500", trackers.Unavailable, true},
	{"status:502", trackers.Unavailable, true},
	{"status:503", trackers.Unavailable, true},
	{"status:504", trackers.Unavailable, true},
	{"html:200", trackers.Unavailable, true},
	{"html:404", trackers.Unavailable, false},
	{"html:502", trackers.Unavailable, true},
	{"truncate", trackers.Unavailable, true},
	{"drop-before-commit", trackers.Unavailable, true},
	{"drop-after-commit", trackers.Unavailable, true},
}

// asideVerdicts are enough for a request that an operation makes on the way.
var asideVerdicts = slices.DeleteFunc(slices.Clone(verdicts), func(v verdict) bool {
	return !slices.Contains([]string{"status:401", "status:403", "status:404", "status:429", "status:503", "html:200", "truncate"}, v.fault)
})

// restVerdicts are of statuses that only a tracker with REST answers gives.
var restVerdicts = []verdict{
	{"status:409", trackers.Stale, false},
	{"status:413", trackers.Invalid, false},
}

// refusal tells that the tracker said no, which an adapter may know to live
// with when it only looked something up.
func (v verdict) refusal() bool {
	return v.kind == trackers.Invalid || v.kind == trackers.Forbidden || v.kind == trackers.NotFound || v.kind == trackers.Stale
}

// TestVerdicts faults each request of each operation in each way.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		for _, op := range operations {
			t.Run(op.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, s)
				all, main := w.trace(op)
				for _, at := range all {
					faults := asideVerdicts
					if at.String() == main.String() {
						faults = verdicts
					}
					if at.Operation == "" {
						faults = slices.Concat(faults, restVerdicts)
					}
					for _, v := range faults {
						w.judge(op, at, main, v)
					}
				}
			})
		}
	})
}

// judge runs an operation of a fresh adapter with one of its requests faulted.
func (w *world) judge(op operation, at step, main request, v verdict) {
	w.t.Helper()
	s := w.scene(op)
	faulted := s.named(at.request)
	w.requests()
	w.fault(faulted, v.fault)
	err := op.do(w.t.Context(), w.open(), s)
	w.fault(faulted, "")
	about := fmt.Sprintf("%s: %s met %s: %v", op.name, at, v.fault, err)
	sent := w.requests()
	i := slices.IndexFunc(sent, func(r request) bool { return r.String() == faulted.String() })
	require.GreaterOrEqual(w.t, i, 0, "the request was not made: %s", about)

	isMain := at.String() == main.String()
	switch {
	case err == nil && v.kind == trackers.NotFound && op.gone:
		return
	case errors.Is(err, errHollow) && v.kind == trackers.NotFound && !at.writes() && (op.searches || !isMain):
		return // what is not there was not found
	case err == nil:
		lived := at.after || !at.writes() && v.refusal() || op.reports && v.kind != trackers.RateLimited
		require.True(w.t, lived, "the fault went unnoticed: %s", about)
		return
	}
	var e *trackers.Error
	require.ErrorAs(w.t, err, &e, about)
	require.NotEmpty(w.t, e.Op, about)
	if isMain || !v.refusal() {
		require.Equal(w.t, v.kind, e.Kind, about)
	}
	if isMain && strings.HasPrefix(v.fault, "status:") {
		require.Equal(w.t, sent[i].Status, e.Status, about)
	}
	switch {
	case at.writes():
		require.Equal(w.t, v.ambiguous, e.Ambiguous, about)
	default:
		require.Equal(w.t, at.after, e.Ambiguous, about)
	}
	if v.kind == trackers.RateLimited {
		require.InDelta(w.t, retryAfter, e.RetryAfter.Seconds(), 1.5, about)
	}
}

// TestNothingWasSent: a call that reached nobody is never ambiguous.
func TestNothingWasSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		scene := w.newScene(operation{})
		c := w.connection()
		c.URL = strings.Replace(c.URL, w.URL, "http://127.0.0.1:1", 1)
		for _, op := range operations {
			err := op.do(t.Context(), openAs(t, c, w.logged), scene)
			var e *trackers.Error
			require.ErrorAs(t, err, &e, op.name)
			require.Equal(t, trackers.Unavailable, e.Kind, op.name)
			require.False(t, e.Ambiguous, op.name)
		}
	})
}

// TestAnswersThatTellNothing are good by their status and hold nothing. A list
// that is not there is no empty list: replicas and comments would be missed.
func TestAnswersThatTellNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		for _, op := range operations {
			t.Run(op.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, s)
				all, _ := w.trace(op)
				for _, at := range all {
					for _, body := range []string{"OK", "", "{}", "null", `{"id":{},"items":3,"data":7,"errors":5}`, `{"data":null}`} {
						w.judgeEmpty(op, at, body)
					}
				}
			})
		}
	})
}

func (w *world) judgeEmpty(op operation, at step, body string) {
	w.t.Helper()
	scene := w.scene(op)
	w.front.answer(func(out http.ResponseWriter, r *http.Request, sent []byte) bool {
		if scene.anonymous().Replace(requestOf(r, sent).String()) != at.String() {
			return false
		}
		out.Header().Set("Content-Type", "application/json")
		_, _ = out.Write([]byte(body))
		return true
	})
	err := op.do(w.t.Context(), w.open(), scene)
	w.front.answer(nil)
	about := fmt.Sprintf("%s: %s answered with %q: %v", op.name, at, body, err)
	if err == nil || at.writes() && errors.Is(err, errHollow) {
		// Some writes need no answer; nothing was written here, as is then read.
		require.False(w.t, at.writes() && op.makes, "taken for a result: %s", about)
		return
	}
	var e *trackers.Error
	require.ErrorAs(w.t, err, &e, about)
	if at.writes() {
		require.Equal(w.t, trackers.Unavailable, e.Kind, about)
		require.True(w.t, e.Ambiguous, about)
	}
}
