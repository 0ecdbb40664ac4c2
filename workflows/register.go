// Package workflows holds the product's four workflows: a Pair keeps two
// tickets alike, an Alias forwards a replica's events to its pair, a Route
// holds a route's settings, a Sweep finds what webhooks missed. They are
// deterministic and know no tracker.
package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
)

// Registry is the part of a worker that workflows are registered with.
type Registry interface {
	RegisterWorkflowWithOptions(w any, o workflow.RegisterOptions)
}

// Register names every workflow type.
func Register(r Registry) {
	r.RegisterWorkflowWithOptions(Pair, workflow.RegisterOptions{Name: addressing.Pair})
	r.RegisterWorkflowWithOptions(Alias, workflow.RegisterOptions{Name: addressing.Alias})
	r.RegisterWorkflowWithOptions(Route, workflow.RegisterOptions{Name: addressing.Route})
	r.RegisterWorkflowWithOptions(Sweep, workflow.RegisterOptions{Name: addressing.Sweep})
}

// act names the activities for ExecuteActivity; it is never called.
var act *activities.Activities
