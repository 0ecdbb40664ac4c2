package jira

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

func setLabels(_ *view, i *issue, raw json.RawMessage) string {
	labels := []string{}
	if !isNull(raw) && json.Unmarshal(raw, &labels) != nil {
		return "data was not an array"
	}
	// Jira keeps labels as a sorted set.
	slices.Sort(labels)
	labels = slices.Compact(labels)
	for _, l := range labels {
		switch {
		case l == "":
			return "The label '' is empty which is invalid."
		case strings.ContainsAny(l, " \t\r\n"):
			return fmt.Sprintf("The label '%s' contains spaces which is invalid.", l)
		case utf8.RuneCountInString(l) > 255:
			return fmt.Sprintf("The label '%s' exceeds the maximum length for single label of 255 characters.", l)
		}
	}
	i.Labels = labels
	return ""
}

// setComponents takes ids or names of the project's components.
func setComponents(_ *view, i *issue, raw json.RawMessage) string {
	var refs []json.RawMessage
	if !isNull(raw) && json.Unmarshal(raw, &refs) != nil {
		return "data was not an array"
	}
	p, _ := projectBy(i.ProjectID)
	ids := []string{}
	for _, r := range refs {
		ref, _ := refer(r)
		k := slices.IndexFunc(p.components, func(c component) bool {
			return c.id == ref.ID || ref.ID == "" && strings.EqualFold(c.name, ref.Name)
		})
		if k < 0 {
			return "Component name '" + ref.Name + ref.ID + "' is not valid"
		}
		if !slices.Contains(ids, p.components[k].id) {
			ids = append(ids, p.components[k].id)
		}
	}
	i.Components = ids
	return ""
}

// setDue takes yyyy-MM-dd.
func setDue(_ *view, i *issue, raw json.RawMessage) string {
	s, isText := text(raw)
	if _, err := time.Parse(time.DateOnly, s); !isText || s != "" && err != nil {
		return "Error parsing date string: " + s
	}
	i.DueDate = s
	return ""
}

// setText serves the one text field; a single line of at most 255 characters.
func setText(_ *view, i *issue, raw json.RawMessage) string {
	s, isText := text(raw)
	switch {
	case !isText:
		return "Operation value must be a string"
	case utf8.RuneCountInString(s) > 255:
		return "The entered text is too long. It exceeds the allowed limit of 255 characters."
	}
	setCustom(i, "customfield_10042", s, s == "")
	return ""
}

func setNumber(_ *view, i *issue, raw json.RawMessage) string {
	var n float64
	if !isNull(raw) && json.Unmarshal(raw, &n) != nil {
		return "Operation value must be a number"
	}
	setCustom(i, "customfield_10043", n, isNull(raw))
	return ""
}

// setOption takes a choice by id or by value, not by name.
func setOption(id string) func(*view, *issue, json.RawMessage) string {
	return func(_ *view, i *issue, raw json.RawMessage) string {
		if isNull(raw) {
			setCustom(i, id, nil, true)
			return ""
		}
		ref, isRef := refer(raw)
		o, found := pick(options[id], ref.ID, ref.Value)
		switch {
		case !isRef:
			return "Specify a valid 'id' or 'name' for " + id
		case !found && ref.ID != "":
			return "Option id '" + ref.ID + "' is not valid"
		case !found:
			return "Option value '" + ref.Value + "' is not valid"
		}
		setCustom(i, id, o.id, false)
		return ""
	}
}

// setCustom leaves no empty values behind, so that unset reads as null.
func setCustom(i *issue, id string, value any, empty bool) {
	if empty {
		delete(i.Custom, id)
		return
	}
	i.Custom[id] = value
}

// customJSON is a custom field's value as the API shows it.
func (v *view) customJSON(i issue, id string) any {
	value, set := i.Custom[id]
	if !set {
		return nil
	}
	choices, isOption := options[id]
	if !isOption {
		return value
	}
	optionID, _ := value.(string)
	o, _ := pick(choices, optionID, "")
	return object{"self": v.api + "/customFieldOption/" + o.id, "value": o.name, "id": o.id}
}

// customText is a custom field's value as the changelog and JQL see it: id and
// text, both empty when unset.
func customText(i issue, id string) (string, string) {
	value, set := i.Custom[id]
	if !set {
		return "", ""
	}
	if choices, isOption := options[id]; isOption {
		optionID, _ := value.(string)
		o, _ := pick(choices, optionID, "")
		return o.id, o.name
	}
	return "", fmt.Sprint(value)
}
