package ravenna

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// source is how Ravenna shows where our tickets and messages come from.
const source = "INTEGRATION"

// Create implements trackers.Writer with one POST that carries the marker. What
// it needs to know before (ids of the status, the tags, people) it reads first,
// so that an error of those leaves nothing behind but a tag. The recipe for a
// call whose end is not known:
//
//   - Marker: metadata.ticketsync.<pair>, part of the create call and never written
//     again; the ticket link made later counts too, on tickets of our own account.
//   - Found by: Find lists the channel newest first, as far back as the call, and
//     compares the marker. A list that comes unsorted is read whole.
//   - Quiet period: the list is no index, but a call may still land late: the pair
//     waits for the ticket's own webhook or, without one, the connection's quiet
//     before it looks. It creates again only when nothing was found then.
//   - Two: a call that landed after quiet, with its webhook lost. Find returns all,
//     the oldest first: the pair takes that, reports the others as
//     duplicate-replica and deletes none.
func (t *Tracker) Create(ctx context.Context, d trackers.Draft) (*trackers.Created, error) {
	const op = "create ticket"
	body, err := t.constants(d)
	if err != nil {
		return nil, err
	}
	if d.Container.ID == "" {
		found, err := t.Describe(ctx, trackers.Place{Container: d.Container.Name})
		if err != nil {
			return nil, err
		}
		d.Container = found.Container
	}
	body["queueId"] = d.Container.ID
	body["source"] = source
	if d.Private {
		body["private"] = true
	}
	if d.Type != "" {
		body["type"] = strings.ToUpper(d.Type)
	}
	writes := &writes{body: body}
	fields := d.Fields
	if known, err := t.reporter(ctx, writes, d.Reporter); err != nil {
		return nil, err
	} else if !known {
		fields = d.Unreported()
	}
	if err := t.resolve(ctx, writes, fields, nil); err != nil {
		return nil, err
	}
	if _, ok := body["priority"]; !ok {
		body["priority"] = defaultPriority
	}
	raw := new(rawTicket)
	a, err := t.client.call(ctx, op, http.MethodPost, "/tickets", nil, body, raw)
	if err != nil {
		t.doubt(err)
		return nil, err
	}
	if raw.ID == "" {
		return nil, unusable(op, true)
	}
	t.recent.put(raw)
	// Should Ravenna take the requester for the author, the account would be
	// mistaken for a person, whose own tickets would then count as ours.
	_, named := body["requesterEmail"]
	if author := text(raw.AuthorID); !named || author != text(raw.RequesterID) {
		t.self.learnTicket(author)
	}
	return &trackers.Created{ID: raw.ID, Key: raw.key(), URL: t.webURL(raw), Result: t.result(ctx, raw, a, writes, nil)}, nil
}

// constants starts a create call from the route's create_fields. Names are the
// API's own; customFields.<name> sets one custom field.
func (t *Tracker) constants(d trackers.Draft) (map[string]any, error) {
	body, custom := map[string]any{}, map[string]any{}
	metadata := map[string]any{}
	for name, value := range d.Constants {
		switch {
		case isCustom(ticket.Field(name)):
			custom[customName(ticket.Field(name))] = value
		case name == "customFields", name == "metadata":
			members, ok := value.(map[string]any)
			if !ok {
				return nil, &trackers.Error{Kind: trackers.Invalid, Op: "create ticket", Message: "create_fields: " + name + " is no map"}
			}
			if name == "metadata" {
				maps.Copy(metadata, members)
			} else {
				maps.Copy(custom, members)
			}
		default:
			body[name] = value
		}
	}
	if len(custom) > 0 {
		body["customFields"] = custom
	}
	metadata[metadataKey] = map[string]ticket.Marker{d.Marker.Pair: d.Marker}
	body["metadata"] = metadata
	return body, nil
}

// reporter sets the requester where they have an account. An address Ravenna
// does not know is not sent: it would be invited.
func (t *Tracker) reporter(ctx context.Context, w *writes, reporter *ticket.User) (known bool, err error) {
	if reporter == nil {
		return false, nil
	}
	found, err := t.people.email(ctx, reporter.Email)
	if err != nil {
		return false, err
	}
	note := outcome{field: ticket.Reporter}
	if found.known {
		w.body["requesterEmail"] = found.user.Email
	} else {
		note.note, note.detail = ticket.UserUnknown, reporter.Display()
	}
	w.outcomes = append(w.outcomes, note)
	return found.known, nil
}

// Update implements trackers.Writer with one PUT. Repeating it stores the same
// values, and a title or description only over what it was decided on.
func (t *Tracker) Update(ctx context.Context, u trackers.Update) (*trackers.Result, error) {
	const op = "update ticket"
	path, err := at("/tickets/", u.ID)
	if err != nil {
		return nil, err
	}
	before, err := t.before(ctx, u)
	if err != nil {
		return nil, err
	}
	writes := &writes{body: map[string]any{}}
	if err := t.resolve(ctx, writes, u.Fields, before); err != nil {
		return nil, err
	}
	body := map[string]any{"data": writes.body}
	if expected := expectation(u.Fields, before); len(expected) > 0 {
		body["expected"] = expected
	}
	raw := new(rawTicket)
	a, err := t.client.call(ctx, op, http.MethodPut, path, nil, body, raw)
	if err == nil && raw.ID == "" {
		err = unusable(op, true)
	}
	if err != nil {
		t.recent.forget(u.ID)
		t.doubt(err)
		return nil, err
	}
	t.recent.put(raw)
	return t.result(ctx, raw, a, writes, u.Custom), nil
}

