package config

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers/registry"
)

// fields are those a route may name under fields and conflict.
var fields = []string{
	string(ticket.Title), string(ticket.Description), string(ticket.Status),
	string(ticket.Priority), string(ticket.Assignee), string(ticket.Labels),
}

func (r *reader) route(e entry, ends endChecker) reconcile.Rules {
	what := "route " + e.key.raw
	o := r.object(e.value, e.key.node, what)
	rules := reconcile.Rules{Name: e.key.text}

	silent, kind, announces := ends.announcing(o)
	if announces {
		rules.Direction = o.towards(silent)
	} else {
		rules.Direction = o.direction(false)
	}
	rules.Left = ends.read(o, ticket.Left, rules.Direction)
	rules.Right = ends.read(o, ticket.Right, rules.Direction)
	if rules.Left.Connection != "" && rules.Left.Connection == rules.Right.Connection {
		r.fail(o.at, "%s has connection %s on both sides: write two different connections", what, rules.Left.Connection)
	}
	rules.Filter = r.filter(o.take("filter"), "filter of "+what)
	rules.Unmapped = o.word("unmapped", "hold", "hold", "ignore")
	if announces {
		o.announced(&rules, silent, kind, ends)
	} else {
		o.replicated(&rules, ends)
	}
	enabled := o.boolean("enabled", true)
	rules.Enabled = &enabled
	o.done()
	return rules
}

// replicated reads what only a route between two sides of tickets has.
func (o *object) replicated(rules *reconcile.Rules, ends endChecker) {
	r, what := o.r, o.what
	rules.Status = r.status(o.take("status"), "status of "+what)
	rules.Paths = r.paths(o.take("paths"), "paths of "+what)

	rules.Fields = r.fields(o.take("fields"), "fields of "+what)
	rules.Custom = r.custom(o.take("custom"), "custom of "+what, ends.kindOf(rules.Left), ends.kindOf(rules.Right))
	rules.Create = r.constants(o.take("create_fields"), "create_fields of "+what)
	rules.Transitions = r.transitions(o.take("transition_fields"), "transition_fields of "+what)

	rules.Comments = r.comments(o.take("comments"), "comments of "+what)
	rules.Users = r.users(o.take("users"), "users of "+what)
	rules.Conflict = r.conflict(o.take("conflict"), "conflict of "+what, rules.Custom)
	rules.Private = o.word("private", "skip", "skip", "replicate")
	rules.Existing = o.word("existing", "ignore", "ignore", "on-update")
	rules.Chain = o.boolean("chain", false)
	rules.Elsewhere = o.word("replicated_elsewhere", "attention", "attention", "ignore")
	rules.CreateLabels = o.boolean("create_labels", false)
	rules.OnDelete = o.word("on_delete", "comment", "comment", "close", "ignore")
}

func (r *reader) filter(n ast.Node, what string) reconcile.Filter {
	o := r.object(n, n, what)
	choice := func(key string) (c reconcile.Choice) {
		value := o.take(key)
		inner := what + ": " + key
		if _, isList := r.plain(value).(*ast.SequenceNode); isList {
			r.fail(value, "%s is a list: write {any: […]} or {none: […]}", inner)
			return c
		}
		list := r.object(value, value, inner)
		c.Any = r.names(list.take("any"), inner+".any")
		c.None = r.names(list.take("none"), inner+".none")
		list.done()
		return c
	}
	f := reconcile.Filter{
		Types: choice("types"), Labels: choice("labels"), Priorities: choice("priorities"),
		Components: choice("components"), Statuses: choice("statuses"),
	}
	o.done()
	return f
}

// paths reads "From > To": [between, …].
func (r *reader) paths(n ast.Node, what string) map[string][]string {
	var out map[string][]string
	for _, e := range r.entries(n, what) {
		from, to, ok := strings.Cut(e.key.text, ">")
		from, to = strings.TrimSpace(from), strings.TrimSpace(to)
		switch {
		case !ok || from == "" || to == "" || strings.Contains(to, ">"):
			r.fail(e.key.node, "%s: %s is no path: write From > To: [statuses between]", what, e.key.quoted())
			continue
		case strings.EqualFold(from, to):
			r.fail(e.key.node, "%s: %s leads back to where it starts: write two different statuses", what, e.key.quoted())
			continue
		}
		if out == nil {
			out = map[string][]string{}
		}
		key := from + " > " + to
		if _, twice := out[key]; twice {
			r.fail(e.key.node, "%s has %s twice: keep one", what, e.key.quoted())
		}
		out[key] = r.names(e.value, what+": "+e.key.raw)
	}
	return out
}

func (r *reader) fields(n ast.Node, what string) map[ticket.Field]reconcile.Direction {
	out := map[ticket.Field]reconcile.Direction{}
	for _, f := range fields {
		out[ticket.Field(f)] = reconcile.Both
	}
	out[ticket.Labels] = reconcile.Off
	for _, e := range r.entries(n, what) {
		switch {
		case isCustom(e.key.text):
			r.fail(e.key.node, "%s: %s is a custom field: pair it under custom, - {left: …, right: …}", what, e.key.quoted())
			continue
		case !slices.Contains(fields, e.key.text):
			r.fail(e.key.node, "unknown field %s in %s: %s", e.key.quoted(), what, suggest(e.key.raw, fields))
			continue
		}
		if r.plain(e.value) != nil {
			f := ticket.Field(e.key.text)
			out[f] = r.direction(e.value, what+": "+e.key.raw, out[f], true)
		}
	}
	return out
}

func isCustom(field string) bool {
	return slices.ContainsFunc(registry.Kinds(), func(name string) bool {
		k, _ := registry.Settings(name)
		return k.CustomPrefix != "" && strings.HasPrefix(field, k.CustomPrefix)
	})
}

func (r *reader) conflict(n ast.Node, what string, custom []reconcile.CustomRule) reconcile.Conflict {
	words := []string{reconcile.NewestWins, reconcile.LeftWins, reconcile.RightWins, reconcile.HoldConflict}
	c := reconcile.Conflict{Default: reconcile.NewestWins}
	switch r.plain(n).(type) {
	case nil:
	case *ast.MappingNode, *ast.MappingValueNode:
		known := slices.Clone(fields)
		for _, rule := range custom {
			known = append(known, rule.Left)
		}
		for _, e := range r.entries(n, what) {
			if !slices.Contains(known, e.key.text) {
				r.fail(e.key.node, "unknown field %s in %s: %s", e.key.quoted(), what, suggest(e.key.raw, known))
				continue
			}
			if c.ByField == nil {
				c.ByField = map[ticket.Field]string{}
			}
			c.ByField[ticket.Field(e.key.text)] = r.word(e.value, what+": "+e.key.raw, reconcile.NewestWins, words...)
		}
	default:
		c.Default = r.word(n, what, reconcile.NewestWins, words...)
	}
	return c
}
