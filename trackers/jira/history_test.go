package jira

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

func TestMeanwhile(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	version := versionOf(start.Format(layouts[0]))
	// Each letter is one entry of the history, a second after the other: o is
	// ours, everything else a person's value; "-" is another field's.
	for entries, want := range map[string]struct {
		lost               string
		overwritten, after bool
	}{
		"":     {},
		"-":    {},
		"o":    {},
		"ao":   {"a", true, false},
		"abo":  {"b", true, false},
		"a-o":  {"a", true, false},
		"oa":   {"", false, true},
		"aob":  {"a", true, true},
		"aobo": {"b", true, false},
		"a":    {"", false, true},
	} {
		var changes []change
		for i, letter := range entries {
			c := change{field: ticket.Title, at: start.Add(time.Duration(i+1) * time.Second), to: string(letter), ours: letter == 'o'}
			if letter == '-' {
				c.field = ticket.Priority
			}
			changes = append(changes, c)
		}
		known := change{field: ticket.Title, at: start, to: "known"}
		lost, overwritten, after := meanwhile(append([]change{known}, changes...), ticket.Title, version)
		require.Equal(t, want.lost, lost, entries)
		require.Equal(t, want.overwritten, overwritten, entries)
		require.Equal(t, want.after, after, entries)
	}
	lost, overwritten, after := meanwhile([]change{{field: ticket.Title, at: start, to: "a"}}, ticket.Title, "")
	require.Empty(t, lost)
	require.False(t, overwritten || after, "without a version nothing can be said")
}
