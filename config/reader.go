package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// maxAliases bounds what a file can be multiplied into.
const maxAliases = 1000

// reader walks the syntax tree and collects every mistake instead of stopping
// at the first, which a decoder into structs would do.
type reader struct {
	file     string
	getenv   Getenv
	need     Need
	anchors  map[string]ast.Node
	aliases  int // followed so far
	problems Problems
}

func (r *reader) fail(n ast.Node, format string, args ...any) {
	p := Problem{File: r.file, Line: 1, Column: 1, Text: fmt.Sprintf(format, args...)}
	if n != nil && n.GetToken() != nil && n.GetToken().Position != nil {
		p.Line, p.Column = n.GetToken().Position.Line, n.GetToken().Position.Column
	}
	r.problems = append(r.problems, p)
}

// plain follows anchors, aliases and tags to the value itself; nil for null.
func (r *reader) plain(n ast.Node) ast.Node {
	for n != nil {
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.TagNode:
			n = v.Value
		case *ast.MappingKeyNode:
			n = v.Value
		case *ast.AliasNode:
			if r.aliases++; r.aliases > maxAliases {
				if r.aliases == maxAliases+1 {
					r.fail(v, "the aliases lead in a circle or to too much: write the values out")
				}
				return nil
			}
			name := v.Value.String()
			target, ok := r.anchors[name]
			if !ok {
				r.fail(v, "unknown alias *%s: define it with &%s, or write the value out", name, name)
				return nil
			}
			n = target
		case *ast.NullNode:
			return nil
		default:
			return n
		}
	}
	return nil
}

// scalar is one value as text. Problems quote raw, which holds variables by
// name, never by value.
type scalar struct {
	node       ast.Node
	raw        string
	text       string
	variables  int
	unresolved bool // a variable is not set that need not be: nothing is known of the text
}

// scalar reads a scalar; ok is false when it is null, no scalar, or its
// variables are wrong, which has then been reported.
func (r *reader) scalar(n ast.Node, what string) (s scalar, ok bool) {
	return r.scalarFor(n, what, NeedNoSecrets)
}

// scalarFor is scalar for a value whose variables must be set up to the need
// last; a process that needs less does without.
func (r *reader) scalarFor(n ast.Node, what string, last Need) (s scalar, ok bool) {
	at := n
	if n = r.plain(n); n == nil {
		return s, false
	}
	var raw string
	switch v := n.(type) {
	case *ast.StringNode:
		raw = v.Value
	case *ast.LiteralNode:
		raw = v.Value.Value
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		r.fail(at, "%s is a %s: write a single value", what, form(n))
		return s, false
	default:
		if raw = n.GetToken().Value; raw == "" {
			raw = n.String()
		}
	}
	e := expand(raw, r.getenv)
	switch {
	case e.broken != "":
		r.fail(at, "%s: %q is no variable: write ${NAME}, or $${ for a literal ${", what, cut(e.broken))
		return s, false
	case len(e.unset) > 0 && r.need <= last:
		for _, name := range e.unset {
			r.fail(at, "%s: variable %s is not set: set it in the environment", what, name)
		}
		return s, false
	}
	return scalar{node: at, raw: raw, text: e.text, variables: len(e.variables), unresolved: len(e.unset) > 0}, true
}

func (s scalar) quoted() string { return strconv.Quote(cut(s.raw)) }

func cut(s string) string {
	const longest = 60
	if r := []rune(s); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return s
}

func form(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "mapping"
	case *ast.SequenceNode:
		return "list"
	}
	return "single value"
}

// entry is one key of a mapping.
type entry struct {
	key   scalar
	value ast.Node
}

// object is a mapping with a fixed set of keys. The keys asked for are the
// known ones; done reports all others.
type object struct {
	r       *reader
	at      ast.Node // where a missing key is reported
	what    string   // "route it-to-eng"
	entries []entry
	known   []string
	broken  bool // no mapping, which has been reported: misses nothing
}

// entries lists a mapping's keys in the file's order; null is an empty mapping.
func (r *reader) entries(n ast.Node, what string) []entry {
	at := n
	var values []*ast.MappingValueNode
	switch v := r.plain(n).(type) {
	case nil:
		return nil
	case *ast.MappingNode:
		values = v.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{v}
	default:
		r.fail(at, "%s is a %s: write a mapping, key: value", what, form(v))
		return nil
	}
	var out []entry
	seen := map[string]bool{}
	for _, v := range values {
		if v.Key.IsMergeKey() {
			r.fail(v.Key, "%s: merge keys are not supported: write the keys out", what)
			continue
		}
		var key scalar
		var ok bool
		if _, null := v.Key.(*ast.NullNode); null {
			r.fail(v.Key, "%s: a key is empty: give it a name", what)
			continue
		}
		if key, ok = r.scalar(v.Key, "a key of "+what); !ok {
			continue
		}
		if seen[key.text] {
			r.fail(v.Key, "%s has %s twice: keep one", what, key.quoted())
			continue
		}
		seen[key.text] = true
		out = append(out, entry{key: key, value: v.Value})
	}
	return out
}

func (r *reader) object(n, at ast.Node, what string) *object {
	before := len(r.problems)
	o := &object{r: r, at: at, what: what, entries: r.entries(n, what)}
	o.broken = len(r.problems) > before && len(o.entries) == 0
	return o
}

// take returns the value of a key, nil when it is absent or null.
func (o *object) take(key string) ast.Node {
	if !slices.Contains(o.known, key) {
		o.known = append(o.known, key)
	}
	for _, e := range o.entries {
		if e.key.text == key {
			if o.r.plain(e.value) == nil {
				return nil
			}
			return e.value
		}
	}
	return nil
}

// done reports the keys nobody asked for.
func (o *object) done() {
	for _, e := range o.entries {
		if !slices.Contains(o.known, e.key.text) {
			o.r.fail(e.key.node, "unknown key %s in %s: %s", e.key.quoted(), o.what, suggest(e.key.raw, o.known))
		}
	}
}

func (r *reader) list(n ast.Node, what string) []ast.Node {
	at := n
	switch v := r.plain(n).(type) {
	case nil:
	case *ast.SequenceNode:
		return v.Values
	default:
		r.fail(at, "%s is a %s: write a list, [a, b]", what, form(v))
	}
	return nil
}

// value reads anything: what stands under create_fields is the tracker's own.
func (r *reader) value(n ast.Node, what string) any {
	switch v := r.plain(n).(type) {
	case nil:
		return nil
	case *ast.MappingNode, *ast.MappingValueNode:
		out := map[string]any{}
		for _, e := range r.entries(v, what) {
			out[e.key.text] = r.value(e.value, what+"."+e.key.raw)
		}
		return out
	case *ast.SequenceNode:
		out := make([]any, 0, len(v.Values))
		for _, item := range v.Values {
			out = append(out, r.value(item, what))
		}
		return out
	case *ast.BoolNode:
		return v.Value
	case *ast.IntegerNode, *ast.FloatNode:
		// As JSON gives numbers back: settings travel through Temporal.
		if f, err := strconv.ParseFloat(strings.ReplaceAll(v.GetToken().Value, "_", ""), 64); err == nil {
			return f
		}
		return v.GetToken().Value
	}
	s, _ := r.scalar(n, what)
	return s.text
}
