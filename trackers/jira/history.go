package jira

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/ticketsync/ticketsync/ticket"
)

// history is one entry of the changelog. Cloud names the field by id; Data
// Center only by the name people see, which for a custom field can be anything.
type history struct {
	ID      string       `json:"id"`
	Author  *gojira.User `json:"author"`
	Created string       `json:"created"`
	Items   []item       `json:"items"`
}

// item is one field of an entry. From and To are ids, where the field has any.
type item struct {
	Field      string `json:"field"`
	FieldID    string `json:"fieldId"`
	From       string `json:"from"`
	FromString string `json:"fromString"`
	To         string `json:"to"`
	ToString   string `json:"toString"`
}

// change is one field changed once.
type change struct {
	field ticket.Field
	at    time.Time // the tracker's clock
	id    int64
	ours  bool
	to    string
}

// changes lists the history of the issue, oldest first: Cloud sends it newest
// first, Data Center the other way round.
func (t *Tracker) changes(ctx context.Context, doc *document, me *gojira.User, custom []ticket.Field) []change {
	if doc.Changelog == nil {
		return nil
	}
	names := t.displayNames(ctx, custom)
	var out []change
	for _, h := range doc.Changelog.Histories {
		at := parseTime(h.Created)
		if at.IsZero() {
			continue
		}
		id, _ := strconv.ParseInt(h.ID, 10, 64)
		for _, item := range h.Items {
			name := cmp.Or(item.FieldID, names[item.Field], item.Field)
			out = append(out, change{
				field: fieldOf(name), at: at, id: id, to: item.ToString,
				ours: h.Author != nil && accountID(h.Author) == accountID(me),
			})
		}
	}
	slices.SortStableFunc(out, func(a, b change) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	return out
}

// changedAt tells when somebody else last changed each field.
func (t *Tracker) changedAt(ctx context.Context, doc *document, me *gojira.User, custom []ticket.Field) map[ticket.Field]time.Time {
	wanted := map[ticket.Field]bool{}
	for f := range fieldNames {
		wanted[f] = true
	}
	for _, f := range custom {
		wanted[f] = true
	}
	out := map[ticket.Field]time.Time{}
	for _, c := range t.changes(ctx, doc, me, custom) {
		if !c.ours && wanted[c.field] {
			out[c.field] = t.ours(c.at)
		}
	}
	return out
}

// displayNames maps what Data Center's history calls the wanted custom fields
// to their ids. Without the schema their changes are not dated.
func (t *Tracker) displayNames(ctx context.Context, custom []ticket.Field) map[string]string {
	if t.cloud || len(custom) == 0 {
		return nil
	}
	schema, err := t.fields(ctx)
	if err != nil {
		return nil
	}
	names := map[string]string{}
	for _, f := range custom {
		if s, ok := schema[string(f)]; ok {
			names[s.name] = string(f)
		}
	}
	return names
}

// meanwhile tells of one field what others did to it since a version: lost is
// what they had put there before our write, after whether they changed it again.
func meanwhile(changes []change, field ticket.Field, version string) (lost string, overwritten, after bool) {
	since := parseTime(version)
	var pending string
	var seen, wrote bool
	for _, c := range changes {
		if c.field != field || since.IsZero() || !c.at.After(since) {
			continue
		}
		switch {
		case c.ours:
			// Ours covers what came before it; only the last one counts.
			lost, overwritten, seen, wrote, after = pending, seen || overwritten, false, true, false
		case wrote:
			after, seen, pending = true, true, c.to
		default:
			seen, pending = true, c.to
		}
	}
	if !wrote {
		// No entry of ours: the value was ours already, or theirs still stands.
		return "", false, seen
	}
	return lost, overwritten, after
}
