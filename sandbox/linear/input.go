package linear

import (
	"fmt"
	"math"
	"slices"
)

// input is a set of arguments or an input object. An absent key, a null and a
// value are three different things.
type input object

func (in input) has(name string) bool { _, ok := in[name]; return ok }

// text is the string under a name; false when it is absent or null.
func (in input) text(name string) (string, bool) {
	text, ok := in[name].(string)
	return text, ok
}

func (in input) flag(name string) bool {
	flag, _ := in[name].(bool)
	return flag
}

// input is the argument of that name, which most mutations have.
func (in input) input() input { return asInput(in["input"]) }

// asInput is an empty input for whatever is no object.
func asInput(value any) input {
	fields, _ := value.(object)
	return input(fields)
}

// texts is a list of strings; a single one counts as a list, as GraphQL has it.
func (in input) texts(name string) ([]string, error) {
	switch given := in[name].(type) {
	case nil:
		return []string{}, nil
	case string:
		return []string{given}, nil
	case []any:
		texts := make([]string, 0, len(given))
		for _, item := range given {
			text, ok := item.(string)
			if !ok {
				return nil, invalid("each value in " + name + " must be a string")
			}
			texts = append(texts, text)
		}
		return texts, nil
	}
	return nil, invalid(name + " must be an array")
}

// setText sets a required text; null is refused.
func (in input) setText(name string, to *string) error {
	if !in.has(name) {
		return nil
	}
	text, ok := in.text(name)
	if !ok {
		return invalid(name + " must be a string")
	}
	*to = text
	return nil
}

// setOptional sets or clears a text.
func (in input) setOptional(name string, to **string) error {
	if !in.has(name) {
		return nil
	}
	if in[name] == nil {
		*to = nil
		return nil
	}
	text, ok := in.text(name)
	if !ok {
		return invalid(name + " must be a string")
	}
	*to = &text
	return nil
}

// whole reads a whole number between two bounds.
func (in input) whole(name string, least, most int) (int, error) {
	number, ok := in[name].(float64)
	if !ok || number != math.Trunc(number) {
		return 0, invalid(name + " must be an integer number")
	}
	if number < float64(least) || number > float64(most) {
		return 0, invalid(fmt.Sprintf("%s must not be less than %d or greater than %d", name, least, most))
	}
	return int(number), nil
}

// only refuses keys that the sandbox would ignore, so that nothing is taken for
// done that was not.
func (in input) only(known ...string) error {
	for name := range in {
		if !slices.Contains(known, name) {
			return invalid("the sandbox does not take " + name)
		}
	}
	return nil
}
