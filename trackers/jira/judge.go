package jira

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// judge tells of each field of an update what became of it: the value now
// stored, and from the history whether somebody was there in between.
func (t *Tracker) judge(ctx context.Context, u trackers.Update, sent map[string]any, notes []trackers.Written,
	doc *document, s *ticket.Snapshot, me *gojira.User,
) []trackers.Written {
	changes := t.changes(ctx, doc, me, u.Custom)
	out := make([]trackers.Written, 0, len(u.Fields))
	for _, w := range u.Fields {
		result := trackers.Written{Field: w.Field}
		if i := slices.IndexFunc(notes, func(n trackers.Written) bool { return n.Field == w.Field }); i >= 0 {
			result = notes[i]
		}
		stored, known := s.Fields[w.Field]
		if !known {
			stored = customValue(doc.Fields[nameOf(w.Field)])
		}
		result.Stored = stored.Fingerprint
		lost, overwritten, after := meanwhile(changes, w.Field, u.Version)
		if overwritten && ticket.Fingerprint(lost) != w.Replaces {
			result.Lost = lost
			if lost == "" {
				result.Lost = "(empty)"
			}
		}
		if value, was := sent[nameOf(w.Field)]; was {
			result.Foreign = foreign(w.Field, value, stored, doc, after)
		}
		out = append(out, result)
	}
	return out
}

// foreign reports whether a stored value is not the one we sent. Jira rewrites
// texts, so that only the history can tell for a description.
func foreign(f ticket.Field, sent any, stored ticket.Value, doc *document, after bool) bool {
	switch f {
	case ticket.Description:
		wiki, _ := sent.(string)
		return after && doc.text("description") != wiki
	case ticket.Title:
		title, _ := sent.(string)
		return strings.TrimSpace(title) != strings.TrimSpace(stored.Text)
	case ticket.Priority:
		var p *gojira.Priority
		doc.field("priority", &p)
		return p == nil || !strings.EqualFold(p.Name, member(sent, "name"))
	case ticket.Assignee:
		var u *gojira.User
		doc.field("assignee", &u)
		if sent == nil || u == nil {
			return (sent == nil) != (u == nil)
		}
		return u.AccountID != member(sent, "accountId") || member(sent, "name") != "" && u.Name != member(sent, "name")
	case ticket.Labels:
		labels, _ := sent.([]string)
		return !slices.Equal(slices.Sorted(slices.Values(labels)), slices.Sorted(slices.Values(stored.Names)))
	}
	if list, ok := sent.([]any); ok {
		return len(list) == 0 != (stored.Fingerprint == customValue(nil).Fingerprint)
	}
	if option := member(sent, "value"); option != "" {
		return stored.Text != option
	}
	raw, err := json.Marshal(sent)
	return err != nil || customValue(raw).Fingerprint != stored.Fingerprint
}

func member(object any, name string) string {
	m, _ := object.(map[string]any)
	s, _ := m[name].(string)
	return s
}
