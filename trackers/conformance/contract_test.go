package conformance

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/ticketsync/ticketsync/internal/contract"
)

// check tells what is wrong with a request by a published API.
type check func(r *http.Request, body []byte) error

// openAPI checks against an OpenAPI file. Like every contract it is nil where
// the file does not lie beside the project.
func openAPI(api contract.API) func(testing.TB) check {
	return func(t testing.TB) check {
		spec := contract.LoadIfPresent(t, api)
		if spec == nil {
			return nil
		}
		return spec.CheckRequest
	}
}

// schemas are parsed once: Linear's has a megabyte.
var schemas sync.Map

// graphQL checks queries and their variables against a schema.
func graphQL(elem ...string) func(testing.TB) check {
	return func(t testing.TB) check {
		path, ok := contract.SharedIfPresent(t, elem...)
		if !ok {
			return nil
		}
		load, _ := schemas.LoadOrStore(path, sync.OnceValues(func() (*ast.Schema, error) {
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			return gqlparser.LoadSchema(&ast.Source{Name: path, Input: string(text)})
		}))
		schema, err := load.(func() (*ast.Schema, error))()
		require.NoError(t, err)
		return func(_ *http.Request, body []byte) error { return checkQuery(schema, body) }
	}
}

func checkQuery(schema *ast.Schema, body []byte) error {
	var sent struct {
		Query, OperationName string
		Variables            map[string]any
	}
	if err := json.Unmarshal(body, &sent); err != nil {
		return err
	}
	query, err := parser.ParseQuery(&ast.Source{Input: sent.Query})
	if err != nil {
		return err
	}
	if wrong := validator.ValidateWithRules(schema, query, nil); len(wrong) > 0 {
		return wrong
	}
	operation := query.Operations.ForName(sent.OperationName)
	if operation == nil {
		return gqlerror.Errorf("no operation %q", sent.OperationName)
	}
	_, err = validator.VariableValues(schema, operation, sent.Variables)
	return err
}

// TestEveryCallFitsTheContract: the front checks each request of this whole
// suite against the published API; here it is seen to do so, for all operations.
func TestEveryCallFitsTheContract(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		if s.contract == nil {
			return // there is nothing published for it
		}
		w := newWorld(t, s)
		if w.front.check == nil {
			t.Skip("skipped: the published API does not lie beside the project")
		}
		wrong := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/no/such/call", nil)
		require.Error(t, w.front.check(wrong, []byte(`{"query":"{nothing}"}`)))
		for _, op := range operations {
			scene := w.scene(op)
			w.requests()
			before := w.front.checks()
			require.NoError(t, op.do(t.Context(), w.open(), scene), op.name)
			checked := w.front.checks() - before
			require.Len(t, w.requests(), checked, "%s: each request is checked", op.name)
			require.Positive(t, checked, op.name)
		}
	})
}
