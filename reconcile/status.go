package reconcile

import (
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// is reports whether a status goes by a name in the rules: its own name, or
// the group its tracker files it under.
func is(s ticket.State, name string) bool {
	return strings.EqualFold(s.Name, name) || s.Group != "" && strings.EqualFold(s.Group, name)
}

func (s StatusRule) on(side ticket.Side) string {
	if side == ticket.Left {
		return s.Left
	}
	return s.Right
}

// mapStatus returns the name that a side's status has on the other side: that
// of the first rule for the status itself, or else for its group. Without any rule it is a status of the same
// category: the namesake, or else the first.
func (r *Rules) mapStatus(from ticket.Side, s ticket.State) (string, bool) {
	if len(r.Status) == 0 {
		if name, ok := r.namesake(from, s); ok {
			return name, true
		}
		for _, c := range counterparts(s.Category) {
			if name := first(r.End(from.Other()).Statuses, c); name != "" {
				return name, true
			}
		}
	}
	// A tracker's groups may bear the names of statuses: a rule for the status
	// itself comes before one for its group.
	for _, fits := range []func(ticket.State, string) bool{goesBy, is} {
		for _, rule := range r.Status {
			if rule.Direction.From(from) && fits(s, rule.on(from)) {
				return rule.on(from.Other()), true
			}
		}
	}
	return "", false
}

// goesBy reports whether a status bears a name itself.
func goesBy(s ticket.State, name string) bool { return strings.EqualFold(s.Name, name) }

// leads reports whether a side's status maps to the other's: to its name, or to
// its group unless the rules say of that very status that it means another.
func (r *Rules) leads(from ticket.Side, s, other ticket.State) bool {
	name, ok := r.mapStatus(from, s)
	if !ok || !is(other, name) {
		return false
	}
	back, mapped := r.mapStatus(from.Other(), other)
	return goesBy(other, name) || !mapped || is(s, back)
}

// counterparts lists the categories that a status of this one may have on the
// other side, the best first.
func counterparts(c ticket.Category) []ticket.Category {
	switch c {
	case "":
		return nil
	case ticket.Untriaged:
		return []ticket.Category{c, ticket.Open}
	case ticket.Waiting:
		return []ticket.Category{c, ticket.Started}
	}
	return []ticket.Category{c}
}

// namesake returns the other side's status that bears the same name, give or
// take spaces, and means the same.
func (r *Rules) namesake(from ticket.Side, s ticket.State) (string, bool) {
	bare := func(name string) string { return strings.ReplaceAll(name, " ", "") }
	for _, there := range r.End(from.Other()).Statuses {
		if slices.Contains(counterparts(s.Category), there.Category) && strings.EqualFold(bare(there.Name), bare(s.Name)) {
			return there.Name, true
		}
	}
	return "", false
}

// first returns the first status of a category, "" when there is none.
func first(statuses []ticket.State, c ticket.Category) string {
	for _, s := range statuses {
		if s.Category == c {
			return s.Name
		}
	}
	return ""
}

// akin reports whether two statuses need not be told apart by a route without
// a map: they mean the same, and neither has a better counterpart.
func (r *Rules) akin(left, right ticket.State) bool {
	if len(r.Status) > 0 {
		return false
	}
	_, l := r.namesake(ticket.Left, left)
	_, o := r.namesake(ticket.Right, right)
	return !l && !o && (slices.Contains(counterparts(left.Category), right.Category) ||
		slices.Contains(counterparts(right.Category), left.Category))
}

// Final returns the status in which a side's work is finished: the last that
// the map leads to, or the first of its category; "" when none is known.
func (r *Rules) Final(side ticket.Side) string {
	if len(r.Status) == 0 {
		return first(r.End(side).Statuses, ticket.Completed)
	}
	out := ""
	for _, rule := range r.Status {
		if rule.Direction.From(side.Other()) {
			out = rule.on(side)
		}
	}
	return out
}

// statusAgrees reports whether either status maps to the other. That is what
// keeps many-to-one maps from oscillating.
func (r *Rules) statusAgrees(left, right *ticket.State) bool {
	if left == nil || right == nil {
		return left == right
	}
	return r.leads(ticket.Left, *left, *right) || r.leads(ticket.Right, *right, *left) || r.akin(*left, *right)
}

// Targets lists what each status of a side becomes on the other ("" =
// unmapped), for apply to print.
func (r *Rules) Targets(from ticket.Side, states []ticket.State) []string {
	out := make([]string, len(states))
	for i, s := range states {
		out[i], _ = r.mapStatus(from, s)
	}
	return out
}

// learn remembers the steps the tracker offers from the present status.
func (s *State) learn(side ticket.Side, snap *ticket.Snapshot) {
	const most = 60 // statuses remembered; more is no workflow a person drew
	if snap.AnyStatus || len(snap.Moves) == 0 || snap.Status().Name == "" {
		return
	}
	if s.Edges == nil {
		s.Edges = map[ticket.Side]map[string][]string{}
	}
	if s.Edges[side] == nil {
		s.Edges[side] = map[string][]string{}
	}
	from := strings.ToLower(snap.Status().Name)
	if _, known := s.Edges[side][from]; !known && len(s.Edges[side]) >= most {
		return
	}
	to := make([]string, 0, len(snap.Moves))
	for _, m := range snap.Moves {
		to = append(to, strings.ToLower(m.To.Name))
	}
	slices.Sort(to)
	s.Edges[side][from] = slices.Compact(to)
}

// step is the next move towards a wanted status.
type step struct {
	move    ticket.Move
	guessed bool
	missing []string // required fields the route has no value for
}

// nextStep finds the first step of the shortest known path: straight there,
// along paths in the rules, along steps seen before, and one step further
// only where it is the sole exit. ok is false when no path is known.
func (r *Rules) nextStep(s *State, side ticket.Side, snap *ticket.Snapshot, want string, mayGuess bool) (step, bool) {
	usable := func(m ticket.Move) step {
		st := step{move: m}
		for _, field := range m.Required {
			if _, ok := r.transitionFields(m.To.Name)[field]; !ok {
				st.missing = append(st.missing, field)
			}
		}
		return st
	}
	// to prefers a move that misses no field.
	to := func(name string) (found step, ok bool) {
		for _, m := range snap.Moves {
			if !strings.EqualFold(m.To.Name, name) {
				continue
			}
			if st := usable(m); !ok || len(st.missing) == 0 && len(found.missing) > 0 {
				found, ok = st, true
			}
		}
		return found, ok
	}
	straight, ok := to(want)
	if ok && len(straight.missing) == 0 {
		return straight, true
	}
	if next := r.walk(s, side, snap, want); next != "" {
		return to(next)
	}
	if ok {
		return straight, true
	}
	if mayGuess && len(snap.Moves) == 1 {
		// Not where we have been: from there no path is known.
		if _, seen := s.Edges[side][strings.ToLower(snap.Moves[0].To.Name)]; !seen {
			st := usable(snap.Moves[0])
			st.guessed = true
			return st, true
		}
	}
	return step{}, false
}

// transitionFields returns the route's constants for a step to a status.
func (r *Rules) transitionFields(to string) map[string]any {
	for _, name := range sortedKeys(r.Transitions) {
		if strings.EqualFold(name, to) {
			return r.Transitions[name]
		}
	}
	return nil
}

// walk returns the first status on the shortest known path of several steps,
// "" for none. Its first step is one of the moves on offer.
func (r *Rules) walk(s *State, side ticket.Side, snap *ticket.Snapshot, want string) string {
	from, want := strings.ToLower(snap.Status().Name), strings.ToLower(want)
	edges := r.edges(s, side)
	edges[from] = nil
	for _, m := range snap.Moves {
		if to := strings.ToLower(m.To.Name); to != want {
			edges[from] = append(edges[from], to)
		}
	}
	first := map[string]string{from: ""}
	queue := []string{from}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, to := range edges[at] {
			if _, seen := first[to]; seen {
				continue
			}
			first[to] = first[at]
			if at == from {
				first[to] = to
			}
			if to == want {
				return first[to]
			}
			queue = append(queue, to)
		}
	}
	return ""
}

