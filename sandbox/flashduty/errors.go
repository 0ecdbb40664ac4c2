package flashduty

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
)

// The documented codes of errors.
const (
	codeInvalidParameter     = "InvalidParameter"
	codeInvalidContentType   = "InvalidContentType"
	codeMethodNotAllowed     = "MethodNotAllowed"
	codeUnauthorized         = "Unauthorized"
	codeAccessDenied         = "AccessDenied"
	codeRouteNotFound        = "RouteNotFound"
	codeRequestTooFrequently = "RequestTooFrequently"
	codeInternalError        = "InternalError"
)

// statuses are those documented for the codes; MethodNotAllowed is 400 as well.
var statuses = map[string]int{
	codeInvalidParameter:     http.StatusBadRequest,
	codeInvalidContentType:   http.StatusBadRequest,
	codeMethodNotAllowed:     http.StatusBadRequest,
	codeUnauthorized:         http.StatusUnauthorized,
	codeAccessDenied:         http.StatusForbidden,
	codeRouteNotFound:        http.StatusNotFound,
	codeRequestTooFrequently: http.StatusTooManyRequests,
	codeInternalError:        http.StatusInternalServerError,
}

// apiError is an error in the documented envelope.
type apiError struct {
	status  int // 0: that of the code
	code    string
	message string
}

func (e *apiError) Error() string { return e.message }

func invalid(message string) *apiError {
	return &apiError{code: codeInvalidParameter, message: message}
}

// fault is an injected error. A status without a code of its own takes the
// general one of its class.
func fault(status int) *apiError {
	e := &apiError{status: status, code: codeInvalidParameter, message: http.StatusText(status)}
	if status >= http.StatusInternalServerError {
		e.code = codeInternalError
	}
	for _, code := range []string{codeUnauthorized, codeAccessDenied, codeRouteNotFound, codeRequestTooFrequently} {
		if statuses[code] == status {
			e.code = code
		}
	}
	return e
}

// api serves an endpoint: what it returns becomes the answer's data, or else
// its error. The message for a wrong key is documented, all others are ours.
func api(endpoint func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data, err := endpoint(r)
		if err != nil {
			refuse(w, err)
			return
		}
		write(w, http.StatusOK, object{"data": data})
	}
}

func refuse(w http.ResponseWriter, err error) {
	var e *apiError
	if !errors.As(err, &e) {
		e = &apiError{code: codeInternalError, message: err.Error()}
	}
	status := e.status
	if status == 0 {
		status = statuses[e.code]
	}
	write(w, status, object{"error": object{"code": e.code, "message": e.message}})
}

type object = map[string]any

// write sends an answer, which always starts with an id for the support.
func write(w http.ResponseWriter, status int, body object) {
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	body["request_id"] = hex.EncodeToString(id)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body)
}
