package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ticketsync/ticketsync/ticket"
)

// canary is in every text that must not leave its ticket.
const canary = "CANARY"

// game is a bench on which people and the pair take turns at random.
type game struct {
	*bench
	rt *rapid.T
	// drifted are the fields that a person changed on a side they do not flow from.
	drifted map[ticket.Field]bool
	// edited and deleted tell what people did to copies.
	edited, deleted map[string]bool
	// lost tells that the state was lost once, and with it what people did to copies.
	lost  bool
	texts int
	// pairs are the statuses that may stand side by side.
	pairs     map[string][]string
	everyNote []Note
}

func newGame(rt *rapid.T) *game {
	direction := rapid.SampledFrom([]Direction{Both, Both, Both, ToRight, ToLeft})
	b := newBench(rt, func(r *Rules) {
		r.Direction = rapid.SampledFrom([]Direction{Both, Both, Both, ToRight}).Draw(rt, "direction")
		for _, f := range []ticket.Field{ticket.Title, ticket.Description, ticket.Priority, ticket.Assignee, ticket.Labels, ticket.Status} {
			r.Fields[f] = direction.Draw(rt, string(f)+" direction")
		}
		r.Comments.Direction = direction.Draw(rt, "comments direction")
		r.Conflict.Default = rapid.SampledFrom([]string{"", NewestWins, LeftWins, RightWins, HoldConflict}).Draw(rt, "conflict")
		r.Unmapped = rapid.SampledFrom([]string{"hold", "ignore"}).Draw(rt, "unmapped")
		if rapid.Bool().Draw(rt, "users") {
			r.Users = map[string]string{"ann@example.com": "alice@example.com"}
		}
		if rapid.IntRange(0, 2).Draw(rt, "by category") == 0 {
			r.Status = nil
			r.Left.Statuses, r.Right.Statuses = deskStates, issueStates
		}
		if rapid.Bool().Draw(rt, "no paths") {
			r.Paths = nil
		}
	})
	b.left.nests, b.right.nests = rapid.Bool().Draw(rt, "left nests"), rapid.Bool().Draw(rt, "right nests")
	pairs := map[string][]string{
		"Open": {"To Do"}, "In Progress": {"In Progress", "In Review"}, "Waiting": {"In Progress"}, "Done": {"Done"}, "Closed": {"Done"},
	}
	if b.rules.Status == nil {
		pairs["Waiting"] = append(pairs["Waiting"], "In Review")
		delete(pairs, "Closed")
	}
	b.right.lossy = func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "**", "*")) }
	b.left.lossy = func(s string) string { return strings.ReplaceAll(s, "*", "_") + "\n" }
	b.right.limit = 24
	b.left.people = append(b.left.people, "ann@example.com", "carol@example.com")
	if rapid.Bool().Draw(rt, "any status on the right") {
		b.right.workflow = nil
	}
	return &game{bench: b, rt: rt, pairs: pairs, drifted: map[ticket.Field]bool{}, edited: map[string]bool{}, deleted: map[string]bool{}}
}

// text makes one that is never used again.
func (g *game) text(k *tracker) string {
	g.texts++
	s := fmt.Sprintf("text%d **bold**", g.texts)
	if rapid.IntRange(0, 4).Draw(g.rt, "long") == 0 {
		s += strings.Repeat(" more", 5)
	}
	if k.private != "" {
		s = canary + s
	}
	return s
}

var fieldNames = []ticket.Field{ticket.Title, ticket.Description, ticket.Priority, ticket.Assignee, ticket.Labels, ticket.Status}

// person lets a person do something on either ticket.
func (g *game) person() {
	rt := g.rt
	side := rapid.SampledFrom([]ticket.Side{ticket.Left, ticket.Right}).Draw(rt, "side")
	k := g.on(side)
	switch what := rapid.IntRange(0, 19).Draw(rt, "what"); {
	case what < 12:
		g.editField(side, fieldNames[what/2])
	case what < 15:
		id := k.say(g.text(k))
		if len(k.comments) > 1 && rapid.Bool().Draw(rt, "reply") {
			k.comment(id).Parent = k.comments[0].ID
		}
		g.hide(k, id, rapid.IntRange(0, 3).Draw(rt, "private") == 0)
	case what == 15 && k.private == "" && rapid.IntRange(0, 3).Draw(rt, "private ticket") == 0:
		k.private = "private"
		k.tick()
	case what >= 15 && len(k.comments) > 0:
		id := rapid.SampledFrom(k.comments).Draw(rt, "comment").ID
		switch {
		case what < 18:
			g.hide(k, id, !k.copies[id] && rapid.IntRange(0, 2).Draw(rt, "private") == 0)
			g.edited[id] = k.copies[id]
		case what == 18:
			k.forget(id)
			g.deleted[id] = true
		}
	}
}

func (g *game) hide(k *tracker, id string, private bool) {
	c := k.comment(id)
	c.Private, c.Body = "", g.text(k)
	if private {
		c.Private, c.Body = "internal", canary+c.Body
	}
}

