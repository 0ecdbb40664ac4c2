// Package webhook receives the trackers' webhooks: verify, parse, address,
// signal. It stores nothing; what Temporal did not take is answered with 503,
// and the tracker delivers it again.
package webhook

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/trackers"
)

// DefaultMaxBody is the size in bytes of the largest delivery taken: as large
// as Jira sends.
const DefaultMaxBody = 25 << 20

const (
	// sendTimeout bounds reading routes and signalling for one request.
	// The most impatient tracker gives up after 5 s.
	sendTimeout = 4 * time.Second
	// readyTimeout bounds one look at readiness.
	readyTimeout = 3 * time.Second
	// memory bounds the bytes of all bodies being received at once, so that
	// strangers cannot fill it with large ones.
	memory = 256 << 20

	prefix = "/webhooks/"
)

// Config is what a receiver needs.
type Config struct {
	// Hooks verify and read the deliveries of each connection, by its name.
	Hooks map[string]trackers.Hook
	// Routes returns the routes in force.
	Routes func(context.Context) ([]reconcile.Rules, error)
	// Send tells one workflow. It returns false when nothing runs that cares.
	Send func(context.Context, addressing.Delivery) (bool, error)
	// Ready returns an error while deliveries could not be passed on.
	Ready func(context.Context) error
	// MaxBody is the size in bytes of the largest delivery; 0 is DefaultMaxBody.
	MaxBody int64
	Log     *slog.Logger
}

// NewHandler returns the receiver's HTTP surface: POST /webhooks/<connection>
// and /webhooks/<connection>/<token>, GET /healthz and /readyz.
func NewHandler(cfg Config) http.Handler {
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = DefaultMaxBody
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &handler{Config: cfg, stranger: newStranger(), budget: budget{limit: max(memory, cfg.MaxBody+chunk)}, now: time.Now}
}

type handler struct {
	Config
	// stranger does the work of a hook for connections that do not exist.
	stranger *stranger
	budget   budget
	now      func() time.Time
}

// ServeHTTP routes by hand: http.ServeMux answers odd paths with a redirect,
// which would repeat a token.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer h.rescue(w, r)
	path := r.URL.Path
	switch {
	case path == "/healthz" || path == "/readyz":
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			write(w, refuse(http.StatusMethodNotAllowed, "method"))
			return
		}
		if path == "/readyz" {
			write(w, h.ready(r.Context()))
			return
		}
		write(w, answer{code: http.StatusOK, Status: accepted})
	case strings.HasPrefix(path, prefix):
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			write(w, refuse(http.StatusMethodNotAllowed, "method"))
			return
		}
		write(w, h.receive(w, r))
	default:
		write(w, refuse(http.StatusNotFound, "path"))
	}
}

func (h *handler) ready(ctx context.Context) answer {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	if err := h.Ready(ctx); err != nil {
		h.Log.WarnContext(ctx, "not ready", "error", err)
		return refuse(http.StatusServiceUnavailable, "not-ready")
	}
	return answer{code: http.StatusOK, Status: accepted}
}

// receive takes one delivery. The steps keep their order: nothing of a body is
// looked at before it is known to be genuine.
func (h *handler) receive(w http.ResponseWriter, r *http.Request) answer {
	connection, token, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, prefix), "/")
	hook, known := h.Hooks[connection]
	if !known {
		hook = h.stranger
	}
	log := h.Log.With("delivery", deliveryID(hook, r.Header))

	if r.ContentLength > h.MaxBody {
		return logged(r, log, refuse(http.StatusRequestEntityTooLarge, "too-large"))
	}
	body, release, err := h.budget.read(w, r, h.MaxBody)
	defer release()
	if err != nil {
		return logged(r, log, unread(err))
	}

	// A stranger and a forger get the same answer, so that nobody learns which
	// connections there are.
	if !hook.Verify(r.Header, token, body) {
		return logged(r, log, refuse(http.StatusUnauthorized, "unauthorized"))
	}
	log = log.With("connection", connection)

	if len(bytes.TrimSpace(body)) == 0 {
		return logged(r, log, refuse(http.StatusBadRequest, "empty"))
	}
	events, idle, err := hook.Parse(body)
	switch {
	case err != nil:
		return logged(r, log, refuse(http.StatusBadRequest, "unparseable"))
	case idle != "":
		return logged(r, log, ignore(idle))
	case len(events) == 0:
		return logged(r, log, ignore(noTicket))
	}

	// A tracker that hangs up does not stop what it has told us already.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), sendTimeout)
	defer cancel()
	routes, err := h.Routes(ctx)
	if err != nil {
		return logged(r, log.With("error", err), refuse(http.StatusServiceUnavailable, "routes-unavailable"))
	}
	return h.deliver(ctx, log, address(routes, connection, events, h.now()))
}

// deliver tells each workflow and stops at the first that Temporal does not
// take: the tracker sends the whole delivery again, and hints may come twice.
func (h *handler) deliver(ctx context.Context, log *slog.Logger, deliveries []addressing.Delivery) answer {
	if len(deliveries) == 0 {
		log.InfoContext(ctx, "delivery ignored", "reason", noRoute)
		return ignore(noRoute)
	}
	result := ignore(noPair)
	for _, d := range deliveries {
		log := log.With("route", d.Route, "pair", d.WorkflowID, "ticket", d.Hint.Ref.ID, "kind", d.Hint.Kind)
		taken, err := h.Send(ctx, d)
		switch {
		case err != nil:
			log.ErrorContext(ctx, "delivery not taken by Temporal", "error", err)
			return refuse(http.StatusServiceUnavailable, "temporal-unavailable")
		case taken:
			log.InfoContext(ctx, "delivery accepted")
			result = answer{code: http.StatusOK, Status: accepted}
		default:
			log.InfoContext(ctx, "delivery ignored", "reason", noPair)
		}
	}
	return result
}

// unread says what became of a body that did not arrive whole. Only 413 is
// final; trackers repeat what was answered with 503.
func unread(err error) answer {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return refuse(http.StatusRequestEntityTooLarge, "too-large")
	case errors.Is(err, errBusy):
		return refuse(http.StatusServiceUnavailable, "busy")
	}
	return refuse(http.StatusServiceUnavailable, "incomplete")
}

func logged(r *http.Request, log *slog.Logger, a answer) answer {
	message := "delivery refused"
	if a.Status == ignored {
		message = "delivery ignored"
	}
	log.InfoContext(r.Context(), message, "reason", a.Reason, "status", a.code)
	return a
}

// rescue answers for a body that upsets a parser; its delivery comes again.
func (h *handler) rescue(w http.ResponseWriter, r *http.Request) {
	if cause := recover(); cause != nil {
		h.Log.ErrorContext(r.Context(), "receiver panicked", "cause", cause)
		write(w, refuse(http.StatusInternalServerError, "internal"))
	}
}
