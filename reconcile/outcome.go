package reconcile

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
)

// FieldOutcome is what became of one written field.
type FieldOutcome struct {
	// Stored is the fingerprint of the value now on the written side, ""
	// when the tracker did not tell.
	Stored string
	// Foreign tells that the stored value is a person's, not ours.
	Foreign bool
	// Lost is a person's value that our write replaced unseen.
	Lost string
	// Refused is why less than asked was stored, "" when all was.
	Refused ticket.Reason
	Detail  string
	// LeftOut are the labels that were left out, where Refused says so.
	LeftOut []string
}

// Wrote moves the baseline of one field after a write, and only of that
// field. It returns what the journal should say.
func (s *State) Wrote(rules *Rules, side ticket.Side, w Write, o FieldOutcome) []Note {
	f, ok := rules.rule(w.Field)
	if !ok {
		return nil // the settings changed meanwhile; the field is no longer replicated
	}
	if s.Fields == nil {
		s.Fields = map[ticket.Field]FieldState{}
	}
	fs := s.Fields[w.Field]
	defer func() { s.Fields[w.Field] = fs }()
	what := string(w.Field) + " → " + string(side)
	mapping := rules.mapping(f)
	held := func(reason ticket.Reason) *Hold {
		h := &Hold{Reason: reason, Detail: o.Detail, Mapping: mapping, Take: fs.Take}
		h.Left, h.Right = w.Source, w.Replaces
		if side == ticket.Left {
			h.Left, h.Right = w.Replaces, w.Source
		}
		if fs.Hold != nil && fs.Hold.Reason == reason {
			h.Since, h.Tries = fs.Hold.Since, fs.Hold.Tries
		}
		return h
	}

	if o.Refused != "" && o.Refused != ticket.TooLong && o.Refused != ticket.UserUnknown && o.Refused != ticket.LabelUnknown {
		fresh := fs.Hold == nil || fs.Hold.Reason != o.Refused
		fs.Hold = held(o.Refused)
		if fs.Left == "" && fs.Right == "" {
			fs.setFP(side, w.Replaces)
		}
		if fresh {
			return []Note{{What: "hold " + string(w.Field) + ": " + string(o.Refused), To: o.Detail}}
		}
		return nil
	}

	var notes []Note
	if w.Beaten != "" {
		notes = append(notes, Note{What: "conflict: " + what, From: w.Beaten, To: w.To})
	}
	if o.Lost != "" {
		notes = append(notes, Note{What: string(ticket.OverwrittenUnseen) + ": " + what, From: shorten(o.Lost, 200), To: w.To})
	}
	notes = append(notes, Note{What: what, From: w.From, To: w.To})
	fs.setFP(side.Other(), w.Source)
	fs.Mapping, fs.Take, fs.Way = mapping, "", nil
	fs.Hold, fs.Cut = nil, ""
	if o.Foreign {
		fs.setFP(side, Changed)
		return append(notes, Note{What: what + " was changed again on the " + string(side) + " at the same moment", From: w.To})
	}
	fs.setFP(side, o.Stored)
	fs.wrote(side, o.Stored)
	fs.leaveOut(side, o.LeftOut)
	switch o.Refused {
	case ticket.TooLong:
		fs.Cut = side
		fs.Hold = held(ticket.TooLong)
		fs.Hold.Left, fs.Hold.Right = fs.Left, fs.Right
		notes = append(notes, Note{What: what + " was shortened: " + string(ticket.TooLong)})
	case ticket.UserUnknown:
		notes = append(notes, Note{What: what + " was cleared: " + string(ticket.UserUnknown), From: w.To})
	case ticket.LabelUnknown:
		notes = append(notes, Note{What: what + " without " + strings.Join(o.LeftOut, ", ") + ": " + string(ticket.LabelUnknown)})
	}
	return notes
}

