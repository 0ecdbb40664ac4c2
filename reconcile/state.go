package reconcile

import (
	"maps"
	"slices"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
)

// State is what a pair remembers between two plans. Its zero value is a pair
// that has never been compared.
type State struct {
	// Origin is the side of the ticket that existed first. It wins where
	// nothing else decides.
	Origin ticket.Side `json:"origin"`
	// Fields holds the baseline of each field by its name in FieldRule.
	Fields map[ticket.Field]FieldState `json:"fields,omitempty"`
	// Comments holds every comment that has, had or should have a copy,
	// oldest first.
	Comments []Link `json:"comments,omitempty"`
	// Settled is when the oldest comments were let go: comments created until
	// then are not looked at any more. Zero while all fit.
	Settled time.Time `json:"settled,omitzero"`
	// Rebuilt tells that the comments that had copies are not known any more, so
	// that what the copies say of themselves counts.
	Rebuilt bool `json:"rebuilt,omitempty"`
	// Edges are the status changes seen to be possible on each side: status
	// name to the names one step away.
	Edges map[ticket.Side]map[string][]string `json:"edges,omitempty"`
	// Told is what an announcing side was told last, nil before the first time.
	Told *Told `json:"told,omitempty"`
	// Heard is the last change of the origin's history that was told or passed over.
	Heard string `json:"heard,omitempty"`
	// Footer is the last line of the replica's description, "" for none.
	Footer string `json:"footer,omitempty"`
}

// FieldState is one field's baseline: what both sides held when they last
// agreed, as fingerprints of the values as each tracker stores them.
type FieldState struct {
	Left  string `json:"l,omitempty"`
	Right string `json:"r,omitempty"`
	// Mapping is the hash of the mapping in force at that moment.
	Mapping string `json:"m,omitempty"`
	// LeftAt and RightAt are when a person's change was first seen, of the
	// values with fingerprints LeftSeen and RightSeen. Our own writes never
	// move them.
	LeftAt  time.Time `json:"la,omitzero"`
	RightAt time.Time `json:"ra,omitzero"`
	// LeftTold and RightTold are the last changes by people that histories told.
	LeftTold  time.Time `json:"lt,omitzero"`
	RightTold time.Time `json:"rt,omitzero"`
	LeftSeen  string    `json:"ls,omitempty"`
	RightSeen string    `json:"rs,omitempty"`
	// LeftBack and RightBack tell that a person's change was seen, waited, and
	// was taken back: the value is the baseline's, and an edit all the same.
	LeftBack  bool `json:"lb,omitempty"`
	RightBack bool `json:"rb,omitempty"`

	Hold *Hold `json:"hold,omitempty"`
	// Take is the side an operator chose in resolve.
	Take ticket.Side `json:"take,omitempty"`
	// Cut is the side that holds a shortened copy; it is never written back.
	Cut ticket.Side `json:"cut,omitempty"`
	// Without are the labels that a side does not have and was written without:
	// that they are missing there is nobody's edit.
	Without map[ticket.Side][]string `json:"wo,omitempty"`
	// Way is how far a status was walked.
	Way *Way `json:"way,omitempty"`
}

// Way is what was tried to bring a status to the value with fingerprint
// Source. No step is made twice and no second one is guessed, so that an
// automation that moves the ticket on cannot keep us walking.
type Way struct {
	Source  string   `json:"source"`
	Steps   []string `json:"steps,omitempty"`
	Guessed bool     `json:"guessed,omitempty"`
}

// Changed is the fingerprint of a baseline that matches no value, so that
// the field counts as changed by a person.
const Changed = "!"

// Hold is a field, comment or link that waits, and why. It remembers what it
// failed on and is tried again when that changes, or when Due.
type Hold struct {
	Reason  ticket.Reason `json:"reason"`
	Detail  string        `json:"detail,omitempty"` // the tracker's own words, or the values concerned
	Left    string        `json:"l,omitempty"`      // fingerprints it failed on
	Right   string        `json:"r,omitempty"`
	Mapping string        `json:"m,omitempty"`
	Take    ticket.Side   `json:"take,omitempty"` // what an operator had chosen then
	Since   time.Time     `json:"since,omitzero"`
	RetryAt time.Time     `json:"retry_at,omitzero"`
	Tries   int           `json:"tries,omitempty"`
	// Due lets the next plan try again; the workflow sets it when the time has
	// come, the operator asked, or the settings are new.
	Due bool `json:"due,omitempty"`
}

// Link ties a comment to its copy on the other side.
type Link struct {
	From   ticket.Side `json:"s"`           // where it was written
	Source string      `json:"i"`           // its id there
	Copy   string      `json:"c,omitempty"` // the copy's id, "" while there is none

	SourceFP string `json:"sf,omitempty"` // fingerprints as of the last copy
	CopyFP   string `json:"cf,omitempty"`
	SourceV  string `json:"sv,omitempty"` // versions, to tell echoes
	CopyV    string `json:"cv,omitempty"`
	Tried    string `json:"tv,omitempty"` // version of the source that was tried to copy last
	At       int64  `json:"t,omitempty"`  // when the source was written, Unix milliseconds

	// Fate is "" while source and copy are kept alike.
	Fate Fate `json:"f,omitempty"`
	// Pending tells that a copy was asked for and the answer was lost: it is
	// looked for before it is made again.
	Pending bool  `json:"p,omitempty"`
	Hold    *Hold `json:"hold,omitempty"`
}

