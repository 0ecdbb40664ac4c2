package linear

import (
	"encoding/json"
	"net/http"

	"github.com/ticketsync/ticketsync/trackers"
)

// reply is the answer to every call, whatever its HTTP status.
type reply struct {
	Data   json.RawMessage `json:"data"`
	Errors []failure       `json:"errors"`
}

// judge tells what became of a call: nil when it has an answer that can be
// used. The HTTP status decides nothing by itself, because Linear refuses with
// 200 as well as with 400; only a 429 means the same from anybody, and without
// words so do 401 and 403.
func (x *call) judge(resp *http.Response, body []byte, readErr error, sent []byte) *trackers.Error {
	var r reply
	decoded := readErr == nil && json.Unmarshal(body, &r) == nil
	switch {
	case decoded && len(r.Errors) > 0:
		return x.refused(resp.StatusCode, r, sent)
	case readErr != nil || trackers.IsPage(resp.Header) || resp.StatusCode == http.StatusTooManyRequests:
		e := trackers.Classify(x.op, resp, readErr, x.wrote)
		if e == nil {
			return x.unusable()
		}
		if e.Kind != trackers.RateLimited {
			e.Kind, e.Ambiguous = trackers.Unavailable, e.Ambiguous || x.wrote && readErr != nil
		}
		return e
	case !decoded || resp.StatusCode/100 != 2 || !filled(r.Data):
		e := x.unusable()
		e.Status = resp.StatusCode
		if kind := trackers.Verdict(resp.StatusCode); kind == trackers.Auth || kind == trackers.Forbidden {
			e.Kind, e.Ambiguous = kind, false
		}
		return e
	case x.wrote && declined(r.Data):
		return &trackers.Error{Kind: trackers.Invalid, Op: x.op, Status: resp.StatusCode, Message: "Linear did not carry it out"}
	}
	return nil
}

// unusable is an answer without what it must hold. A write may have happened.
func (x *call) unusable() *trackers.Error {
	return &trackers.Error{
		Kind: trackers.Unavailable, Op: x.op, Status: http.StatusOK, Ambiguous: x.wrote, Message: "the answer holds no data",
	}
}

// filled reports whether data has any member that is not null.
func filled(data json.RawMessage) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return false
	}
	for _, value := range members {
		if string(value) != "null" {
			return true
		}
	}
	return false
}

// declined reports whether a mutation's answer says that it was not done.
func declined(data json.RawMessage) bool {
	var mutations map[string]struct {
		Success *bool `json:"success"`
	}
	if json.Unmarshal(data, &mutations) != nil {
		return false
	}
	for _, m := range mutations {
		if m.Success != nil && !*m.Success {
			return true
		}
	}
	return false
}
