package flashduty

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
)

// change is what one push says, and what all pushes of one key add up to.
type change struct {
	Key         string            `json:"change_key"`
	Title       string            `json:"title"`
	Status      string            `json:"change_status"`
	Description string            `json:"description"`
	Link        string            `json:"link"`
	Labels      map[string]string `json:"labels"`
	At          int64             `json:"event_time"` // unix seconds
}

// push takes one change event.
func (s *Server) push(r *http.Request) (any, error) {
	if r.Method != http.MethodPost {
		return nil, methodNotAllowed()
	}
	if keyOf(r, integrationKey) != validKey {
		return nil, invalid("integration_key is not a valid one")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &apiError{code: codeInvalidContentType, message: "the content type must be application/json"}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	told, err := parse(body, s.core.Now())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.merge(told)
	return object{"change_key": told.Key}, nil
}

// merge adds a push to its change. Title and description are those of the push
// that came first, present or not; status and labels those of the newest by its
// own time, of two at the same time the one that came later. Nothing is
// documented for the link: it goes with the status.
func (s *Server) merge(told change) {
	merged := told
	if known, ok := s.changes.Get(told.Key); ok {
		if told.At < known.At {
			return
		}
		merged.Title, merged.Description = known.Title, known.Description
	}
	s.changes.Put(merged.Key, merged)
}

// list returns all changes in the order of their first pushes. What a body asks
// for, which the documented one can, makes no difference.
func (s *Server) list(r *http.Request) (any, error) {
	if r.Method != http.MethodPost {
		return nil, methodNotAllowed()
	}
	if keyOf(r, appKey) != validKey {
		return nil, &apiError{code: codeUnauthorized, message: "app_key is not a valid one"}
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(body)) > 0 && !json.Valid(body) {
		return nil, invalid("request payload is not JSON")
	}
	items := []object{}
	for _, c := range s.changes.All() {
		labels := c.Labels
		if labels == nil {
			labels = map[string]string{}
		}
		items = append(items, object{
			"change_key": c.Key, "title": c.Title, "change_status": c.Status,
			"description": c.Description, "labels": labels, "event_time": c.At,
		})
	}
	return object{"items": items}, nil
}

func methodNotAllowed() *apiError {
	return &apiError{code: codeMethodNotAllowed, message: "only POST is allowed"}
}
