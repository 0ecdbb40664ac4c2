package linear

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// node is an object of an answer: its type, and its fields as plain values or
// as lazy ones.
type node struct {
	typ    string
	fields object
}

// lazy is a relation, looked up only when it is asked for: nil, a node, []node
// or a list.
type lazy func() any

// list is a whole connection; the executor cuts the page out of it.
type list struct {
	typ   string // of the members
	nodes []node
}

// root is a field of Query or Mutation.
type root func(c *call, args input) (any, error)

// execution runs one operation for one call.
type execution struct {
	call *call
	doc  *document
}

// run answers the operation. Linear's root fields are non-null, so that one
// that fails takes all of the data with it.
func (e *execution) run() (object, []*apiError) {
	fields, typ := queries, "Query"
	if e.doc.operation.Operation == ast.Mutation {
		fields, typ = mutations, "Mutation"
	}
	data, failed := object{}, []*apiError{}
	for _, selected := range e.collect(typ, e.doc.operation.SelectionSet, nil) {
		value, err := e.root(fields, typ, selected)
		if err != nil {
			refused := asAPIError(err)
			if refused.kind != kindGraphQL {
				refused.path = []any{selected.key}
			}
			failed = append(failed, refused)
			continue
		}
		data[selected.key] = value
	}
	if len(failed) > 0 {
		return nil, failed
	}
	return data, nil
}

func (e *execution) root(fields map[string]root, typ string, selected *selection) (any, error) {
	if selected.name == "__typename" {
		return typ, nil
	}
	field, known := fields[selected.name]
	if !known {
		return nil, graphqlError(codeValidate, "Cannot query field \""+selected.name+"\" on type \""+typ+"\": the sandbox does not have it.")
	}
	value, err := field(e.call, selected.args)
	if err != nil {
		return nil, err
	}
	return e.complete(value, selected)
}

// selection is a field as it is to be answered, merged from wherever it is
// selected.
type selection struct {
	key, name string
	args      input
	set       ast.SelectionSet
}

// collect flattens fragments that apply to the type and drops what directives
// leave out.
func (e *execution) collect(typ string, set ast.SelectionSet, into []*selection) []*selection {
	for _, item := range set {
		switch item := item.(type) {
		case *ast.Field:
			if !e.included(item.Directives) {
				continue
			}
			at := slices.IndexFunc(into, func(s *selection) bool { return s.key == item.Alias })
			if at >= 0 {
				into[at].set = append(slices.Clone(into[at].set), item.SelectionSet...)
				continue
			}
			into = append(into, &selection{key: item.Alias, name: item.Name, args: e.arguments(item.Arguments), set: item.SelectionSet})
		case *ast.InlineFragment:
			if e.included(item.Directives) && applies(item.TypeCondition, typ) {
				into = e.collect(typ, item.SelectionSet, into)
			}
		case *ast.FragmentSpread:
			fragment := e.doc.query.Fragments.ForName(item.Name)
			if fragment != nil && e.included(item.Directives) && applies(fragment.TypeCondition, typ) {
				into = e.collect(typ, fragment.SelectionSet, into)
			}
		}
	}
	return into
}

// applies reports whether a type is what a fragment is on; "Node" and
// "ArchivePayload" are the interfaces of everything that is answered here.
// Connections that are always empty do not know what of.
func applies(condition, typ string) bool {
	return condition == "" || condition == typ || condition == "Node" || condition == "ArchivePayload" ||
		typ == connection && strings.HasSuffix(condition, connection)
}

const connection = "Connection"

func (e *execution) included(directives ast.DirectiveList) bool {
	for _, directive := range directives {
		flag := e.arguments(directive.Arguments).flag("if")
		if directive.Name == "skip" && flag || directive.Name == "include" && !flag {
			return false
		}
	}
	return true
}

func (e *execution) arguments(list ast.ArgumentList) input {
	args := input{}
	for _, argument := range list {
		if value, sent := evaluate(argument.Value, e.doc.variables); sent {
			args[argument.Name] = value
		}
	}
	return args
}

// complete turns a field's value into JSON as far as it was asked for.
func (e *execution) complete(value any, selected *selection) (any, error) {
	if relation, ok := value.(lazy); ok {
		value = relation()
	}
	switch value := value.(type) {
	case node:
		return e.object(value, selected.set)
	case []node:
		return e.objects(value, selected.set)
	case list:
		page, err := e.call.page(value, selected.args)
		if err != nil {
			return nil, err
		}
		return e.object(page, selected.set)
	}
	return value, nil
}

func (e *execution) objects(nodes []node, set ast.SelectionSet) ([]any, error) {
	items := make([]any, 0, len(nodes))
	for _, n := range nodes {
		item, err := e.object(n, set)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

func (e *execution) object(n node, set ast.SelectionSet) (object, error) {
	answer := object{}
	for _, selected := range e.collect(n.typ, set, nil) {
		if selected.name == "__typename" {
			answer[selected.key] = n.typ
			continue
		}
		value, known := n.fields[selected.name]
		if !known {
			value = e.missing(n.typ, selected)
		}
		completed, err := e.complete(value, selected)
		if err != nil {
			return nil, err
		}
		answer[selected.key] = completed
	}
	return answer, nil
}

// missing is the answer for a field that the sandbox keeps nothing for: what is
// blank in its type, an empty connection where one is asked for, or else null.
func (e *execution) missing(typ string, selected *selection) any {
	if blank, ok := blanks[typ][selected.name]; ok {
		return blank
	}
	if e.connects(selected.set) {
		return list{}
	}
	return nil
}

func isConnectionField(name string) bool {
	return name == "nodes" || name == "edges" || name == "pageInfo"
}
