package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"net/http"
	"regexp"

	"github.com/ticketsync/ticketsync/ticket"
)

// stranger stands in for the hook of a connection that does not exist. It does
// what checking a signature takes, and never agrees.
type stranger struct{ key []byte }

func newStranger() *stranger { return &stranger{key: []byte(rand.Text())} }

// Verify does the work of a real check and refuses.
func (s *stranger) Verify(header http.Header, pathToken string, body []byte) bool {
	sum := hmac.New(sha256.New, s.key)
	sum.Write(body)
	hmac.Equal(sum.Sum(nil), []byte(header.Get("X-Hub-Signature")))
	hmac.Equal(s.key, []byte(pathToken))
	return false
}

// Parse is never reached: nothing verifies.
func (s *stranger) Parse([]byte) ([]ticket.Event, string, error) {
	return nil, "", errors.New("parse delivery: unknown connection")
}

var plainID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,100}$`)

// deliveryID returns what a line in the log is found by: Jira's own id, which
// stays the same when it delivers again, or a new one.
func deliveryID(h http.Header) string {
	if id := h.Get("X-Atlassian-Webhook-Identifier"); plainID.MatchString(id) {
		return id
	}
	return rand.Text()
}
