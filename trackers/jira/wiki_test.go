package jira

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var updateWiki = flag.Bool("update-wiki", false, "write the golden files of ToWiki again")

// TestToWikiGolden compares each testdata/wiki/x.md with x.md.wiki.
func TestToWikiGolden(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob(filepath.Join("testdata", "wiki", "*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			t.Parallel()
			md, err := os.ReadFile(input)
			require.NoError(t, err)
			got := ToWiki(string(md)) + "\n"
			requireNoMarkupFromText(t, got)
			if *updateWiki {
				require.NoError(t, os.WriteFile(input+".wiki", []byte(got), 0o644))
				return
			}
			want, err := os.ReadFile(input + ".wiki")
			require.NoError(t, err, "run the test with -update-wiki")
			require.Equal(t, string(want), got)
		})
	}
}

var (
	codeBlocks = regexp.MustCompile(`(?s)\{code(?::[a-z0-9+#]+)?\}\n.*?\{code\}\n?|\{noformat\}\n.*?\{noformat\}\n?`)
	ours       = strings.NewReplacer("{quote}", "", "{*}", "", "{_}", "", "{-}", "", "{{{}", "", "{}}}", "", "{{", "")
	macro      = regexp.MustCompile(`(?:^|[^\\])\{`)
	userLink   = regexp.MustCompile(`(?:^|[^\\])\[~|\|~`)
)

// requireNoMarkupFromText checks that no macro is left outside of code but those
// ToWiki itself writes, and no user link at all.
func requireNoMarkupFromText(t *testing.T, wiki string) {
	t.Helper()
	outside := codeBlocks.ReplaceAllString(strings.ReplaceAll(wiki, `\{`, "")+"\n", "\n")
	require.NotRegexp(t, userLink, outside)
	require.NotRegexp(t, macro, ours.Replace(outside), wiki)
}

func TestToWikiEscapesWhatWouldBeMarkup(t *testing.T) {
	t.Parallel()
	for md, want := range map[string]string{
		"plain prose, with - dashes and 2 * 3.": "plain prose, with - dashes and 2 * 3.",
		"snake_case and well-known":             "snake_case and well-known",
		"{panel}x{panel}":                       `\{panel}x\{panel}`,
		"[~bob]":                                `\[\~bob]`,
		"f(x) and (x)":                          `f(x) and \(x)`,
		`\\\\host\share`:                        `&#92;&#92;host\share`,
		"!pic.png!":                             `\!pic.png!`,
		"-gone-":                                `\-gone-`,
		`\* item`:                               `\* item`,
		"a  \nb":                                "a\nb",
		"a\nb":                                  "a b",
		"fear**less**":                          "fear{*}less*",
		"***x***":                               "_*x*_",
		"> q":                                   "{quote}\nq\n{quote}",
		"`a{b}`":                                `{{a\{b\}}}`,
		"1. a\n   - b":                          "# a\n#* b",
		"[a|b](https://x.example/)":             `[a\|b|https://x.example/]`,
		"":                                      "",
	} {
		require.Equal(t, want, ToWiki(md), md)
	}
}

func TestToWikiSurvivesHostileText(t *testing.T) {
	t.Parallel()
	for name, md := range map[string]string{
		"quotes":   strings.Repeat(">", 100_000),
		"bullets":  strings.Repeat("- ", 100_000),
		"brackets": strings.Repeat("[a](", 100_000),
		"emphasis": strings.Repeat("*a_ ", 100_000),
		"table":    strings.Repeat("|", 5000) + "\n" + strings.Repeat("|-", 5000) + "|\n" + strings.Repeat("|x\n", 100_000),
		"refs":     "[a]: https://example.com/" + strings.Repeat("x", 100_000) + "\n\n" + strings.Repeat("[a] \n\n", 10_000),
		"line":     strings.Repeat("word `c` -a {x} ", 60_000),
		"prose":    strings.Repeat("Some *prose* with `code` and a [link](https://example.com).\n\n", 16_000),
	} {
		start := time.Now()
		got := ToWiki(md)
		require.Less(t, time.Since(start), 10*time.Second, name)
		require.LessOrEqual(t, len(got), 8*len(md)+1024, name)
		requireNoMarkupFromText(t, got)
	}
}

func FuzzToWiki(f *testing.F) {
	inputs, err := filepath.Glob(filepath.Join("testdata", "wiki", "*.md"))
	require.NoError(f, err)
	require.NotEmpty(f, inputs)
	for _, input := range inputs {
		md, err := os.ReadFile(input)
		require.NoError(f, err)
		f.Add(string(md))
	}
	f.Add("```\n{code}{noformat}\n```")
	f.Add("> - `{quote}`\n>   **a**b\n\n|a|\n|-|\n|`{x}`|")
	f.Fuzz(func(t *testing.T, md string) {
		got := ToWiki(md)
		require.True(t, utf8.ValidString(got))
		require.LessOrEqual(t, len(got), 64*len(md)+1024)
		requireNoMarkupFromText(t, got)
	})
}
