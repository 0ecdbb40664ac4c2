package reconcile

import (
	"slices"

	"github.com/ticketsync/ticketsync/ticket"
)

// Tally says what an operation counts for, before it is carried out, where a
// pair's writes are weighed against what others did: the writes it is, and
// the changes that it shows by itself. What explains a field's write, a new
// version of a ticket, is seen by reading and not told here.
//
// Not everything counts. A further step of a status's way is part of the write
// that the first step was: no step is made twice for one value, so a way ends.
// What is tried again because its hold is due has a timer that slows down by
// itself, however many comments it holds. What is announced is one entry of
// the history each, and told in order.
//
// A comment's copy explains itself, once for each version of its source, and
// at the moment it is made: a thousand comments found at first contact may
// take longer to copy than any window lasts.
func (s *State) Tally(op Operation) (writes, changes int) {
	switch op.Kind {
	case Announce:
		return 0, 0
	case SetFields:
		if !slices.ContainsFunc(op.Writes, func(w Write) bool { return !s.Fields[w.Field].Hold.due() }) {
			return 0, 0
		}
	case MoveStatus:
		if fs := s.Fields[ticket.Status]; fs.Hold.due() || fs.Way != nil && fs.Way.Source == op.Move.Source {
			return 0, 0
		}
	default:
		return s.tallyComment(op)
	}
	return 1, 0
}

// tallyComment notes the version tried, so that trying it again explains
// nothing.
func (s *State) tallyComment(op Operation) (writes, changes int) {
	l := s.find(*op.Comment)
	if l == nil {
		return 1, 0
	}
	if l.Hold.due() {
		return 0, 0
	}
	version := op.Comment.SourceV
	if op.Kind == DeleteComment {
		version = "deleted" // the last one: a deleted comment has none
	}
	known := l.SourceFP != "" && (version == l.SourceV || version == l.Tried)
	if l.Tried = version; known {
		return 1, 0
	}
	return 1, 1
}

// due reports whether a hold is to be tried now.
func (h *Hold) due() bool { return h != nil && h.Due }
