// Package contract checks HTTP exchanges of tests against the trackers'
// published OpenAPI files: every request, and every answer whose status the
// file lists. The files are not part of this project; they are used where a
// folder named shared lies beside it.
package contract

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// requireShared is the variable that turns an absent shared folder from a skip
// into a failure.
const requireShared = "TICKETSYNC_REQUIRE_SHARED"

// API names one of the files.
type API string

// The files that can be loaded.
const (
	// Ravenna is Ravenna's public API, under any base path that ends in /api.
	Ravenna API = "ravenna"
	// Jira is Jira Cloud v3; calls of v2 are checked as calls of v3. Its text
	// fields are untyped there, so v2's strings and v3's documents both pass.
	// What the file gets wrong against the real Jira is allowed as well.
	Jira API = "jira"
)

var files = map[API][]string{
	Ravenna: {"reference", "ravenna", "openapi.json"},
	Jira:    {"reference", "jira", "cloud-v3.openapi.json"},
}

// Shared returns the path of a file or folder below the shared folder, looked
// for beside every folder above the test's own. Without it the test is skipped,
// or fails if the environment demands the shared folder.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	path, ok := findShared(t, elem...)
	if !ok {
		t.Skipf("skipped: no %s beside the project", filepath.Join(append([]string{"shared"}, elem...)...))
	}
	return path
}

// SharedIfPresent is Shared for tests that are worth running without it too: ok
// is false then.
func SharedIfPresent(t testing.TB, elem ...string) (path string, ok bool) {
	t.Helper()
	return findShared(t, elem...)
}

func findShared(t testing.TB, elem ...string) (string, bool) {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatalf("find shared folder: %v", err)
	}
	wanted := filepath.Join(append([]string{"shared"}, elem...)...)
	for {
		path := filepath.Join(folder, wanted)
		if _, err := os.Stat(path); err == nil {
			return path, true
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			break
		}
		folder = parent
	}
	if os.Getenv(requireShared) == "1" {
		t.Fatalf("find shared folder: no %s beside the project, which %s=1 demands", wanted, requireShared)
	}
	return "", false
}

// Load returns the checker of one API, for tests that are about the contract
// alone: without the shared folder they are skipped, as by Shared.
func Load(t testing.TB, api API) *Spec {
	t.Helper()
	return load(t, api, Shared(t, files[api]...))
}

// LoadIfPresent is Load for tests that are worth running without the shared
// folder too: they then get a nil Spec, which finds nothing wrong.
func LoadIfPresent(t testing.TB, api API) *Spec {
	t.Helper()
	path, ok := findShared(t, files[api]...)
	if !ok {
		return nil
	}
	return load(t, api, path)
}

var (
	loaded   = map[API]*Spec{}
	loadedMu sync.Mutex
)

// load parses each file once per test binary: Jira's has two megabytes.
func load(t testing.TB, api API, path string) *Spec {
	t.Helper()
	loadedMu.Lock()
	defer loadedMu.Unlock()
	if spec, ok := loaded[api]; ok {
		return spec
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("load contract: %v", err)
	}
	spec, err := parse(api, data)
	if err != nil {
		t.Fatalf("load contract %s: %v", api, err)
	}
	loaded[api] = spec
	return spec
}

// RoundTripper checks each exchange that passes through it and reports
// violations as errors of t. A nil next is http.DefaultTransport. Requests
// without an answer are checked as well.
func (s *Spec) RoundTripper(t testing.TB, next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	if s == nil {
		return next
	}
	return &roundTripper{t: t, spec: s, next: next}
}

type roundTripper struct {
	t    testing.TB
	spec *Spec
	next http.RoundTripper
}

func (r *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	r.t.Helper()
	var sent []byte
	if req.Body != nil {
		var err error
		sent, err = io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	if err := r.spec.CheckRequest(req, sent); err != nil {
		r.t.Errorf("%s contract: %v", r.spec.api, err)
	}
	resp, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	received, err := io.ReadAll(resp.Body)
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	// A body cut short is the caller's to discover; it is no full answer that
	// could be held against the file.
	if err != nil {
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(received), failingReader{err}))
		return resp, nil
	}
	resp.Body = io.NopCloser(bytes.NewReader(received))
	if err := r.spec.CheckResponse(req, sent, resp.StatusCode, resp.Header, received); err != nil {
		r.t.Errorf("%s contract: %v", r.spec.api, err)
	}
	return resp, nil
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }
