package linear

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

func trackersWith(priorities map[string]string) trackers.Connection {
	return trackers.Connection{Name: "linear", Priorities: priorities}
}

// TestNobodyIsMentioned: the address of a person's page would notify them.
func TestNobodyIsMentioned(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ask https://linear.app/acme/profiles/alice please":         "ask alice please",
		"ask <https://linear.app/acme/profiles/alice.b>.":           "ask alice.b.",
		"ask [Alice](https://linear.app/acme/profiles/alice).":      "ask Alice.",
		"ask [Alice](<https://linear.app/acme/profiles/alice?x=1>)": "ask Alice",
		"see https://linear.app/acme/issue/PRO-1/x":                 "see https://linear.app/acme/issue/PRO-1/x",
		"see https://example.com/acme/profiles/alice":               "see https://example.com/acme/profiles/alice",
	} {
		text, cut := compose("", in, "", "")
		require.Equal(t, want, text)
		require.False(t, cut)
	}
}

func TestCompose(t *testing.T) {
	t.Parallel()
	text, cut := compose("first", "```\nopen", "last", originURL)
	require.False(t, cut)
	require.Equal(t, "first\n\n```\nopen\n```\n\nlast", text, "an open fence is closed")
	text, _ = compose("", "", "", originURL)
	require.Empty(t, text)
	for _, md := range []string{strings.Repeat("😀", maxText), "```\n" + strings.Repeat("x\n", maxText)} {
		text, cut = compose("first", md, "last", originURL)
		require.True(t, cut)
		require.LessOrEqual(t, markdown.Length(text), maxText)
		require.Greater(t, markdown.Length(text), maxText-100)
		require.True(t, strings.HasPrefix(text, "first\n\n"))
		require.True(t, strings.HasSuffix(text, "[Whole text](<"+originURL+">)\n\nlast"))
	}
}

func TestCutTitle(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a\r\nb": "a b", "": "", strings.Repeat("x", maxTitle): strings.Repeat("x", maxTitle),
		strings.Repeat("x", maxTitle+1): strings.Repeat("x", maxTitle-1) + "…",
	} {
		got, cut := markdown.CutLine(in, maxTitle)
		require.Equal(t, want, got)
		require.Equal(t, strings.HasSuffix(want, "…"), cut)
	}
}
