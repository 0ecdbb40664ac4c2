package webhook

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers/registry"
)

// ErrUnknownConnection is a connection that the file does not name.
var ErrUnknownConnection = errors.New("unknown connection")

// Explanation says what the receiver would do with one body. Its JSON is what
// the explain command prints.
type Explanation struct {
	// Refs are the immutable ids of all tickets the body speaks of, also when
	// none of them would be told.
	Refs []string `json:"refs"`
	// Hints has one entry for each pair that would be told.
	Hints []ExplainedHint `json:"hints"`
	// Ignored says why nothing would be told; "" otherwise.
	Ignored string `json:"ignored"`
}

// ExplainedHint is what one pair would be told.
type ExplainedHint struct {
	Ref        string           `json:"ref"`
	Kind       ticket.EventKind `json:"kind"`
	Route      string           `json:"route"` // "" when the body does not tell
	WorkflowID string           `json:"workflow_id"`
}

// Explain reads a body as the receiver would, with the routes of the file and
// without looking at a signature. It calls nobody.
func Explain(file *config.File, connection string, body []byte) (Explanation, error) {
	c, ok := file.Connection(connection)
	if !ok {
		return Explanation{}, fmt.Errorf("explain delivery: %w %q", ErrUnknownConnection, connection)
	}
	// Only verifying takes the secrets, which need not be set here.
	c.Secret, c.HookKey = offlineSecret, offlineSecret
	hook, err := registry.Hook(c.Connection)
	if err != nil {
		return Explanation{}, fmt.Errorf("explain delivery: %w", err)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return Explanation{}, errors.New("explain delivery: the body is empty")
	}
	events, idle, err := hook.Parse(body)
	if err != nil {
		return Explanation{}, fmt.Errorf("explain delivery: %w", err)
	}

	out := Explanation{Refs: []string{}, Hints: []ExplainedHint{}, Ignored: idle}
	for _, e := range events {
		if !slices.Contains(out.Refs, e.ID) {
			out.Refs = append(out.Refs, e.ID)
		}
	}
	switch {
	case idle != "":
		return out, nil
	case len(events) == 0:
		out.Ignored = noTicket
		return out, nil
	}
	out.Hints = explainHints(address(file.Routes, connection, events, time.Time{}))
	if len(out.Hints) == 0 {
		out.Ignored = noRoute
	}
	return out, nil
}

// offlineSecret stands for a secret that is not needed. It is never compared
// with anything that came over a network.
const offlineSecret = "offline"

// explainHints merges what one pair is told of several events, such as a
// comment and the update that came with it: the first one stands, and a
// deletion before everything.
func explainHints(deliveries []addressing.Delivery) []ExplainedHint {
	out := []ExplainedHint{}
	for _, d := range deliveries {
		hint := ExplainedHint{Ref: d.Hint.Ref.ID, Kind: d.Hint.Kind, Route: d.Route, WorkflowID: d.WorkflowID}
		at := slices.IndexFunc(out, func(h ExplainedHint) bool { return h.WorkflowID == hint.WorkflowID })
		switch {
		case at < 0:
			out = append(out, hint)
		case hint.Kind == ticket.DeleteEvent:
			out[at].Kind = hint.Kind
		}
	}
	return out
}
