package config

import (
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/trackers"
)

// custom reads pairs of custom fields. Each side's must look like its
// tracker's, which finds sides that were swapped.
func (r *reader) custom(n ast.Node, what string, left, right trackers.Settings) []reconcile.CustomRule {
	var out []reconcile.CustomRule
	seen := map[string]bool{}
	for _, item := range r.list(n, what) {
		o := r.object(item, item, what)
		rule := reconcile.CustomRule{
			Left:      o.customField("left", left),
			Right:     o.customField("right", right),
			Direction: o.direction(true),
		}
		o.done()
		for _, name := range []string{"left " + rule.Left, "right " + rule.Right} {
			if seen[name] && !strings.HasSuffix(name, " ") {
				r.fail(item, "%s pairs %s twice: keep one", what, name)
			}
			seen[name] = true
		}
		out = append(out, rule)
	}
	return out
}

func (o *object) customField(key string, k trackers.Settings) string {
	s, ok := o.text(key, required("the custom field's own name, such as "+k.CustomPrefix+"…"))
	if !ok || s.unresolved {
		return ""
	}
	if k.Kind != "" && k.CustomPrefix == "" {
		o.r.fail(s.node, "%s of %s is %s: %s has no custom fields", key, o.what, s.quoted(), k.Kind)
	} else if rest, has := strings.CutPrefix(s.text, k.CustomPrefix); !has || rest == "" {
		o.r.fail(s.node, "%s of %s is %s: write the tracker's own name, which starts with %s", key, o.what, s.quoted(), k.CustomPrefix)
	}
	return s.text
}

func (r *reader) constants(n ast.Node, what string) reconcile.Constants {
	o := r.object(n, n, what)
	c := reconcile.Constants{Left: r.anyMap(o.take("left"), what+".left"), Right: r.anyMap(o.take("right"), what+".right")}
	o.done()
	return c
}

func (r *reader) transitions(n ast.Node, what string) map[string]map[string]any {
	var out map[string]map[string]any
	for _, e := range r.entries(n, what) {
		if out == nil {
			out = map[string]map[string]any{}
		}
		out[e.key.text] = r.anyMap(e.value, what+": "+e.key.raw)
	}
	return out
}

func (r *reader) anyMap(n ast.Node, what string) map[string]any {
	var out map[string]any
	for _, e := range r.entries(n, what) {
		if out == nil {
			out = map[string]any{}
		}
		out[e.key.text] = r.value(e.value, what+"."+e.key.raw)
	}
	return out
}

func (r *reader) comments(n ast.Node, what string) reconcile.CommentRule {
	o := r.object(n, n, what)
	c := reconcile.CommentRule{
		Direction:  o.direction(true),
		Visibility: o.word("visibility", "public", "public", "private"),
	}
	o.done()
	return c
}

// users reads left e-mail: right e-mail. The left ones are compared without
// regard to case, as e-mail addresses are.
func (r *reader) users(n ast.Node, what string) map[string]string {
	var out map[string]string
	seen := map[string]bool{}
	for _, e := range r.entries(n, what) {
		right, ok := r.scalar(e.value, what+": "+e.key.raw)
		folded := strings.ToLower(e.key.text)
		switch {
		case !e.key.unresolved && !strings.Contains(e.key.text, "@"):
			r.fail(e.key.node, "%s: %s is no e-mail address: write name@example.com", what, e.key.quoted())
		case !ok && r.plain(e.value) == nil:
			r.fail(e.key.node, "%s: %s has nobody on the right: write an e-mail address", what, e.key.quoted())
		case ok && !right.unresolved && !strings.Contains(right.text, "@"):
			r.fail(e.value, "%s: %s is no e-mail address: write name@example.com", what, right.quoted())
		case seen[folded]:
			r.fail(e.key.node, "%s has %s twice: keep one", what, e.key.quoted())
		case ok && !right.unresolved && !e.key.unresolved:
			if out == nil {
				out = map[string]string{}
			}
			out[e.key.text] = right.text
		}
		seen[folded] = true
	}
	return out
}
