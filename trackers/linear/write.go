package linear

import (
	"cmp"
	"context"
	"errors"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
)

// Create implements trackers.Writer. The id is made of the marker, so that the
// same replica cannot be made twice: one that exists already is brought to this
// draft and returned. The recipe for a call whose end is not known:
//
//   - Marker: the issue's id, made of installation, origin, other connection and
//     generation; and the description's last line, which names the origin. The
//     attachment that follows is for later readers.
//   - Found by: Find reads that id, archived issues included. No index between.
//   - Quiet period: none is needed to be certain, because Linear takes each id
//     once and refuses a call that lands late; the pair waits the connection's
//     quiet (a second unless set), looks, and creates again.
//   - Two: impossible under one marker. A conflict on insert is read back: in the
//     trash, in another team or unreadable, it is said and nothing is made.
func (t *Tracker) Create(ctx context.Context, d trackers.Draft) (*trackers.Created, error) {
	const op = "create ticket"
	me, err := t.viewer(ctx)
	if err != nil {
		return nil, err
	}
	input, err := constants(d.Constants)
	if err != nil {
		return nil, err
	}
	if d.Container.ID == "" {
		found, err := t.Describe(ctx, trackers.Place{Container: cmp.Or(d.Container.Key, d.Container.Name)})
		if err != nil {
			return nil, err
		}
		found.Part, d.Container = d.Container.Part, found.Container
	}
	d.Marker.Installation = cmp.Or(d.Marker.Installation, t.connection.Installation)
	w := &writes{team: d.Container.ID}
	if err := t.resolve(ctx, w, t.introduced(w, &input, d, me)); err != nil {
		return nil, err
	}
	w.create(&input, d)
	x := t.client.call(op)
	data, err := api.CreateIssue(ctx, x, input)
	if errors.Is(err, errExists) {
		return t.found(ctx, op, d, w, me)
	}
	if err != nil {
		t.doubt(err)
		return nil, err
	}
	issue, ok := data.IssueCreate.Issue.Get()
	if !ok || issue.Id == "" {
		return nil, x.unusable()
	}
	return t.created(&issue, x.answer, w, me, trackers.Update{}), nil
}

// introduced returns the fields of a new issue with a description that ends in
// the link to the origin. An app creates in the reporter's name; else that line
// names them.
func (t *Tracker) introduced(w *writes, input *api.IssueCreateInput, d trackers.Draft, me api.Account) []trackers.FieldWrite {
	footer := d.Footer
	if d.Reporter != nil {
		o := outcome{field: ticket.Reporter}
		if me.App {
			input.CreateAsUser, footer = opt.Of(d.Reporter.Display()), ""
		} else {
			o.note, o.detail = ticket.UserUnknown, d.Reporter.Display()
		}
		w.outcomes = append(w.outcomes, o)
	}
	d.Footer = originLine(d.Marker, footer)
	return d.Unreported()
}

// create completes a create call.
func (w *writes) create(input *api.IssueCreateInput, d trackers.Draft) {
	input.Id = opt.Of(issueID(d.Marker.Installation, d.Marker))
	input.TeamId = w.team
	if d.Container.Part != "" && d.Container.Part != ticket.NoPart {
		input.ProjectId = opt.Of(d.Container.Part)
	}
	set(&input.Title, w.title)
	set(&input.Description, w.description)
	set(&input.StateId, w.state)
	set(&input.AssigneeId, w.assignee)
	set(&input.Priority, w.priority)
	if len(w.added) > 0 {
		input.LabelIds = w.added
	}
}

// set takes over a value; a new issue has nothing to clear.
func set[T any](member *opt.Value[T], v opt.Value[T]) {
	if _, ok := v.Get(); ok {
		*member = v
	}
}

func (t *Tracker) created(issue *api.IssueFields, a answer, w *writes, me api.Account, before trackers.Update) *trackers.Created {
	return &trackers.Created{
		ID: issue.Id, Key: issue.Identifier, URL: t.webURL(issue.Identifier, issue.Url),
		Result: t.result(issue, a, w, me, before),
	}
}

