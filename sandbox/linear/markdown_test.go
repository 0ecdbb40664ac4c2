package linear

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMarkdownIsRewrittenOnSave(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"- one\n- two\n  - nested":             "* one\n* two\n  * nested",
		"+ one":                                "* one",
		"-not a bullet":                        "-not a bullet",
		"- [ ] to do":                          "- [ ] to do",
		"---":                                  "---",
		"- - -":                                "- - -",
		"1. one":                               "1. one",
		"_x_ and __y__":                        "*x* and **y**",
		"snake_case_name and _private":         "snake_case_name and _private",
		"_two words_, (_in_) _a_ _b_":          "*two words*, (*in*) *a* *b*",
		"_over\ntwo lines_":                    "*over\ntwo lines*",
		"_not over_a":                          "_not over_a",
		"*x* **y**":                            "*x* **y**",
		`\_x\_`:                                `\_x\_`,
		"see https://example.com/a_b_c.":       "see <https://example.com/a_b_c>.",
		"(https://example.com/a(b))":           "(<https://example.com/a(b)>)",
		"**https://example.com**":              "**<https://example.com>**",
		"<https://example.com>":                "<https://example.com>",
		"[x](https://example.com) ![y](b.com)": "[x](https://example.com) ![y](b.com)",
		"[x](http://a.example/b_c_d#e)":        "[x](http://a.example/b_c_d#e)",
		"at example.com, or www.a.io/b_c.":     "at [example.com](<http://example.com>), or [www.a.io/b_c](<http://www.a.io/b_c>).",
		"main.go, e.g. x.company, a@b.com":     "main.go, e.g. x.company, a@b.com",
		"example.com.au 1.com@x":               "example.com.au 1.com@x",
		"hard  \nbreak \t\nend  \n\n":          "hard\nbreak\nend",
		"`_x_ - example.com  `":                "`_x_ - example.com  `",
		"``a ` _b_`` _c_":                      "``a ` _b_`` *c*",
		"one ` only _x_":                       "one ` only *x*",
		"```\n- a  \n_x_ https://example.com\n```\n- b": "```\n- a  \n_x_ https://example.com\n```\n* b",
		"~~~\n_x_\n```\n~~~\n_y_":                       "~~~\n_x_\n```\n~~~\n*y*",
		"text\n\n    - code _x_\n\n- a\n\n    - nested": "text\n\n    - code _x_\n\n* a\n\n    * nested",
		"| a_b_c | _d_ |\n| --- | --- |":                "| a_b_c | *d* |\n| --- | --- |",
		"a\r\nb":                                        "a\nb",
		"":                                              "",
		"ends with [IT-1](http://127.0.0.1:9101/IT-1) ":      "ends with [IT-1](http://127.0.0.1:9101/IT-1)",
		"<a href=\"https://example.com\">x</a> <!-- _x_ -->": "<a href=\"https://example.com\">x</a> <!-- _x_ -->",
	} {
		require.Equal(t, want, rewrite(given), "%q", given)
	}
}

// TestRewritingAgainChangesNothing is what makes a saved text stay as it is.
func TestRewritingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	pieces := []string{
		"_", "__", "*", "-", "+ ", "- ", " ", "  ", "\n", "\n\n", "    ", "\t", "a", "Ä", "1. ", "`", "```", "~~~", "\\", "[", "](", ")", "<", ">",
		"https://", "example.com", ".", "/", "@", "|", "x_y", "\uE000", "!",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 30).Draw(t, "pieces"), "")
		saved := rewrite(text)
		require.Equal(t, saved, rewrite(saved))
		require.Equal(t, strings.Count(text, "\uE000"), strings.Count(saved, "\uE000"), "nothing is lost")
	})
}
