package trackers

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestStripFooter removes a last line with a link of ours, and no other line.
func TestStripFooter(t *testing.T) {
	t.Parallel()
	const marker = "https://desk.example.com/IT-1#ticketsync=dev/pair/helpdesk/t1/linear/1/linked"
	for in, want := range map[string]string{
		"text\n\n" + Footer("Reported by Dora", "IT-1", "https://desk.example.com/IT-1"): "text",
		"text\n\nReplicated from [IT-1](" + marker + ")":                                 "text",
		"text\n\nReplicated from [IT-1](<" + marker + ">)\n \n":                          "text",
		"Replicated from [IT-1](" + marker + ")":                                         "",
		"text\n\n[IT-1](" + marker + ")\n\nand more":                                     "text\n\n[IT-1](" + marker + ")\n\nand more",
		"text\n\n[IT-1](https://desk.example.com/IT-1#ticketsync)":                       "text\n\n[IT-1](https://desk.example.com/IT-1#ticketsync)",
		"text\n": "text\n",
		"":       "",
	} {
		require.Equal(t, want, StripFooter(in), in)
	}
}
