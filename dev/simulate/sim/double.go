package sim

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/ticketsync/ticketsync/sandbox/jira"
	"github.com/ticketsync/ticketsync/sandbox/linear"
	"github.com/ticketsync/ticketsync/sandbox/ravenna"
)

// double is a second tracker of the same kind that refuses everything, in the
// tracker's own words: the real one is left alone, because people use it.
type double struct {
	mu      sync.Mutex
	handler http.Handler
	close   func()
}

func newDouble(kind string) (*double, error) {
	switch kind {
	case "ravenna":
		s, err := ravenna.New(ravenna.Options{})
		return &double{handler: s, close: func() { _ = s.Close() }}, err
	case "jira":
		s, err := jira.New(jira.Options{})
		return &double{handler: s, close: func() { _ = s.Close() }}, err
	case "linear":
		s, err := linear.New(linear.Options{})
		return &double{handler: s, close: func() { _ = s.Close() }}, err
	}
	return nil, fmt.Errorf("no double of %s", kind)
}

// refusals are the faults of the sandbox behind the kinds that are answers.
var refusals = map[string]string{
	"token":       `{"fault":"status:401"}`,
	"429":         `{"fault":"status:429","retry_after":"1"}`,
	"429-bare":    `{"fault":"status:429"}`,
	"429-zero":    `{"fault":"status:429","retry_after":"0"}`,
	"500":         `{"fault":"status:500"}`,
	"503":         `{"fault":"status:503"}`,
	"unavailable": `{"fault":"status:503","retry_after":"1"}`,
}

func (d *double) refuse(kind string, r *http.Request, body []byte) answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	fault := strings.NewReader("[" + refusals[kind] + "]")
	recorded(d.handler, httptest.NewRequest(http.MethodPut, "/_sandbox/faults", fault))
	again := httptest.NewRequest(r.Method, r.URL.RequestURI(), bytes.NewReader(body))
	again.Header = r.Header.Clone()
	return recorded(d.handler, again)
}
