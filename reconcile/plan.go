package reconcile

import (
	"fmt"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
)

// Decision is what Plan concluded.
type Decision struct {
	// Operations to execute, in this order.
	Operations []Operation
	// State is the given one with what could be concluded without a write.
	State State
	// Notes are for the journal.
	Notes []Note
	// Standing is why the pair as a whole waits, "" when it does not.
	Standing ticket.Reason
	Detail   string
	// Returned tells that a value which came back counted as an edit.
	Returned bool
}

// OpKind names an operation.
type OpKind string

// The operations.
const (
	SetFields     OpKind = "set-fields"
	MoveStatus    OpKind = "move-status"
	AddComment    OpKind = "add-comment"
	EditComment   OpKind = "edit-comment"
	DeleteComment OpKind = "delete-comment"
	Announce      OpKind = "announce"
)

// Operation is one write on one ticket.
type Operation struct {
	Kind    OpKind       `json:"kind"`
	Side    ticket.Side  `json:"side"` // the ticket written to
	Writes  []Write      `json:"writes,omitempty"`
	Move    *Step        `json:"move,omitempty"`
	Comment *CommentCopy `json:"comment,omitempty"`
	News    *News        `json:"news,omitempty"`
}

// Write sets one field.
type Write struct {
	Field ticket.Field `json:"field"` // its FieldRule.Name
	On    ticket.Field `json:"on"`    // its name on the ticket written to
	Value ticket.Value `json:"value"`
	// Source and Replaces are the fingerprints of the two values the write
	// was decided on.
	Source   string `json:"source"`
	Replaces string `json:"replaces"`
	Footer   string `json:"footer,omitempty"`
	Origin   string `json:"origin,omitempty"` // address a cut text links to
	// From and To are for the journal; Beaten is a person's value that the
	// conflict rule set aside.
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
	Beaten string `json:"beaten,omitempty"`
}

// Step is one transition on the way to a status.
type Step struct {
	Move   ticket.Move    `json:"move"`
	From   ticket.State   `json:"from"`
	Fields map[string]any `json:"fields,omitempty"`
	Source string         `json:"source"`
	Want   string         `json:"want"` // the status at the end of the way
	// Since is when a person had last changed the status by then, as far as known.
	Since  time.Time `json:"since,omitzero"`
	Guess  bool      `json:"guess,omitempty"`
	Beaten string    `json:"beaten,omitempty"`
}

