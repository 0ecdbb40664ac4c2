package activities

import (
	"context"
	"slices"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// UpdateParams asks for fields to be set on one ticket.
type UpdateParams struct {
	Ref    ticket.Ref      `json:"ref"`
	Update trackers.Update `json:"update"`
	Source ticket.Ref      `json:"source"`
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

// unmoved looks at the ticket again before a write is repeated, where neither a
// precondition nor a history tells whose a value is: the try before may have
// taken effect, and a person may have been there since. Texts have their own
// precondition, and are stored as something else than they are sent.
func (a *Activities) unmoved(ctx context.Context, p UpdateParams) error {
	if firstAttempt(ctx) {
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
	for _, w := range p.Update.Fields {
		text := w.Field == ticket.Title || w.Field == ticket.Description
		if now.ChangedAt == nil && !text && w.Replaces != "" && now.Fields[w.Field].Fingerprint != w.Replaces {
			return &trackers.Error{Kind: trackers.Stale, Op: "update ticket", Message: string(w.Field) + " was changed since the write was first tried"}
		}
	}
	return nil
}
