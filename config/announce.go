package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
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

// told reads the status map of a route to a side that is only told of changes:
// {preset: …, map: {status: its status there}}, or a list of rules as on any
// route. The map's entries come before the preset's.
func (r *reader) told(n ast.Node, what string, side ticket.Side, k trackers.Settings) []reconcile.StatusRule {
	if _, isList := r.plain(n).(*ast.SequenceNode); isList {
		return r.status(n, what)
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
		rule(e.key.text, s.text, false)
	}
	for _, from := range slices.Sorted(maps.Keys(k.Presets[preset])) {
		rule(from, k.Presets[preset][from], true)
	}
	o.done()
	return out
}
