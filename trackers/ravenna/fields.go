package ravenna

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// writes collects the body of a create or update call.
type writes struct {
	body     map[string]any
	outcomes []outcome
}

// outcome is what was asked of one field.
type outcome struct {
	field  ticket.Field
	note   ticket.Reason
	detail string
	// stored reports whether a ticket holds exactly what was sent; nil where
	// Ravenna may store something equivalent, as it does with HTML.
	stored func(*rawTicket) bool
}

// resolve puts fields into the body in Ravenna's terms. before is the ticket as
// it is, nil for a new one.
func (t *Tracker) resolve(ctx context.Context, w *writes, fields []trackers.FieldWrite, before *rawTicket) error {
	for _, f := range fields {
		o, err := t.field(ctx, w.body, f, before)
		if err != nil {
			return err
		}
		o.field = f.Field
		w.outcomes = append(w.outcomes, o)
	}
	return nil
}

func (t *Tracker) field(ctx context.Context, body map[string]any, f trackers.FieldWrite, before *rawTicket) (outcome, error) {
	if f.Value.Omitted {
		return outcome{}, refuse(f.Field, "its text was left out: written, it would be lost")
	}
	switch f.Field {
	case ticket.Title:
		return title(body, f), nil
	case ticket.Description:
		return description(body, f), nil
	case ticket.Status:
		return t.setStatus(ctx, body, f)
	case ticket.Priority:
		return t.setPriority(body, f)
	case ticket.Assignee:
		return t.setAssignee(ctx, body, f)
	case ticket.Labels:
		return t.setLabels(ctx, body, f, before)
	}
	if isCustom(f.Field) {
		return setCustom(body, f, before), nil
	}
	return outcome{}, refuse(f.Field, fmt.Sprintf("Ravenna has no field %s that can be written: custom fields are named %sname", f.Field, customPrefix))
}

func title(body map[string]any, f trackers.FieldWrite) outcome {
	cut, shortened := markdown.CutLine(f.Value.Text, maxTitle)
	body["title"] = cut
	o := outcome{stored: func(r *rawTicket) bool { return r.Title == cut }}
	if shortened {
		o.note = ticket.TooLong
	}
	return o
}

func description(body map[string]any, f trackers.FieldWrite) outcome {
	html, cut := toHTML("", f.Value.Text, f.Footer, f.Origin)
	body["description"] = html
	if html == "" {
		body["description"] = nil
	}
	if cut {
		return outcome{note: ticket.TooLong}
	}
	return outcome{}
}

func (t *Tracker) setStatus(ctx context.Context, body map[string]any, f trackers.FieldWrite) (outcome, error) {
	if f.Value.State == nil {
		return outcome{}, refuse(f.Field, "a status cannot be cleared")
	}
	found, ok, err := t.statuses.resolve(ctx, *f.Value.State)
	if err != nil {
		return outcome{}, err
	}
	if !ok {
		return outcome{}, refuse(f.Field, fmt.Sprintf("no status or status group is named %q", f.Value.State.Name))
	}
	body["statusId"] = found.ID
	return outcome{stored: func(r *rawTicket) bool { return r.statusID() == found.ID }}, nil
}

func (t *Tracker) setPriority(body map[string]any, f trackers.FieldWrite) (outcome, error) {
	native, ok := t.priorities.native(f.Value.Level)
	if !ok {
		return outcome{}, refuse(f.Field, fmt.Sprintf("no priority means %q", f.Value.Level))
	}
	body["priority"] = native
	return outcome{stored: func(r *rawTicket) bool { return r.Priority == native }}, nil
}

func (t *Tracker) setAssignee(ctx context.Context, body map[string]any, f trackers.FieldWrite) (outcome, error) {
	var o outcome
	var id string
	if user := f.Value.User; user != nil {
		found, err := t.people.email(ctx, user.Email)
		if err != nil {
			return o, err
		}
		id = found.user.ID
		if !found.known {
			o.note, o.detail = ticket.UserUnknown, user.Display()
		}
	}
	body["assigneeId"] = id
	if id == "" {
		body["assigneeId"] = nil
	}
	o.stored = func(r *rawTicket) bool { return text(r.AssigneeID) == id }
	return o, nil
}

// setLabels sends a new ticket all its tags and an existing one the difference,
// so that a tag someone adds at this moment stays.
func (t *Tracker) setLabels(ctx context.Context, body map[string]any, f trackers.FieldWrite, before *rawTicket) (outcome, error) {
	wanted, err := t.tags.ids(ctx, f.Value.Names)
	if err != nil {
		return outcome{}, err
	}
	var names []string
	for _, tag := range wanted {
		names = append(names, tag.Name)
	}
	if before == nil {
		body["tags"] = references(wanted)
	} else {
		for name, tags := range map[string][]rawTag{"addTags": without(wanted, before.Tags), "removeTags": without(before.Tags, wanted)} {
			if len(tags) > 0 {
				body[name] = references(tags)
			}
		}
	}
	return outcome{stored: func(r *rawTicket) bool { return ticket.SameLabels(r.labels(), names) }}, nil
}

// without returns the tags that no tag of others stands for.
func without(tags, others []rawTag) []rawTag {
	var out []rawTag
	for _, tag := range tags {
		if !slices.ContainsFunc(others, func(o rawTag) bool {
			return o.ID == tag.ID || ticket.FoldLabel(o.Name) == ticket.FoldLabel(tag.Name)
		}) {
			out = append(out, tag)
		}
	}
	return out
}

func references(tags []rawTag) []map[string]string {
	out := make([]map[string]string, 0, len(tags))
	for _, tag := range tags {
		out = append(out, map[string]string{"id": tag.ID})
	}
	return out
}

// setCustom writes the whole object with one member changed: whether a PUT
// merges it is undocumented.
func setCustom(body map[string]any, f trackers.FieldWrite, before *rawTicket) outcome {
	all, ok := body["customFields"].(map[string]any)
	if !ok {
		all = map[string]any{}
		if before != nil {
			for name, value := range before.CustomFields {
				all[name] = value
			}
		}
		body["customFields"] = all
	}
	var present json.RawMessage
	if before != nil {
		present = before.custom(f.Field)
	}
	value := customJSON(f.Value, present)
	all[customName(f.Field)] = value
	return outcome{stored: func(r *rawTicket) bool { return sameJSON(value, r.custom(f.Field)) }}
}

// refuse is a field that cannot be sent as asked.
func refuse(f ticket.Field, why string) error {
	return &trackers.Error{
		Kind: trackers.Invalid, Op: "write " + string(f), Message: strings.TrimSpace(why),
		Fields: map[ticket.Field]string{f: why},
	}
}
