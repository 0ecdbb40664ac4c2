package trackers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
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

func TestStripFooterLeavesPeoplesLinks(t *testing.T) {
	t.Parallel()
	text := "It is on fire.\n\nSee [Alice](https://desk.example.com/IT-1#ticketsync=helpdesk/m1) for what she said."
	require.Equal(t, text, StripFooter(text), "a pasted link to a copied comment")
	require.Equal(t, "It is on fire.", StripFooter("It is on fire.\n\n"+Footer("Reported by Alice", "IT-1", "https://desk.example.com/IT-1")))
	marker := ticket.Marker{Installation: "dev", Pair: "pair/desk/1/linear", Generation: 1, State: ticket.Linked, URL: "https://desk.example.com/IT-1"}
	require.Equal(t, "It is on fire.", StripFooter("It is on fire.\n\nReplicated from [IT-1]("+marker.Link()+")"))
}

// The address of a comment may have a fragment already, and a tracker may mind
// two of them.
func TestMarkersAfterAFragment(t *testing.T) {
	t.Parallel()
	composed := Compose(CommentDraft{Token: "linear/c1", Stamp: "text.t1", Author: "Alice", URL: "https://linear.example.com/PRO-1#comment-c1", Body: "Hello."})
	for _, stored := range []string{composed, strings.Replace(composed, "#ticketsync", "%23ticketsync", 1)} {
		head, body, ok := Decompose(stored)
		require.True(t, ok, stored)
		require.Equal(t, []string{"Alice", "linear/c1", "text.t1", "Hello."}, []string{head.Author, head.Token, head.Stamp, body})
	}
	footer := "text\n\n" + Footer("Reported by Alice", "PRO-1", "https://linear.example.com/PRO-1#top")
	require.Equal(t, "text", StripFooter(strings.Replace(footer, "#ticketsync", "%23ticketsync", 1)))
}
