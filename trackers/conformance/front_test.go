package conformance

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// front stands before a tracker: it checks each request against the published
// API, and can answer in the tracker's place.
type front struct {
	t      *testing.T
	behind http.Handler
	check  check

	mu      sync.Mutex
	checked int
	// instead answers requests that match; it reports whether it did.
	instead func(w http.ResponseWriter, r *http.Request, body []byte) bool
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if f.check != nil && !strings.HasPrefix(r.URL.Path, "/_sandbox/") {
		if err := f.check(r, body); err != nil {
			f.t.Errorf("contract: %v", err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		f.mu.Lock()
		f.checked++
		f.mu.Unlock()
	}
	f.mu.Lock()
	instead := f.instead
	f.mu.Unlock()
	if instead == nil || !instead(w, r, body) {
		f.behind.ServeHTTP(w, r)
	}
}

func (f *front) answer(instead func(w http.ResponseWriter, r *http.Request, body []byte) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.instead = instead
}

// checks counts the requests that were checked.
func (f *front) checks() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.checked
}
