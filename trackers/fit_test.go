package trackers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

// TestFit: what the caller knows, and what a payload has no room for, is left
// out; whoever writes asks for the whole.
func TestFit(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", MaxText+1)
	require.Equal(t, ticket.Value{Fingerprint: "f", Text: "x", Size: 1}, FitText("x", "f", "g", false))
	require.Equal(t, ticket.Value{Fingerprint: "f", Omitted: true, Size: 1}, FitText("x", "f", "f", false))
	require.Equal(t, ticket.Value{Fingerprint: "f", Omitted: true, Size: MaxText + 1}, FitText(long, "f", "", false))
	require.Equal(t, long, FitText(long, "f", "f", true).Text)
	require.False(t, FitText("", "f", "f", false).Omitted, "nothing cannot be left out")

	room := 5
	fits := func(body, known string, whole bool) bool {
		c := ticket.Comment{Fingerprint: "f", Body: body}
		FitComment(&c, known, whole, &room)
		require.Equal(t, len(body), c.Size)
		require.Equal(t, c.Omitted, c.Body != body)
		return !c.Omitted
	}
	require.True(t, fits("abc", "", false))
	require.False(t, fits("abc", "", false), "two are left")
	require.True(t, fits("ab", "", false), "a shorter one still fits")
	require.False(t, fits("a", "f", false))
	require.True(t, fits("abc", "f", true))
}
