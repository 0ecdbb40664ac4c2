package markdown

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

func TestNormalize(t *testing.T) {
	t.Parallel()
	for md, want := range map[string]string{
		"":                             "",
		" \n\t\n":                      "",
		"a":                            "a\n",
		"\n\na \r\nb\r\n\r\n\r\n\r\nc": "a\nb\n\nc\n",
		"a   \nb":                      "a  \nb\n",
		"a  \n\nb  ":                   "a\n\nb\n",
		"```\nx  \n\n\n\ny\n```\n\n\n": "```\nx  \n\n\n\ny\n```\n",
		"- ```\n  x\n\n\n  ```":        "- ```\n  x\n\n\n  ```\n",
		"a\x00b\x07\uFEFF":             "ab\n",
		"a\xffb":                       "a\uFFFDb\n",
	} {
		require.Equal(t, want, Normalize(md), "%q", md)
	}
}

func TestNormalizeIsIdempotentAndKeepsWhatIsShown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		md := rapid.OneOf(document(), rapid.String()).Draw(t, "markdown")
		once := Normalize(md)
		require.Equal(t, once, Normalize(once))
	})
	rapid.Check(t, func(t *rapid.T) {
		md := document().Draw(t, "markdown")
		require.Equal(t, wordsOf(md), wordsOf(Normalize(md)))
	})
}

func TestWords(t *testing.T) {
	t.Parallel()
	for md, want := range map[string]string{
		"**Hello**, _world_! 2 x":                        "Hello world 2 x",
		"- a\n- b\n\n| c | d |\n|---|---|\n| e |":        "a b c d e",
		"[text](https://example.com/a)":                  "text https example com a",
		"<https://example.com/a>":                        "https example com a",
		"[https://example.com/a](https://example.com/a)": "https example com a",
		"```go\nx := 1\n```":                             "x 1",
		"un**believ**able":                               "unbelievable",
		"a\\*b &amp; c":                                  "a b c",
		"👍":                                              "👍",
		"e\u0301":                                        "é",
		"":                                               "",
	} {
		require.Equal(t, want, wordsOf(md), "%q", md)
	}
	require.NotEqual(t, wordsOf("👍"), wordsOf("👎"))
}

func TestWordsSurviveARoundTrip(t *testing.T) {
	t.Parallel()
	for _, md := range []string{"# a *b*\n\n> c\n\n1. d\n2. [e](https://example.com/f)", "x  \ny `z`\n\n```\ncode\n```"} {
		require.Equal(t, wordsOf(md), wordsOf(again(t, md)))
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		md   string
		max  int
		more string
		want string
		cut  bool
	}{
		{"short", 5, "more", "short", false},
		{"longer text", 8, "", "longer…", true},
		{"longer text", 9, "\nL", "longer…\nL", true},
		{"ab👍👍", 5, "", "ab👍…", true},
		{"ab👍👍", 4, "", "ab…", true},
		{"a👍🏽bcdef", 4, "", "a…", true},
		{"ae\u0301xyz", 3, "", "a…", true},
		{"🇩🇪🇫🇷x", 7, "", "🇩🇪…", true},
		{"a [link](https://example.com/long) b", 20, "", "a…", true},
		{`abc\*def`, 5, "", "abc…", true},
		{"```\ncode code code\n```", 16, "", "```\ncode co…\n```", true},
		{"abcdef", 3, "too long", "ab…", true},
		{"abcdef", 0, "", "", true},
	} {
		got, cut := Cut(c.md, c.max, c.more)
		require.Equal(t, c.want, got, "%q to %d", c.md, c.max)
		require.Equal(t, c.cut, cut)
	}
}

func TestCutNeverExceedsTheLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		md := rapid.OneOf(document(), rapid.String()).Draw(t, "markdown")
		limit := rapid.IntRange(0, 200).Draw(t, "max")
		more := rapid.SampledFrom([]string{"", "\n\n[all](https://example.com/x)"}).Draw(t, "more")
		got, cut := Cut(md, limit, more)
		require.LessOrEqual(t, Length(got), limit)
		require.True(t, utf8.ValidString(got) || !utf8.ValidString(md))
		require.Equal(t, Length(md) > limit, cut)
		if cut && limit > Length(more) {
			require.True(t, strings.HasSuffix(got, ellipsis+more) || strings.Contains(got, ellipsis+"\n"), got)
		}
	})
}

// shownText is what a browser shows of HTML.
func shownText(t require.TestingT, source string) string {
	root, err := html.Parse(strings.NewReader(source))
	require.NoError(t, err)
	return strings.TrimSuffix(strings.ReplaceAll(textOf(root), "\n\n", "\n"), "\n")
}

func TestEscapeShowsExactlyTheText(t *testing.T) {
	t.Parallel()
	special := rapid.SampledFrom([]string{"a", "1", ".", ")", "*", "_", "`", "~", "[", "]", "(", "<", ">", "&", "&amp;", "\\", "#", "+", "-", "=", "|", "!", ":", "@", " ", "\n", "é", "👍", "http://a.example/b", "www.a.example", "a@b.example", "word"})
	rapid.Check(t, func(t *rapid.T) {
		plain := strings.Join(rapid.SliceOfN(special, 1, 12).Draw(t, "parts"), "")
		var want []string
		for line := range strings.SplitSeq(plain, "\n") {
			if line = strings.Join(strings.Fields(line), " "); line != "" {
				want = append(want, line)
			}
		}
		out := ToHTML(Escape(plain))
		require.NotContains(t, out, "<a ")
		require.Equal(t, strings.Join(want, "\n"), shownText(t, out))
	})
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for md, want := range map[string]string{
		"":                          "",
		"first *line*  \nsecond":    "> first line",
		"> old\n\nanswer [x](y:z)":  "> answer x",
		"- item\n- other":           "> item",
		"```\ncode_x\n```":          "> code_x",
		"a*b <b>":                   `> a\*b \<b>`,
		strings.Repeat("word ", 50): "> " + strings.Repeat("word ", 23) + "word…",
	} {
		require.Equal(t, want, Quote(md), "%q", md)
	}
}
