package ravenna_test

import (
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/sandbox/ravenna"
)

// TestEveryOperationIsServed finds operations that were forgotten; what they do
// is the subject of the other tests.
func TestEveryOperationIsServed(t *testing.T) {
	t.Parallel()
	spec := contract.Load(t, contract.Ravenna)
	w := open(t, ravenna.Options{})
	for _, operation := range spec.Operations() {
		method, path, _ := strings.Cut(operation, " ")
		path = strings.NewReplacer("{id}", "x", "{identifier}", "x").Replace(path)
		_, answer := w.try(method, path, object{})
		require.NotContains(t, string(answer), "Route not found", operation)
	}
}

func TestConcurrentCallsDoNotShareNumbers(t *testing.T) {
	t.Parallel()
	w := open(t, ravenna.Options{DataDir: t.TempDir()})
	const people = 20
	var group sync.WaitGroup
	for range people {
		group.Go(func() { w.try("POST", "/tickets", object{"priority": "LOW", "title": "one of many"}) })
	}
	group.Wait()
	for number := range people {
		w.do("GET", "/tickets/IT-"+strconv.Itoa(number+1), nil)
	}
}
