package linear

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// writes collects the members of a create or update call that both have.
type writes struct {
	team string
	// labels are those the issue bears now.
	labels []api.LabelFields

	title, description, state, assignee opt.Value[string]
	priority                            opt.Value[int]
	added, removed                      []string
	outcomes                            []outcome
}

// outcome is what was asked of one field.
type outcome struct {
	field  ticket.Field
	note   ticket.Reason
	detail string
	// replaced is the fingerprint of the value the write was decided on.
	replaced string
	// stored reports whether an issue holds exactly what was sent; nil where
	// Linear may store something equivalent, as it does with Markdown.
	stored func(*api.IssueFields) bool
	// foreign tells that the field was not written, because somebody else was
	// at work on the issue.
	foreign bool
}

// resolve puts fields into Linear's terms.
func (t *Tracker) resolve(ctx context.Context, w *writes, fields []trackers.FieldWrite) error {
	for _, f := range fields {
		o, err := t.field(ctx, w, f)
		if err != nil {
			return err
		}
		o.field, o.replaced = f.Field, f.Replaces
		w.outcomes = append(w.outcomes, o)
	}
	return nil
}

func (t *Tracker) field(ctx context.Context, w *writes, f trackers.FieldWrite) (outcome, error) {
	if f.Value.Omitted {
		return outcome{}, refuse(f.Field, "its text was left out: written, it would be lost")
	}
	switch f.Field {
	case ticket.Title:
		return w.setTitle(f), nil
	case ticket.Description:
		return w.setDescription(f), nil
	case ticket.Status:
		return t.setStatus(ctx, w, f)
	case ticket.Priority:
		return t.setPriority(w, f)
	case ticket.Assignee:
		return t.setAssignee(ctx, w, f)
	case ticket.Labels:
		return t.setLabels(ctx, w, f)
	}
	return outcome{}, refuse(f.Field, fmt.Sprintf("Linear has no field %s that can be written", f.Field))
}

func (w *writes) setTitle(f trackers.FieldWrite) outcome {
	title, cut := markdown.CutLine(f.Value.Text, maxTitle)
	w.title = opt.Of(title)
	o := outcome{stored: func(issue *api.IssueFields) bool { return issue.Title == title }}
	if cut {
		o.note = ticket.TooLong
	}
	return o
}

func (w *writes) setDescription(f trackers.FieldWrite) outcome {
	text, cut := compose("", f.Value.Text, f.Footer, f.Origin)
	w.description = opt.Of(text)
	if text == "" {
		w.description = opt.Null[string]()
	}
	if cut {
		return outcome{note: ticket.TooLong}
	}
	return outcome{}
}

func (t *Tracker) setStatus(ctx context.Context, w *writes, f trackers.FieldWrite) (outcome, error) {
	if f.Value.State == nil {
		return outcome{}, refuse(f.Field, "a status cannot be cleared")
	}
	found, ok, err := t.resolveState(ctx, w.team, *f.Value.State)
	if err != nil {
		return outcome{}, err
	}
	if !ok {
		return outcome{}, refuse(f.Field, fmt.Sprintf("the team has no status and no type of status named %q", f.Value.State.Name))
	}
	w.state = opt.Of(found.Id)
	return outcome{stored: func(issue *api.IssueFields) bool { return issue.State.Id == found.Id }}, nil
}

func (t *Tracker) setPriority(w *writes, f trackers.FieldWrite) (outcome, error) {
	native, ok := t.priorities.native(f.Value.Level)
	if !ok {
		return outcome{}, refuse(f.Field, fmt.Sprintf("no priority means %q", f.Value.Level))
	}
	w.priority = opt.Of(native)
	return outcome{stored: func(issue *api.IssueFields) bool { return int(issue.Priority) == native }}, nil
}

func (t *Tracker) setAssignee(ctx context.Context, w *writes, f trackers.FieldWrite) (outcome, error) {
	var o outcome
	var found person
	if user := f.Value.User; user != nil {
		var err error
		if found, err = t.byEmail(ctx, user.Email); err != nil {
			return o, err
		}
		if !found.known {
			o.note, o.detail = ticket.UserUnknown, user.Display()
		}
	}
	w.assignee = opt.Of(found.id)
	if !found.known {
		w.assignee = opt.Null[string]()
	}
	o.stored = func(issue *api.IssueFields) bool { return assigneeID(issue) == found.id }
	return o, nil
}

// setLabels sends the difference, so that a label someone adds at this moment
// stays. It is taken from the labels that the write was decided on: with others
// a person's would be removed. Where those are not known nothing is removed.
// Labels that do not exist here are left out and named.
func (t *Tracker) setLabels(ctx context.Context, w *writes, f trackers.FieldWrite) (outcome, error) {
	same := f.Replaces == "" || labelsFingerprint(w.labels) == f.Replaces
	wanted, unknown, err := t.wanted(ctx, w.team, f.Value.Names, f.Create && same)
	if err != nil {
		return outcome{}, err
	}
	added, removed := without(wanted, w.labels), without(w.labels, wanted)
	if f.Replaces == "" {
		removed = nil
	}
	// Without a difference this is most likely the repetition of a write that
	// landed.
	if !same && (len(added)+len(removed) > 0 || f.Create && len(unknown) > 0) {
		return outcome{}, &trackers.Error{Kind: trackers.Stale, Op: "write labels", Message: "the labels changed meanwhile"}
	}
	w.added, w.removed = added, removed
	var o outcome
	if f.Replaces != "" || len(added) > 0 { // else nothing was known and nothing is sent
		o.stored = bears(w.labels, added, removed)
	}
	if len(unknown) > 0 {
		o.note, o.detail = ticket.LabelUnknown, strings.Join(unknown, ", ")
	}
	return o, nil
}

// constants starts a create call from the route's create_fields, whose names are
// those of Linear's IssueCreateInput.
func constants(values map[string]any) (api.IssueCreateInput, error) {
	var input api.IssueCreateInput
	for _, name := range slices.Sorted(maps.Keys(values)) {
		encoded, err := json.Marshal(map[string]any{name: values[name]})
		if err == nil {
			decoder := json.NewDecoder(strings.NewReader(string(encoded)))
			decoder.DisallowUnknownFields()
			err = decoder.Decode(&input)
		}
		if err != nil {
			return input, &trackers.Error{Kind: trackers.Invalid, Op: "create ticket", Message: constantProblem(name, err)}
		}
	}
	return input, nil
}

func constantProblem(name string, err error) string {
	if strings.Contains(err.Error(), "unknown field") {
		return fmt.Sprintf("create_fields: %s is no member of IssueCreateInput that can be set: write such as dueDate, estimate or cycleId", name)
	}
	return fmt.Sprintf("create_fields: %s has a value of the wrong type for IssueCreateInput", name)
}