// edges joins what is known about a side's workflow: the paths in the rules,
// the workflow itself where apply could read it, the steps seen before.
func (r *Rules) edges(s *State, side ticket.Side) map[string][]string {
	out := map[string][]string{}
	add := func(from, to string) {
		from, to = strings.ToLower(strings.TrimSpace(from)), strings.ToLower(strings.TrimSpace(to))
		if !slices.Contains(out[from], to) {
			out[from] = append(out[from], to)
		}
	}
	for _, key := range sortedKeys(r.Paths) {
		from, to, _ := strings.Cut(key, ">")
		at := from
		for _, via := range append(slices.Clone(r.Paths[key]), to) {
			add(at, via)
			at = via
		}
	}
	for _, known := range []map[string][]string{r.End(side).Edges, s.Edges[side]} {
		for _, from := range sortedKeys(known) {
			for _, to := range known[from] {
				add(from, to)
			}
		}
	}
	return out
}

// Close returns the operation that brings a ticket, whose other is gone,
// nearer to a status; ok is false when it is there or no way is known.
func Close(r *Rules, s *State, side ticket.Side, snap *ticket.Snapshot, want string) (op Operation, ok bool) {
	if want == "" || is(snap.Status(), want) {
		return op, false
	}
	fp := snap.Fields[ticket.Status].Fingerprint
	if snap.AnyStatus {
		return Operation{Kind: SetFields, Side: side, Writes: []Write{{
			Field: ticket.Status, On: ticket.Status, Value: ticket.Value{State: &ticket.State{Name: want}},
			Source: Changed, Replaces: fp, From: snap.Status().Name, To: want,
		}}}, true
	}
	st, ok := r.nextStep(s, side, snap, want, false)
	if !ok || len(st.missing) > 0 {
		return op, false
	}
	return Operation{Kind: MoveStatus, Side: side, Move: &Step{
		Move: st.move, From: snap.Status(), Fields: r.transitionFields(st.move.To.Name), Source: Changed, Want: want,
	}}, true
}
