package ticket

// Reason says in one word why something waits, was skipped or went wrong.
// The codes are part of the product's interface: logs, search attributes,
// commands and docs/reasons.md use the same ones.
type Reason string

// Every reason there is; Reasons explains them.
const (
	AccessLost          Reason = "access-lost"
	Ambiguous           Reason = "ambiguous-create"
	Auth                Reason = "auth"
	BecamePrivate       Reason = "became-private"
	CommentRefused      Reason = "comment-refused"
	Conflict            Reason = "conflict"
	Deleted             Reason = "deleted"
	Direction           Reason = "direction"
	Disabled            Reason = "disabled"
	DuplicateReplica    Reason = "duplicate-replica"
	FieldRefused        Reason = "field-refused"
	Filtered            Reason = "filter"
	Forbidden           Reason = "forbidden"
	Invalid             Reason = "invalid"
	IsReplica           Reason = "is-replica"
	LabelUnknown        Reason = "label-unknown"
	LinkRefused         Reason = "link-refused"
	MovedOut            Reason = "moved-out"
	NoRoute             Reason = "no-route"
	NoTransition        Reason = "no-transition"
	NoWorker            Reason = "no-worker"
	OverwrittenUnseen   Reason = "overwritten-unseen"
	OwnUnmarked         Reason = "own-unmarked"
	Paused              Reason = "paused"
	PriorityUnmapped    Reason = "priority-unmapped"
	Private             Reason = "private"
	RateLimited         Reason = "rate-limited"
	ReplicatedElsewhere Reason = "replicated-elsewhere"
	RequiredField       Reason = "required-field"
	RouteRemoved        Reason = "route-removed"
	RouteStopped        Reason = "route-stopped"
	StatusUnmapped      Reason = "status-unmapped"
	TooLong             Reason = "too-long"
	TooManyComments     Reason = "too-many-comments"
	TooOld              Reason = "too-old"
	WrongType           Reason = "type"
	Unavailable         Reason = "unavailable"
	UnlinkedByOperator  Reason = "unlinked"
	UserUnknown         Reason = "user-unknown"
	WriteStorm          Reason = "write-storm"
)

// Meaning explains a reason to an operator.
type Meaning struct {
	Reason Reason
	// Attention tells whether an operator should look.
	Attention bool
	What      string
	Remedy    string
}

// Explain returns what a reason means; ok is false for a code not in the list.
func Explain(r Reason) (m Meaning, ok bool) {
	for _, m := range Reasons() {
		if m.Reason == r {
			return m, true
		}
	}
	return Meaning{Reason: r}, false
}

// Attention reports whether a reason should put its pair before an operator.
func (r Reason) Attention() bool {
	m, ok := Explain(r)
	return m.Attention || !ok
}

