// Package flashduty is a stand-in for Flashduty's change events, served over
// HTTP: pushes, which it checks and merges as documented, and the list to read
// them back. What the documentation leaves open is said where it is decided.
package flashduty

import (
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/ticketsync/ticketsync/sandbox"
)

// The paths of the API.
const (
	pushPath = "/event/push/change/standard"
	listPath = "/change/list"
)

// Options configures a Server; the zero value keeps everything in memory.
type Options struct {
	// DataDir holds the state file; empty keeps the state in memory.
	DataDir string
	// WebhookURL, Secret, BaseURL and Transport are unused: Flashduty is
	// written to, delivers nothing, and links to nothing of its own. They are
	// here because every stand-in tracker takes the same options.
	WebhookURL string
	Secret     string
	BaseURL    string
	Transport  http.RoundTripper
	// Now is the service's clock; nil is time.Now.
	Now func() time.Time
	// Log receives failures of the state file; nil discards.
	Log *slog.Logger
}

// Server is one Flashduty account. It is safe for concurrent use.
type Server struct {
	core    *sandbox.Core
	handler http.Handler

	// mu makes each step on the tables one transaction.
	mu      sync.Mutex
	changes *sandbox.Table[change]
	pushes  *sandbox.Table[push]
}

// New opens the state. There is nothing to seed: changes exist once they are
// pushed.
func New(options Options) (*Server, error) {
	s := &Server{}
	core, err := sandbox.NewCore(sandbox.CoreOptions{
		Name:    "flashduty",
		DataDir: options.DataDir,
		Now:     options.Now,
		Log:     options.Log,
		Actor:   actor,
		Kind:    kind,
		Error: func(w http.ResponseWriter, status int, _ string) {
			refuse(w, fault(status))
		},
		Controls: map[string]http.HandlerFunc{
			"GET /_sandbox/pushes":    s.getPushes,
			"DELETE /_sandbox/pushes": s.deletePushes,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("open Flashduty: %w", err)
	}
	s.core = core
	s.changes = sandbox.NewTable[change](core, "changes")
	s.pushes = sandbox.NewTable[push](core, "pushes")
	s.handler = core.Handler(s.routes())
	return s, nil
}

// ServeHTTP serves the API, the control endpoints below /_sandbox, and at the
// root a page for people that lists the changes.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = withKeys(r)
	if isPush(r) {
		w = s.keep(w, r)
	}
	s.handler.ServeHTTP(w, r)
}

// Close closes the state file.
func (s *Server) Close() error { return s.core.Close() }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(pushPath, api(s.push))
	mux.HandleFunc(listPath, api(s.list))
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("/", api(func(*http.Request) (any, error) {
		return nil, &apiError{code: codeRouteNotFound, message: "no such route"}
	}))
	return mux
}

func isPush(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == pushPath
}

// kind is by effect: nothing but a push changes anything.
func kind(r *http.Request) string {
	if isPush(r) {
		return sandbox.KindWrite
	}
	return sandbox.KindRead
}
