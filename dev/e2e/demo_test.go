package e2e

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/dev/demo"
	"github.com/ticketsync/ticketsync/dev/stack"
)

// TestDemo plays what `go run ./dev` plays. Each step fails unless it shows on
// the other side, and the last one if the private note does.
func TestDemo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, telling, func(o *stack.Options) { o.UI = "127.0.0.1:0" })
	var out strings.Builder
	require.NoError(t, demo.Play(w.ctx, w.Stack, &out))
	require.Equal(t, 12, strings.Count(out.String(), "✓"), out.String())
	require.Contains(t, out.String(), w.Temporal.UIURL()+"/namespaces/default/workflows/pair%2Fhelpdesk%2F")
}
