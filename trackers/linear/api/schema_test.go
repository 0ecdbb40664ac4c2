package api

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

const full = "../../../../shared/reference/linear/schema.graphql"

func load(t *testing.T, path string) *ast.Schema {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: path, Input: string(text)})
	require.NoError(t, err)
	return schema
}

// whole is Linear's own schema where it lies beside the project.
func whole(t *testing.T) *ast.Schema {
	t.Helper()
	if _, err := os.Stat(full); err != nil {
		require.Empty(t, os.Getenv("TICKETSYNC_REQUIRE_SHARED"), "Linear's schema is not there: %s", full)
		t.Skip("Linear's schema is not beside the project")
	}
	return load(t, full)
}

// TestSchemaIsPartOfLinears: a name, a type or a null that Linear does not have
// would break at run time only.
func TestSchemaIsPartOfLinears(t *testing.T) {
	t.Parallel()
	linear, seen := whole(t), 0
	for name, ours := range load(t, "schema.graphql").Types {
		if ours.BuiltIn {
			continue
		}
		seen++
		theirs := linear.Types[name]
		require.NotNil(t, theirs, name)
		require.Equal(t, theirs.Kind, ours.Kind, name)
		require.ElementsMatch(t, theirs.Types, ours.Types, "members of %s", name)
		sameValues(t, name, ours, theirs)
		for _, field := range ours.Fields {
			if !strings.HasPrefix(field.Name, "__") {
				sameField(t, name+"."+field.Name, field, theirs.Fields.ForName(field.Name))
			}
		}
		if ours.Kind == ast.InputObject {
			for _, field := range theirs.Fields {
				require.False(t, demanded(field.Type, field.DefaultValue) && ours.Fields.ForName(field.Name) == nil,
					"%s.%s is required", name, field.Name)
			}
		}
	}
	require.Greater(t, seen, 40)
}

func sameValues(t *testing.T, name string, ours, theirs *ast.Definition) {
	t.Helper()
	for _, value := range ours.EnumValues {
		require.NotNil(t, theirs.EnumValues.ForName(value.Name), "%s.%s", name, value.Name)
	}
	require.Len(t, ours.EnumValues, len(theirs.EnumValues), "an answer may hold any value of %s", name)
}

func sameField(t *testing.T, name string, ours, theirs *ast.FieldDefinition) {
	t.Helper()
	require.NotNil(t, theirs, name)
	require.Equal(t, theirs.Type.String(), ours.Type.String(), name)
	for _, argument := range ours.Arguments {
		other := theirs.Arguments.ForName(argument.Name)
		require.NotNil(t, other, "%s(%s:)", name, argument.Name)
		require.Equal(t, other.Type.String(), argument.Type.String(), "%s(%s:)", name, argument.Name)
	}
	for _, argument := range theirs.Arguments {
		require.False(t, demanded(argument.Type, argument.DefaultValue) && ours.Arguments.ForName(argument.Name) == nil,
			"%s(%s:) is required", name, argument.Name)
	}
}

func demanded(typ *ast.Type, fallback *ast.Value) bool { return typ.NonNull && fallback == nil }

// TestOperationsFitLinearsSchema asks the schema that Linear itself answers by.
func TestOperationsFitLinearsSchema(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("operations.graphql")
	require.NoError(t, err)
	document, problems := gqlparser.LoadQueryWithRules(whole(t), string(text), rules.NewDefaultRules())
	require.Empty(t, problems)
	require.NotEmpty(t, document.Operations)
	for _, operation := range document.Operations {
		cost := points(t, operation.SelectionSet)
		t.Logf("%-18s %6.1f", operation.Name, cost)
		require.Less(t, cost, most, operation.Name)
	}
}

// most is what an operation may cost: the hour's points divided by the hour's
// requests, so that it is always the requests that run out first.
const most = 1250.0

// points counts an operation as Linear documents it: a property 0.1, an object
// 1, what a connection holds times its first.
func points(t *testing.T, selections ast.SelectionSet) float64 {
	t.Helper()
	var sum float64
	for _, selection := range selections {
		switch s := selection.(type) {
		case *ast.InlineFragment:
			sum += points(t, s.SelectionSet)
		case *ast.FragmentSpread:
			sum += points(t, s.Definition.SelectionSet)
		case *ast.Field:
			times := 1.0
			if strings.HasSuffix(s.Definition.Type.Name(), "Connection") {
				first := s.Arguments.ForName("first")
				require.NotNil(t, first, "%s is cut off at fifty without a word", s.Name)
				n, err := strconv.Atoi(first.Value.Raw)
				require.NoError(t, err)
				require.LessOrEqual(t, n, 250, "Linear refuses longer pages")
				times = float64(n)
			}
			if len(s.SelectionSet) == 0 {
				sum += 0.1
				continue
			}
			sum += 1 + times*points(t, s.SelectionSet)
		}
	}
	return sum
}

// TestGeneratedCodeIsCurrent runs the generator as go generate does.
func TestGeneratedCodeIsCurrent(t *testing.T) {
	t.Parallel()
	workspace, err := exec.CommandContext(t.Context(), "go", "env", "GOWORK").Output()
	require.NoError(t, err)
	if at := strings.TrimSpace(string(workspace)); at == "" || at == "off" {
		t.Skip("the generator is a tool of the workspace's other module")
	}
	here, err := filepath.Abs(".")
	require.NoError(t, err)
	config, err := os.ReadFile("genqlient.yaml")
	require.NoError(t, err)
	folder := t.TempDir()
	moved := strings.NewReplacer(
		"schema: schema.graphql", "schema: "+filepath.Join(here, "schema.graphql"),
		"- operations.graphql", "- "+filepath.Join(here, "operations.graphql"),
	).Replace(string(config))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "genqlient.yaml"), []byte(moved), 0o600))

	generate := exec.CommandContext(t.Context(), "go", "run", "github.com/Khan/genqlient", filepath.Join(folder, "genqlient.yaml"))
	generate.Dir = here
	output, err := generate.CombinedOutput()
	require.NoError(t, err, "%s", output)
	want, err := os.ReadFile(filepath.Join(folder, "generated.go"))
	require.NoError(t, err)
	have, err := os.ReadFile("generated.go")
	require.NoError(t, err)
	require.Equal(t, string(want), string(have), "run go generate ./trackers/linear/...")
}
