package flashduty

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/trackers"
)

const (
	// maxMessage is how much of a refusal is kept, in characters.
	maxMessage = 300
	// shortest is the least length of a text that is recognised in a message;
	// every word contains a shorter one.
	shortest = 4
)

// told is what a refusal says: the documented {"error": {"code", "message"}},
// or the text of a service that has another shape, or of a gateway.
type told struct{ code, message string }

// refusal reads an answer that is no web page. inError tells that the answer
// has an error whatever its status.
func refusal(body []byte) (t told, inError bool) {
	var envelope struct {
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
	}
	if !json.Valid(body) {
		return told{message: string(body)}, false
	}
	// Members of other types still leave those that fit.
	_ = json.Unmarshal(body, &envelope)
	var inner struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal(envelope.Error, &inner.Message) != nil {
		_ = json.Unmarshal(envelope.Error, &inner)
	}
	inError = inner.Code != "" || inner.Message != ""
	return told{inner.Code, cmp.Or(inner.Message, envelope.Message)}, inError
}

// codes are those documented with a status other than 400, for an error in a
// good answer.
var codes = map[string]int{
	"Unauthorized":         http.StatusUnauthorized,
	"AccessDenied":         http.StatusForbidden,
	"RouteNotFound":        http.StatusNotFound,
	"RequestTooFrequently": http.StatusTooManyRequests,
	"InternalError":        http.StatusInternalServerError,
}

// judge tells what became of a push: nil when it was taken. A good answer needs
// no body, because services differ in what they say there. texts are what the
// message must not repeat.
func (c *client) judge(op string, resp *http.Response, body []byte, err error, texts []string) *trackers.Error {
	e := trackers.Classify(op, resp, err, true)
	if resp == nil || err != nil || trackers.IsPage(resp.Header) {
		return e
	}
	t, inError := refusal(body)
	status := resp.StatusCode
	if e == nil {
		if !inError {
			return nil
		}
		if status = codes[t.code]; status == 0 {
			status = http.StatusBadRequest
		}
		e = &trackers.Error{Op: op, Status: resp.StatusCode}
	}
	e.Kind, e.Message = kindOf(status, t), c.readable(t, texts)
	e.Ambiguous = status >= http.StatusInternalServerError
	return e
}

// kindOf is the documented rule: repeat on 429 and 5xx, on no other 4xx. Their
// usual meanings (not found, decided on old facts) are about tickets, of which
// there are none here. A wrong key is documented to be a 400.
func kindOf(status int, t told) trackers.Kind {
	kind := trackers.Verdict(status)
	switch {
	case status < 400 || status >= 500 || kind == trackers.RateLimited:
		return kind
	case strings.HasPrefix(t.message, keyParameter+" "):
		return trackers.Auth
	case t.code == "NoLicense":
		return trackers.Forbidden
	case kind == trackers.Auth || kind == trackers.Forbidden:
		return kind
	}
	return trackers.Invalid
}

// keyInAddress finds a key, however it is escaped, where an address is quoted.
var keyInAddress = regexp.MustCompile(`(?i)(` + keyParameter + `(?:=|%3d))[^&\s"'<>]*`)

// readable is the code and the message, cut, without the key and without the
// ticket's texts, which the service may repeat.
func (c *client) readable(t told, texts []string) string {
	text := t.message
	switch {
	case t.message == "":
		text = t.code
	case t.code != "":
		text = t.code + ": " + t.message
	}
	text = keyInAddress.ReplaceAllString(text, "$1…")
	for _, hidden := range append(forms(texts), c.key, url.QueryEscape(c.key), url.PathEscape(c.key), quoted(c.key)) {
		text = strings.ReplaceAll(text, hidden, "…")
	}
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "")), " ")
	return cut(text, maxMessage)
}

// forms are the texts as they are and as they stand in JSON, the longest first.
func forms(texts []string) []string {
	var out []string
	for _, text := range texts {
		if len(text) >= shortest {
			out = append(out, text, quoted(text))
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return out
}

// quoted is a text as it stands between the quotes of a JSON string.
func quoted(text string) string {
	encoded, err := encode(text)
	if err != nil {
		return text
	}
	return string(encoded[1 : len(encoded)-1])
}