// Reasons lists every reason with its meaning and remedy, sorted by code.
func Reasons() []Meaning {
	const waits = "Nothing: it is tried again by itself, and at once with retry."
	return []Meaning{
		{AccessLost, true, "The tracker answers not-found for a ticket we could read before: no permission any more, or deleted without a delete event.", "Give the account its permission back, or unlink the pair if the ticket is gone."},
		{Ambiguous, false, "A create call ended without a clear answer; ticketsync waits for the ticket to show up before it creates again.", waits},
		{Auth, true, "The tracker refuses the connection's token: expired, revoked or wrong.", "Put a valid token in the worker's environment and restart the worker."},
		{BecamePrivate, true, "A linked ticket was made private; nothing more leaves it.", "Make it public again, or unlink the pair."},
		{CommentRefused, true, "The other tracker refused a comment.", "Read the tracker's own message in show; comment there by hand, or give the account the permission and retry."},
		{Conflict, true, "Both sides changed the field and the route's rule is hold.", "Decide: ticketsync resolve <key> --field F --take left|right."},
		{Deleted, false, "One of the tickets was deleted; the route's on_delete was carried out and the pair rests.", "To replicate again, link the remaining ticket to another."},
		{Direction, false, "The route does not replicate in this direction.", "Change direction in the route, then apply."},
		{Disabled, false, "The route is disabled.", "Set enabled: true in the route, then apply."},
		{DuplicateReplica, true, "Two replicas claim the same origin; none was deleted.", "Close or delete the one named in show that is not linked."},
		{FieldRefused, true, "The tracker refused a value for this field; the other fields were written.", "Read the tracker's own message in show; change the value or the field's screen, then retry."},
		{Filtered, false, "The ticket does not match the route's filter.", "Change the ticket or the filter."},
		{Forbidden, true, "The account may not do this on the tracker.", "Give the account the permission named in show."},
		{Invalid, true, "The tracker refused the request as a whole.", "Read the tracker's own message in show, then retry."},
		{IsReplica, false, "The ticket is itself a replica on another route, and the route has no chain: true.", "Set chain: true in the route if replicas should be replicated on."},
		{LabelUnknown, false, "A label does not exist on the other tracker and was left out there.", "Make the label there, or set create_labels: true in the route."},
		{LinkRefused, true, "The tracker refused the visible link; everything else is replicated.", "Allow linking for the account, then retry."},
		{MovedOut, true, "The ticket was moved to a container that no route between these connections covers.", "Move it back, add a route, or unlink the pair."},
		{NoRoute, false, "No route covers the ticket.", "Add a route, then apply."},
		{NoTransition, true, "No known path of transitions leads to the wanted status.", "Add the path to paths in the route, or move the ticket by hand."},
		{NoWorker, true, "No worker polls the task queue.", "Start ticketsync worker."},
		{OverwrittenUnseen, false, "Someone changed a field between our read and our write, and the tracker offers no way to prevent that. Both values are in the journal.", "Look at the two values in show; set the right one by hand."},
		{OwnUnmarked, false, "Our own account created the ticket, but it carries no readable marker, so it is never replicated.", "Create tickets with a person's account, or link it by hand."},
		{Paused, false, "An operator paused the pair or the route.", "ticketsync resume <key or route>."},
		{PriorityUnmapped, true, "The priority has no counterpart on the other side.", "Add it to priorities of the connection, then apply."},
		{Private, false, "The ticket is private.", "Set private: replicate in the route if private tickets should be replicated."},
		{RateLimited, false, "The tracker asks us to slow down.", waits},
		{ReplicatedElsewhere, true, "The tracker's own replication is at work on this ticket; two engines would duplicate.", "Turn one of the two off, or set replicated_elsewhere: ignore in the route."},
		{RequiredField, true, "The tracker demands a field that the route has no value for.", "Set it in create_fields of the route, then apply."},
		{RouteRemoved, false, "The pair's route was removed.", "Add the route again and apply, or unlink the pair."},
		{RouteStopped, false, "The route's writes were stopped: more than 5 of its pairs newly lost their tickets or wrote without cause.", "Mend the cause that ticketsync routes names, then ticketsync resume <route>."},
		{StatusUnmapped, true, "The status has no entry in the route's status map.", "Add the status to the map, then apply."},
		{TooLong, false, "The text exceeds the other tracker's limit; a cut copy with a link to the whole was written and is never written back.", "Shorten the text if it matters."},
		{TooManyComments, false, "The ticket has more comments than a pair keeps track of; edits of the oldest are no longer followed.", "None needed."},
		{TooOld, false, "The ticket is older than the route.", "Set existing: on-update in the route, or link it by hand."},
		{WrongType, false, "The ticket's type is not the one the route replicates.", "Change the type, or add a route."},
		{Unavailable, false, "The tracker does not answer, or answers with an error of its own.", waits},
		{UnlinkedByOperator, false, "The pair was unlinked; it stays so.", "ticketsync link <key> <key> links it again."},
		{UserUnknown, false, "The person has no account on the other side; the field was cleared there.", "Add the person to users in the route if they have one."},
		{WriteStorm, false, "The pair paused itself: it wrote more within ten minutes than changes by others explain.", "Read the journal in show: what writes again and again? Stop that, then ticketsync resume <key>."},
	}
}
