package markdown

import (
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files again")

// page is the ticket's page, against which relative addresses are resolved.
func page(t require.TestingT) *url.URL {
	base, err := url.Parse("https://jira.example.com/browse/ENG-1")
	require.NoError(t, err)
	return base
}

// golden compares what convert makes of each testdata file of one kind with the
// file beside it that has suffix added to its name.
func golden(t *testing.T, pattern, suffix string, convert func(*testing.T, string) string) {
	inputs, err := filepath.Glob(filepath.Join("testdata", pattern))
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(input)
			require.NoError(t, err)
			got := convert(t, string(source))
			if *update {
				require.NoError(t, os.WriteFile(input+suffix, []byte(got), 0o644))
				return
			}
			want, err := os.ReadFile(input + suffix)
			require.NoError(t, err, "run the test with -update")
			require.Equal(t, string(want), got)
		})
	}
}

func TestFromHTMLGolden(t *testing.T) {
	t.Parallel()
	golden(t, "*.html", ".md", func(t *testing.T, source string) string {
		md, err := FromHTML(source, page(t))
		require.NoError(t, err)
		require.Equal(t, md, again(t, md), "not stable")
		return md
	})
}

// again converts Markdown to HTML and back.
func again(t require.TestingT, md string) string {
	out, err := FromHTML(ToHTML(md), page(t))
	require.NoError(t, err)
	return out
}

func TestFromHTMLLinksNothingThatNotifiesOrRuns(t *testing.T) {
	t.Parallel()
	md, err := FromHTML(`<span data-type="mention" data-id="u_alice" data-label="@alice">@alice</span> <a href="javascript:x()">x</a> <a href="/rel">rel</a>`, nil)
	require.NoError(t, err)
	require.Equal(t, "alice x rel\n", md)
}

func TestFromHTMLSurvivesHostileText(t *testing.T) {
	t.Parallel()
	const n = 1 << 20
	for name, unit := range map[string]string{
		"divs":    strings.Repeat("<div>", 10_000) + "deep <b>text</b> [x]",
		"text":    strings.Repeat("word *star* [br] ", n/17),
		"html":    strings.Repeat("<p>Hello <b>world</b> and <a href='/x'>link</a></p>\n", n/51),
		"breaks":  strings.Repeat("[<br>", n/5),
		"lists":   strings.Repeat("<ul><li>a", 100) + strings.Repeat("<br>x", n/5),
		"table":   "<table>" + strings.Repeat("<tr><td>a<td>b", n/14),
		"ragged":  "<table><tr>" + strings.Repeat("<td>a", 10_000) + strings.Repeat("<tr><td>a", 10_000),
		"spans":   "<table>" + strings.Repeat("<tr><td colspan=1000000 rowspan=1000000>a", 100),
		"tables":  strings.Repeat("<table><tr><td>", n/15),
		"marks":   strings.Repeat("<i>a<b>b</i>c</b>", n/17),
		"nested":  strings.Repeat("<b><i>", 200) + strings.Repeat("a<br>", n/5),
		"punct":   "x<b>" + strings.Repeat("(", n) + "</b>y",
		"address": "http://a.example/" + strings.Repeat(")", n),
	} {
		start := time.Now()
		md, err := FromHTML(unit, page(t))
		require.NoError(t, err)
		require.Less(t, time.Since(start), 20*time.Second, name)
		require.LessOrEqual(t, len(md), 16*len(unit)+1024, name)
		require.True(t, utf8.ValidString(md))
		if name == "divs" {
			require.Equal(t, "deep text \\[x]\n", md)
		}
	}
}

func FuzzFromHTML(f *testing.F) {
	inputs, err := filepath.Glob(filepath.Join("testdata", "*.html"))
	require.NoError(f, err)
	require.NotEmpty(f, inputs)
	for _, input := range inputs {
		source, err := os.ReadFile(input)
		require.NoError(f, err)
		f.Add(string(source))
	}
	f.Fuzz(func(t *testing.T, source string) {
		md, err := FromHTML(source, page(t))
		require.NoError(t, err)
		require.True(t, utf8.ValidString(md))
		require.LessOrEqual(t, len(md), 64*len(source)+1024)
		require.Equal(t, md, Normalize(md))
	})
}

// A marker that follows a fragment survives: its link has two #.
func TestFromHTMLKeepsMarkersAfterFragments(t *testing.T) {
	t.Parallel()
	const address = "https://linear.example.com/PRO-1#comment-c1#ticketsync=linear/c1"
	for _, stored := range []string{address, strings.Replace(address, "#ticketsync", "%23ticketsync", 1)} {
		md, err := FromHTML(`<p><a href="`+stored+`">Alice</a></p><p>Hello.</p>`, nil)
		require.NoError(t, err)
		require.Contains(t, md, "[Alice]("+address+")")
	}
}