// before returns the ticket the write was decided on, as far as the write must
// quote it: from memory, or read again, and then it must still be the same.
func (t *Tracker) before(ctx context.Context, u trackers.Update) (*rawTicket, error) {
	if !slices.ContainsFunc(u.Fields, quotes) {
		return nil, nil
	}
	if raw, ok := t.recent.get(u.ID); ok && changed(raw, u) == "" {
		return raw, nil
	}
	raw, _, err := t.ticket(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	for _, w := range u.Fields {
		if quotes(w) && w.Replaces != "" && raw.fingerprint(w.Field) != w.Replaces && !holds(raw, w) {
			return nil, &trackers.Error{Kind: trackers.Stale, Op: "update ticket", Message: string(w.Field) + " was changed meanwhile"}
		}
	}
	return raw, nil
}

// holds reports whether a ticket has the text that is to be written: a write
// whose answer was lost, repeated.
func holds(raw *rawTicket, w trackers.FieldWrite) bool {
	switch w.Field {
	case ticket.Title:
		title, _ := markdown.CutLine(w.Value.Text, maxTitle)
		return raw.Title == title
	case ticket.Description:
		html, _ := toHTML("", w.Value.Text, w.Footer, w.Origin)
		return sameText(text(raw.Description), html)
	}
	return false
}

// quotes reports whether writing a field takes its present value: for the
// precondition, for the tags to remove, or because it is stored within another.
func quotes(w trackers.FieldWrite) bool {
	switch w.Field {
	case ticket.Title, ticket.Description:
		return w.Replaces != ""
	case ticket.Labels:
		return true
	}
	return isCustom(w.Field)
}

// changed names a field of which a remembered ticket is too old to be quoted.
// All custom fields are one object, so for them the whole ticket counts.
func changed(raw *rawTicket, u trackers.Update) ticket.Field {
	for _, w := range u.Fields {
		current := version(raw.UpdatedAt) == u.Version
		if w.Replaces != "" && !isCustom(w.Field) {
			current = raw.fingerprint(w.Field) == w.Replaces
		}
		if quotes(w) && !current {
			return w.Field
		}
	}
	return ""
}

// expectation is the precondition of a PUT. That a mismatch is answered with
// 409 is assumed; a text longer than the API takes here cannot be named.
func expectation(fields []trackers.FieldWrite, before *rawTicket) map[string]any {
	expected := map[string]any{}
	for _, w := range fields {
		switch {
		case w.Replaces == "" || before == nil:
		case w.Field == ticket.Title && markdown.Length(before.Title) <= maxTitle:
			expected["title"] = before.Title
		case w.Field == ticket.Description && markdown.Length(text(before.Description)) <= maxHTML:
			expected["description"] = before.Description
		}
	}
	return expected
}

// doubt drops remembered ids after a refusal that may be their fault: a status,
// a tag or a person was removed meanwhile.
func (t *Tracker) doubt(err error) {
	if trackers.Is(err, trackers.Invalid) || trackers.Is(err, trackers.NotFound) {
		t.statuses.known.Forget()
		t.tags.known.Forget()
		t.people.forget()
	}
}

// result tells what a write's answer says is stored. The write has succeeded,
// so people who cannot be read now only cost the snapshot.
func (t *Tracker) result(ctx context.Context, raw *rawTicket, a answer, w *writes, custom []ticket.Field) *trackers.Result {
	r := &trackers.Result{}
	for _, o := range w.outcomes {
		if isCustom(o.field) && !slices.Contains(custom, o.field) {
			custom = append(slices.Clone(custom), o.field)
		}
		r.Fields = append(r.Fields, trackers.Written{
			Field:   o.field,
			Stored:  raw.fingerprint(o.field),
			Foreign: o.stored != nil && !o.stored(raw),
			Note:    o.note,
			Detail:  o.detail,
		})
	}
	s, err := t.snapshot(ctx, raw, a, trackers.FetchOptions{Custom: custom})
	if err != nil {
		t.client.log.Warn("read people of a written ticket", "ticket", raw.ID, "error", err)
		return r
	}
	r.Snapshot = s
	return r
}

// certain turns an error of a preparing call into one about a field; nothing of
// the ticket itself was written.
func certain(err error, f ticket.Field) error {
	var e *trackers.Error
	if !errors.As(err, &e) {
		return err
	}
	known := *e
	known.Ambiguous = false
	if known.Kind == trackers.Invalid || known.Kind == trackers.Forbidden {
		known.Kind, known.Fields = trackers.Invalid, map[ticket.Field]string{f: e.Error()}
	}
	return &known
}
