package activities

import (
	"context"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// MoveParams asks for one transition.
type MoveParams struct {
	Ref  ticket.Ref           `json:"ref"`
	Step trackers.MoveRequest `json:"step"`
}

// Move makes one transition and returns the ticket read back. A repetition
// looks first and makes no step from another status, so it may be retried.
func (a *Activities) Move(ctx context.Context, p MoveParams) (*ticket.Snapshot, error) {
	mover, _, err := use[trackers.Mover](a, p.Ref.Connection, "change status")
	if err != nil {
		return nil, err
	}
	p.Step.Fresh = p.Step.Fresh && firstAttempt(ctx)
	snap, err := mover.Move(ctx, p.Step)
	return snap, fail(err)
}
