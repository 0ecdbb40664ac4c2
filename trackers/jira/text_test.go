package jira

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestTitleOf(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":                       "plain",
		" two\nlines\r\nand more ":    "two lines and more",
		strings.Repeat("x", maxTitle): strings.Repeat("x", maxTitle),
	} {
		got, cut := titleOf(in)
		require.Equal(t, want, got)
		require.False(t, cut)
	}
	for _, unit := range []string{"x", "ü", "漢", "😀", "e\u0301"} {
		got, cut := titleOf(strings.Repeat(unit, 300))
		require.True(t, cut)
		require.True(t, utf8.ValidString(got))
		require.True(t, strings.HasSuffix(got, "…"))
		require.LessOrEqual(t, size(got), maxTitle)
		require.LessOrEqual(t, utf8.RuneCountInString(got), maxTitle)
		require.Greater(t, size(got), maxTitle-3)
	}
}

func TestWikiOfFitsWhateverTheTextEscapesTo(t *testing.T) {
	t.Parallel()
	const origin = "https://desk.example.com/IT-1"
	for name, unit := range map[string]string{
		"words": "some words ", "escapes": "*[{|", "wide": "漢字 ", "pairs": "😀 ", "lines": "a\n\n", "one word": "x",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			md := strings.Repeat(unit, 40000/len(unit)+maxText/2)
			wiki, cut := wikiOf("head", md, "foot", origin)
			require.True(t, cut)
			require.LessOrEqual(t, size(wiki), maxText)
			require.Contains(t, wiki, origin)
			require.True(t, strings.HasPrefix(wiki, "head"), "what stands before stays whole")
			require.True(t, strings.HasSuffix(strings.TrimSpace(wiki), "foot"), "what stands after stays whole")
			require.True(t, utf8.ValidString(wiki))
		})
	}
	wiki, cut := wikiOf("", "short", "", origin)
	require.False(t, cut)
	require.Equal(t, "short", strings.TrimSpace(wiki))
	wiki, cut = wikiOf("", "", "", origin)
	require.False(t, cut)
	require.Empty(t, wiki)
}
