package linear

import (
	"context"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
)

// found is the issue that an earlier create call made.
func (t *Tracker) found(ctx context.Context, op string, d trackers.Draft, w *writes, me api.Account) (*trackers.Created, error) {
	x := t.client.call(op)
	issue, err := t.read(ctx, x, issueID(d.Marker.Installation, d.Marker))
	problem := ""
	switch {
	case trackers.Is(err, trackers.NotFound):
		problem = "the replica exists already but cannot be read: give the account its team back, or unlink and link again"
	case err != nil:
		return nil, err
	case issue.Trashed.Or(false):
		problem = issue.Identifier + " exists already and lies in the trash: restore it, or unlink and link again"
	case issue.Team.Id != w.team:
		problem = issue.Identifier + " exists already in another team: move it back, or unlink and link again"
	}
	if problem != "" {
		return nil, &trackers.Error{Kind: trackers.Invalid, Op: op, Message: problem, Err: errExists}
	}
	return t.caughtUp(ctx, x, issue, w, me)
}

// caughtUp brings the issue to the draft of this call: the earlier one may have
// had an older. What somebody else has changed since stays as it is, the whole
// issue, and what in it is not the draft's is told.
func (t *Tracker) caughtUp(ctx context.Context, x *call, issue *api.IssueFields, w *writes, me api.Account) (*trackers.Created, error) {
	missing := w.missing(issue)
	if theirs := changedAt(issue, x.answer, me); len(theirs) > 0 {
		for i, o := range w.outcomes {
			_, touched := theirs[o.field]
			w.outcomes[i].foreign = touched || o.field == ticket.Description && len(missing.description) > 0
		}
		return t.created(issue, x.answer, w, me, trackers.Update{}), nil
	}
	if missing.empty() {
		return t.created(issue, x.answer, w, me, trackers.Update{}), nil
	}
	before := trackers.Update{Version: issue.UpdatedAt, Edits: edits(changes(issue, me))}
	x = t.client.call(x.op)
	issue, err := t.change(ctx, x, issue.Id, missing)
	if err != nil {
		return nil, err
	}
	return t.created(issue, x.answer, w, me, before), nil
}

// missing is what of a create call an issue does not hold. A description that
// Linear has put into its own words is written again, which changes nothing.
func (w *writes) missing(issue *api.IssueFields) *writes {
	out := &writes{
		title:       unlike(w.title, issue.Title),
		description: unlike(w.description, issue.Description.Or("")),
		state:       unlike(w.state, issue.State.Id),
		assignee:    unlike(w.assignee, assigneeID(issue)),
		priority:    unlike(w.priority, int(issue.Priority)),
	}
	if have := idsOf(issue.Labels.Nodes); len(w.added) > 0 {
		out.added, out.removed = minus(w.added, have), minus(have, w.added)
	}
	return out
}

// unlike returns a value that differs from what there is. What a create call
// does not send is not cleared either.
func unlike[T comparable](wanted opt.Value[T], have T) opt.Value[T] {
	if v, ok := wanted.Get(); !ok || v == have {
		return nil
	}
	return wanted
}