// Moved moves the baseline of the status after one transition. The source's
// side of it counts as changed until the way has been gone to its end, so that
// a step in between is neither replicated nor left standing when the source
// changes its mind.
func (s *State) Moved(rules *Rules, side ticket.Side, st Step, now *ticket.Snapshot) []Note {
	f, ok := rules.rule(ticket.Status)
	if !ok {
		return nil
	}
	if s.Fields == nil {
		s.Fields = map[ticket.Field]FieldState{}
	}
	fs := s.Fields[ticket.Status]
	defer func() { s.Fields[ticket.Status] = fs }()
	what := "status → " + string(side)
	at := now.Fields[ticket.Status]
	if fs.Way == nil || fs.Way.Source != st.Source {
		fs.Way = &Way{Source: st.Source}
	}
	fs.Way.Steps = append(fs.Way.Steps, st.From.Name+" > "+st.Move.To.Name)
	fs.Way.Guessed = fs.Way.Guessed || st.Guess
	if fs.Hold != nil {
		fs.Hold.Due, fs.Hold.RetryAt = false, time.Time{} // this was the next try
	}
	fs.setFP(side.Other(), Changed)
	elsewhere := Note{What: what + " went elsewhere", From: st.Move.To.Name, To: now.Status().Name}
	touched := now.ChangedAt[f.On(side)].After(st.Since)
	arrived := at.State != nil && strings.EqualFold(at.State.Name, st.Move.To.Name)
	switch {
	case touched && !arrived && strings.EqualFold(st.Move.To.Name, st.Want):
		// The value had arrived; a person's word came after it, even if it leads
		// back to where the step began.
		fs.setFP(side.Other(), st.Source)
		fs.setFP(side, Changed)
		fs.unsee(side)
		fs.Mapping, fs.Take, fs.Way, fs.Hold = rules.mapping(f), "", nil, nil
		return []Note{{What: what, From: st.From.Name, To: st.Want}, elsewhere}
	case at.State != nil && strings.EqualFold(at.State.Name, st.From.Name):
		if touched {
			fs.setFP(side, Changed)
			fs.unsee(side)
		}
		return []Note{elsewhere}
	}
	var notes []Note
	if st.Beaten != "" {
		notes = append(notes, Note{What: "conflict: " + what, From: st.Beaten, To: st.Want})
	}
	if at.State == nil || !strings.EqualFold(at.State.Name, st.Move.To.Name) {
		// Not where the step leads: a person or an automation moved it.
		fs.setFP(side, Changed)
		return append(notes, elsewhere)
	}
	if since(st.Since, now.ChangedAt[f.On(side)]) {
		// The history says that there was one, and not which.
		notes = append(notes, Note{What: string(ticket.OverwrittenUnseen) + ": " + what, From: "a status set meanwhile", To: at.State.Name})
	}
	fs.setFP(side, at.Fingerprint)
	fs.wrote(side, at.Fingerprint)
	if strings.EqualFold(at.State.Name, st.Want) {
		fs.setFP(side.Other(), st.Source)
		fs.Mapping, fs.Take, fs.Way, fs.Hold = rules.mapping(f), "", nil, nil
	}
	return append(notes, Note{What: what, From: st.From.Name, To: at.State.Name})
}

