package jira

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// layouts of a time in answers, webhooks and older servers.
var layouts = []string{"2006-01-02T15:04:05.000-0700", time.RFC3339Nano, "2006-01-02T15:04:05-0700"}

// parseTime returns zero for what is no time.
func parseTime(s string) time.Time {
	for _, layout := range layouts {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// versionOf is the normal form of an updated time, the same from an answer and
// from a webhook, whatever zone they tell it in.
func versionOf(s string) string {
	at := parseTime(s)
	if at.IsZero() {
		return ""
	}
	return at.Format("2006-01-02T15:04:05.000Z")
}

// values converts the fields of an issue.
func (t *Tracker) values(doc *document, opts trackers.FetchOptions) map[ticket.Field]ticket.Value {
	var status *gojira.Status
	var priority *gojira.Priority
	var labels []string
	doc.field("status", &status)
	doc.field("priority", &priority)
	doc.field("labels", &labels)
	title := doc.text("summary")
	values := map[ticket.Field]ticket.Value{
		ticket.Title:       {Fingerprint: ticket.Fingerprint(title), Text: title},
		ticket.Description: t.description(doc, opts),
		ticket.Priority:    t.priority(priority),
		ticket.Assignee:    t.person(doc, "assignee"),
		ticket.Reporter:    t.person(doc, "reporter"),
		ticket.Labels:      {Fingerprint: fingerprintSet(labels), Names: labels},
	}
	if status != nil {
		state := stateOf(status)
		values[ticket.Status] = ticket.Value{Fingerprint: ticket.Fingerprint(state.ID), State: &state}
	}
	for _, f := range opts.Custom {
		values[f] = customValue(doc.Fields[string(f)])
	}
	return values
}

func fingerprintSet(names []string) string {
	return ticket.Fingerprint(slices.Sorted(slices.Values(names))...)
}

func (t *Tracker) person(doc *document, field string) ticket.Value {
	var u *gojira.User
	doc.field(field, &u)
	return ticket.Value{Fingerprint: ticket.Fingerprint(accountID(u)), User: t.user(u)}
}

// description is Jira's own rendering as Markdown. Its fingerprint is that of
// the wiki text, so that no converter, theirs or ours, can make it differ.
func (t *Tracker) description(doc *document, opts trackers.FetchOptions) ticket.Value {
	raw := doc.text("description")
	fingerprint := ticket.Fingerprint(raw)
	if strings.TrimSpace(raw) == "" {
		return ticket.Value{Fingerprint: fingerprint}
	}
	var html string
	if r, ok := doc.Rendered["description"]; ok {
		_ = json.Unmarshal(r, &html)
	}
	return trackers.FitText(trackers.StripFooter(t.toMarkdown(html, raw)), fingerprint, opts.Known[ticket.Description], opts.Whole)
}

// toMarkdown falls back to the wiki text as plain text where Jira sent no
// rendering of it.
func (t *Tracker) toMarkdown(html, raw string) string {
	if strings.TrimSpace(html) != "" {
		md, err := markdown.FromHTML(html, t.site)
		if err == nil {
			return strings.TrimRight(md, "\n")
		}
		t.log.Warn("Jira's rendering cannot be read, the wiki text is taken as it is", "error", err)
	}
	return markdown.Escape(raw)
}

func (t *Tracker) priority(p *gojira.Priority) ticket.Value {
	if p == nil {
		return ticket.Value{Fingerprint: ticket.Fingerprint(), Level: ticket.NoLevel}
	}
	return ticket.Value{Fingerprint: ticket.Fingerprint(p.ID, p.Name), Level: t.levelOf(p.Name)}
}

// defaultLevels are Jira's own names, in the order they are written by.
var defaultLevels = []struct {
	name  string
	level ticket.Level
}{
	{"Highest", ticket.Urgent},
	{"High", ticket.High},
	{"Medium", ticket.Medium},
	{"Low", ticket.Low},
	{"Lowest", ticket.Low},
}

func (t *Tracker) levelOf(name string) ticket.Level {
	for native, level := range t.c.Priorities {
		if strings.EqualFold(native, name) {
			return ticket.Level(level)
		}
	}
	return defaultLevel(name)
}

func defaultLevel(name string) ticket.Level {
	for _, d := range defaultLevels {
		if strings.EqualFold(d.name, name) {
			return d.level
		}
	}
	return ticket.Level(strings.ToLower(name))
}

// nameOfLevel returns the priority to write for a level: a name the
// configuration gave a new meaning, else Jira's own.
func (t *Tracker) nameOfLevel(level ticket.Level) (string, bool) {
	var given []string
	for native, l := range t.c.Priorities {
		if ticket.Level(l) == level && defaultLevel(native) != level {
			given = append(given, native)
		}
	}
	if len(given) > 0 {
		return slices.Min(given), true
	}
	for _, d := range defaultLevels {
		if d.level == level && t.levelOf(d.name) == level {
			return d.name, true
		}
	}
	return "", false
}

// customValue converts a number, a text, a single option or a user by its
// shape; anything else is its compact JSON.
func customValue(raw json.RawMessage) ticket.Value {
	if len(raw) == 0 || string(raw) == "null" {
		return ticket.Value{Fingerprint: ticket.Fingerprint()}
	}
	var number float64
	if json.Unmarshal(raw, &number) == nil {
		return ticket.Value{Fingerprint: ticket.Fingerprint("number", strconv.FormatFloat(number, 'g', -1, 64)), Number: &number}
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return ticket.Value{Fingerprint: ticket.Fingerprint("text", text), Text: text}
	}
	var option struct {
		ID    string `json:"id"`
		Value string `json:"value"`
	}
	if json.Unmarshal(raw, &option) == nil && option.Value != "" {
		return ticket.Value{Fingerprint: ticket.Fingerprint("option", option.ID, option.Value), Text: option.Value}
	}
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil {
		return ticket.Value{Fingerprint: ticket.Fingerprint("raw", string(raw))}
	}
	return ticket.Value{Fingerprint: ticket.Fingerprint("raw", compact.String()), Text: compact.String()}
}
