package contract

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"sort"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Spec is one API's file, ready to check exchanges. A nil Spec finds nothing
// wrong.
type Spec struct {
	api    API
	doc    *openapi3.T
	routes []route
}

// route is one path of the file, split at its slashes.
type route struct {
	path     string
	segments []string
	item     *openapi3.PathItem
}

func parse(api API, data []byte) (*Spec, error) {
	var raw map[string]any
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("parse file: %w", err)
	}
	if api == Jira {
		relax(raw)
	}
	lower(raw)
	data, err := json.Marshal(raw)
	if err != nil {
		return nil, fmt.Errorf("rewrite file: %w", err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("load file: %w", err)
	}
	spec := &Spec{api: api, doc: doc}
	for path, item := range doc.Paths.Map() {
		spec.routes = append(spec.routes, route{path: path, segments: strings.Split(path, "/"), item: item})
	}
	if len(spec.routes) == 0 {
		return nil, fmt.Errorf("load file: it lists no paths")
	}
	// A fixed segment is more specific than a parameter; '{' sorts after every
	// letter, so plain order puts /tickets/count before /tickets/{id}.
	sort.Slice(spec.routes, func(i, j int) bool { return spec.routes[i].path < spec.routes[j].path })
	return spec, nil
}

// lower turns a 3.1 document into the 3.0 that the validator understands: null
// as a type becomes nullable, const a single enum value, and a schema without
// any demand allows null as well, as JSON Schema has it.
func lower(doc map[string]any) {
	doc["openapi"] = "3.0.3"
	if components, ok := doc["components"].(map[string]any); ok {
		lowerMap(components["schemas"])
	}
	lowerHolders(doc["paths"])
}

// lowerHolders looks for schemas in anything that is not one itself:
// parameters, bodies, answers, headers.
func lowerHolders(node any) {
	switch node := node.(type) {
	case map[string]any:
		for key, value := range node {
			switch key {
			case "schema":
				node[key] = lowerSchema(value)
			case "example", "examples":
				delete(node, key)
			default:
				lowerHolders(value)
			}
		}
	case []any:
		for _, value := range node {
			lowerHolders(value)
		}
	}
}

func lowerMap(node any) {
	schemas, ok := node.(map[string]any)
	if !ok {
		return
	}
	for name, schema := range schemas {
		schemas[name] = lowerSchema(schema)
	}
}

func lowerList(node any) []any {
	list, _ := node.([]any)
	lowered := make([]any, 0, len(list))
	for _, schema := range list {
		lowered = append(lowered, lowerSchema(schema))
	}
	return lowered
}

func lowerSchema(node any) any {
	schema, ok := node.(map[string]any)
	if !ok {
		return node
	}
	if _, isRef := schema["$ref"]; isRef {
		return schema
	}
	for _, key := range []string{"example", "examples", "propertyNames", "$schema"} {
		delete(schema, key)
	}
	if value, ok := schema["const"]; ok {
		delete(schema, "const")
		schema["enum"] = []any{value}
	}
	// Patterns with lookahead are beyond Go's regular expressions.
	if pattern, ok := schema["pattern"].(string); ok {
		if _, err := regexp.Compile(pattern); err != nil {
			delete(schema, "pattern")
		}
	}
	lowerMap(schema["properties"])
	for _, key := range []string{"items", "additionalProperties", "not"} {
		if value, ok := schema[key]; ok {
			schema[key] = lowerSchema(value)
		}
	}
	lowerTypes(schema)
	for _, key := range []string{"anyOf", "oneOf", "allOf"} {
		if _, ok := schema[key]; ok {
			lowerAlternatives(schema, key)
		}
	}
	if demandsNothing(schema) {
		schema["nullable"] = true
	}
	return schema
}

// lowerTypes handles the list form of type.
func lowerTypes(schema map[string]any) {
	list, ok := schema["type"].([]any)
	if !ok {
		return
	}
	var types []any
	for _, name := range list {
		if name == "null" {
			schema["nullable"] = true
		} else {
			types = append(types, name)
		}
	}
	delete(schema, "type")
	if len(types) == 1 {
		schema["type"] = types[0]
		return
	}
	var alternatives []any
	for _, name := range types {
		alternatives = append(alternatives, map[string]any{"type": name})
	}
	schema["anyOf"] = alternatives
}

// lowerAlternatives takes the null out of a list of alternatives. A single one
// that remains replaces the list; a reference stays wrapped in allOf, because
// it cannot carry nullable.
func lowerAlternatives(schema map[string]any, key string) {
	var rest []any
	for _, alternative := range lowerList(schema[key]) {
		if one, ok := alternative.(map[string]any); ok && one["type"] == "null" && key != "allOf" {
			schema["nullable"] = true
			continue
		}
		rest = append(rest, alternative)
	}
	delete(schema, key)
	switch {
	case len(rest) == 0:
	case len(rest) == 1 && key != "allOf":
		unwrap(schema, rest[0])
	default:
		schema[key] = rest
	}
}

func unwrap(schema map[string]any, only any) {
	alternative, ok := only.(map[string]any)
	if _, isRef := alternative["$ref"]; !ok || isRef {
		schema["allOf"] = []any{only}
		return
	}
	for name, value := range alternative {
		schema[name] = value
	}
}

func demandsNothing(schema map[string]any) bool {
	for _, key := range []string{"type", "enum", "anyOf", "oneOf", "allOf", "not", "properties"} {
		if _, ok := schema[key]; ok {
			return false
		}
	}
	return true
}

// Operations lists what the file knows as "METHOD /path/{parameter}", sorted.
func (s *Spec) Operations() []string {
	var operations []string
	for _, r := range s.routes {
		for method := range r.item.Operations() {
			operations = append(operations, method+" "+r.path)
		}
	}
	sort.Strings(operations)
	return operations
}

// find returns the route of an escaped path below the API's base, and the
// values of its parameters.
func (s *Spec) find(path string) (route, map[string]string, bool) {
	given := strings.Split(path, "/")
	for _, candidate := range s.routes {
		if params, ok := candidate.match(given); ok {
			return candidate, params, true
		}
	}
	return route{}, nil, false
}

func (r route) match(given []string) (map[string]string, bool) {
	if len(given) != len(r.segments) {
		return nil, false
	}
	params := map[string]string{}
	for i, segment := range r.segments {
		if name, ok := parameter(segment); ok {
			value, err := url.PathUnescape(given[i])
			if err != nil || value == "" {
				return nil, false
			}
			params[name] = value
		} else if segment != given[i] {
			return nil, false
		}
	}
	return params, true
}

func parameter(segment string) (string, bool) {
	if strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") {
		return segment[1 : len(segment)-1], true
	}
	return "", false
}
