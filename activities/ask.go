package activities

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// Claim is what a ticket says that carries a pair's marker.
type Claim struct {
	Ref        ticket.Ref `json:"ref"`
	Generation int        `json:"generation"`
	// Ours tells that our own account created the ticket; a clone's was
	// created by a person.
	Ours bool `json:"ours"`
}

// Answer is the pair's word on a claim.
type Answer string

// The answers.
const (
	Mine      Answer = "mine"      // the ticket is the pair's replica
	NotMine   Answer = "not-mine"  // the marker was copied, as by cloning
	Duplicate Answer = "duplicate" // made for this pair, which has another replica
	Unlinked  Answer = "unlinked"  // an operator ended the link
	Later     Answer = "later"     // the pair cannot tell now
)

// AskParams asks a pair whether a ticket is its replica.
type AskParams struct {
	Pair  string `json:"pair"`
	Claim Claim  `json:"claim"`
}

// Ask puts a claim to a pair, starting its run where none is left. The pair's
// answer does not depend on how often it is asked.
func (a *Activities) Ask(ctx context.Context, p AskParams) (Answer, error) {
	opts := routing.PairOptions(p.Pair)
	start := a.temporal.NewWithStartWorkflowOperation(opts, addressing.Pair, struct{}{})
	handle, err := a.temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions: client.UpdateWorkflowOptions{
			WorkflowID: p.Pair, UpdateName: addressing.UpdateClaim, Args: []any{p.Claim},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	if err != nil {
		return "", fail(unavailable("ask pair", err))
	}
	var answer Answer
	if err := handle.Get(ctx, &answer); err != nil {
		var app *temporal.ApplicationError
		if errors.As(err, &app) {
			return Later, nil
		}
		return "", fail(unavailable("ask pair", err))
	}
	return answer, nil
}

func unavailable(op string, err error) error {
	return &trackers.Error{Kind: trackers.Unavailable, Op: op, Message: fmt.Sprintf("Temporal: %v", err), Err: err}
}

// EnlistParams asks for a replica's alias.
type EnlistParams struct {
	Replica ticket.Ref `json:"replica"`
	Pair    string     `json:"pair"`
}

// Enlist makes sure that an alias runs under the replica's own id and knows
// its pair. Signalling a running alias again changes nothing.
func (a *Activities) Enlist(ctx context.Context, p EnlistParams) error {
	origin, _, err := ticket.ParsePairID(p.Pair)
	if err != nil {
		return fail(&trackers.Error{Kind: trackers.Invalid, Op: "enlist alias", Err: err, Message: err.Error()})
	}
	id := ticket.PairID(p.Replica, origin.Connection)
	opts := client.StartWorkflowOptions{
		ID: id, TaskQueue: addressing.TaskQueue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "replica's alias of " + p.Pair,
	}
	_, err = a.temporal.SignalWithStartWorkflow(ctx, id, addressing.SignalAlias, p.Pair, opts, addressing.Alias, struct {
		Pair string `json:"pair"`
	}{p.Pair})
	if err != nil {
		return fail(unavailable("enlist alias", err))
	}
	return nil
}
