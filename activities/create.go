package activities

import (
	"context"
	"errors"
	"slices"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// CreateParams asks for one new ticket.
type CreateParams struct {
	Connection string         `json:"connection"`
	Draft      trackers.Draft `json:"draft"`
	// Source is where large texts are read from.
	Source ticket.Ref `json:"source"`
	// Background gives way to live edits when the quota runs low.
	Background bool `json:"background,omitempty"`
}

// Create makes one ticket. It must not be repeated on its own: it has one
// attempt, and after an ambiguous end the pair looks with Find before it asks
// again. The marker in the create call is the dedupe key.
func (a *Activities) Create(ctx context.Context, p CreateParams) (*trackers.Created, error) {
	writer, conn, err := use[trackers.Writer](a, p.Connection, "create ticket")
	if err != nil {
		return nil, err
	}
	if p.Background {
		ctx = trackers.Background(ctx)
	}
	p.Draft.Marker.Installation = conn.Installation
	if err := a.fill(ctx, p.Source, p.Draft.Fields); err != nil {
		return nil, fail(err)
	}
	created, err := writer.Create(ctx, p.Draft)
	refused := refusals(err)
	if len(refused) == 0 {
		return created, fail(err)
	}
	// The tracker named the fields it does not take and created nothing.
	p.Draft.Fields = slices.DeleteFunc(slices.Clone(p.Draft.Fields), func(w trackers.FieldWrite) bool { return refused[w.Field] != "" })
	if refused[ticket.Reporter] != "" {
		p.Draft.Reporter = nil
	}
	created, err = writer.Create(ctx, p.Draft)
	if err != nil {
		return nil, fail(err)
	}
	if created.Result == nil {
		created.Result = &trackers.Result{}
	}
	created.Result.Fields = append(created.Result.Fields, notes(refused)...)
	return created, nil
}

// refusals returns the fields that a refused write named, if it may be
// repeated without them.
func refusals(err error) map[ticket.Field]string {
	var e *trackers.Error
	if !errors.As(err, &e) || e.Kind != trackers.Invalid || len(e.Required) > 0 {
		return nil
	}
	return e.Fields
}

func notes(refused map[ticket.Field]string) []trackers.Written {
	var out []trackers.Written
	for field, text := range refused {
		out = append(out, trackers.Written{Field: field, Note: ticket.FieldRefused, Detail: text})
	}
	slices.SortFunc(out, func(a, b trackers.Written) int {
		if a.Field < b.Field {
			return -1
		}
		return 1
	})
	return out
}

// fill reads texts that were left out of the payload from their source. A
// source that has changed meanwhile makes the write stale.
func (a *Activities) fill(ctx context.Context, source ticket.Ref, writes []trackers.FieldWrite) error {
	var from *ticket.Snapshot
	for i := range writes {
		w := &writes[i]
		if !w.Value.Omitted {
			continue
		}
		if from == nil {
			reader, _, err := use[trackers.Reader](a, source.Connection, "read source")
			if err != nil {
				return err
			}
			if from, err = reader.Fetch(ctx, source.ID, trackers.FetchOptions{Whole: true}); err != nil {
				return err
			}
		}
		text := from.Fields[ticket.Description]
		if w.Field != ticket.Description || text.Omitted || text.Fingerprint != w.Source {
			return &trackers.Error{Kind: trackers.Stale, Op: "read source", Message: "the " + string(w.Field) + " changed meanwhile"}
		}
		w.Value.Text, w.Value.Omitted = text.Text, false
	}
	return nil
}
