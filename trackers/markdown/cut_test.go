package markdown

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestClose: what is put below a text must not become part of its code.
func TestClose(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "text\n": "text\n", "```\ncode\n```": "```\ncode\n```",
		"```go\ncode\n\n": "```go\ncode\n```", "~~~~\n```\n": "~~~~\n```\n~~~~", "- a\n\n  ```\n  code": "- a\n\n  ```\n  code\n  ```",
	} {
		require.Equal(t, want, Close(in))
	}
}
