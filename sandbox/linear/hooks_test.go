package linear_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// hooks receives the deliveries of one workspace.
type hooks struct {
	t     *testing.T
	queue chan delivery
}

type delivery struct {
	header http.Header
	raw    []byte
	body   object
}

func (h *hooks) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	d := delivery{header: r.Header, raw: raw}
	if err := json.Unmarshal(raw, &d.body); err != nil {
		h.t.Errorf("delivery is no JSON: %v", err)
	}
	h.queue <- d
}

// next waits for the next delivery.
func (w *workspace) next() delivery {
	w.t.Helper()
	select {
	case d := <-w.hooks.queue:
		return d
	case <-time.After(10 * time.Second):
		require.FailNow(w.t, "no delivery came")
		return delivery{}
	}
}

// quiet asserts that nothing more was delivered, by something that is.
func (w *workspace) quiet() {
	w.t.Helper()
	made := w.issue("marker", nil)
	d := w.next()
	require.Equal(w.t, "create", d.body["action"], "%v", d.body)
	require.Equal(w.t, made["id"], at(d.body, "data.id"), "%v", d.body)
}
