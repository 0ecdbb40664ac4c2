package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"net/http"
	"regexp"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// stranger stands in for the hook of a connection that does not exist. It does
// what checking a signature takes, and never agrees.
type stranger struct{ key []byte }

func newStranger() *stranger { return &stranger{key: []byte(rand.Text())} }

// Verify does the work of a real check and refuses.
func (s *stranger) Verify(header http.Header, pathToken string, body []byte) bool {
	sum := hmac.New(sha256.New, s.key)
	sum.Write(body)
	hmac.Equal(sum.Sum(nil), []byte(header.Get("Signature")))
	hmac.Equal(s.key, []byte(pathToken))
	return false
}

// Parse is never reached: nothing verifies.
func (s *stranger) Parse([]byte) ([]ticket.Event, string, error) {
	return nil, "", errors.New("parse delivery: unknown connection")
}

var plainID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,100}$`)

// Delivery knows no id.
func (s *stranger) Delivery(http.Header) string { return "" }

// deliveryID returns what a line in the log is found by: the tracker's own id,
// or a new one.
func deliveryID(hook trackers.Hook, h http.Header) string {
	if id := hook.Delivery(h); plainID.MatchString(id) {
		return id
	}
	return rand.Text()
}
