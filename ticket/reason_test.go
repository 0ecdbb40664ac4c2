package ticket

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// declaredReasons reads the constants of type Reason from the source.
func declaredReasons(t *testing.T) []Reason {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	require.NoError(t, err)
	var out []Reason
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Reason" {
			for _, v := range spec.Values {
				code, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				require.NoError(t, err)
				out = append(out, Reason(code))
			}
		}
		return true
	})
	require.NotEmpty(t, out)
	return out
}

func TestEveryReasonIsExplained(t *testing.T) {
	t.Parallel()
	var explained []Reason
	for _, m := range Reasons() {
		explained = append(explained, m.Reason)
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, string(m.Reason))
		require.NotEmpty(t, m.What, m.Reason)
		require.NotEmpty(t, m.Remedy, m.Reason)
	}
	require.True(t, slices.IsSorted(explained), "sorted by code")
	require.Len(t, slices.Compact(slices.Clone(explained)), len(explained), "each once")
	require.ElementsMatch(t, declaredReasons(t), explained)
}

func TestExplain(t *testing.T) {
	t.Parallel()
	m, ok := Explain(Conflict)
	require.True(t, ok)
	require.Equal(t, Conflict, m.Reason)
	require.True(t, Conflict.Attention())
	require.False(t, RateLimited.Attention())

	m, ok = Explain("made-up")
	require.False(t, ok)
	require.Equal(t, Reason("made-up"), m.Reason)
	require.True(t, Reason("made-up").Attention(), "what nobody explained needs a look")
}
