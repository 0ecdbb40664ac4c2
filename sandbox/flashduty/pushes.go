package flashduty

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/ticketsync/ticketsync/sandbox"
)

// push is one push as GET /_sandbox/pushes shows it.
type push struct {
	// Number counts all pushes ever received, from 1.
	Number int `json:"number"`
	// At is when it had arrived, by the service's clock.
	At time.Time `json:"at"`
	// Status is the HTTP status sent, 0 while unanswered or when the
	// connection was cut before any answer.
	Status int `json:"status"`
	// Body is what was sent: as it was if it was JSON, else as a string.
	Body json.RawMessage `json:"body"`
}

func (p push) id() string { return strconv.Itoa(p.Number) }

// keep notes a push before faults or rules can get at it, and its status when
// that is sent to the writer it returns. A body that cannot be read whole is no
// push; whoever reads it next finds that out as well.
func (s *Server) keep(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return w
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if !json.Valid(body) {
		body, _ = json.Marshal(string(body))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := push{Number: s.core.Next("pushes"), At: s.core.Now().UTC(), Body: body}
	s.pushes.Put(p.id(), p)
	return &answer{ResponseWriter: w, sent: func(status int) { s.answered(p, status) }}
}

func (s *Server) answered(p push, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, kept := s.pushes.Get(p.id()); !kept {
		return // cleared meanwhile
	}
	p.Status = status
	s.pushes.Put(p.id(), p)
}

func (s *Server) getPushes(w http.ResponseWriter, _ *http.Request) {
	pushes := s.pushes.All()
	if pushes == nil {
		pushes = []push{}
	}
	sandbox.WriteControl(w, pushes)
}

func (s *Server) deletePushes(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.pushes.All() {
		s.pushes.Delete(p.id())
	}
	w.WriteHeader(http.StatusNoContent)
}

// answer reports the status before the first byte leaves, so that a client
// that has its answer also finds it among the pushes.
type answer struct {
	http.ResponseWriter
	sent func(status int)
}

// WriteHeader is always called: everything that answers a push sets a status.
func (a *answer) WriteHeader(status int) {
	a.sent(status)
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
