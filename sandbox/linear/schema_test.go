package linear_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// schemaPath is beside every folder above the test's own that has it.
var schemaPath = filepath.Join("shared", "reference", "linear", "schema.graphql")

// schemaIfPresent is the path of Linear's full schema, or "".
func schemaIfPresent(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		path := filepath.Join(folder, schemaPath)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

var (
	loadOnce sync.Once
	loaded   *ast.Schema
)

// schema is the full schema, or nil.
func schema(t testing.TB) *ast.Schema {
	t.Helper()
	loadOnce.Do(func() {
		path := schemaIfPresent(t)
		if path == "" {
			return
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		loaded, err = gqlparser.LoadSchema(&ast.Source{Input: string(text)})
		require.NoError(t, err)
	})
	return loaded
}

// checkAnswer finds what the schema does not allow about an answer: null where
// it demands a value, a value of another type, a missing field.
func checkAnswer(t testing.TB, query, name string, data object) {
	t.Helper()
	full := schema(t)
	if full == nil {
		return
	}
	doc, errs := gqlparser.LoadQueryWithRules(full, query, nil)
	if len(errs) > 0 {
		// Only a server without the schema answered it.
		return
	}
	c := checker{t: t, schema: full, doc: doc}
	c.object("", doc.Operations.ForName(name).SelectionSet, data)
}

type checker struct {
	t      testing.TB
	schema *ast.Schema
	doc    *ast.QueryDocument
}

func (c checker) object(path string, set ast.SelectionSet, value object) {
	c.t.Helper()
	for _, item := range set {
		switch item := item.(type) {
		case *ast.Field:
			got, present := value[item.Alias]
			if !present && len(item.Directives) > 0 {
				continue
			}
			require.True(c.t, present, "%s.%s is missing", path, item.Alias)
			c.value(path+"."+item.Alias, item.Definition.Type, item.SelectionSet, got)
		case *ast.InlineFragment:
			if item.TypeCondition == value["__typename"] {
				c.object(path, item.SelectionSet, value)
			}
		case *ast.FragmentSpread:
			c.object(path, item.Definition.SelectionSet, value)
		}
	}
}

func (c checker) value(path string, typ *ast.Type, set ast.SelectionSet, value any) {
	c.t.Helper()
	if value == nil {
		require.False(c.t, typ.NonNull, "%s is null and must not be", path)
		return
	}
	if typ.Elem != nil {
		items, ok := value.([]any)
		require.True(c.t, ok, "%s is no list", path)
		for i, item := range items {
			c.value(path+"."+strconv.Itoa(i), typ.Elem, set, item)
		}
		return
	}
	if len(set) > 0 {
		inner, ok := value.(object)
		require.True(c.t, ok, "%s is no object", path)
		c.object(path, set, inner)
		return
	}
	require.True(c.t, c.fits(c.schema.Types[typ.NamedType], value), "%s is no %s: %v", path, typ.NamedType, value)
}

func (c checker) fits(def *ast.Definition, value any) bool {
	if def.Kind == ast.Enum {
		return slices.ContainsFunc(def.EnumValues, func(v *ast.EnumValueDefinition) bool { return v.Name == value })
	}
	text, isText := value.(string)
	number, isNumber := value.(float64)
	switch def.Name {
	case "String", "ID", "UUID":
		return isText
	case "Int":
		return isNumber && number == float64(int(number))
	case "Float":
		return isNumber
	case "Boolean":
		_, ok := value.(bool)
		return ok
	case "JSONObject":
		_, ok := value.(object)
		return ok
	case "DateTime":
		_, err := time.Parse("2006-01-02T15:04:05.000Z", text)
		return err == nil
	case "TimelessDate":
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	}
	return true
}
