package linear

import (
	"slices"
	"strings"
)

// Filters are answered from the same nodes as fields: a filter names a field,
// and holds comparators where the field is a value, a filter of the other type
// where it is a relation, and a condition on the members where it is a
// connection. A filter on a field that the sandbox does not keep is refused, so
// that nothing is taken for unfiltered.

// matches reports whether a node satisfies every part of a filter.
func (n node) matches(filter input) (bool, error) {
	for name, condition := range filter {
		matched, err := n.satisfies(name, condition)
		if err != nil || !matched {
			return false, err
		}
	}
	return true, nil
}

func (n node) satisfies(name string, condition any) (bool, error) {
	if condition == nil {
		return true, nil
	}
	if name == "and" || name == "or" {
		return n.combined(name, condition)
	}
	filter := asInput(condition)
	if name == "null" {
		return condition == false, nil
	}
	if name == "searchableContent" {
		return n.mentions(filter), nil
	}
	field, known := n.fields[name]
	if !known {
		return false, invalid("the sandbox cannot filter " + n.typ + " by " + name)
	}
	if relation, ok := field.(lazy); ok {
		field = relation()
	}
	switch field := field.(type) {
	case node:
		return field.matches(filter)
	case list:
		return field.matches(filter)
	}
	return compare(field, filter)
}

// combined handles "and", true of an empty list, and "or", false of one.
func (n node) combined(name string, condition any) (bool, error) {
	parts, _ := condition.([]any)
	for _, part := range parts {
		matched, err := n.matches(asInput(part))
		if err != nil {
			return false, err
		}
		if matched != (name == "and") {
			return matched, nil
		}
	}
	return name == "and", nil
}

// matches handles a condition on a connection: "some" is what a bare condition
// means as well.
func (l list) matches(filter input) (bool, error) {
	for name, condition := range filter {
		part := asInput(condition)
		var matched bool
		var err error
		switch name {
		case "length":
			matched, err = compare(len(l.nodes), part)
		case "every":
			matched, err = l.every(part)
		case "some", "and", "or":
			if name != "some" {
				part = input{name: condition}
			}
			matched, err = l.some(part)
		default:
			matched, err = l.some(input{name: condition})
		}
		if err != nil || !matched {
			return false, err
		}
	}
	return true, nil
}

func (l list) some(filter input) (bool, error) {
	var failed error
	found := slices.ContainsFunc(l.nodes, func(n node) bool {
		matched, err := n.matches(filter)
		if err != nil {
			failed = err
		}
		return matched
	})
	return found, failed
}

func (l list) every(filter input) (bool, error) {
	for _, n := range l.nodes {
		matched, err := n.matches(filter)
		if err != nil || !matched {
			return false, err
		}
	}
	return true, nil
}

// mentions looks for words in the texts of an issue.
func (n node) mentions(filter input) bool {
	wanted, _ := filter.text("contains")
	title, _ := n.fields["title"].(string)
	description, _ := n.fields["description"].(string)
	return strings.Contains(strings.ToLower(title+"\n"+description), strings.ToLower(wanted))
}