// Fate tells why a comment and its copy are not kept alike any more.
type Fate string

// The fates of a link.
const (
	CopyDeleted Fate = "copy-deleted" // a person deleted the copy; it is not made again
	Ended       Fate = "ended"        // the source is gone or private, and so is the copy
)

func (f *FieldState) fp(s ticket.Side) string {
	if s == ticket.Left {
		return f.Left
	}
	return f.Right
}

func (f *FieldState) setFP(s ticket.Side, fp string) {
	if s == ticket.Left {
		f.Left = fp
	} else {
		f.Right = fp
	}
}

// see notes when the present value of a side was first seen. One that is there
// again was changed and set back, seen by us or told by a history.
func (f *FieldState) see(s ticket.Side, fp string, at, told time.Time) {
	if s == ticket.Left && (f.LeftSeen != fp || since(f.LeftTold, told)) {
		f.LeftBack = fp == f.Left && f.LeftSeen != ""
		f.LeftSeen, f.LeftAt, f.LeftTold = fp, at, told
	}
	if s == ticket.Right && (f.RightSeen != fp || since(f.RightTold, told)) {
		f.RightBack = fp == f.Right && f.RightSeen != ""
		f.RightSeen, f.RightAt, f.RightTold = fp, at, told
	}
}

// since reports whether a history tells of a newer change than the one known, by
// more than what a tracker's time may seem to shift between two answers.
func since(known, told time.Time) bool {
	const shift = 3 * time.Second
	return !told.IsZero() && told.Sub(known) > shift
}

// leaveOut notes the labels that a side was written without.
func (f *FieldState) leaveOut(s ticket.Side, names []string) {
	if len(names) == 0 && len(f.Without) == 0 {
		return
	}
	without := maps.Clone(f.Without)
	if without == nil {
		without = map[ticket.Side][]string{}
	}
	if delete(without, s); len(names) > 0 {
		without[s] = names
	}
	f.Without = without
}

// unsee forgets the present value of a side, so that it is dated anew.
func (f *FieldState) unsee(s ticket.Side) {
	if s == ticket.Left {
		f.LeftSeen, f.LeftAt = "", time.Time{}
	} else {
		f.RightSeen, f.RightAt = "", time.Time{}
	}
}

// wrote notes that the present value of a side is our own.
func (f *FieldState) wrote(s ticket.Side, fp string) {
	if s == ticket.Left {
		f.LeftSeen, f.LeftAt, f.LeftBack = fp, time.Time{}, false
	} else {
		f.RightSeen, f.RightAt, f.RightBack = fp, time.Time{}, false
	}
}

func (f *FieldState) agreed(left, right, mapping string) {
	f.Left, f.Right, f.Mapping = left, right, mapping
	f.Take, f.Way, f.LeftBack, f.RightBack = "", nil, false, false
	if f.Hold != nil && f.Hold.Reason != ticket.TooLong {
		f.Hold = nil
	}
}

// ours reports whether the present value of a side is one that we wrote.
func (f *FieldState) ours(s ticket.Side) bool {
	if s == ticket.Left {
		return f.LeftSeen == f.Left && f.LeftAt.IsZero()
	}
	return f.RightSeen == f.Right && f.RightAt.IsZero()
}

// rest drops a hold whose cause was taken back. That a text is cut is no wait:
// it stays on show, and trying again would write the same once more.
func (f *FieldState) rest() {
	f.LeftBack, f.RightBack = false, false
	if f.Cut == "" {
		f.Hold = nil
	} else if f.Hold != nil {
		f.Hold.Due, f.Hold.RetryAt = false, time.Time{}
	}
}

// made reports whether a step was tried before.
func (w *Way) made(from, to ticket.State) bool {
	return w != nil && slices.Contains(w.Steps, from.Name+" > "+to.Name)
}

// holds reports whether the hold still stands in front of these values.
func (h *Hold) holds(left, right, mapping string, take ticket.Side) bool {
	return h != nil && !h.Due && h.Left == left && h.Right == right && h.Mapping == mapping && h.Take == take
}

// Clone returns a copy that shares nothing with the original.
func (s State) Clone() State {
	out := s
	out.Fields = make(map[ticket.Field]FieldState, len(s.Fields))
	for _, name := range sortedKeys(s.Fields) {
		f := s.Fields[name]
		f.Hold = f.Hold.clone()
		f.Without = maps.Clone(f.Without)
		if f.Way != nil {
			way := *f.Way
			way.Steps = slices.Clone(way.Steps)
			f.Way = &way
		}
		out.Fields[name] = f
	}
	out.Comments = make([]Link, len(s.Comments))
	for i, l := range s.Comments {
		l.Hold = l.Hold.clone()
		out.Comments[i] = l
	}
	out.Edges = map[ticket.Side]map[string][]string{}
	for _, side := range sortedKeys(s.Edges) {
		out.Edges[side] = make(map[string][]string, len(s.Edges[side]))
		for _, from := range sortedKeys(s.Edges[side]) {
			out.Edges[side][from] = slices.Clone(s.Edges[side][from])
		}
	}
	return out
}

func (h *Hold) clone() *Hold {
	if h == nil {
		return nil
	}
	c := *h
	return &c
}
