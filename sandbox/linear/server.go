package linear

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/ticketsync/ticketsync/sandbox"
)

// DefaultSecret signs webhooks when Options.Secret is empty.
const DefaultSecret = "sandbox-secret"

// Options configures a Server; the zero value keeps everything in memory, sends
// no webhooks and validates nothing against a schema.
type Options struct {
	// DataDir holds the state file; empty keeps the state in memory.
	DataDir string
	// WebhookURL receives the deliveries; empty sends none.
	WebhookURL string
	// Secret signs deliveries; empty means DefaultSecret.
	Secret string
	// BaseURL is what links in answers start with; empty means
	// "http://127.0.0.1:9103".
	BaseURL string
	// Schema is the path of Linear's full SDL file. Requests that do not fit
	// it are refused; empty accepts whatever can be parsed and answered.
	Schema string
	// Now is the tracker's clock; nil is time.Now.
	Now func() time.Time
	// Log receives failures of deliveries and of the state file; nil discards.
	Log *slog.Logger
	// Transport carries the deliveries; nil is http.DefaultTransport.
	Transport http.RoundTripper
}

// Server is one Linear workspace, an http.Handler for its root. It is safe for
// concurrent use.
type Server struct {
	options Options
	core    *sandbox.Core
	schema  *ast.Schema // nil without Options.Schema
	handler http.Handler

	// mu is held for the whole of every API call: calls are transactions.
	mu          sync.Mutex
	quirks      quirks
	limits      limits
	users       *sandbox.Table[user]
	teams       *sandbox.Table[team]
	states      *sandbox.Table[state]
	labels      *sandbox.Table[label]
	projects    *sandbox.Table[project]
	issues      *sandbox.Table[issue]
	comments    *sandbox.Table[comment]
	attachments *sandbox.Table[attachment]
	histories   *sandbox.Table[history]
	webhooks    *sandbox.Table[webhook]
	keys        *sandbox.Table[string] // every identifier an issue ever had, to its id
	spent       *sandbox.Table[bool]   // "<type>/<id>" of everything ever created
	denied      *sandbox.Table[bool]   // "<team id>/<user id>" that may not see the team

	index index
}

// New starts a Server, restoring what DataDir holds and seeding a workspace
// that has nothing yet.
func New(options Options) (*Server, error) {
	if options.Secret == "" {
		options.Secret = DefaultSecret
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	options.BaseURL = strings.TrimSuffix(options.BaseURL, "/")
	if options.BaseURL == "" {
		options.BaseURL = "http://127.0.0.1:9103"
	}
	s := &Server{options: options, limits: newLimits()}
	var err error
	if s.schema, err = loadSchema(options.Schema); err != nil {
		return nil, fmt.Errorf("open Linear: %w", err)
	}
	s.core, err = sandbox.NewCore(sandbox.CoreOptions{
		Name: "linear", DataDir: options.DataDir, WebhookURL: options.WebhookURL,
		Now: options.Now, Log: options.Log, Transport: options.Transport,
		Actor:     func(r *http.Request) string { return s.actor(r).Login },
		Kind:      kind,
		Operation: operation,
		Error:     s.writeFault,
		Controls:  s.controls(),
	})
	if err != nil {
		return nil, fmt.Errorf("open Linear: %w", err)
	}
	s.restore()
	s.seed(sandbox.NewTable[bool](s.core, "seeds"))
	s.handler = s.core.Handler(s.routes())
	return s, nil
}

// ServeHTTP serves the API at /graphql, the control endpoints below /_sandbox,
// and a page for people at the url of every issue and at /<key>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close stops the deliveries and closes the state file.
func (s *Server) Close() error { return s.core.Close() }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /graphql", s.graphql)
	mux.HandleFunc("GET /{key}", s.browse)
	mux.HandleFunc("GET /{org}/issue/{key}", s.browse)
	mux.HandleFunc("GET /{org}/issue/{key}/{slug}", s.browse)
	return mux
}

// restore opens the tables and rebuilds what is derived from them.
func (s *Server) restore() {
	s.users = sandbox.NewTable[user](s.core, "users")
	s.teams = sandbox.NewTable[team](s.core, "teams")
	s.states = sandbox.NewTable[state](s.core, "states")
	s.labels = sandbox.NewTable[label](s.core, "labels")
	s.projects = sandbox.NewTable[project](s.core, "projects")
	s.issues = sandbox.NewTable[issue](s.core, "issues")
	s.comments = sandbox.NewTable[comment](s.core, "comments")
	s.attachments = sandbox.NewTable[attachment](s.core, "attachments")
	s.histories = sandbox.NewTable[history](s.core, "histories")
	s.webhooks = sandbox.NewTable[webhook](s.core, "webhooks")
	s.keys = sandbox.NewTable[string](s.core, "keys")
	s.spent = sandbox.NewTable[bool](s.core, "spent")
	s.denied = sandbox.NewTable[bool](s.core, "denied")
	s.reindex()
}
