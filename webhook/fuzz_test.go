package webhook

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzBody looks for a genuine body that the receiver does not answer as it
// should: taken, ignored or unparseable, and never an error of its own.
func FuzzBody(f *testing.F) {
	for _, body := range []string{issueBody, taskBody, deleteBody, ticketBody, messageBody, sprintBody, "", "[]", "null", "{}", `{"data":[{"id":1}]}`, `{"issue":[]}`} {
		f.Add(true, body)
		f.Add(false, body)
	}
	h := NewHandler(newConfig(f, &temporal{}, &lines{}))
	f.Fuzz(func(t *testing.T, jira bool, body string) {
		path := "/webhooks/helpdesk/" + pathSecret
		if jira {
			path = "/webhooks/jira"
		}
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Header = signed(body)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Contains(t, []int{http.StatusOK, http.StatusBadRequest, http.StatusRequestEntityTooLarge}, w.Code)
		require.Regexp(t, `^\{"status":"(accepted|ignored|refused)","reason":"[^\n]*"\}\n$`, w.Body.String())
	})
}
