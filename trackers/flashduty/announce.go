package flashduty

import (
	"context"
	"fmt"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// Documented limits; lengths are in characters. That of a label's value is
// documented for alerts, which travel in the same envelope.
const (
	maxDescription = 2048
	maxLabels      = 50
	maxLabelKey    = 128
	maxLabelValue  = 2048
)

// event is the body of a push, as Flashduty's page on standard change events
// describes it. Its own Jira integration fills it in the same way.
type event struct {
	Key         string            `json:"change_key"`
	Title       string            `json:"title"`
	Status      string            `json:"change_status"`
	At          int64             `json:"event_time"` // unix seconds
	Description string            `json:"description,omitempty"`
	Link        string            `json:"link,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
}

// Announce implements trackers.Announcer. The same news makes the same bytes:
// a push that is repeated changes nothing, because the service merges what has
// the same key and time. An older one never overwrites a newer, by the time of
// the change itself, which is why there is no pushing without one.
func (t *Tracker) Announce(ctx context.Context, n trackers.News) error {
	if n.At.IsZero() {
		return &trackers.Error{Kind: trackers.Invalid, Op: "push change", Message: "the change has no time"}
	}
	return t.client.push(ctx, eventOf(n))
}

func eventOf(n trackers.News) event {
	return event{
		Key:         n.Subject,
		Title:       fmt.Sprintf("[%s/%s] %s", n.Key, n.Called, n.Title),
		Status:      n.Status,
		At:          n.At.Unix(),
		Description: cut(n.Description, maxDescription),
		Link:        n.URL,
		Labels:      labelsOf(n),
	}
}

// texts are what must not come back in an error.
func (e event) texts() []string {
	return []string{e.Description, e.Title, e.Labels[changelog]}
}

// changelog is the label that tells what the change did.
const changelog = "changelog"

// labelsOf are the documented labels, then the ticket's own as far as there is
// room. Empty values are left out; a name or value that is too long is cut, so
// that a long name is still seen to be there.
func labelsOf(n trackers.News) map[string]string {
	labels := map[string]string{}
	add := func(name, value string) {
		name = cut(name, maxLabelKey)
		if _, taken := labels[name]; !taken && name != "" && value != "" && len(labels) < maxLabels {
			labels[name] = cut(value, maxLabelValue)
		}
	}
	for _, documented := range []struct{ name, value string }{
		{"project", n.Container},
		{"issuetype", n.Type},
		{"priority", n.Priority},
		{"creator", n.Creator},
		{"reporter", n.Reporter},
		{"assignee", n.Assignee},
		{changelog, history(n.Altered)},
	} {
		add(documented.name, documented.value)
	}
	for _, label := range n.Labels {
		add(label, "true")
	}
	return labels
}

// history lists what changed: status: 'To Do' -> 'Done', priority: 'Low' -> 'High'.
func history(altered []ticket.Alteration) string {
	items := make([]string, 0, len(altered))
	for _, a := range altered {
		items = append(items, fmt.Sprintf("%s: '%s' -> '%s'", a.Field, a.From, a.To))
	}
	return strings.Join(items, ", ")
}

// cut shortens a text to so many characters, the last of which then is "…".
func cut(text string, characters int) string {
	runes := []rune(text)
	if len(runes) <= characters {
		return text
	}
	return string(runes[:characters-1]) + "…"
}
