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
// it may be retried; where the tracker takes preconditions, a repetition over
// somebody's newer edit is refused as stale.
func (a *Activities) Update(ctx context.Context, p UpdateParams) (*trackers.Result, error) {
	writer, _, err := use[trackers.Writer](a, p.Ref.Connection, "update ticket")
	if err != nil {
		return nil, err
	}
	if err := a.fill(ctx, p.Source, p.Update.Fields); err != nil {
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
