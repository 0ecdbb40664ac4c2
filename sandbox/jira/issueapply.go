package jira

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
)

// apply sets fields, update verbs and properties on i, and returns the bodies
// of comments to add. All bad fields are named at once.
func (c *call) apply(i *issue, body update) (comments []string, err error) {
	bad := map[string]string{}
	p, _ := projectBy(i.ProjectID)
	for id, raw := range body.Fields {
		f, known := fieldBy(id)
		switch {
		case !known || !onScreen(f, p, i.TypeID):
			bad[id] = offScreen(id)
		case body.Update[id] != nil:
			bad[id] = "Field '" + id + "' cannot appear in both 'fields' and 'update'"
		default:
			if message := f.set(c.view, i, raw); message != "" {
				bad[id] = message
			}
		}
	}
	for id, verbs := range body.Update {
		if id == "comment" {
			texts, message := c.verbComments(verbs)
			if message != "" {
				bad[id] = message
			}
			comments = append(comments, texts...)
			continue
		}
		f, known := fieldBy(id)
		if !known || !onScreen(f, p, i.TypeID) {
			bad[id] = offScreen(id)
			continue
		}
		for _, verb := range verbs {
			if message := c.verb(i, f, verb); message != "" {
				bad[id] = message
			}
		}
	}
	if len(bad) > 0 {
		return nil, &apiError{status: http.StatusBadRequest, fields: bad}
	}
	for _, prop := range body.Properties {
		if err := checkProperty(prop.Key, prop.Value); err != nil {
			return nil, err
		}
		i.Properties[prop.Key] = prop.Value
	}
	return comments, nil
}

// verb applies one of set, add and remove.
func (c *call) verb(i *issue, f field, verb map[string]json.RawMessage) string {
	for op, raw := range verb {
		switch {
		case op == "set":
			return f.set(c.view, i, raw)
		case f.list && (op == "add" || op == "remove"):
			return f.set(c.view, i, mustJSON(merge(c.listed(*i, f.id), raw, op == "add")))
		}
		return "Field with id '" + f.id + "' does not support operation '" + op + "'"
	}
	return ""
}

// listed is a list field's present value as a client would write it.
func (c *call) listed(i issue, id string) []json.RawMessage {
	var out []json.RawMessage
	if id == "labels" {
		for _, l := range i.Labels {
			out = append(out, mustJSON(l))
		}
		return out
	}
	for _, componentID := range i.Components {
		out = append(out, mustJSON(object{"id": componentID}))
	}
	return out
}

// merge adds an element to a list or takes it out, comparing components by name
// and by id alike.
func merge(list []json.RawMessage, element json.RawMessage, add bool) []json.RawMessage {
	if add {
		return append(list, element)
	}
	same := func(a, b json.RawMessage) bool {
		return bytes.Equal(a, b) || componentRef(a) != "" && componentRef(a) == componentRef(b)
	}
	return slices.DeleteFunc(list, func(have json.RawMessage) bool { return same(have, element) })
}

func componentRef(raw json.RawMessage) string {
	ref, _ := refer(raw)
	for _, c := range allComponents() {
		if c.id == ref.ID || ref.ID == "" && c.name == ref.Name {
			return c.id
		}
	}
	return ""
}

func mustJSON(v any) json.RawMessage {
	raw, err := encode(v)
	if err != nil {
		panic(err) // only values of this package come here
	}
	return raw
}

// verbComments reads the bodies of update.comment; only add is understood.
func (c *call) verbComments(verbs []map[string]json.RawMessage) ([]string, string) {
	var out []string
	for _, verb := range verbs {
		var add struct {
			Body json.RawMessage `json:"body"`
		}
		if json.Unmarshal(verb["add"], &add) != nil {
			return nil, "Comment body is not valid!"
		}
		text, message := c.readRich(add.Body)
		if message == "" && text == "" {
			message = "Comment body can not be empty!"
		}
		if message != "" {
			return nil, message
		}
		out = append(out, text)
	}
	return out, ""
}
