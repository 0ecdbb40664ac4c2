package jira

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// object is a JSON object under construction.
type object = map[string]any

// apiError is an answer in Jira's error shape.
type apiError struct {
	status   int
	messages []string
	fields   map[string]string
	header   http.Header
}

func (e *apiError) Error() string { return http.StatusText(e.status) }

// body always has both members, empty or not.
func (e *apiError) body() object {
	messages, fields := e.messages, e.fields
	if messages == nil {
		messages = []string{}
	}
	if fields == nil {
		fields = map[string]string{}
	}
	return object{"errorMessages": messages, "errors": fields}
}

func fail(status int, messages ...string) *apiError {
	return &apiError{status: status, messages: messages}
}

func invalid(messages ...string) *apiError { return fail(http.StatusBadRequest, messages...) }

// refuse is a 400 that names one field.
func refuse(field, message string) *apiError {
	return &apiError{status: http.StatusBadRequest, fields: map[string]string{field: message}}
}

// noIssue is Jira's one answer for a missing issue and for one you may not see.
func noIssue() *apiError {
	return fail(http.StatusNotFound, "Issue does not exist or you do not have permission to see it.")
}

// offScreen is also the answer for fields that do not exist: Jira does not say
// which of the two it is.
func offScreen(field string) string {
	return "Field '" + field + "' cannot be set. It is not on the appropriate screen, or unknown."
}

// textLimit is in characters, for descriptions and comments alike.
const textLimit = 32767

func tooLong() string {
	return "The entered text is too long. It exceeds the allowed limit of 32,767 characters."
}

// encode is JSON as Jira writes it: HTML is not escaped.
func encode(body any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(body)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	raw, err := encode(body)
	if err != nil {
		status, raw = http.StatusInternalServerError, []byte(`{"errorMessages":["Internal server error"],"errors":{}}`)
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}

func writeError(w http.ResponseWriter, e *apiError) {
	for name, values := range e.header {
		w.Header()[name] = values
	}
	writeJSON(w, e.status, e.body())
}

// writeFault answers an injected fault as Jira would. Its 429 names no reason,
// as that of a limit on the whole account.
func writeFault(w http.ResponseWriter, status int, retryAfter string) {
	e := fail(status, http.StatusText(status))
	switch status {
	case http.StatusUnauthorized:
		e = unauthorized()
	case http.StatusNotFound:
		e = noIssue()
	case http.StatusTooManyRequests:
		e = fail(status, "Rate limit exceeded.")
	}
	if retryAfter != "" {
		w.Header().Set("Retry-After", retryAfter)
	}
	writeError(w, e)
}

// unauthorized covers absent and wrong credentials; Data Center says in
// the second header that it was not a captcha.
func unauthorized() *apiError {
	e := fail(http.StatusUnauthorized, "Client must be authenticated to access this resource.")
	e.header = http.Header{"Www-Authenticate": {`Basic realm="jira"`}, "X-Seraph-Loginreason": {"AUTHENTICATED_FAILED"}}
	return e
}
