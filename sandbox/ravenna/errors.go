package ravenna

import (
	"errors"
	"net/http"
	"strings"
)

// apiError is an error in the documented envelope.
type apiError struct {
	status  int
	message string
	issues  []string
}

func (e *apiError) Error() string { return e.message }

// codes are those the API documents, and CONFLICT for the one answer that it
// does not: a failed precondition.
var codes = map[int]string{
	http.StatusBadRequest:   "BAD_REQUEST",
	http.StatusUnauthorized: "UNAUTHORIZED",
	http.StatusForbidden:    "FORBIDDEN",
	http.StatusNotFound:     "NOT_FOUND",
	http.StatusConflict:     "CONFLICT",
}

func invalid(issues ...string) *apiError {
	return &apiError{status: http.StatusBadRequest, message: "Input validation failed", issues: issues}
}

func notFound(what string) *apiError {
	return &apiError{status: http.StatusNotFound, message: what + " not found"}
}

// fault is an injected error. Statuses without a code of their own take the
// name of the status.
func fault(status int) *apiError {
	return &apiError{status: status, message: http.StatusText(status)}
}

func refuse(w http.ResponseWriter, err error) {
	var e *apiError
	if !errors.As(err, &e) {
		e = &apiError{status: http.StatusInternalServerError, message: err.Error()}
	}
	code, ok := codes[e.status]
	if !ok {
		code = strings.ToUpper(strings.ReplaceAll(http.StatusText(e.status), " ", "_"))
	}
	body := object{"message": e.message, "code": code}
	if len(e.issues) > 0 {
		issues := make([]object, 0, len(e.issues))
		for _, issue := range e.issues {
			issues = append(issues, object{"message": issue})
		}
		body["issues"] = issues
	}
	answer, err := encode(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.status)
	_, _ = w.Write(answer)
}
