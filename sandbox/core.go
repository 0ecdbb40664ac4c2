// Package sandbox holds what the stand-in trackers have in common: the log of
// received requests, injected faults, outgoing webhooks, state that survives a
// crash, and the control endpoints under /_sandbox/ that steer all of it.
//
// A stand-in tracker builds a Core, keeps its objects in Tables, and serves
// Core.Handler wrapped around its own API.
package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// controlPrefix is where every server is steered from; these calls take no
// token and are never logged, faulted or passed to the API.
const controlPrefix = "/_sandbox/"

// Effects of a request as the request log names them.
const (
	KindRead  = "read"
	KindWrite = "write"
)

// CoreOptions configures a Core. Only Name is required.
type CoreOptions struct {
	// Name is the tracker's kind, such as "ravenna"; it names the state file.
	Name string
	// DataDir holds sandbox-<Name>.jsonl; empty keeps all state in memory.
	DataDir string
	// WebhookURL receives the deliveries; empty sends none.
	WebhookURL string
	// Now is the clock that the tracker's goes by; nil is time.Now.
	Now func() time.Time
	// Log receives failures of deliveries and of the state file; nil discards.
	Log *slog.Logger
	// Transport carries the deliveries; nil is http.DefaultTransport.
	Transport http.RoundTripper
	// Actor returns the bare user name behind a request, "" when unknown.
	Actor func(*http.Request) string
	// Kind returns KindRead or KindWrite by effect; nil goes by method. It may
	// read the body: every reader of the request gets it whole.
	Kind func(*http.Request) string
	// Operation returns the GraphQL operation name of a body; nil elsewhere.
	Operation func(*http.Request, []byte) string
	// Error writes the tracker's own error shape for an injected status; the
	// Retry-After header is already set when retryAfter is not empty.
	Error func(w http.ResponseWriter, status int, retryAfter string)
	// Controls are further control endpoints by ServeMux pattern, such as
	// "PUT /_sandbox/quirks".
	Controls map[string]http.HandlerFunc
}

// Core is what every stand-in tracker shares. It is safe for concurrent use.
type Core struct {
	options  CoreOptions
	log      *slog.Logger
	requests requestLog
	faults   faultList
	sender   *sender
	journal  *journal
	controls *http.ServeMux
	lag      atomic.Int64
	ahead    atomic.Int64 // of the right time, negative if behind
	hide     atomic.Bool
	done     chan struct{}
	closed   atomic.Bool
}

// NewCore opens the state file, if there is to be one, and starts the sender of
// webhooks. Close ends both.
func NewCore(options CoreOptions) (*Core, error) {
	if options.Name == "" {
		return nil, fmt.Errorf("open sandbox: no name")
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Kind == nil {
		options.Kind = kindByMethod
	}
	if options.Error == nil {
		options.Error = plainError
	}
	log := options.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	log = log.With("tracker", options.Name)
	journal, err := openJournal(options.DataDir, options.Name, log)
	if err != nil {
		return nil, err
	}
	c := &Core{
		options: options,
		log:     log,
		journal: journal,
		sender:  startSender(options.WebhookURL, options.Transport, log),
		done:    make(chan struct{}),
	}
	c.controls = c.controlMux()
	return c, nil
}

// Now is the tracker's clock, which may be wrong.
func (c *Core) Now() time.Time { return c.options.Now().Add(time.Duration(c.ahead.Load())) }

// SearchLag is how long a change stays invisible to searches.
func (c *Core) SearchLag() time.Duration { return time.Duration(c.lag.Load()) }

// HideEmail reports whether users are to be shown without their e-mail.
func (c *Core) HideEmail() bool { return c.hide.Load() }

// Deliver queues one webhook delivery and returns at once. The header carries
// the signature, if any, made by the caller over exactly this body.
func (c *Core) Deliver(body []byte, header http.Header) { c.sender.deliver(body, header) }

// Next counts up the named sequence, starting at 1, and remembers it.
func (c *Core) Next(sequence string) int { return c.journal.next(sequence) }

// Close stops the sender, waking every delayed request, and closes the state
// file. Deliveries not yet sent are lost, as they are when a tracker crashes.
func (c *Core) Close() error {
	if c.closed.Swap(true) {
		return nil
	}
	close(c.done)
	c.sender.stop()
	return c.journal.close()
}

// Handler serves the control endpoints, and everything else through the request
// log and the faults to api.
func (c *Core) Handler(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, controlPrefix) {
			c.controls.ServeHTTP(w, r)
			return
		}
		c.serve(w, r, api)
	})
}

func (c *Core) serve(w http.ResponseWriter, r *http.Request, api http.Handler) {
	at := c.Now().UTC()
	// Clients correct their clock by this header: it has to agree with the
	// times in the answers.
	w.Header().Set("Date", at.Format(http.TimeFormat))
	// The body is read before anything else, so that a dropped request was
	// received whole, as it would have been by a tracker that crashed on it.
	body, err := io.ReadAll(r.Body)
	if err != nil {
		body = nil
	}
	rewind := func() { r.Body = io.NopCloser(bytes.NewReader(body)) }
	entry := &Request{At: at, Method: r.Method, Path: r.URL.RequestURI()}
	if c.options.Operation != nil {
		rewind()
		entry.Operation = c.options.Operation(r, body)
	}
	if c.options.Actor != nil {
		rewind()
		entry.Actor = c.options.Actor(r)
	}
	rewind()
	entry.Kind = c.options.Kind(r)
	rewind()
	c.requests.add(entry)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	answer := &statusWriter{ResponseWriter: w, sent: func(status int) { c.requests.finish(entry, status) }}
	if fault, ok := c.faults.take(r.Method, r.URL.Path, entry.Operation); ok {
		c.inject(fault, answer, r, api)
		return
	}
	api.ServeHTTP(answer, r)
	answer.finish()
}

func kindByMethod(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return KindRead
	}
	return KindWrite
}