// Created settles the baseline of a replica that was just created from these
// writes. Fields the tracker took over as they are agree now; the others count
// as changed on the origin, so that the next plan writes them. What others did
// to a replica that was visited since is theirs, and stays.
func (s *State) Created(rules *Rules, draft []Write, origin, replica *ticket.Snapshot, notes map[ticket.Field]FieldOutcome, visited bool) {
	if s.Fields == nil {
		s.Fields = map[ticket.Field]FieldState{}
	}
	side := s.Origin.Other()
	drafted := map[ticket.Field]Write{}
	for _, w := range draft {
		drafted[w.Field] = w
	}
	for _, f := range rules.FieldRules() {
		stored, ok := replica.Fields[f.On(side)]
		if !ok || visited && replica.ChangedAt == nil {
			continue // nobody knows whose it is: compared as on first contact
		}
		fs := FieldState{}
		fs.setFP(side, stored.Fingerprint)
		fs.wrote(side, stored.Fingerprint)
		w, sent := drafted[f.Name]
		on := f.On(s.Origin)
		own := origin.Fields[on]
		fs.see(s.Origin, own.Fingerprint, seenAt(origin, on, false), origin.ChangedAt[on])
		_, keep, reason, _ := rules.translate(f, s.Origin, own, replica)
		_, touched := replica.ChangedAt[f.On(side)] // someone else has been there already
		switch {
		case sent && notes[f.Name].Foreign:
			// An earlier call had made it, and somebody has been there since.
			fs.setFP(s.Origin, Changed)
			fs.setFP(side, Changed)
			fs.unsee(side)
		case visited && touched:
			fs.setFP(s.Origin, cmp.Or(w.Source, own.Fingerprint))
			fs.setFP(side, Changed)
			fs.unsee(side)
		case sent && touched:
			fs.setFP(s.Origin, w.Source)
			fs.setFP(side, Changed)
		case sent && notes[f.Name].Refused == ticket.UserUnknown:
			fs.setFP(s.Origin, w.Source)
		case sent && notes[f.Name].Refused == ticket.LabelUnknown:
			fs.setFP(s.Origin, w.Source)
			fs.leaveOut(side, notes[f.Name].LeftOut)
		case sent && notes[f.Name].Refused == ticket.TooLong:
			fs.setFP(s.Origin, w.Source)
			fs.Cut = side
			fs.Hold = &Hold{Reason: ticket.TooLong, Left: fs.Left, Right: fs.Right, Mapping: rules.mapping(f)}
		case sent && notes[f.Name].Refused == "" && Holds(f.Name, w.Value, stored):
			fs.setFP(s.Origin, w.Source)
		case !sent && (keep || reason == "") && f.Direction.From(s.Origin) && f.Name != ticket.Status:
			// Nothing to send, such as no priority: the tracker's default stays.
			fs.setFP(s.Origin, own.Fingerprint)
		default:
			fs.setFP(s.Origin, Changed)
		}
		fs.Mapping = rules.mapping(f)
		s.Fields[f.Name] = fs
	}
}

// Overtaken lets fields of the origin that were set while the replica was being
// made count as changed there.
func (s *State) Overtaken(fields []ticket.Field) {
	for _, name := range fields {
		if fs, ok := s.Fields[name]; ok {
			fs.setFP(s.Origin, Changed)
			s.Fields[name] = fs
		}
	}
}

// Visited reports whether others may have changed a replica since it was made.
// Where there is no history, only a replica that was found later is suspected.
func Visited(replica *ticket.Snapshot, later bool) bool {
	if replica.ChangedAt == nil {
		return later && replica.Updated.After(replica.Created)
	}
	return len(replica.ChangedAt) > 0
}

// Holds reports whether a stored value is the one that was sent.
func Holds(f ticket.Field, sent, stored ticket.Value) bool {
	switch f {
	case ticket.Status:
		return stored.State != nil && sent.State != nil && is(*stored.State, sent.State.Name)
	case ticket.Assignee:
		return email(sent.User) == email(stored.User) && (sent.User == nil) == (stored.User == nil)
	case ticket.Priority:
		return sent.Level == stored.Level
	case ticket.Labels:
		return ticket.SameLabels(sent.Names, stored.Names)
	case ticket.Description: // the converters may have made much of it
		return !stored.IsEmpty()
	}
	return words(scalar(sent)) == words(scalar(stored))
}

// Asked notes that a copy is about to be made, before the call: should its
// answer be lost, the copy is looked for first.
func (s *State) Asked(c CommentCopy) {
	if l := s.find(c); l != nil {
		l.Pending, l.SourceFP, l.SourceV = true, c.SourceFP, c.SourceV
	}
}

