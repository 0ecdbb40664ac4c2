package jira

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// Move makes one transition and reads the issue back. Repeating it is safe: it
// only steps from the status it was decided on.
func (t *Tracker) Move(ctx context.Context, m trackers.MoveRequest) (*ticket.Snapshot, error) {
	const op = "move ticket"
	opts := trackers.FetchOptions{Custom: m.Custom}
	step := m.Move
	if !m.Fresh {
		s, err := t.Fetch(ctx, m.ID, opts)
		if err != nil {
			return nil, at(op, err)
		}
		if s.Status().ID != m.From.ID {
			return s, nil
		}
		// The screen may have changed since the step was planned.
		if i := slices.IndexFunc(s.Moves, func(now ticket.Move) bool { return now.ID == step.ID }); i >= 0 {
			step = s.Moves[i]
		}
	}
	body := map[string]any{"transition": map[string]any{"id": step.ID}}
	onScreen := map[string]any{}
	for name, value := range m.Fields {
		if slices.Contains(step.Fields, name) {
			onScreen[name] = value
		}
	}
	fields, err := t.constants(ctx, onScreen)
	if err != nil {
		return nil, at(op, err)
	}
	if len(fields) > 0 {
		body["fields"] = fields
	}
	_, err = t.do(ctx, call{
		op: op, method: http.MethodPost, path: "issue/" + segment(m.ID) + "/transitions", body: body, sent: fields,
	})
	if err != nil {
		return t.afterRefusal(ctx, m, err)
	}
	s, err := t.Fetch(ctx, m.ID, opts)
	if err != nil {
		return nil, afterWrite(op, err)
	}
	return s, nil
}

// afterRefusal looks why a transition was refused: if the issue has meanwhile
// left the status it should step from, or the step is not offered any more,
// the plan is out of date and nothing is wrong with the step itself. Data
// Center reports such a step as a failure of its own.
func (t *Tracker) afterRefusal(ctx context.Context, m trackers.MoveRequest, cause error) (*ticket.Snapshot, error) {
	var e *trackers.Error
	if !errors.As(cause, &e) || e.Status != http.StatusBadRequest && e.Status != http.StatusConflict && e.Status != http.StatusInternalServerError {
		return nil, cause
	}
	s, err := t.Fetch(ctx, m.ID, trackers.FetchOptions{Custom: m.Custom})
	if err != nil {
		return nil, cause
	}
	if s.Status().ID != m.From.ID {
		return s, nil
	}
	if !slices.ContainsFunc(s.Moves, func(now ticket.Move) bool { return now.ID == m.Move.ID }) {
		known := *e
		known.Kind, known.Ambiguous = trackers.Stale, false
		return nil, &known
	}
	return nil, cause
}
