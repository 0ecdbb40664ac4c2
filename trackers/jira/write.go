package jira

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// target is the ticket a write goes to: an issue, or a project for a new one.
type target struct {
	where, value string   // parameter and value for looking up who can be assigned
	labels       []string // that the issue has now
}

// Create makes an issue with its marker in one call, which is never repeated.
// The recipe for a call whose end is not known:
//
//   - Marker: the entity property ticketsync.<pair>, part of the create call. No
//     label, which would pollute every auto-complete; no search knows properties.
//   - Found by: Find lists what our account created in the project since the call
//     and compares the property. Cloud's search brings it along; Data Center is
//     asked for it once for each candidate.
//   - Quiet period: the search's index lags, so the pair waits for the issue's own
//     webhook or, without one, the connection's quiet (3 minutes unless set)
//     before it looks. It creates again only when nothing was found then.
//   - Two: an index that lags longer than quiet, with the webhook lost as well,
//     makes a second issue. Find returns all, the oldest first: the pair takes
//     that, reports the others as duplicate-replica and deletes none.
func (t *Tracker) Create(ctx context.Context, d trackers.Draft) (*trackers.Created, error) {
	const op = "create ticket"
	to := target{where: "project", value: cmp.Or(d.Container.Key, d.Container.ID)}
	who, err := t.resolveReporter(ctx, d.Reporter, to)
	if err != nil {
		return nil, at(op, err)
	}
	writes := d.Fields
	if who == nil {
		writes = d.Unreported()
	}
	fields, written, err := t.encode(ctx, writes, to)
	if err != nil {
		return nil, at(op, err)
	}
	// A new issue has nothing to clear, and null is refused where a field is
	// not on the screen.
	maps.DeleteFunc(fields, func(_ string, v any) bool { return v == nil })
	constants, err := t.constants(ctx, d.Constants)
	if err != nil {
		return nil, at(op, err)
	}
	for name, value := range constants {
		if _, set := fields[name]; !set {
			fields[name] = value
		}
	}
	switch {
	case who != nil:
		fields["reporter"] = t.reference(who)
	case d.Reporter != nil:
		written = append(written, unknownUser(ticket.Reporter, d.Reporter))
	}
	fields["project"] = container(d.Container)
	if d.Type != "" {
		fields["issuetype"] = map[string]any{"name": d.Type}
	}
	var out struct {
		ID  string `json:"id"`
		Key string `json:"key"`
	}
	_, err = t.do(ctx, call{
		op: op, method: http.MethodPost, path: "issue", sent: fields, out: &out,
		body: map[string]any{"fields": fields, "properties": []property{markerProperty(d.Marker)}},
	})
	if err != nil {
		return nil, err
	}
	if out.ID == "" || out.Key == "" {
		return nil, &trackers.Error{
			Kind: trackers.Unavailable, Op: op, Status: http.StatusCreated, Ambiguous: true, Message: "the answer holds no issue",
		}
	}
	return &trackers.Created{ID: out.ID, Key: out.Key, URL: t.webURL(out.Key), Result: &trackers.Result{Fields: written}}, nil
}

// resolveReporter returns who a new issue's reporter is here, nil for nobody.
func (t *Tracker) resolveReporter(ctx context.Context, reporter *ticket.User, to target) (*gojira.User, error) {
	if reporter == nil {
		return nil, nil
	}
	return t.resolve(ctx, reporter.Email, to.where, to.value)
}

func container(c ticket.Container) map[string]any {
	if c.ID != "" {
		return map[string]any{"id": c.ID}
	}
	return map[string]any{"key": c.Key}
}

// Update sets fields in one call. Cloud answers with what it stored, markers
// left out; Data Center has to be asked.
func (t *Tracker) Update(ctx context.Context, u trackers.Update) (*trackers.Result, error) {
	const op = "update ticket"
	me, err := t.self(ctx)
	if err != nil {
		return nil, at(op, err)
	}
	to, err := t.targetOf(ctx, u)
	if err != nil {
		return nil, at(op, err)
	}
	fields, written, err := t.encode(ctx, u.Fields, to)
	if err != nil {
		return nil, at(op, err)
	}
	doc := &document{}
	if len(fields) > 0 {
		doc, err = t.put(ctx, op, u.ID, fields)
		if err != nil {
			return nil, err
		}
	}
	if !doc.whole(u.Custom) {
		doc, err = t.read(ctx, u.ID, u.Custom)
		if err != nil {
			return nil, afterWrite(op, err)
		}
	}
	s := t.snapshot(ctx, doc, me, trackers.FetchOptions{Custom: u.Custom})
	return &trackers.Result{Snapshot: s, Fields: t.judge(ctx, u, fields, written, doc, s, me)}, nil
}

// put edits an issue; the document is empty where the answer tells nothing.
func (t *Tracker) put(ctx context.Context, op, id string, fields map[string]any) (*document, error) {
	doc := &document{}
	edit := call{
		op: op, method: http.MethodPut, path: "issue/" + segment(id), body: map[string]any{"fields": fields},
	}
	if t.cloud {
		edit.query = url.Values{"returnIssue": {"true"}, "expand": {readExpand}}
		edit.out = doc
	}
	_, err := t.do(ctx, edit)
	return doc, err
}