// Update implements trackers.Writer with one mutation that names only what is
// written. Repeating it stores the same values.
func (t *Tracker) Update(ctx context.Context, u trackers.Update) (*trackers.Result, error) {
	me, err := t.viewer(ctx)
	if err != nil {
		return nil, err
	}
	w, err := t.before(ctx, u)
	if err != nil {
		return nil, err
	}
	if err := t.resolve(ctx, w, u.Fields); err != nil {
		return nil, err
	}
	x := t.client.call("update ticket")
	if w.empty() {
		issue, err := t.read(ctx, x, u.ID)
		if err != nil {
			return nil, err
		}
		return t.result(issue, x.answer, w, me, u), nil
	}
	issue, err := t.change(ctx, x, u.ID, w)
	if err != nil {
		return nil, err
	}
	return t.result(issue, x.answer, w, me, u), nil
}

// change writes to an issue and returns it as it is then.
func (t *Tracker) change(ctx context.Context, x *call, id string, w *writes) (*api.IssueFields, error) {
	data, err := api.UpdateIssue(ctx, x, id, api.IssueUpdateInput{
		Title: w.title, Description: w.description, StateId: w.state, AssigneeId: w.assignee,
		Priority: w.priority, AddedLabelIds: w.added, RemovedLabelIds: w.removed,
	})
	if err != nil {
		t.recent.Forget(id)
		t.doubt(err)
		return nil, err
	}
	issue, ok := data.IssueUpdate.Issue.Get()
	if !ok || issue.Id == "" {
		return nil, x.unusable()
	}
	if err := t.rest(ctx, x, &issue); err != nil {
		return nil, afterWrite(err)
	}
	return &issue, nil
}

// before learns what an update needs to know of the issue: its team for a
// status, its labels for the difference. Mostly the last fetch has told; labels
// other than those that the write was decided on are looked at once more.
func (t *Tracker) before(ctx context.Context, u trackers.Update) (*writes, error) {
	needed, labels := false, ""
	for _, f := range u.Fields {
		needed = needed || f.Field == ticket.Status || f.Field == ticket.Labels
		if f.Field == ticket.Labels {
			labels = f.Replaces
		}
	}
	if !needed {
		return &writes{}, nil
	}
	known, ok := t.recent.Get(u.ID)
	if !ok || known.version != u.Version || labels != "" && labelsFingerprint(known.labels) != labels {
		issue, err := t.read(ctx, t.client.call("read ticket"), u.ID)
		if err != nil {
			return nil, err
		}
		known = glance{team: issue.Team.Id, labels: issue.Labels.Nodes}
	}
	return &writes{team: known.team, labels: known.labels}, nil
}

func (w *writes) empty() bool {
	return len(w.title)+len(w.description)+len(w.state)+len(w.assignee)+len(w.priority)+len(w.added)+len(w.removed) == 0
}

// doubt drops what is remembered after a refusal that may be its fault: a state,
// a label or a person was removed meanwhile.
func (t *Tracker) doubt(err error) {
	if trackers.Is(err, trackers.Invalid) || trackers.Is(err, trackers.NotFound) {
		t.states.Forget()
		t.labels.Forget()
		t.people.Forget()
	}
}

// afterWrite makes a failed read-back what it is: the write has landed.
func afterWrite(err error) error {
	var e *trackers.Error
	if errors.As(err, &e) {
		known := *e
		known.Ambiguous = true
		return &known
	}
	return err
}

// result tells what the issue holds after a write. before is what the write was
// decided on, nothing for a new issue.
func (t *Tracker) result(issue *api.IssueFields, a answer, w *writes, me api.Account, before trackers.Update) *trackers.Result {
	r := &trackers.Result{Snapshot: t.snapshot(issue, a, me, trackers.FetchOptions{})}
	all := changes(issue, me)
	for _, o := range w.outcomes {
		written := trackers.Written{
			Field:   o.field,
			Stored:  fingerprint(issue, o.field),
			Foreign: o.foreign || o.stored != nil && !o.stored(issue),
			Note:    o.note,
			Detail:  o.detail,
		}
		if !written.Foreign {
			written.Lost = lost(all, o.field, before, o.replaced, written.Stored)
		}
		r.Fields = append(r.Fields, written)
	}
	return r
}