func (g *game) editField(side ticket.Side, f ticket.Field) {
	k, rt := g.on(side), g.rt
	v := ticket.Value{}
	switch f {
	case ticket.Title, ticket.Description:
		v = text(g.text(k))
	case ticket.Priority:
		levels := []ticket.Level{ticket.Urgent, ticket.High, ticket.Medium, ticket.Low, "blocker"}
		if !k.required {
			levels = append(levels, ticket.NoLevel)
		}
		v = level(rapid.SampledFrom(levels).Draw(rt, "level"))
	case ticket.Assignee:
		email := rapid.SampledFrom(append([]string{""}, k.people...)).Draw(rt, "user")
		if name, _, _ := strings.Cut(email, "@"); name != "" {
			v = user(name)
		}
	case ticket.Labels:
		v = labels(rapid.SliceOfDistinct(rapid.SampledFrom([]string{"VIP", "Needs Info", "hardware"}), rapid.ID).Draw(rt, "labels")...)
	case ticket.Status:
		names := []string{"Open", "In Progress", "Waiting", "Done", "Closed", "Stuck"}
		if side == ticket.Right {
			names = []string{"To Do", "In Progress", "In Review", "Done"}
		}
		v = state(rapid.SampledFrom(names).Draw(rt, "status"))
	}
	if rule, ok := g.rules.rule(f); ok && !rule.Direction.From(side) {
		g.drifted[f] = true
	}
	k.edit(f, v)
}

// round plans once and executes, with people acting in between while busy.
func (g *game) round(busy bool) (planned int) {
	d := g.plan()
	g.everyNote = append(g.everyNote, d.Notes...)
	for _, op := range d.Operations {
		if busy && rapid.IntRange(0, 3).Draw(g.rt, "meanwhile") == 0 {
			g.person()
		}
		g.allowed(op)
		g.execute(op, busy)
	}
	planned = len(d.Operations)
	for _, l := range g.state.Comments {
		if l.Pending && !busy { // looked for by the plan, and not found
			g.state.NotThere(l.From, l.Source)
			planned++
		}
	}
	return planned
}

// allowed requires that an operation follows the directions, unless an operator
// chose otherwise, and carries nothing private to the other ticket.
func (g *game) allowed(op Operation) {
	for _, w := range op.Writes {
		rule, ok := g.rules.rule(w.Field)
		require.True(g.rt, ok && rule.Direction.From(op.Side.Other()) || g.state.Fields[w.Field].Take != "", "%s goes the wrong way", w.Field)
	}
	if op.Kind == AddComment || op.Kind == EditComment {
		require.True(g.rt, g.rules.Comments.Direction.And(g.rules.Direction).From(op.Side.Other()))
	}
	if g.on(op.Side).private == "" || op.Comment != nil {
		require.NotContains(g.rt, encode(g.rt, op), canary)
	}
}

// execute runs an operation and requires that no person's value goes unnamed.
func (g *game) execute(op Operation, busy bool) {
	k := g.on(op.Side)
	if op.Kind == AddComment && busy && rapid.IntRange(0, 4).Draw(g.rt, "lost answer") == 0 {
		g.state.Asked(*op.Comment)
		if rapid.Bool().Draw(g.rt, "made all the same") {
			k.copy(op.Kind, *op.Comment)
		} else {
			g.plan() // must not make it again
			g.state.NotThere(op.Comment.From, op.Comment.Source)
		}
		return
	}
	type loss struct{ field, value, raw string }
	var losses []loss
	lose := func(f ticket.Field) {
		v := k.raw[f]
		if !k.person[f] {
			return
		}
		name := display(f, v)
		if f == ticket.Description {
			fs := g.state.Fields[f]
			if fs.fp(op.Side) == print(v) {
				return // long known, and replicated or meant to stay
			}
			name = shorten(v.Text, 200)
		}
		losses = append(losses, loss{string(f), name, print(v)})
	}
	for _, w := range op.Writes {
		lose(w.On)
	}
	if op.Move != nil && k.raw[ticket.Status].State.Name == op.Move.From.Name {
		lose(ticket.Status)
	}
	g.notes = nil
	if op.Kind == SetFields && busy {
		switch rapid.IntRange(0, 8).Draw(g.rt, "outcome") {
		case 0: // refused: nothing is written
			for _, w := range op.Writes {
				g.state.Wrote(g.rules, op.Side, w, FieldOutcome{Refused: ticket.FieldRefused})
			}
			return
		case 1: // a person is faster than the answer
			g.foreign(op.Side, op.Writes)
		default:
			g.run(op)
		}
	} else {
		g.run(op)
	}
	g.everyNote = append(g.everyNote, g.notes...)
	for _, l := range losses {
		if print(k.raw[ticket.Field(l.field)]) == l.raw {
			continue // the same was written
		}
		require.True(g.rt, slices.ContainsFunc(g.notes, func(n Note) bool {
			return n.From == l.value || l.value == "" && n.From == "(empty)"
		}), "%s %q lost unnamed: %v", l.field, l.value, g.notes)
	}
}

// foreign writes, and lets a person write the same fields before the answer.
func (g *game) foreign(side ticket.Side, writes []Write) {
	for _, w := range writes {
		o := g.on(side).save(w)
		g.editField(side, w.Field)
		o.Stored, o.Foreign = "", true
		g.notes = append(g.notes, g.state.Wrote(g.rules, side, w, o)...)
	}
}

// operator lets an operator or an accident have a hand in it.
func (g *game) operator() {
	switch rapid.IntRange(0, 24).Draw(g.rt, "operator") {
	case 0:
		for f := range g.state.Fields {
			g.change(f, func(fs *FieldState) {
				if fs.Hold != nil {
					fs.Hold.Due = true
				}
			})
		}
	case 1:
		f := rapid.SampledFrom(fieldNames).Draw(g.rt, "resolve")
		if g.hold(f) != nil && g.hold(f).Reason == ticket.Conflict {
			g.change(f, func(fs *FieldState) {
				fs.Take = rapid.SampledFrom([]ticket.Side{ticket.Left, ticket.Right}).Draw(g.rt, "take")
			})
		}
	case 2:
		g.state, g.lost = State{Origin: ticket.Left}, true
	case 3:
		g.state.Trim(6)
	}
}
