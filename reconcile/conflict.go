package reconcile

import (
	"time"

	"github.com/ticketsync/ticketsync/ticket"
)

// source returns the side whose value is to be written over the other's, ""
// when a person has to decide, and the value a person loses by that.
func (p *planner) source(f FieldRule, fs *FieldState, l, r ticket.Value, lch, rch bool) (ticket.Side, string) {
	// over lets a side win and names what a person loses by that.
	over := func(winner ticket.Side) (ticket.Side, string) {
		if winner == ticket.Left {
			return winner, p.beaten(f, fs, ticket.Right, r, rch)
		}
		return winner, p.beaten(f, fs, ticket.Left, l, lch)
	}
	switch {
	case fs.Take != "":
		return over(fs.Take)
	case fs.Left == "" && fs.Right == "" || lch == rch:
		// Both changed, or first contact.
	case lch:
		return ticket.Left, ""
	default:
		return ticket.Right, ""
	}
	if !f.Direction.From(ticket.Left) {
		return over(ticket.Right)
	}
	if !f.Direction.From(ticket.Right) {
		return over(ticket.Left)
	}
	if fs.Cut != "" {
		return over(fs.Cut.Other())
	}
	if left, right := fs.ours(ticket.Left), fs.ours(ticket.Right); !lch && !rch && left != right {
		// Only the mapping is new. What we wrote ourselves, such as a cleared
		// assignee, is no argument against a person's value.
		if left {
			return ticket.Right, ""
		}
		return ticket.Left, ""
	}
	if fs.Left == "" && fs.Right == "" && l.IsEmpty() != r.IsEmpty() {
		empty := ticket.Left
		if r.IsEmpty() {
			empty = ticket.Right
		}
		// Unless a history tells that somebody cleared it, a value beats none.
		if !p.told(empty, f) {
			return over(empty.Other())
		}
	}
	winner := p.State.Origin
	switch p.rules.Conflict.For(f.Name) {
	case LeftWins:
		winner = ticket.Left
	case RightWins:
		winner = ticket.Right
	case HoldConflict:
		return "", ""
	default:
		if fs.LeftAt.After(fs.RightAt) {
			winner = ticket.Left
		}
		if fs.RightAt.After(fs.LeftAt) {
			winner = ticket.Right
		}
	}
	return over(winner)
}

// beaten names the value of a side that a person loses to the conflict rule, ""
// when nobody had changed it.
func (p *planner) beaten(f FieldRule, fs *FieldState, s ticket.Side, v ticket.Value, changed bool) string {
	if !changed || fs.Left == "" && fs.Right == "" && v.IsEmpty() && p.on(s).ChangedAt != nil && !p.told(s, f) {
		return "" // it was empty all along
	}
	if f.Name == ticket.Description && !v.Omitted {
		return shorten(v.Text, 200)
	}
	if s := display(f.Name, v); s != "" {
		return s
	}
	return "(empty)"
}

// told reports whether a history tells that a person changed a side's field.
func (p *planner) told(s ticket.Side, f FieldRule) bool {
	_, ok := p.on(s).ChangedAt[f.On(s)]
	return ok
}

// seenAt dates the present value of a field: as the history tells, else as late as
// the ticket itself allows. Where nothing is known of the field, and the history
// tells of no change, it is as old as the ticket, and nobody's on one of ours.
func seenAt(s *ticket.Snapshot, f ticket.Field, known bool) time.Time {
	if at, ok := s.ChangedAt[f]; ok {
		return at
	}
	if !known && s.ChangedAt != nil {
		if s.Ours {
			return time.Time{}
		}
		return s.Created
	}
	return s.Updated
}
