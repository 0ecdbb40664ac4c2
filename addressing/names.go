// Package addressing says which workflow an event belongs to, and holds every
// name ticketsync uses in Temporal. It is pure, and shared by the receiver,
// the sweep and explain, so that all three always agree.
package addressing

import (
	"fmt"
	"strings"
)

// TaskQueue is the one queue that workflows and activities share: an activity
// on its workflow's own queue starts eagerly.
const TaskQueue = "ticketsync"

// Workflow types.
const (
	Pair  = "Pair"
	Alias = "Alias"
	Route = "Route"
	Sweep = "Sweep"
)

// Signals, updates and queries.
const (
	SignalHint  = "hint"  // ticket.Hint; to Pair and Alias
	SignalAlias = "alias" // string, the pair's workflow id; turns a run into that pair's alias

	UpdateClaim   = "claim"   // a replica asks the pair its marker names
	UpdatePause   = "pause"   // Pair and Route
	UpdateResume  = "resume"  // Pair and Route
	UpdateRetry   = "retry"   // Pair
	UpdateResolve = "resolve" // Pair
	UpdateUnlink  = "unlink"  // Pair
	UpdateLink    = "link"    // Pair
	UpdateCheck   = "check"   // Route: validate settings against the live trackers
	UpdateApply   = "apply"   // Route: take settings into force
	UpdateJudge   = "judge"   // Route: each rule's verdict on a ticket
	UpdateRemove  = "remove"  // Route
	UpdateStop    = "stop"    // Route: string, why its writes have to end

	QueryStatus = "status" // Pair: what show prints
)

// Search attributes. Keys and codes only: search attributes are never encrypted.
const (
	AttrRoute    = "TicketsyncRoute"
	AttrLeftKey  = "TicketsyncLeftKey"
	AttrRightKey = "TicketsyncRightKey"
	AttrState    = "TicketsyncState"
	AttrReason   = "TicketsyncReason"
	AttrSyncedAt = "TicketsyncSyncedAt"
)

// Memo keys: a route publishes its settings, a sweep how far it has come, so
// that either can be started again when an operator ended it.
const (
	MemoRules = "rules"
	MemoSweep = "sweep"
)

// RouteID returns the workflow id of a route.
func RouteID(name string) string { return "route/" + name }

// ParseRouteID is the inverse of RouteID.
func ParseRouteID(id string) (string, error) {
	name, ok := strings.CutPrefix(id, "route/")
	if !ok || name == "" {
		return "", fmt.Errorf("parse route id %q: want route/<name>", id)
	}
	return name, nil
}

// SweepID returns the workflow id of a connection's sweep.
func SweepID(connection string) string { return "sweep/" + connection }
