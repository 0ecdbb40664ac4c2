package activities

import (
	"context"
	"slices"
	"time"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// UpdateParams asks for fields to be set on one ticket.
type UpdateParams struct {
	Ref    ticket.Ref      `json:"ref"`
	Update trackers.Update `json:"update"`
	Source ticket.Ref      `json:"source"`
	// NoHistory says that nothing will tell of edits since the ticket was read.
	// Age is how long ago that was when the write was scheduled.
	NoHistory bool          `json:"no_history,omitempty"`
	Age       time.Duration `json:"age,omitempty"`
	// Shared says that other pairs of ours write to the ticket too.
	Shared bool `json:"shared,omitempty"`
}

// Update sets fields. Setting the same values twice leaves the same ticket, so
// it may be retried; a repetition over somebody's newer edit is refused as
// stale, by the tracker where it takes preconditions.
func (a *Activities) Update(ctx context.Context, p UpdateParams) (*trackers.Result, error) {
	writer, _, err := use[trackers.Writer](a, p.Ref.Connection, "update ticket")
	if err != nil {
		return nil, err
	}
	if err := a.fill(ctx, p.Source, p.Update.Fields); err != nil {
		return nil, fail(err)
	}
	if err := a.unmoved(ctx, p); err != nil {
		return nil, fail(err)
	}
	result, err := writer.Update(ctx, p.Update)
	refused := refusals(err)
	if len(refused) == 0 {
		return result, fail(err)
	}
	p.Update.Fields = slices.DeleteFunc(slices.Clone(p.Update.Fields), func(w trackers.FieldWrite) bool { return refused[w.Field] != "" })
	result = &trackers.Result{}
	if len(p.Update.Fields) > 0 {
		if result, err = writer.Update(ctx, p.Update); err != nil {
			return nil, fail(err)
		}
	}
	result.Fields = append(result.Fields, notes(refused)...)
	return result, nil
}

// sure is how long after a ticket was read a write may start without another look,
// where nothing else would show that somebody was there in between.
const sure = 200 * time.Millisecond

// unmoved looks at the ticket again before a write that is not sure.
func (a *Activities) unmoved(ctx context.Context, p UpdateParams) error {
	unsure := p.unsure(!firstAttempt(ctx), queued(ctx))
	if len(unsure) == 0 {
		return nil
	}
	reader, _, err := use[trackers.Reader](a, p.Ref.Connection, "read ticket")
	if err != nil {
		return err
	}
	now, err := reader.Fetch(ctx, p.Ref.ID, trackers.FetchOptions{Custom: p.Update.Custom})
	if err != nil {
		return err
	}
	for _, w := range unsure {
		there := now.Fields[w.Field]
		// What is there already may be our own, from a try whose answer was lost.
		ours := w.Field != ticket.Description && reconcile.Holds(w.Field, w.Value, there)
		if there.Fingerprint != w.Replaces && !ours {
			return &trackers.Error{Kind: trackers.Stale, Op: "update ticket", Message: string(w.Field) + " was changed since the write was decided on"}
		}
	}
	return nil
}

// unsure are the fields that neither a precondition nor a history guards, when
// the ticket was read a while ago or the write is repeated: the try before may
// have taken effect, and a person may have been there since. Texts have their own
// precondition, and are stored as something else than they are sent; only where a
// history tells of edits of the description, and not of what was in them, does
// nothing show that another pair of ours made one.
func (p UpdateParams) unsure(repeated bool, queued time.Duration) []trackers.FieldWrite {
	late := p.Age+queued >= sure
	return slices.DeleteFunc(slices.Clone(p.Update.Fields), func(w trackers.FieldWrite) bool {
		guarded := !p.NoHistory || !repeated && !late
		switch w.Field {
		case ticket.Title:
			guarded = true
		case ticket.Description:
			guarded = !p.Shared || p.Update.Edits == "" || repeated || !late
		}
		return guarded || w.Replaces == ""
	})
}
