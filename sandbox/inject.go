package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// inject answers a request the way the fault says. A cut connection is
// http.ErrAbortHandler, on which net/http closes without another byte.
func (c *Core) inject(fault Fault, w *statusWriter, r *http.Request, api http.Handler) {
	switch fault.kind {
	case faultStatus:
		if fault.retryAfter != "" {
			w.Header().Set("Retry-After", fault.retryAfter)
		}
		c.options.Error(w, fault.status, fault.retryAfter)
		w.finish()
	case faultHTML:
		gatewayPage(w, fault.status)
	case faultDropBefore:
		panic(http.ErrAbortHandler)
	case faultDropAfter:
		api.ServeHTTP(newRecorder(), r)
		panic(http.ErrAbortHandler)
	case faultTruncate:
		answer := newRecorder()
		api.ServeHTTP(answer, r)
		answer.sendHalf(w)
	case faultDelay:
		c.wait(fault.delay)
		// A slow tracker commits even when the caller gave up meanwhile; the
		// caller saw no answer then, so none is logged.
		if r.Context().Err() != nil {
			api.ServeHTTP(newRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
			panic(http.ErrAbortHandler)
		}
		api.ServeHTTP(w, r)
		w.finish()
	}
}

// wait sleeps the whole delay, also for a caller that has left, and ends early
// only when the sandbox closes.
func (c *Core) wait(delay time.Duration) {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.done:
	}
}

func gatewayPage(w http.ResponseWriter, status int) {
	text := fmt.Sprintf("%d %s", status, http.StatusText(status))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<!doctype html>\n<html><head><title>%s</title></head><body><h1>%s</h1><p>sandbox gateway</p></body></html>\n", text, text)
}

// plainError stands in for a tracker without an error shape of its own.
func plainError(w http.ResponseWriter, status int, _ string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": http.StatusText(status)})
}

// recorder keeps an answer instead of sending it.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: http.Header{}} }

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

// sendHalf promises the whole body and breaks off in its middle. An answer too
// short to be halved is not sent at all.
func (r *recorder) sendHalf(w http.ResponseWriter) {
	body := r.body.Bytes()
	if len(body) > 1 {
		for key, values := range r.header {
			w.Header()[key] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(r.status)
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler)
}
