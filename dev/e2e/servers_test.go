package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/dev/people"
)

// quiet waits until no tracker is asked anything and no webhook is on its way.
func (w *world) quiet() {
	w.Helper()
	last, since := -1, time.Now()
	w.eventually("quiet", func() error {
		n := 0
		for _, root := range w.Trackers() {
			n += len(w.requests(root))
		}
		if n != last {
			last, since = n, time.Now()
		}
		if time.Since(since) < 700*time.Millisecond {
			return fmt.Errorf("%d requests and counting", n)
		}
		return nil
	})
}

// requests are what ticketsync's own account asked of a tracker.
func (w *world) requests(root string) []people.Request {
	w.Helper()
	all, err := people.Requests(w.ctx, root)
	require.NoError(w, err)
	var out []people.Request
	for _, r := range all {
		if r.Actor == "bot" {
			out = append(out, r)
		}
	}
	return out
}

// forget clears every request log.
func (w *world) forget() {
	w.Helper()
	for _, root := range w.Trackers() {
		require.NoError(w, people.Forget(w.ctx, root))
	}
}

// count sums up requests on tickets: reads and writes.
func count(requests []people.Request) (reads, writes int) {
	for _, r := range requests {
		switch {
		case !onTicket(r):
		case r.Kind == "write":
			writes++
		default:
			reads++
		}
	}
	return reads, writes
}

// onTicket reports whether a request is about a ticket, and not about what
// surrounds it, such as its statuses and its assignee, nor part of a sweep.
func onTicket(r people.Request) bool {
	if r.Operation != "" {
		return strings.HasPrefix(r.Operation, "Issue") || r.Operation == "Comment" || strings.HasSuffix(r.Operation, "Issue") ||
			strings.HasSuffix(r.Operation, "Comment") || strings.HasSuffix(r.Operation, "Attachment")
	}
	return strings.Contains(r.Path, "/issue/") || strings.Contains(r.Path, "/tickets") || strings.Contains(r.Path, "/ticket-") || strings.HasSuffix(r.Path, "/issue")
}

// control talks to a sandbox server's control endpoints.
func (w *world) control(root, path string, body any) {
	w.Helper()
	require.NoError(w, people.Control(w.ctx, root, http.MethodPut, path, body, nil))
}

// fault is one entry of the sandbox's list of faults.
type fault struct {
	Method     string `json:"method,omitempty"`
	Path       string `json:"path,omitempty"`
	Operation  string `json:"operation,omitempty"` // of a GraphQL request
	Fault      string `json:"fault"`
	Times      int    `json:"times"`
	RetryAfter string `json:"retry_after,omitempty"`
}

func (w *world) faults(root string, list ...fault) {
	w.Helper()
	if list == nil {
		list = []fault{}
	}
	w.control(root, "/_sandbox/faults", list)
}

func (w *world) webhooks(mode string) {
	w.Helper()
	for _, root := range w.Trackers() {
		w.control(root, "/_sandbox/webhooks", map[string]string{"mode": mode})
	}
}
