package linear

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// bodyLimit bounds what the sandbox reads, in bytes.
const bodyLimit = 16 << 20

// call is one authenticated request.
type call struct {
	s     *Server
	actor user
	// asOf is what searches see: the state of the workspace a search lag ago.
	asOf time.Time
	// searching is set while a search runs, so that its filters lag as well.
	searching bool
}

func readBody(r *http.Request) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r.Body, bodyLimit))
}

// graphql answers one operation: who calls, what is asked for, whether there is
// room for it, and then the operation itself as one transaction.
func (s *Server) graphql(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	actor := s.actor(r)
	body, err := readBody(r)
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/json" {
		s.refuse(w, actor, 0, graphqlError("BAD_REQUEST", "This operation has been blocked: send Content-Type application/json."))
		return
	}
	doc, refused := parse(body)
	if refused == nil {
		refused = doc.check(s.schema)
	}
	if actor.ID == "" {
		refused = unauthenticated()
	}
	if refused != nil {
		s.refuse(w, actor, 0, refused)
		return
	}
	cost := doc.complexity()
	if refused := s.admit(actor, cost); refused != nil {
		s.refuse(w, actor, cost, refused)
		return
	}
	c := &call{s: s, actor: actor, asOf: s.core.Now().Add(-s.core.SearchLag())}
	data, failed := (&execution{call: c, doc: doc}).run()
	s.limitHeaders(w.Header(), actor, cost)
	if len(failed) > 0 {
		writeErrors(w, failed)
		return
	}
	answer := object{"data": data}
	if s.quirks.Partial {
		s.quirks.Partial = false
		answer["errors"] = []object{internal().body()}
	}
	writeAnswer(w, http.StatusOK, answer)
}

func (s *Server) refuse(w http.ResponseWriter, actor user, cost int, e *apiError) {
	s.limitHeaders(w.Header(), actor, cost)
	writeErrors(w, []*apiError{e})
}

// writeErrors answers with the HTTP status of the first error. A query that
// could not be run has no data at all, one that failed has null.
func writeErrors(w http.ResponseWriter, failed []*apiError) {
	bodies := make([]object, 0, len(failed))
	for _, e := range failed {
		bodies = append(bodies, e.body())
	}
	answer := object{"errors": bodies}
	if failed[0].path != nil {
		answer["data"] = nil
	}
	writeAnswer(w, failed[0].status, answer)
}

func writeAnswer(w http.ResponseWriter, status int, answer object) {
	raw, err := encode(answer)
	if err != nil {
		status, raw = http.StatusInternalServerError, []byte(`{"errors":[{"message":"Internal server error"}]}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}

// encode leaves HTML as it is, for the sake of whoever reads a capture.
func encode(v any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), err
}
