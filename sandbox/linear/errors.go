package linear

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// apiError is one error in Linear's shape. Clients go by type and code: the
// HTTP status differs between errors of one kind.
type apiError struct {
	status  int    // of the HTTP answer
	message string // for developers
	kind    string // extensions.type
	code    string
	claimed int // extensions.statusCode
	user    bool
	shown   string // userPresentableMessage
	path    []any
	at      []gqlerror.Location
}

func (e *apiError) Error() string { return e.message }

func (e *apiError) body() object {
	extensions := object{"type": e.kind, "code": e.code, "userError": e.user}
	if e.claimed != 0 {
		extensions["statusCode"] = e.claimed
	}
	if e.shown != "" {
		extensions["userPresentableMessage"] = e.shown
	}
	body := object{"message": e.message, "extensions": extensions}
	if e.path != nil {
		body["path"] = e.path
	}
	if e.at != nil {
		body["locations"] = e.at
	}
	return body
}

const (
	codeInput   = "INPUT_ERROR"
	codeLimited = "RATELIMITED"
	kindGraphQL = "graphql error"
)

// inputError is any refusal of what the caller sent. That it comes with HTTP
// 200 is as seen for most of them.
func inputError(status int, message, shown string) *apiError {
	return &apiError{
		status: status, message: message, kind: "invalid input", code: codeInput,
		claimed: http.StatusBadRequest, user: true, shown: shown,
	}
}

// invalid refuses an argument or an input field.
func invalid(shown string) *apiError {
	return inputError(http.StatusOK, "Argument Validation Error", shown)
}

// notFound is Linear's one answer for what does not exist and what the caller
// may not see.
func notFound(typ string) *apiError {
	shown := "Could not find referenced " + typ + "."
	return inputError(http.StatusOK, "Entity not found: "+typ+" - "+shown, shown)
}

// conflict is the answer to an id that was used before. Only that of an issue
// was seen with HTTP 400.
func conflict(typ, id string) *apiError {
	status := http.StatusOK
	if typ == "Issue" {
		status = http.StatusBadRequest
	}
	return inputError(status, "conflict on insert of "+typ, fmt.Sprintf("Entity %s with id %s already exists.", typ, id))
}

func unauthenticated() *apiError {
	return &apiError{
		status: http.StatusUnauthorized, message: "Authentication required, not authenticated",
		kind: "authentication error", code: "AUTHENTICATION_ERROR", claimed: http.StatusUnauthorized, user: true,
		shown: "You need to authenticate to access this operation.",
	}
}

func forbidden() *apiError {
	return &apiError{
		status: http.StatusOK, message: "Forbidden", kind: "forbidden", code: "FORBIDDEN",
		claimed: http.StatusForbidden, user: true, shown: "You don't have permission to do this.",
	}
}

func ratelimited(what string, limit int) *apiError {
	return &apiError{
		status:  http.StatusBadRequest,
		message: fmt.Sprintf("Rate limit exceeded. Only %d %s are allowed per 1 hour.", limit, what),
		kind:    "ratelimited", code: codeLimited, claimed: http.StatusTooManyRequests, user: true,
		shown: "You have made too many requests. Try again later.",
	}
}

func internal() *apiError {
	return &apiError{
		status: http.StatusInternalServerError, message: "Internal server error", kind: "internal error",
		code: "INTERNAL_SERVER_ERROR", claimed: http.StatusInternalServerError,
	}
}

// graphqlError is a query that cannot be run as written.
func graphqlError(code, message string) *apiError {
	return &apiError{status: http.StatusBadRequest, message: message, kind: kindGraphQL, code: code, user: true}
}

// asAPIError turns what is no apiError into an internal error.
func asAPIError(err error) *apiError {
	var e *apiError
	if errors.As(err, &e) {
		return e
	}
	e = internal()
	e.message = err.Error()
	return e
}

// writeFault answers an injected fault as Linear would. A 429 says by its reset
// headers, in epoch milliseconds, when there is room again.
func (s *Server) writeFault(w http.ResponseWriter, status int, retryAfter string) {
	e := internal()
	e.status, e.claimed = status, status
	switch status {
	case http.StatusBadRequest:
		e = inputError(http.StatusBadRequest, "Argument Validation Error", "refused by an injected fault")
	case http.StatusUnauthorized:
		e = unauthenticated()
	case http.StatusForbidden:
		e = forbidden()
	case http.StatusNotFound:
		e = notFound("Issue")
	case http.StatusTooManyRequests:
		e = ratelimited("requests", keyRequests)
		// Linear does not send it; its clients have to read the reset.
		w.Header().Del("Retry-After")
		reset := s.resetTime(retryAfter).UnixMilli()
		w.Header().Set("X-RateLimit-Requests-Limit", strconv.Itoa(keyRequests))
		w.Header().Set("X-RateLimit-Requests-Remaining", "0")
		w.Header().Set("X-RateLimit-Requests-Reset", strconv.FormatInt(reset, 10))
	}
	writeAnswer(w, e.status, object{"errors": []object{e.body()}, "data": nil})
}

// resetTime reads a Retry-After as seconds or as an HTTP date; without one it
// is an hour.
func (s *Server) resetTime(retryAfter string) time.Time {
	if seconds, err := strconv.ParseFloat(retryAfter, 64); err == nil {
		return s.core.Now().Add(time.Duration(seconds * float64(time.Second)))
	}
	if at, err := http.ParseTime(retryAfter); err == nil {
		return at
	}
	return s.core.Now().Add(time.Hour)
}
