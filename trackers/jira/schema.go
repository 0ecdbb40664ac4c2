package jira

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// fieldSchema is what a field takes: its type, and for a list that of its items.
type fieldSchema struct {
	name  string
	kind  string
	items string
}

// fields returns the schema of every field by id, asked for once.
func (t *Tracker) fields(ctx context.Context) (map[string]fieldSchema, error) {
	t.mu.Lock()
	known := t.schema
	t.mu.Unlock()
	if known != nil {
		return known, nil
	}
	return t.readSchema(ctx)
}

func (t *Tracker) readSchema(ctx context.Context) (map[string]fieldSchema, error) {
	var list []struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Schema struct {
			Type  string `json:"type"`
			Items string `json:"items"`
		} `json:"schema"`
	}
	if _, err := t.get(ctx, "read fields", "field", nil, &list); err != nil {
		return nil, err
	}
	schema := make(map[string]fieldSchema, len(list))
	for _, f := range list {
		schema[f.ID] = fieldSchema{name: f.Name, kind: f.Schema.Type, items: f.Schema.Items}
	}
	t.mu.Lock()
	t.schema = schema
	t.mu.Unlock()
	return schema, nil
}

// schemaOf finds one field, reading the schema again if it is not there: it may
// have been added since.
func (t *Tracker) schemaOf(ctx context.Context, name string) (fieldSchema, bool, error) {
	schema, err := t.fields(ctx)
	if err != nil {
		return fieldSchema{}, false, err
	}
	if f, ok := schema[name]; ok {
		return f, true, nil
	}
	schema, err = t.readSchema(ctx)
	return schema[name], schema[name] != fieldSchema{}, err
}

// custom returns what to send for a custom field.
func (t *Tracker) custom(ctx context.Context, f ticket.Field, v ticket.Value) (any, error) {
	if v.IsEmpty() {
		return nil, nil
	}
	schema, ok, err := t.schemaOf(ctx, string(f))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, refused(f, "Jira has no field "+string(f))
	}
	text := v.Text
	switch {
	case v.Number != nil:
		text = strconv.FormatFloat(*v.Number, 'f', -1, 64)
	case v.User != nil:
		text = v.User.Display()
	case v.State != nil:
		text = v.State.Name
	case v.Level != "":
		text = string(v.Level)
	}
	switch schema.kind {
	case "number":
		if v.Number != nil {
			return *v.Number, nil
		}
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, refused(f, "the value is no number")
		}
		return number, nil
	case "option":
		return map[string]any{"value": text}, nil
	case "array":
		list := []any{}
		for _, name := range v.Names {
			list = append(list, shape(schema.items, name))
		}
		if len(v.Names) == 0 {
			list = append(list, shape(schema.items, text))
		}
		return list, nil
	}
	return text, nil
}

// refused is the error for a value that is known to be refused without asking.
func refused(f ticket.Field, text string) *trackers.Error {
	return &trackers.Error{
		Kind: trackers.Invalid, Op: "write ticket", Message: string(f) + ": " + text,
		Fields: map[ticket.Field]string{f: text},
	}
}

// constants brings values from the configuration into the shape each field
// takes, so that "resolution: Done" and "customfield_10050: High" suffice. What
// is not plain is sent as it stands.
func (t *Tracker) constants(ctx context.Context, values map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		schema, _, err := t.schemaOf(ctx, name)
		if err != nil {
			return nil, err
		}
		out[name] = schema.shape(plain(values[name]))
	}
	return out, nil
}

// plain turns what a YAML decoder makes of a map into what JSON can hold.
func plain(v any) any {
	switch v := v.(type) {
	case map[any]any:
		out := map[string]any{}
		for key, value := range v {
			out[fmt.Sprint(key)] = plain(value)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			out[key] = plain(value)
		}
		return out
	case []any:
		out := []any{}
		for _, value := range v {
			out = append(out, plain(value))
		}
		return out
	}
	return v
}

func (s fieldSchema) shape(v any) any {
	if s.kind != "array" {
		return shape(s.kind, v)
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	out := []any{}
	for _, item := range list {
		out = append(out, shape(s.items, item))
	}
	return out
}

// shape wraps a plain value in the object that a type of field wants.
func shape(kind string, v any) any {
	switch v.(type) {
	case map[string]any, []any, nil:
		return v
	}
	switch kind {
	case "option":
		return map[string]any{"value": fmt.Sprint(v)}
	case "priority", "resolution", "issuetype", "component", "version", "securitylevel", "group", "status":
		return map[string]any{"name": fmt.Sprint(v)}
	case "project":
		return map[string]any{"key": fmt.Sprint(v)}
	case "string", "date", "datetime":
		return fmt.Sprint(v)
	}
	return v
}
