package trackers

import (
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
