package jira

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/trackers/markdown"
)

func TestTitleOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{" two\nlines\r\nand more ", "two lines and more"},
		{strings.Repeat("x", maxTitle), strings.Repeat("x", maxTitle)},
	} {
		got, cut := titleOf(c.in)
		require.Equal(t, c.want, got)
		require.False(t, cut)
	}
	for _, unit := range []string{"x", "ü", "漢", "😀", "e\u0301"} {
		got, cut := titleOf(strings.Repeat(unit, 300))
		require.True(t, cut)
		require.True(t, utf8.ValidString(got))
		require.True(t, strings.HasSuffix(got, "…"))
		require.LessOrEqual(t, markdown.Length(got), maxTitle)
		require.LessOrEqual(t, utf8.RuneCountInString(got), maxTitle)
		require.Greater(t, markdown.Length(got), maxTitle-3)
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
			require.LessOrEqual(t, markdown.Length(wiki), maxText)
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

func TestWikiOfKeepsItsPartsApart(t *testing.T) {
	t.Parallel()
	for _, md := range []string{"```\nunclosed", "> quote", "- item", "| a |\n|---|\n| b |", "<div>", "`tick"} {
		wiki, _ := wikiOf("head", md, "[foot](https://desk.example.com/IT-1#ticketsync=footer)", "")
		lines := strings.Split(wiki, "\n")
		require.Equal(t, "head", lines[0], md)
		require.Equal(t, "[foot|https://desk.example.com/IT-1#ticketsync=footer]", lines[len(lines)-1], md)
		require.Empty(t, lines[len(lines)-2], md)
	}
}
