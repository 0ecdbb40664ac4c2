package markdown

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"pgregory.net/rapid"
)

func TestToHTML(t *testing.T) {
	t.Parallel()
	for md, want := range map[string]string{
		"a *b* **c** ~~d~~":         "<p>a <em>b</em> <strong>c</strong> <del>d</del></p>\n",
		"@alice":                    "<p>@alice</p>\n",
		"<script>alert(1)</script>": "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n",
		`x <span data-type="mention" data-id="u_bob">@bob</span>`: "<p>x &lt;span data-type=&quot;mention&quot; data-id=&quot;u_bob&quot;&gt;@bob&lt;/span&gt;</p>\n",
		"<div>\n*x*":                           "<p>&lt;div&gt;\n<em>x</em></p>\n",
		"![p](https://example.com/p.png)":      `<p><a href="https://example.com/p.png">image: p</a></p>` + "\n",
		"[x](javascript:alert(1))":             "<p>x</p>\n",
		"<javascript:alert(1)>":                "<p>javascript:alert(1)</p>\n",
		"https://example.com/a":                `<p><a href="https://example.com/a">https://example.com/a</a></p>` + "\n",
		"[a](https://example.com/ \"x\\\"y\")": `<p><a href="https://example.com/">a</a></p>` + "\n",
		"":                                     "",
	} {
		require.Equal(t, want, ToHTML(md), md)
	}
}

func TestToHTMLSurvivesHostileText(t *testing.T) {
	t.Parallel()
	for name, md := range map[string]string{
		"quotes":   strings.Repeat(">", 1_000_000),
		"brackets": strings.Repeat("[a](", 250_000),
		"emphasis": strings.Repeat("*a_ ", 250_000),
		"table":    strings.Repeat("|", 5000) + "\n" + strings.Repeat("|-", 5000) + "|\n" + strings.Repeat("|x\n", 100_000),
		"refs":     "[a]: https://example.com/" + strings.Repeat("x", 100_000) + "\n\n" + strings.Repeat("[a]\n\n", 10_000),
		"prose":    strings.Repeat("Some *prose* with `code` and a [link](https://example.com).\n\n", 16_000),
	} {
		start := time.Now()
		out := ToHTML(md)
		require.Less(t, time.Since(start), 20*time.Second, name)
		require.LessOrEqual(t, len(out), 16*len(md)+1024, name)
	}
}

// requireHarmless parses HTML as a browser would and looks for anything but plain
// formatting.
func requireHarmless(t require.TestingT, source string) {
	root, err := html.Parse(strings.NewReader(source))
	require.NoError(t, err)
	allowed := map[atom.Atom]bool{}
	for _, a := range []atom.Atom{atom.Html, atom.Head, atom.Body, atom.P, atom.Br, atom.Hr, atom.Em, atom.Strong, atom.Del, atom.Code, atom.Pre, atom.A, atom.Ul, atom.Ol, atom.Li, atom.Blockquote, atom.Table, atom.Thead, atom.Tbody, atom.Tr, atom.Th, atom.Td, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6} {
		allowed[a] = true
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			require.True(t, allowed[n.DataAtom], n.Data)
			for _, a := range n.Attr {
				require.Contains(t, []string{"href", "class", "start", "align"}, a.Key)
				if a.Key == "href" {
					require.True(t, linkable(a.Val) || strings.HasPrefix(a.Val, "mailto:"), a.Val)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
}

func FuzzToHTML(f *testing.F) {
	for _, seed := range []string{"# a\n\n- b\n  1. c\n\n> d\n\n```go\ne\n```\n", "|a|b|\n|-|-|\n|`x\\|y`|**z**|\n", "<b onclick=x>*y*</b> &lt;i&gt; ![a](data:x) <http://x.example>", "[a]: javascript:x\n\n[a] www.example.com a@example.com"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, md string) {
		out := ToHTML(md)
		require.True(t, utf8.ValidString(out))
		require.LessOrEqual(t, len(out), 64*len(md)+1024)
		requireHarmless(t, out)
	})
}

// TestRoundTripIsStable: what once went through HTML changes no more.
func TestRoundTripIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		once := again(t, document().Draw(t, "markdown"))
		require.Equal(t, once, again(t, once))
	})
}

// document generates Markdown as people and editors write it.
func document() *rapid.Generator[string] {
	word := rapid.OneOf(
		rapid.SampledFrom([]string{"word", "two words", "snake_case", "a*b", "C:\\dir", "x < y", "&amp;", "1.", "-", "#", "!", "(x)", "שלום", "👍🏽", "https://example.com/a_b", "www.example.com", "a@example.com", "[x]", "*", "\\*", "`", "~", "<b>", "|"}),
		rapid.StringMatching(`[a-z]{1,8}[.,:;!?)]?`),
	)
	span := rapid.Custom(func(t *rapid.T) string {
		inner := word.Draw(t, "word")
		return rapid.SampledFrom([]string{inner, inner, "*" + inner + "*", "**" + inner + "**", "~~" + inner + "~~", "`" + inner + "`", "[" + inner + "](https://example.com/" + "x)", "![" + inner + "](https://example.com/i.png)", "***" + inner + "***", "**a *" + inner + "* b**"}).Draw(t, "span")
	})
	line := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(span, 1, 5).Draw(t, "spans"), rapid.SampledFrom([]string{" ", " ", "", "  \n", "\n"}).Draw(t, "gap"))
	})
	block := rapid.Custom(func(t *rapid.T) string {
		text := line.Draw(t, "line")
		flat := strings.ReplaceAll(text, "\n", " ")
		return rapid.SampledFrom([]string{
			text, text, "# " + flat, "### " + flat, "> " + flat, "> > " + flat, "- " + flat + "\n- " + flat, "1. " + flat + "\n2. x",
			"- a\n  - " + flat + "\n    1. b\n- c", "* x\n\n* " + flat, "3. " + flat + "\n\n   second\n", "```go\n" + text + "\n```", "> ```\n> " + flat + "\n> ```",
			"- x\n\n  ```\n  " + flat + "\n\n  y\n  ```", "---", "| a | b |\n|---|---|\n| " + flat + " | " + flat + " |", "    " + flat,
		}).Draw(t, "block")
	})
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(block, 1, 5).Draw(t, "blocks"), "\n\n")
	})
}
