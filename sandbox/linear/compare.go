package linear

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// compare reports whether a value satisfies every comparator given.
func compare(value any, comparators input) (bool, error) {
	for name, operand := range comparators {
		if operand == nil {
			continue
		}
		matched, err := satisfies(value, name, operand)
		if err != nil || !matched {
			return false, err
		}
	}
	return true, nil
}

func satisfies(value any, name string, operand any) (bool, error) {
	if _, nested := operand.(map[string]any); nested && value == nil {
		return false, nil // a condition on what a null relation leads to
	}
	switch name {
	case "null":
		return (value == nil) == (operand == true), nil
	case "eq":
		return equal(value, operand), nil
	case "neq":
		return !equal(value, operand), nil
	case "in", "nin":
		operands, _ := operand.([]any)
		found := slices.ContainsFunc(operands, func(one any) bool { return equal(value, one) })
		return found == (name == "in"), nil
	case "gt", "gte", "lt", "lte":
		return ordered(value, name, operand), nil
	}
	return matchesText(value, name, operand)
}

func equal(value, operand any) bool {
	if at, ok := value.(date); ok {
		wanted, ok := instant(operand)
		return ok && dateOf(wanted) == at
	}
	if number, ok := numeric(value); ok {
		return operand == number
	}
	return value == operand
}

// ordered compares numbers and dates; nothing is before or after null.
func ordered(value any, name string, operand any) bool {
	var order float64
	if at, isDate := value.(date); isDate {
		wanted, ok := instant(operand)
		own, err := time.Parse(dateFormat, string(at))
		if !ok || err != nil {
			return false
		}
		order = float64(own.Sub(wanted))
	} else {
		number, isNumber := numeric(value)
		wanted, ok := operand.(float64)
		if !isNumber || !ok {
			return false
		}
		order = number - wanted
	}
	switch name {
	case "gt":
		return order > 0
	case "gte":
		return order >= 0
	case "lt":
		return order < 0
	}
	return order <= 0
}

func numeric(value any) (float64, bool) {
	switch number := value.(type) {
	case int:
		return float64(number), true
	case float64:
		return number, true
	}
	return 0, false
}

// matchesText handles the comparators of texts. Each has a negation, and most
// one that ignores case.
func matchesText(value any, name string, operand any) (bool, error) {
	own, _ := value.(string)
	wanted, _ := operand.(string)
	wants := true
	switch {
	case strings.HasPrefix(name, "not"):
		wants, name = false, strings.ToLower(name[3:4])+name[4:]
	case name == "neqIgnoreCase":
		wants, name = false, "eqIgnoreCase"
	}
	bare := strings.TrimSuffix(strings.TrimSuffix(name, "AndAccent"), "IgnoreCase")
	if bare != name {
		own, wanted = strings.ToLower(own), strings.ToLower(wanted)
	}
	var matched bool
	switch bare {
	case "eq":
		matched = own == wanted
	case "contains":
		matched = strings.Contains(own, wanted)
	case "startsWith":
		matched = strings.HasPrefix(own, wanted)
	case "endsWith":
		matched = strings.HasSuffix(own, wanted)
	default:
		return false, invalid("the sandbox has no comparator " + name)
	}
	return matched == wants, nil
}

// instant reads a DateTime. Durations are relative to the present, and are made
// absolute before a filter is used.
func instant(operand any) (time.Time, bool) {
	text, _ := operand.(string)
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// isoDuration is the part of ISO 8601 durations that is of a known length.
var isoDuration = regexp.MustCompile(`^(-?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)

// absolute replaces durations such as "-P1D" anywhere in a filter by times.
func absolute(value any, now time.Time) any {
	switch value := value.(type) {
	case object:
		for name, part := range value {
			value[name] = absolute(part, now)
		}
	case []any:
		for i, part := range value {
			value[i] = absolute(part, now)
		}
	case string:
		if parts := isoDuration.FindStringSubmatch(value); parts != nil && len(value) > 2 {
			return now.Add(durationOf(parts)).UTC().Format(time.RFC3339Nano)
		}
	}
	return value
}

func durationOf(parts []string) time.Duration {
	day := 24 * time.Hour
	var total time.Duration
	for i, unit := range []time.Duration{7 * day, day, time.Hour, time.Minute, time.Second} {
		count, _ := strconv.Atoi(parts[i+2])
		total += time.Duration(count) * unit
	}
	if parts[1] == "-" {
		return -total
	}
	return total
}
