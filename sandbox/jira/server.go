package jira

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ticketsync/ticketsync/sandbox"
)

// Flavors that decide which webhooks are sent. The API's flavour is chosen per
// request by the kind of credentials.
const (
	Cloud      = "cloud"
	DataCenter = "datacenter"
)

// DefaultSecret signs webhooks when Options.Secret is empty.
const DefaultSecret = "sandbox-secret"

// Options configure a Server; the zero value is a Jira Cloud in memory that
// delivers nowhere.
type Options struct {
	DataDir    string           // where state is kept; "" keeps it in memory
	WebhookURL string           // receiver of deliveries; "" sends none
	Secret     string           // signs deliveries; "" means DefaultSecret
	BaseURL    string           // what self and browse links start with, no trailing slash
	Flavor     string           // shape of the webhooks: Cloud (default) or DataCenter
	Now        func() time.Time // nil means time.Now
	Log        *slog.Logger     // nil discards
}

// Server is the stand-in Jira, an http.Handler for its root.
type Server struct {
	core    *sandbox.Core
	handler http.Handler
	opts    Options

	// mu is held for the whole of each request: a write and its webhook are one
	// step, as they are for one issue in the real system.
	mu         sync.Mutex
	issues     *sandbox.Table[issue]
	comments   *sandbox.Table[comment]
	histories  *sandbox.Table[history]
	links      *sandbox.Table[remoteLink]
	issueLinks *sandbox.Table[issueLink]
	keys       *sandbox.Table[string]   // every key an issue ever had, to its id
	denied     *sandbox.Table[bool]     // "<project id>/<user>" that may not browse
	viewers    *sandbox.Table[bool]     // "<project id>/<user>" that may view the workflow
	flows      *sandbox.Table[[]string] // status ids per project id, once changed
	added      *sandbox.Table[status]   // statuses made through the control endpoint

	commentsOf  map[string][]string // issue id to comment ids, oldest first
	historiesOf map[string][]string
	linksOf     map[string][]string
	index       map[string][]indexed   // what search sees of an issue, by id
	writes      map[string][]time.Time // recent writes by issue id, for the limit
}

// New starts a Server, restoring what DataDir holds.
func New(opts Options) (*Server, error) {
	switch opts.Flavor {
	case "":
		opts.Flavor = Cloud
	case Cloud, DataCenter:
	default:
		return nil, fmt.Errorf("start jira sandbox: flavor %q: want %s or %s", opts.Flavor, Cloud, DataCenter)
	}
	if opts.Secret == "" {
		opts.Secret = DefaultSecret
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	opts.BaseURL = strings.TrimSuffix(opts.BaseURL, "/")
	if opts.BaseURL == "" {
		opts.BaseURL = "http://127.0.0.1:9102"
	}
	s := &Server{opts: opts}
	core, err := sandbox.NewCore(sandbox.CoreOptions{
		Name: "jira", DataDir: opts.DataDir, WebhookURL: opts.WebhookURL, Now: opts.Now, Log: opts.Log,
		Actor:    func(r *http.Request) string { name, _, _ := credentials(r); return name },
		Kind:     kind,
		Error:    writeFault,
		Controls: s.controls(),
	})
	if err != nil {
		return nil, fmt.Errorf("start jira sandbox: %w", err)
	}
	s.core = core
	s.restore()
	s.handler = core.Handler(s.routes())
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close stops webhook deliveries and flushes state.
func (s *Server) Close() error {
	if err := s.core.Close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("close jira sandbox: %w", err)
	}
	return nil
}

// kind tells reads from writes by effect: searching is a read even as a POST.
func kind(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return "read"
	}
	p := r.URL.Path
	if r.Method == http.MethodPost && (strings.HasSuffix(p, "/search/jql") || strings.HasSuffix(p, "/search") ||
		strings.HasSuffix(p, "/workflows")) {
		return "read"
	}
	return "write"
}

// restore opens the tables and rebuilds what is derived from them.
func (s *Server) restore() {
	s.issues = sandbox.NewTable[issue](s.core, "issues")
	s.comments = sandbox.NewTable[comment](s.core, "comments")
	s.histories = sandbox.NewTable[history](s.core, "histories")
	s.links = sandbox.NewTable[remoteLink](s.core, "links")
	s.issueLinks = sandbox.NewTable[issueLink](s.core, "issue-links")
	s.keys = sandbox.NewTable[string](s.core, "keys")
	s.denied = sandbox.NewTable[bool](s.core, "denied")
	s.viewers = sandbox.NewTable[bool](s.core, "viewers")
	s.flows = sandbox.NewTable[[]string](s.core, "flows")
	s.added = sandbox.NewTable[status](s.core, "statuses")
	s.commentsOf, s.historiesOf, s.linksOf = map[string][]string{}, map[string][]string{}, map[string][]string{}
	s.index, s.writes = map[string][]indexed{}, map[string][]time.Time{}
	for _, c := range s.comments.All() {
		s.commentsOf[c.IssueID] = append(s.commentsOf[c.IssueID], c.ID)
	}
	for _, h := range s.histories.All() {
		s.historiesOf[h.IssueID] = append(s.historiesOf[h.IssueID], h.ID)
	}
	for _, l := range s.links.All() {
		s.linksOf[l.IssueID] = append(s.linksOf[l.IssueID], l.id())
	}
	for _, i := range s.issues.All() {
		s.index[i.ID] = []indexed{{issue: i}}
	}
}

// now is the sandbox's time with Jira's precision.
func (s *Server) now() time.Time { return s.core.Now().UTC().Truncate(time.Millisecond) }
