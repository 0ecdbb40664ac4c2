// Package ravenna is a stand-in for Ravenna's public API, served over HTTP
// below /api. It behaves as the published OpenAPI file says; what that leaves
// open is decided here and can partly be switched by PUT /_sandbox/quirks.
package ravenna

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ticketsync/ticketsync/sandbox"
)

const (
	tokenHeader = "x-ravenna-api-token"
	tokenPrefix = "rav_"
	userPrefix  = "u_"
)

// Options configures a Server; the zero value keeps everything in memory and
// sends no webhooks.
type Options struct {
	// DataDir holds the state file; empty keeps the state in memory.
	DataDir string
	// WebhookURL receives the deliveries; empty sends none.
	WebhookURL string
	// Secret is unused: Ravenna's deliveries are unsigned. It is here because
	// every stand-in tracker takes the same options.
	Secret string
	// BaseURL is what links in answers start with, such as
	// "http://127.0.0.1:9101"; attachments are the only ones.
	BaseURL string
	// Now is the tracker's clock; nil is time.Now.
	Now func() time.Time
	// Log receives failures of deliveries and of the state file.
	Log *slog.Logger
	// Transport carries the deliveries; nil is http.DefaultTransport.
	Transport http.RoundTripper
}

// Server is one Ravenna workspace. It is safe for concurrent use.
type Server struct {
	options Options
	core    *sandbox.Core
	handler http.Handler

	// mu is held for the whole of every API call: calls are transactions.
	mu          sync.Mutex
	quirks      quirks
	index       index
	users       *sandbox.Table[user]
	queues      *sandbox.Table[queue]
	groups      *sandbox.Table[group]
	statuses    *sandbox.Table[status]
	tags        *sandbox.Table[tag]
	tickets     *sandbox.Table[ticket]
	links       *sandbox.Table[link]
	messages    *sandbox.Table[message]
	attachments *sandbox.Table[attachment]
	webhooks    *sandbox.Table[webhook]
}

// New opens the state and seeds a workspace that has none: users, channels and
// statuses, but no tickets.
func New(options Options) (*Server, error) {
	s := &Server{options: options, quirks: defaultQuirks}
	core, err := sandbox.NewCore(sandbox.CoreOptions{
		Name:       "ravenna",
		DataDir:    options.DataDir,
		WebhookURL: options.WebhookURL,
		Now:        options.Now,
		Log:        options.Log,
		Transport:  options.Transport,
		Actor: func(r *http.Request) string {
			u, _ := s.actor(r)
			return strings.TrimPrefix(u.ID, userPrefix)
		},
		Kind: kind,
		Error: func(w http.ResponseWriter, status int, _ string) {
			refuse(w, fault(status))
		},
		Controls: map[string]http.HandlerFunc{
			"GET /_sandbox/quirks":     s.getQuirks,
			"PUT /_sandbox/quirks":     s.putQuirks,
			"PUT /_sandbox/replicated": s.putReplicated,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("open Ravenna: %w", err)
	}
	s.core = core
	s.users = sandbox.NewTable[user](core, "users")
	s.queues = sandbox.NewTable[queue](core, "queues")
	s.groups = sandbox.NewTable[group](core, "groups")
	s.statuses = sandbox.NewTable[status](core, "statuses")
	s.tags = sandbox.NewTable[tag](core, "tags")
	s.tickets = sandbox.NewTable[ticket](core, "tickets")
	s.links = sandbox.NewTable[link](core, "links")
	s.messages = sandbox.NewTable[message](core, "messages")
	s.attachments = sandbox.NewTable[attachment](core, "attachments")
	s.webhooks = sandbox.NewTable[webhook](core, "webhooks")
	s.reindex()
	s.seed(sandbox.NewTable[bool](core, "seeds"))
	s.handler = core.Handler(s.routes())
	return s, nil
}

// ServeHTTP serves the API below /api, the control endpoints below /_sandbox,
// and a page for people at /<key>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close stops the deliveries and closes the state file.
func (s *Server) Close() error { return s.core.Close() }

// call is one authenticated API call.
type call struct {
	*http.Request
	body  []byte
	actor user
}

// decode reads the JSON body into v.
func (c *call) decode(v any) error {
	if err := json.Unmarshal(c.body, v); err != nil {
		var mismatch *json.UnmarshalTypeError
		if errors.As(err, &mismatch) && mismatch.Field != "" {
			return invalid(fmt.Sprintf("%s: expected %s", mismatch.Field, mismatch.Type))
		}
		return invalid("body: not the JSON object that was expected")
	}
	return nil
}

// api wraps an endpoint: who calls, one call at a time, the answer as JSON.
func (s *Server) api(endpoint func(*call) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		actor, ok := s.actor(r)
		if !ok {
			refuse(w, &apiError{status: http.StatusUnauthorized, message: "Invalid API token"})
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			refuse(w, invalid("body: "+err.Error()))
			return
		}
		answer, err := s.locked(func() ([]byte, error) {
			value, err := endpoint(&call{Request: r, body: body, actor: actor})
			if err != nil {
				return nil, err
			}
			return encode(value)
		})
		if err != nil {
			refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}
}

func (s *Server) locked(f func() ([]byte, error)) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return f()
}

func (s *Server) actor(r *http.Request) (user, bool) {
	name, ok := strings.CutPrefix(r.Header.Get(tokenHeader), tokenPrefix)
	if !ok {
		return user{}, false
	}
	return s.users.Get(userPrefix + name)
}

// kind is by effect: looking up the title of a URL changes nothing.
func kind(r *http.Request) string {
	if r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/ticket-links/url-metadata") {
		return sandbox.KindRead
	}
	return sandbox.KindWrite
}

// encode leaves HTML as it is, for the sake of whoever reads a capture.
func encode(v any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return buffer.Bytes(), nil
}