// Copied notes what became of a comment operation.
func (s *State) Copied(kind OpKind, c CommentCopy, copied *ticket.Comment) []Note {
	l := s.find(c)
	if l == nil {
		return nil
	}
	l.Pending, l.Hold, l.Tried = false, nil, ""
	to := string(c.From.Other())
	switch kind {
	case DeleteComment:
		l.Fate = Ended
		return []Note{{What: "comment deleted → " + to, From: c.Copy}}
	case EditComment:
		l.SourceFP, l.SourceV, l.CopyFP, l.CopyV = c.SourceFP, c.SourceV, copied.Fingerprint, copied.Version
		return []Note{{What: "comment edited → " + to, From: c.Author, To: l.Copy}}
	}
	// Whatever was concluded about the source meanwhile: there is a copy to follow.
	l.Fate = ""
	l.Copy, l.SourceFP, l.SourceV = copied.ID, c.SourceFP, c.SourceV
	l.CopyFP, l.CopyV = copied.Fingerprint, copied.Version
	return []Note{{What: "comment → " + to, From: c.Author, To: copied.ID}}
}

// Missing notes that the comment an operation was about is gone on the side
// written to: a person deleted the copy.
func (s *State) Missing(c CommentCopy) []Note {
	l := s.find(c)
	if l == nil {
		return nil
	}
	l.Fate, l.Hold, l.Pending = CopyDeleted, nil, false
	return []Note{{What: "copy of a comment deleted on the " + string(c.From.Other()) + "; it is not made again", From: c.Copy}}
}

// Refused holds a comment.
func (s *State) Refused(c CommentCopy, reason ticket.Reason, detail string) []Note {
	l := s.find(c)
	if l == nil {
		return nil
	}
	l.Pending = false
	fresh := l.Hold == nil || l.Hold.Reason != reason
	h := Hold{Reason: reason, Detail: detail, Left: c.SourceFP}
	if !fresh {
		h.Since, h.Tries = l.Hold.Since, l.Hold.Tries
	}
	l.Hold = &h
	if fresh {
		return []Note{{What: "hold comment: " + string(reason), From: c.Source, To: detail}}
	}
	return nil
}

// NotThere lets a copy be made again after it was looked for in vain.
func (s *State) NotThere(from ticket.Side, source string) {
	for i := range s.Comments {
		if l := &s.Comments[i]; l.From == from && l.Source == source {
			l.Pending = false
		}
	}
}

func (s *State) find(c CommentCopy) *Link {
	for i := range s.Comments {
		if l := &s.Comments[i]; l.From == c.From && l.Source == c.Source {
			return l
		}
	}
	return nil
}

// Trim keeps the comments the pair follows to at most n, letting the oldest
// go that have their copies: comments written until the last of these are not
// taken up any more.
// It reports whether any went.
func (s *State) Trim(n int) bool {
	over := len(s.Comments) - n
	if over <= 0 {
		return false
	}
	oldest := func(a, b Link) int { return cmp.Compare(a.At, b.At) }
	slices.SortStableFunc(s.Comments, func(a, b Link) int {
		if a.waits() != b.waits() {
			if b.waits() {
				return -1
			}
			return 1
		}
		return oldest(a, b)
	})
	for _, l := range s.Comments[:over] {
		if at := time.UnixMilli(l.At).UTC(); at.After(s.Settled) {
			s.Settled = at
		}
	}
	s.Comments = slices.Clone(s.Comments[over:])
	slices.SortStableFunc(s.Comments, oldest)
	return true
}

// waits reports whether a copy is still to be made.
func (l Link) waits() bool { return l.Copy == "" && l.Fate == "" }

func (r *Rules) rule(name ticket.Field) (FieldRule, bool) {
	for _, f := range r.FieldRules() {
		if f.Name == name {
			return f, true
		}
	}
	return FieldRule{}, false
}
