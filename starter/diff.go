package starter

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

// Difference is one setting that differs between the file and what is in force.
type Difference struct {
	// Field is the setting's place in the file, such as fields.title.
	Field string `json:"field"`
	// From is what is in force and To what the file says, as JSON; nil where
	// there is nothing.
	From json.RawMessage `json:"from"`
	To   json.RawMessage `json:"to"`
}

// Differences compares settings field by field, without what the route's
// workflow sets itself. Equal settings have none.
func Differences(current, wanted *reconcile.Rules) []Difference {
	from, to := leaves(current), leaves(wanted)
	places := slices.Collect(maps.Keys(from))
	for place := range to {
		if _, ok := from[place]; !ok {
			places = append(places, place)
		}
	}
	slices.Sort(places)
	out := []Difference{}
	for _, place := range places {
		if string(from[place]) != string(to[place]) {
			out = append(out, Difference{Field: place, From: from[place], To: to[place]})
		}
	}
	return out
}

// leaves flattens settings to places and values. A list is one value: the
// order of a status map is part of its meaning.
func leaves(r *reconcile.Rules) map[string]json.RawMessage {
	settings := *r
	settings.Name, settings.Version, settings.Removed, settings.Paused, settings.Stopped = "", 0, false, false, ""
	settings.Since, settings.Resumed, settings.Rested, settings.Restored = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	if settings.Enabled == nil {
		on := true
		settings.Enabled = &on
	}
	data, err := json.Marshal(settings)
	var tree any
	if err == nil {
		err = json.Unmarshal(data, &tree)
	}
	if err != nil {
		panic(fmt.Sprintf("settings of route %s are no JSON: %v", r.Name, err)) // they came as JSON
	}
	out := map[string]json.RawMessage{}
	flatten("", tree, out)
	return out
}

func flatten(place string, v any, out map[string]json.RawMessage) {
	if object, ok := v.(map[string]any); ok {
		for key, value := range object {
			inner := key
			if place != "" {
				inner = place + "." + key
			}
			flatten(inner, value, out)
		}
		return
	}
	if v == nil || v == "" {
		return // what is not set
	}
	data, _ := json.Marshal(v)
	out[place] = data
}

// print writes a difference for people: a list item by item.
func (d Difference) print(w io.Writer) {
	from, isList := items(d.From)
	to, isListToo := items(d.To)
	if !isList && !isListToo {
		_, _ = fmt.Fprintf(w, "  %s: %s → %s\n", d.Field, value(d.From), value(d.To))
		return
	}
	_, _ = fmt.Fprintf(w, "  %s:\n", d.Field)
	moved := true
	for _, item := range from {
		if !slices.Contains(to, item) {
			_, _ = fmt.Fprintf(w, "    - %s\n", item)
			moved = false
		}
	}
	for _, item := range to {
		if !slices.Contains(from, item) {
			_, _ = fmt.Fprintf(w, "    + %s\n", item)
			moved = false
		}
	}
	if moved {
		_, _ = fmt.Fprintf(w, "    new order: %s\n", strings.Join(to, "; "))
	}
}

// items returns the readable elements of a list.
func items(data json.RawMessage) ([]string, bool) {
	var list []json.RawMessage
	if len(data) == 0 || json.Unmarshal(data, &list) != nil {
		return nil, false
	}
	var out []string
	for _, item := range list {
		out = append(out, value(item))
	}
	return out, true
}

// value makes JSON readable: words without quotes, a pair of names with an
// arrow, a status with its category.
func value(data json.RawMessage) string {
	if len(data) == 0 {
		return "(not set)"
	}
	var rule reconcile.StatusRule
	var state ticket.State
	var text string
	switch {
	case json.Unmarshal(data, &text) == nil:
		return text
	case json.Unmarshal(data, &rule) == nil && rule.Left != "" && rule.Right != "":
		arrow := map[reconcile.Direction]string{reconcile.ToRight: "→", reconcile.ToLeft: "←"}[rule.Direction]
		if arrow == "" {
			arrow = "⇄"
		}
		return rule.Left + " " + arrow + " " + rule.Right
	case json.Unmarshal(data, &state) == nil && state.Name != "":
		return strings.TrimSuffix(state.Name+" ("+string(state.Category)+")", " ()")
	}
	return string(data)
}
