package jira

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// maxMessage is how many characters of Jira's own text an error carries.
const maxMessage = 400

// explain adds to an error what Jira said: its messages, and which fields it
// refused. sent are the fields of the request; one that Jira names and that was
// not sent, or sent empty, lacks a value.
func (t *Tracker) explain(e *trackers.Error, h http.Header, body []byte, sent map[string]any) {
	if e.Status >= 200 && e.Status < 300 || trackers.IsPage(h) {
		return
	}
	// Data Center locks an account behind a CAPTCHA with a 403.
	if e.Status == http.StatusForbidden && strings.Contains(h.Get("X-Seraph-LoginReason"), "DENIED") {
		e.Kind, e.Message = trackers.Auth, "the account is locked until it logs in through the browser"
		return
	}
	var doc map[string]json.RawMessage
	if json.Unmarshal(body, &doc) != nil {
		return
	}
	messages := texts(doc["errorMessages"])
	if len(messages) == 0 {
		messages = texts(doc["message"])
	}
	var named map[string]json.RawMessage
	if json.Unmarshal(doc["errors"], &named) != nil {
		messages = append(messages, texts(doc["errors"])...)
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		text := t.readable(strings.Join(texts(named[name]), " "))
		if e.Fields == nil {
			e.Fields = map[ticket.Field]string{}
		}
		e.Fields[fieldOf(name)] = text
		if value, was := sent[name]; sent != nil && (!was || value == nil) {
			e.Required = append(e.Required, name)
		}
		messages = append(messages, name+": "+text)
	}
	e.Message = t.readable(strings.Join(messages, "; "))
}

// texts reads a message where Jira has been seen to send a string, a list or
// an object.
func texts(raw json.RawMessage) []string {
	var one string
	if json.Unmarshal(raw, &one) == nil && one != "" {
		return []string{one}
	}
	var many []json.RawMessage
	if json.Unmarshal(raw, &many) == nil {
		var out []string
		for _, m := range many {
			out = append(out, texts(m)...)
		}
		return out
	}
	var object struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(raw, &object) == nil && object.Message != "" {
		return []string{object.Message}
	}
	return nil
}

// readable cuts a message and takes our credentials out, should a gateway
// have echoed them.
func (t *Tracker) readable(s string) string {
	for _, secret := range []string{
		base64.StdEncoding.EncodeToString([]byte(t.c.Email + ":" + t.c.Token)), t.c.Token, t.c.Secret, t.c.HookKey,
	} {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "[removed]")
		}
	}
	if utf8.RuneCountInString(s) > maxMessage {
		s = string([]rune(s)[:maxMessage]) + "…"
	}
	return s
}

// names of the fields everybody knows, in Jira's terms.
var fieldNames = map[ticket.Field]string{
	ticket.Title:       "summary",
	ticket.Description: "description",
	ticket.Status:      "status",
	ticket.Priority:    "priority",
	ticket.Assignee:    "assignee",
	ticket.Labels:      "labels",
	ticket.Reporter:    "reporter",
}

// nameOf returns Jira's name of a field; a custom field is its own.
func nameOf(f ticket.Field) string {
	if name, ok := fieldNames[f]; ok {
		return name
	}
	return string(f)
}

func fieldOf(name string) ticket.Field {
	for f, n := range fieldNames {
		if n == name {
			return f
		}
	}
	return ticket.Field(name)
}
