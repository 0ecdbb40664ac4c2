package webhook

import (
	"encoding/json"
	"net/http"
)

// The three things that can become of a delivery.
const (
	accepted = "accepted"
	ignored  = "ignored"
	refused  = "refused"
)

// Why a genuine delivery concerns nobody, besides what its hook says.
const (
	noTicket = "no-ticket" // it speaks of none
	noRoute  = "no-route"  // no route has this connection on a side
	noPair   = "no-pair"   // no pair runs, and no route would start one
)

// answer is every answer's body.
type answer struct {
	code   int
	Status string `json:"status"`
	Reason string `json:"reason"` // kebab-case; "" when accepted
}

func refuse(code int, reason string) answer {
	return answer{code: code, Status: refused, Reason: reason}
}

func ignore(reason string) answer {
	return answer{code: http.StatusOK, Status: ignored, Reason: reason}
}

func write(w http.ResponseWriter, a answer) {
	body, err := json.Marshal(a)
	if err != nil { // two strings always marshal
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(a.code)
	_, _ = w.Write(append(body, '\n')) // the tracker hung up
}
