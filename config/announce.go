package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
)

// announcing tells which side of a route is only told of changes; ok is false
// when none is.
func (c endChecker) announcing(route *object) (side ticket.Side, k trackers.Settings, ok bool) {
	for _, side := range []ticket.Side{ticket.Left, ticket.Right} {
		n := route.take(string(side))
		for _, e := range route.r.quietly().entries(n, "") {
			if e.key.text != "connection" {
				continue
			}
			s, _ := route.r.quietly().scalar(e.value, "")
			if k := c.kindOf(reconcile.End{Connection: s.text}); k.Announces {
				return side, k, true
			}
		}
	}
	return "", trackers.Settings{}, false
}

// quietly is the reader for a first look: what is wrong is reported when it is
// read in earnest.
func (r *reader) quietly() *reader {
	return &reader{file: r.file, getenv: r.getenv, need: NeedNothing, anchors: r.anchors}
}

// towards is the direction of a route to a side that is only told of changes.
func (o *object) towards(side ticket.Side) reconcile.Direction {
	want := reconcile.ToRight
	if side == ticket.Left {
		want = reconcile.ToLeft
	}
	if n := o.take("direction"); n != nil {
		if got := o.r.direction(n, "direction of "+o.what, want, false); got != want {
			o.r.fail(n, "direction of %s is %s, but nothing comes back from there: write %s, or remove it", o.what, got, want)
		}
	}
	return want
}

// announced reads what only a route to a side that is told of changes has.
// Tickets older than the route are told of as well, from their next change on.
func (o *object) announced(rules *reconcile.Rules, silent ticket.Side, k trackers.Settings, ends endChecker) {
	rules.Status = o.r.told(o.take("status"), "status of "+o.what, silent, k)
	rules.Existing = o.word("existing", "on-update", "on-update", "ignore")
	rules.OnDelete = o.word("on_delete", "status", "status", "canceled", "ignore")
	if from := ends.kindOf(rules.End(silent.Other())); from.Kind != "" && !from.Recounts {
		o.r.fail(o.at, "%s tells of the changes of %s, which does not tell them itself: put a connection of kind %s there",
			o.what, from.Kind, strings.Join(recounting(), " or "))
	}
}

// recounting are the kinds whose tickets' history can be told.
func recounting() []string {
	return slices.DeleteFunc(registry.Kinds(), func(name string) bool {
		k, _ := registry.Settings(name)
		return !k.Recounts
	})
}

// told reads the status map of a route to a side that is only told of changes:
// {preset: …, map: {status: its status there}}, or a list of rules as on any
// route. The map's entries come before the preset's.
func (r *reader) told(n ast.Node, what string, side ticket.Side, k trackers.Settings) []reconcile.StatusRule {
	if _, isList := r.plain(n).(*ast.SequenceNode); isList {
		rules := r.status(n, what)
		for i := range rules {
			to := &rules[i].Right
			if side == ticket.Left {
				to = &rules[i].Left
			}
			*to = r.toldStatus(n, what, *to, k)
		}
		return rules
	}
	o := r.object(n, n, what)
	presets := slices.Sorted(maps.Keys(k.Presets))
	preset := o.word("preset", k.Preset, presets...)
	var out []reconcile.StatusRule
	rule := func(from, to string, preset bool) {
		s := reconcile.StatusRule{Left: from, Right: to, Preset: preset}
		if side == ticket.Left {
			s = reconcile.StatusRule{Left: to, Right: from, Preset: preset}
		}
		out = append(out, s)
	}
	for _, e := range r.entries(o.take("map"), "map of "+what) {
		s, ok := r.scalar(e.value, "map of "+what+": "+e.key.raw)
		if !ok || s.unresolved || strings.TrimSpace(s.text) == "" {
			r.fail(e.key.node, "map of %s: %s has no status: write the one it becomes", what, e.key.quoted())
			continue
		}
		rule(e.key.text, r.toldStatus(s.node, "map of "+what+": "+e.key.raw, s.text, k), false)
	}
	for _, from := range slices.Sorted(maps.Keys(k.Presets[preset])) {
		rule(from, k.Presets[preset][from], true)
	}
	o.done()
	return out
}

// toldStatus returns a status in the spelling of the side that is told.
func (r *reader) toldStatus(n ast.Node, what, name string, k trackers.Settings) string {
	at := slices.IndexFunc(k.Statuses, func(s string) bool { return strings.EqualFold(s, name) })
	if at < 0 {
		r.fail(n, "%s is %q, which %s does not have: %s", what, name, k.Kind, suggest(name, k.Statuses))
		return name
	}
	return k.Statuses[at]
}
