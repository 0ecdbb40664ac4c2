package linear

import "github.com/vektah/gqlparser/v2/ast"

// complexity is the documented cost: a tenth of a point for a property, one for
// an object, and a connection's members times the page asked for, 50 unless
// said.
func (d *document) complexity() int {
	e := &execution{doc: d}
	return (e.cost(d.operation.SelectionSet) + objectCost - 1) / objectCost
}

// Costs are added up in tenths of a point.
const (
	propertyCost = 1
	objectCost   = 10
)

func (e *execution) cost(set ast.SelectionSet) int {
	total := 0
	for _, item := range set {
		switch item := item.(type) {
		case *ast.Field:
			if e.included(item.Directives) {
				total += e.fieldCost(item)
			}
		case *ast.InlineFragment:
			if e.included(item.Directives) {
				total += e.cost(item.SelectionSet)
			}
		case *ast.FragmentSpread:
			if fragment := e.doc.query.Fragments.ForName(item.Name); fragment != nil && e.included(item.Directives) {
				total += e.cost(fragment.SelectionSet)
			}
		}
	}
	return total
}

func (e *execution) fieldCost(field *ast.Field) int {
	if len(field.SelectionSet) == 0 {
		return propertyCost
	}
	members := e.cost(field.SelectionSet)
	if e.connects(field.SelectionSet) {
		members *= e.pageSize(field)
	}
	return objectCost + members
}

// connects reports whether a selection is one of a connection.
func (e *execution) connects(set ast.SelectionSet) bool {
	for _, item := range set {
		switch item := item.(type) {
		case *ast.Field:
			if isConnectionField(item.Name) {
				return true
			}
		case *ast.FragmentSpread:
			if fragment := e.doc.query.Fragments.ForName(item.Name); fragment != nil && e.connects(fragment.SelectionSet) {
				return true
			}
		}
	}
	return false
}

func (e *execution) pageSize(field *ast.Field) int {
	args := e.arguments(field.Arguments)
	for _, name := range []string{"first", "last"} {
		if size, ok := args[name].(float64); ok && size > 0 {
			return int(size)
		}
	}
	return defaultFirst
}
