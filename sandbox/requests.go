package sandbox

import (
	"net/http"
	"sync"
	"time"
)

// requestLimit bounds the log: the oldest entries go first.
const requestLimit = 100_000

// Request is one line of the request log, in the order of arrival.
type Request struct {
	// At is when the request had arrived, by the tracker's clock.
	At time.Time `json:"at"`
	// Method is the HTTP method.
	Method string `json:"method"`
	// Path is the path with its query.
	Path string `json:"path"`
	// Operation is the GraphQL operation name; empty on REST trackers.
	Operation string `json:"operation,omitempty"`
	// Kind is KindRead or KindWrite, by effect.
	Kind string `json:"kind"`
	// Status is the HTTP status sent, 0 while unanswered or when the
	// connection was cut before any answer.
	Status int `json:"status"`
	// Actor is the bare name of the acting user, empty when unknown.
	Actor string `json:"actor"`
}

type requestLog struct {
	mu      sync.Mutex
	entries []*Request
	limit   int // 0 means requestLimit
}

func (l *requestLog) add(entry *Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
	limit := l.max()
	// Trimming a tenth at a time keeps the cost of a request constant.
	if len(l.entries) > limit+limit/10 {
		l.entries = append([]*Request(nil), l.entries[len(l.entries)-limit:]...)
	}
}

func (l *requestLog) finish(entry *Request, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.Status = status
}

func (l *requestLog) list() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	from := max(0, len(l.entries)-l.max())
	list := make([]Request, 0, len(l.entries)-from)
	for _, entry := range l.entries[from:] {
		list = append(list, *entry)
	}
	return list
}

func (l *requestLog) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = nil
}

func (l *requestLog) max() int {
	if l.limit > 0 {
		return l.limit
	}
	return requestLimit
}

// statusWriter reports the status before the first byte leaves, so that a
// client that has its answer also finds it in the log.
type statusWriter struct {
	http.ResponseWriter
	sent func(status int)
	done bool
}

func (w *statusWriter) WriteHeader(status int) {
	// Informational answers precede the real one.
	if !w.done && status >= http.StatusOK {
		w.done = true
		w.sent(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	w.finish()
	return w.ResponseWriter.Write(b)
}

// finish records the implied 200 of a handler that wrote no header.
func (w *statusWriter) finish() {
	if !w.done {
		w.done = true
		w.sent(http.StatusOK)
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