// whole reports whether an answer holds all that a snapshot is made of.
func (d *document) whole(custom []ticket.Field) bool {
	if d.ID == "" || d.Fields == nil || d.Rendered == nil || d.Changelog == nil || d.Transitions == nil {
		return false
	}
	for _, name := range append(strings.Split("summary,status,updated,project,issuetype", ","), names(custom)...) {
		if _, ok := d.Fields[name]; !ok {
			return false
		}
	}
	return true
}

func names(fields []ticket.Field) []string {
	out := make([]string, 0, len(fields))
	for _, f := range fields {
		out = append(out, nameOf(f))
	}
	return out
}

// afterWrite makes a failed read-back what it is: the write may have landed.
func afterWrite(op string, err error) error {
	var e *trackers.Error
	if errors.As(err, &e) {
		known := *e
		known.Op, known.Ambiguous = op+", reading back", true
		return &known
	}
	return err
}

// targetOf reads what the update needs to know of the issue first; mostly the
// last fetch has told.
func (t *Tracker) targetOf(ctx context.Context, u trackers.Update) (target, error) {
	needed := slices.ContainsFunc(u.Fields, func(w trackers.FieldWrite) bool {
		return w.Field == ticket.Labels || w.Field == ticket.Assignee && w.Value.User != nil
	})
	if !needed {
		return target{}, nil
	}
	g, err := t.look(ctx, u.ID, u.Version)
	return target{where: "issueKey", value: g.key, labels: g.labels}, err
}

// encode turns the writes into Jira's fields. What is stored otherwise than
// asked is noted.
func (t *Tracker) encode(ctx context.Context, writes []trackers.FieldWrite, to target) (map[string]any, []trackers.Written, error) {
	fields := map[string]any{}
	var notes []trackers.Written
	for _, w := range writes {
		name := nameOf(w.Field)
		switch w.Field {
		case ticket.Title:
			title, cut := titleOf(w.Value.Text)
			fields[name] = title
			notes = noteCut(notes, w.Field, cut)
		case ticket.Description:
			wiki, cut := wikiOf("", w.Value.Text, w.Footer, w.Origin)
			fields[name] = nil
			if wiki != "" {
				fields[name] = wiki
			}
			notes = noteCut(notes, w.Field, cut)
		case ticket.Priority:
			if w.Value.Level == ticket.NoLevel || w.Value.Level == "" {
				continue // Jira has no "none" to set
			}
			native, ok := t.nameOfLevel(w.Value.Level)
			if !ok {
				return nil, nil, refused(w.Field, "no priority of this Jira means "+string(w.Value.Level))
			}
			fields[name] = map[string]any{"name": native}
		case ticket.Assignee:
			value, note, err := t.assignee(ctx, w.Value.User, to)
			if err != nil {
				return nil, nil, err
			}
			fields[name] = value
			notes = append(notes, note...)
		case ticket.Labels:
			fields[name] = labelsFor(w.Value.Names, to.labels)
		case ticket.Status, ticket.Reporter:
			// A status takes a transition, a reporter is only set at creation.
		default:
			value, err := t.custom(ctx, w.Field, w.Value)
			if err != nil {
				return nil, nil, err
			}
			fields[name] = value
		}
	}
	return fields, notes, nil
}

func noteCut(notes []trackers.Written, f ticket.Field, cut bool) []trackers.Written {
	if !cut {
		return notes
	}
	return append(notes, trackers.Written{Field: f, Note: ticket.TooLong})
}

func unknownUser(f ticket.Field, u *ticket.User) trackers.Written {
	return trackers.Written{Field: f, Note: ticket.UserUnknown, Detail: cmp.Or(u.Email, u.Display())}
}

// assignee finds the account to assign. Who is unknown here, or cannot be
// assigned, leaves the ticket with nobody.
func (t *Tracker) assignee(ctx context.Context, u *ticket.User, to target) (any, []trackers.Written, error) {
	if u == nil {
		return nil, nil, nil
	}
	var found *gojira.User
	found, err := t.resolve(ctx, u.Email, to.where, to.value)
	if err != nil {
		return nil, nil, err
	}
	if found == nil {
		return nil, []trackers.Written{unknownUser(ticket.Assignee, u)}, nil
	}
	return t.reference(found), nil, nil
}

// labelsFor spells each label as the issue has it already, new ones without
// spaces, which Jira refuses.
func labelsFor(names, present []string) []string {
	spelled := map[string]string{}
	for _, p := range slices.Backward(present) {
		spelled[ticket.FoldLabel(p)] = p
	}
	out := []string{}
	done := map[string]bool{}
	for _, name := range names {
		folded := ticket.FoldLabel(name)
		if folded == "" || done[folded] {
			continue
		}
		done[folded] = true
		out = append(out, cmp.Or(spelled[folded], strings.Join(strings.Fields(name), "_")))
	}
	return out
}

// at names the operation in an error that came from a step of it.
func at(op string, err error) error {
	var e *trackers.Error
	if errors.As(err, &e) {
		known := *e
		known.Op = op + ": " + e.Op
		// Nothing was written yet.
		known.Ambiguous = false
		return &known
	}
	return err
}
