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
		for tracker := range uint8(3) {
			f.Add(tracker, body)
		}
	}
	for _, name := range []string{"issue_create", "issue_remove", "comment_reaction", "comment_on_a_project", "marker_create", "old_issue_update"} {
		f.Add(uint8(2), linearBody(f, name))
	}
	cfg := linearConfig(f, &temporal{}, &lines{})
	cfg.MaxBody = 4096
	h := NewHandler(cfg)
	paths := []string{"/webhooks/helpdesk/" + pathSecret, "/webhooks/jira", "/webhooks/linear"}
	f.Fuzz(func(t *testing.T, tracker uint8, body string) {
		r := httptest.NewRequest(http.MethodPost, paths[int(tracker)%len(paths)], strings.NewReader(body))
		r.Header = signed(body)
		r.Header["Linear-Signature"] = linearSigned(body)["Linear-Signature"]
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Contains(t, []int{http.StatusOK, http.StatusBadRequest, http.StatusRequestEntityTooLarge}, w.Code)
		require.Regexp(t, `^\{"status":"(accepted|ignored|refused)","reason":"[^\n]*"\}\n$`, w.Body.String())
	})
}
