package ravenna

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// maxMessage is how much of a refusal is kept, in runes.
const maxMessage = 300

// told is the text of a refusal. Ravenna's file documents one envelope, others
// have met {"error": {…}}, and gateways answer plain text.
type told struct {
	message string
	issues  []string
}

func refusal(body []byte) told {
	var envelope struct {
		Message string `json:"message"`
		Issues  []struct {
			Message string          `json:"message"`
			Path    json.RawMessage `json:"path"`
		} `json:"issues"`
		Error json.RawMessage `json:"error"`
	}
	// An envelope whose members have other types still yields those that fit.
	_ = json.Unmarshal(body, &envelope)
	t := told{message: envelope.Message}
	if t.message == "" {
		t.message = inner(envelope.Error)
	}
	for _, issue := range envelope.Issues {
		var path []any
		text := issue.Message
		if json.Unmarshal(issue.Path, &path) == nil {
			for i := len(path) - 1; i >= 0; i-- {
				if name, ok := path[i].(string); ok && !strings.Contains(text, name) {
					text = name + ": " + text
				}
			}
		}
		t.issues = append(t.issues, text)
	}
	if t.message == "" && len(t.issues) == 0 && !json.Valid(body) {
		t.message = strings.ToValidUTF8(string(body), "")
	}
	return t
}

// inner reads "error" as a text or as an object with a message.
func inner(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var object struct {
		Message string `json:"message"`
		Code    string `json:"code"`
	}
	_ = json.Unmarshal(raw, &object)
	if object.Message == "" {
		return object.Code
	}
	return object.Message
}

// into completes an error with what the tracker said. Only the wording tells
// which fields were refused.
func (t told) into(e *trackers.Error, token string) {
	texts := append([]string{t.message}, t.issues...)
	e.Message = short(strings.Join(present(texts), "; "), token)
	if e.Status != http.StatusBadRequest && e.Status != http.StatusUnprocessableEntity {
		return
	}
	for _, text := range texts {
		for _, field := range fieldsIn(text) {
			if e.Fields == nil {
				e.Fields = map[ticket.Field]string{}
			}
			if _, known := e.Fields[field]; known {
				continue
			}
			e.Fields[field] = short(text, token)
			if requiredWord.MatchString(text) {
				e.Required = append(e.Required, string(field))
			}
		}
	}
}

func present(texts []string) []string {
	var out []string
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, text)
		}
	}
	return out
}

func short(text, token string) string {
	// A gateway may repeat the headers it was sent.
	text = strings.ReplaceAll(text, token, "…")
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxMessage {
		return string(runes[:maxMessage]) + "…"
	}
	return text
}

var (
	requiredWord = regexp.MustCompile(`(?i)\brequired\b|\bmissing\b`)
	customWord   = regexp.MustCompile(`\bcustomFields\.([\w-]+)`)
	// fieldWords are the API's names, as whole words so that "subtitle" or
	// "entitled" names nothing.
	fieldWords = []struct {
		field ticket.Field
		word  *regexp.Regexp
	}{
		{ticket.Title, regexp.MustCompile(`(?i)\btitle\b`)},
		{ticket.Description, regexp.MustCompile(`(?i)\bdescription\b`)},
		{ticket.Status, regexp.MustCompile(`(?i)\bstatus(Id)?\b`)},
		{ticket.Priority, regexp.MustCompile(`(?i)\bpriority\b`)},
		{ticket.Assignee, regexp.MustCompile(`(?i)\bassignee(Id)?\b`)},
		{ticket.Labels, regexp.MustCompile(`(?i)\b(add|remove)?tags?\b`)},
		{ticket.Reporter, regexp.MustCompile(`(?i)\brequester(Id|Email)?\b`)},
	}
)

func fieldsIn(text string) []ticket.Field {
	var fields []ticket.Field
	for _, match := range customWord.FindAllStringSubmatch(text, -1) {
		fields = append(fields, ticket.Field(customPrefix+match[1]))
	}
	if len(fields) > 0 {
		return fields
	}
	for _, known := range fieldWords {
		if known.word.MatchString(text) {
			fields = append(fields, known.field)
		}
	}
	return fields
}