// Note is a journal entry without its time.
type Note struct {
	What string `json:"what"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Plan compares two tickets under the rules and says what to write. It is
// pure. Planning again with the decision's state and the same tickets decides
// the same and notes nothing new; with the tickets as the operations leave
// them it decides nothing.
func Plan(rules *Rules, state State, left, right *ticket.Snapshot) Decision {
	return plan(rules, state, left, right, true)
}

// PlanByBaseline is Plan for runs begun by builds that looked at the baseline
// alone: to them a value that came back was no edit. Replay depends on it.
func PlanByBaseline(rules *Rules, state State, left, right *ticket.Snapshot) Decision {
	return plan(rules, state, left, right, false)
}

func plan(rules *Rules, state State, left, right *ticket.Snapshot, returns bool) Decision {
	p := &planner{Decision: Decision{State: state.Clone()}, rules: rules, left: left, right: right, writes: map[ticket.Side][]Write{}, returns: returns}
	p.State.learn(ticket.Left, left)
	p.State.learn(ticket.Right, right)
	p.standing()
	if p.Standing != "" && p.Standing != ticket.BecamePrivate {
		return p.Decision
	}
	p.lapse()
	if side, ok := rules.Announces(); ok {
		p.announce(side)
		return p.Decision
	}
	for _, f := range rules.FieldRules() {
		p.field(f)
	}
	for _, side := range []ticket.Side{ticket.Left, ticket.Right} {
		if len(p.writes[side]) > 0 {
			p.Operations = append(p.Operations, Operation{Kind: SetFields, Side: side, Writes: p.writes[side]})
		}
	}
	p.Operations = append(p.Operations, p.moves...)
	p.comments()
	return p.Decision
}

// lapse drops the holds of what the route does not replicate any more.
func (p *planner) lapse() {
	for _, name := range sortedKeys(p.State.Fields) {
		if _, replicated := p.rules.rule(name); !replicated {
			fs := p.State.Fields[name]
			fs.Hold, fs.Take = nil, ""
			p.State.Fields[name] = fs
		}
	}
	for i := range p.State.Comments {
		if l := &p.State.Comments[i]; !p.rules.Comments.Direction.And(p.rules.Direction).From(l.From) {
			l.Hold = nil
		}
	}
}

type planner struct {
	Decision
	rules       *Rules
	left, right *ticket.Snapshot
	returns     bool // a value that came back is an edit
	writes      map[ticket.Side][]Write
	moves       []Operation
}

func (p *planner) on(s ticket.Side) *ticket.Snapshot {
	if s == ticket.Left {
		return p.left
	}
	return p.right
}

func (p *planner) note(what, from, to string) {
	p.Notes = append(p.Notes, Note{What: what, From: from, To: to})
}

// closed reports whether nothing may leave a side.
func (p *planner) closed(s ticket.Side) bool {
	return p.on(s).Private != "" && p.rules.Private != "replicate"
}

// standing finds what keeps the pair as a whole from being written.
func (p *planner) standing() {
	for _, side := range []ticket.Side{ticket.Left, ticket.Right} {
		snap := p.on(side)
		switch {
		case snap.Elsewhere != "" && p.rules.Elsewhere != "ignore" && !p.rules.End(side.Other()).Announces:
			p.Standing, p.Detail = ticket.ReplicatedElsewhere, snap.Elsewhere
			return
		case !inContainer(p.rules.End(side), snap.Container):
			p.Standing, p.Detail = ticket.MovedOut, fmt.Sprintf("%s is now in %s", snap.Key, snap.Container.Name)
			return
		case p.closed(side):
			p.Standing, p.Detail = ticket.BecamePrivate, fmt.Sprintf("%s: %s", snap.Key, snap.Private)
		}
	}
}

// Covers reports whether a container is the route's own on one side.
func (r *Rules) Covers(s ticket.Side, c ticket.Container) bool { return inContainer(r.End(s), c) }

func inContainer(e End, c ticket.Container) bool {
	return e.Container.ID == "" || c.ID == "" || e.Container.ID == c.ID && e.Container.HasPart(c)
}

// field decides about one field: nothing to do, record that the sides agree,
// hold it, or write it on one side.
func (p *planner) field(f FieldRule) {
	l, lok := p.left.Fields[f.Left]
	r, rok := p.right.Fields[f.Right]
	if !lok || !rok {
		return // this type of ticket does not have the field
	}
	fs := p.State.Fields[f.Name]
	mapping := p.rules.mapping(f)
	known := fs.Left != "" || fs.Right != ""
	fs.see(ticket.Left, l.Fingerprint, seenAt(p.left, f.Left, known), p.left.ChangedAt[f.Left])
	fs.see(ticket.Right, r.Fingerprint, seenAt(p.right, f.Right, known), p.right.ChangedAt[f.Right])
	defer func() { p.State.Fields[f.Name] = fs }()

	if h := fs.Hold; h != nil && fs.Take != "" && h.Take == fs.Take && (h.Left != l.Fingerprint || h.Right != r.Fingerprint) {
		fs.Take = "" // the operator decided about other values
	}
	lch, rch := fs.Left != l.Fingerprint, fs.Right != r.Fingerprint
	if known && !lch && !rch && fs.Mapping == mapping && fs.Take == "" {
		fs.rest()
		return
	}
	if p.returns && (fs.LeftBack && rch || fs.RightBack && lch) {
		lch, rch, p.Returned = true, true, true
	}
	if fs.Hold.holds(l.Fingerprint, r.Fingerprint, mapping, fs.Take) {
		return
	}
	firstContact := fs.Left == "" || fs.Right == "" || !lch && !rch
	if p.rules.agree(f, l, r, firstContact) {
		fs.Hold, fs.Cut = nil, ""
		fs.agreed(l.Fingerprint, r.Fingerprint, mapping)
		return
	}
	if cut := cutSide(f, l, r); !known && cut != "" {
		fs.agreed(l.Fingerprint, r.Fingerprint, mapping)
		fs.Cut = cut
		p.hold(f, &fs, ticket.TooLong, "", l, r)
		return
	}

	from, beaten := p.source(f, &fs, l, r, lch, rch)
	if from == "" {
		p.hold(f, &fs, ticket.Conflict, "left: "+display(f.Name, l)+", right: "+display(f.Name, r), l, r)
		return
	}
	source, target := l, r
	if from == ticket.Right {
		source, target = r, l
	}
	if fs.Take == "" && (!f.Direction.From(from) || fs.Cut == from) {
		// The change stays where it was made, and is known from now on.
		if fs.Cut == from {
			p.note("edit of the shortened "+string(f.Name)+" stays on the "+string(from), "", display(f.Name, source))
		}
		fs.setFP(from, source.Fingerprint)
		fs.Mapping = mapping
		if fs.Left == l.Fingerprint && fs.Right == r.Fingerprint {
			fs.rest()
		}
		return
	}
	if p.closed(from) {
		return
	}
	value, keep, reason, detail := p.rules.translate(f, from, source, p.on(from.Other()))
	if f.Name == ticket.Labels {
		value.Names = restored(value.Names, fs.Without[from], target.Names)
	}
	switch {
	case keep:
		fs.agreed(l.Fingerprint, r.Fingerprint, mapping)
	case reason != "":
		p.hold(f, &fs, reason, detail, l, r)
	case f.Name == ticket.Status && !p.on(from.Other()).AnyStatus:
		p.step(f, &fs, from, value.State.Name, beaten, l, r)
	default:
		p.writes[from.Other()] = append(p.writes[from.Other()], p.write(f, from, value, source, target, beaten))
	}
}

func (p *planner) write(f FieldRule, from ticket.Side, value, source, target ticket.Value, beaten string) Write {
	w := Write{
		Field: f.Name, On: f.On(from.Other()), Value: value, Source: source.Fingerprint, Replaces: target.Fingerprint,
		From: display(f.Name, target), To: display(f.Name, source), Beaten: beaten, Origin: p.on(from).URL,
	}
	if value.State != nil {
		w.To = value.State.Name // in the terms of the ticket written to
	}
	if f.Name == ticket.Description && from == p.State.Origin {
		w.Footer = p.State.Footer
	}
	return w
}

// step plans the next transition towards a status, or holds the field.
func (p *planner) step(f FieldRule, fs *FieldState, from ticket.Side, want, beaten string, l, r ticket.Value) {
	source := l
	if from == ticket.Right {
		source = r
	}
	side := from.Other()
	snap := p.on(side)
	if fs.Way != nil && fs.Way.Source != source.Fingerprint {
		fs.Way = nil
	}
	if fs.Way != nil && fs.Hold != nil && fs.Hold.Due {
		fs.Way.Steps = nil
	}
	st, ok := p.rules.nextStep(&p.State, side, snap, want, fs.Way == nil || !fs.Way.Guessed)
	switch {
	case ok && fs.Way.made(snap.Status(), st.move.To):
		p.hold(f, fs, ticket.NoTransition, fmt.Sprintf("%s → %s was made before and did not last", snap.Status().Name, st.move.To.Name), l, r)
	case !ok:
		p.hold(f, fs, ticket.NoTransition, fmt.Sprintf("%s → %s; reachable: %s", snap.Status().Name, want, reachable(snap)), l, r)
	case len(st.missing) > 0:
		p.hold(f, fs, ticket.RequiredField, fmt.Sprintf("%s → %s needs %v in transition_fields", snap.Status().Name, st.move.To.Name, st.missing), l, r)
	default:
		p.moves = append(p.moves, Operation{Kind: MoveStatus, Side: side, Move: &Step{
			Move: st.move, From: snap.Status(), Fields: p.rules.transitionFields(st.move.To.Name),
			Source: source.Fingerprint, Want: want, Guess: st.guessed, Beaten: beaten, Since: snap.ChangedAt[f.On(side)],
		}})
	}
}

func reachable(snap *ticket.Snapshot) string {
	if len(snap.Moves) == 0 {
		return "nothing (has the account the permission Transition Issues?)"
	}
	out := ""
	for i, m := range snap.Moves {
		if i > 0 {
			out += ", "
		}
		out += m.To.Name
	}
	return out
}

func (p *planner) hold(f FieldRule, fs *FieldState, reason ticket.Reason, detail string, l, r ticket.Value) {
	h := &Hold{Reason: reason, Detail: detail, Left: l.Fingerprint, Right: r.Fingerprint, Mapping: p.rules.mapping(f), Take: fs.Take}
	if fs.Hold != nil && fs.Hold.Reason == reason && fs.Hold.Left == h.Left && fs.Hold.Right == h.Right {
		h.Since, h.Tries = fs.Hold.Since, fs.Hold.Tries
	} else {
		p.note("hold "+string(f.Name)+": "+string(reason), "", detail)
	}
	fs.Hold = h
}
