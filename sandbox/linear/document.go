package linear

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/ticketsync/ticketsync/sandbox"
)

// Codes of queries that cannot be run as written.
const (
	codeParse    = "GRAPHQL_PARSE_FAILED"
	codeValidate = "GRAPHQL_VALIDATION_FAILED"
	codeVariable = "BAD_USER_INPUT"
)

// document is a parsed request.
type document struct {
	query     *ast.QueryDocument
	operation *ast.OperationDefinition
	variables map[string]any
}

type requestBody struct {
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
	OperationName string         `json:"operationName"`
}

func loadSchema(path string) (*ast.Schema, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: path, Input: string(text)})
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	return schema, nil
}

// parse reads a request body without looking at the schema.
func parse(body []byte) (*document, *apiError) {
	var sent requestBody
	if err := json.Unmarshal(body, &sent); err != nil || sent.Query == "" {
		return nil, graphqlError("BAD_REQUEST", "GraphQL operations must contain a non-empty `query`.")
	}
	query, err := parser.ParseQuery(&ast.Source{Input: sent.Query})
	if err != nil {
		return nil, located(codeParse, err)
	}
	op := query.Operations.ForName(sent.OperationName)
	if op == nil {
		return nil, graphqlError("OPERATION_RESOLUTION_FAILURE", fmt.Sprintf("Unknown operation named %q.", sent.OperationName))
	}
	return &document{query: query, operation: op, variables: sent.Variables}, nil
}

// check validates against the schema, if there is one, and fills in defaults of
// variables.
func (d *document) check(schema *ast.Schema) *apiError {
	if schema != nil {
		if list := validator.ValidateWithRules(schema, d.query, nil); len(list) > 0 {
			return located(codeValidate, list[0])
		}
		if _, err := validator.VariableValues(schema, d.operation, d.variables); err != nil {
			return located(codeVariable, err)
		}
	}
	for _, fragment := range d.query.Fragments {
		if d.contains(fragment.SelectionSet, fragment.Name, nil) {
			return graphqlError(codeValidate, fmt.Sprintf("Cannot spread fragment %q within itself.", fragment.Name))
		}
	}
	if d.variables == nil {
		d.variables = map[string]any{}
	}
	for _, v := range d.operation.VariableDefinitions {
		given, ok := d.variables[v.Variable]
		if !ok && v.DefaultValue != nil {
			given, _ = evaluate(v.DefaultValue, nil)
			d.variables[v.Variable] = given
		}
		if given == nil && v.Type.NonNull {
			return graphqlError(codeVariable, fmt.Sprintf("Variable \"$%s\" of required type %q was not provided.", v.Variable, v.Type))
		}
	}
	return nil
}

// contains reports whether a selection leads to a fragment. Only a schema's
// validation would find that a fragment contains itself.
func (d *document) contains(set ast.SelectionSet, name string, seen []string) bool {
	for _, item := range set {
		inner := ast.SelectionSet(nil)
		switch item := item.(type) {
		case *ast.Field:
			inner = item.SelectionSet
		case *ast.InlineFragment:
			inner = item.SelectionSet
		case *ast.FragmentSpread:
			if item.Name == name {
				return true
			}
			if fragment := d.query.Fragments.ForName(item.Name); fragment != nil && !slices.Contains(seen, item.Name) {
				seen = append(seen, item.Name)
				inner = fragment.SelectionSet
			}
		}
		if d.contains(inner, name, seen) {
			return true
		}
	}
	return false
}

func located(code string, err error) *apiError {
	e := graphqlError(code, err.Error())
	var where *gqlerror.Error
	if errors.As(err, &where) {
		e.message, e.at = where.Message, where.Locations
		if code == codeVariable {
			e.message = where.Path.String() + " " + where.Message
		}
	}
	return e
}

// operation names a request for the request log and the faults: the operation's
// name or, where a client sends none, its first root field.
func operation(_ *http.Request, body []byte) string {
	d, err := parse(body)
	if err != nil {
		return ""
	}
	if d.operation.Name != "" {
		return d.operation.Name
	}
	for _, selection := range d.operation.SelectionSet {
		if field, ok := selection.(*ast.Field); ok {
			return field.Name
		}
	}
	return ""
}

// kind is by effect: only mutations change anything.
func kind(r *http.Request) string {
	body, err := readBody(r)
	if err != nil {
		return sandbox.KindRead
	}
	if d, refused := parse(body); refused == nil && d.operation.Operation == ast.Mutation {
		return sandbox.KindWrite
	}
	return sandbox.KindRead
}

// evaluate turns a value of the query into what JSON would have given. The
// second result is false for a variable that was not sent: the argument or
// input field is then absent, which is not null.
func evaluate(v *ast.Value, variables map[string]any) (any, bool) {
	switch v.Kind {
	case ast.Variable:
		sent, ok := variables[v.Raw]
		return sent, ok
	case ast.NullValue:
		return nil, true
	case ast.BooleanValue:
		return v.Raw == "true", true
	case ast.IntValue, ast.FloatValue:
		var number float64
		_ = json.Unmarshal([]byte(v.Raw), &number)
		return number, true
	case ast.ListValue:
		items := make([]any, 0, len(v.Children))
		for _, child := range v.Children {
			item, _ := evaluate(child.Value, variables)
			items = append(items, item)
		}
		return items, true
	case ast.ObjectValue:
		fields := object{}
		for _, child := range v.Children {
			if item, ok := evaluate(child.Value, variables); ok {
				fields[child.Name] = item
			}
		}
		return fields, true
	default:
		return v.Raw, true
	}
}
