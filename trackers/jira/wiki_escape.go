package jira

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wikiPlace says what is around a piece of text.
type wikiPlace struct {
	// before and after are the neighbouring characters, 0 at the edge of a line.
	before, after rune
	lineStart     bool
	link          bool
	cell          bool
	code          bool
}

// joiner is an invisible character that keeps "h1." at the start of a line from
// being a heading: a full stop or letter cannot be escaped in wiki markup.
const joiner = '\u2060'

// backslash is how a backslash is written where Jira would take it for an escape
// or, doubled, for a line break.
const backslash = "&#92;"

// icons are the emoticons in parentheses; people write them as enumerations and
// check boxes.
var icons = []string{"(i)", "(/)", "(x)", "(!)", "(+)", "(-)", "(?)", "(on)", "(off)", "(*)", "(*r)", "(*g)", "(*b)", "(*y)", "(y)", "(n)", "(flag)", "(flagoff)"}

// escapeWiki writes plain text so that Jira shows it as it is. A character gets a
// backslash only where it could be markup, which keeps prose readable in the
// editor. Braces and opening brackets always do: macros, links and mentions begin
// with them.
func escapeWiki(b *strings.Builder, s string, at wikiPlace) {
	if at.lineStart {
		s = escapeLineStart(b, strings.TrimLeft(s, " "))
	}
	before := at.before
	for i, c := range s {
		size := utf8.RuneLen(c)
		after := at.after
		if i+size < len(s) {
			after, _ = utf8.DecodeRuneInString(s[i+size:])
		}
		switch {
		case c == '\n':
			b.WriteByte(' ')
		case c == '\\':
			writeBackslash(b, before, after)
		case c == '&' && entityLike(s[i:]):
			b.WriteString("&amp;")
		case needsEscape(c, before, after, s[i:], at):
			b.WriteByte('\\')
			b.WriteRune(c)
		default:
			b.WriteRune(c)
		}
		before = c
	}
}

// writeBackslash leaves a backslash alone between letters, as in a path.
func writeBackslash(b *strings.Builder, before, after rune) {
	if before != '\\' && (unicode.IsLetter(after) || unicode.IsDigit(after)) {
		b.WriteByte('\\')
		return
	}
	b.WriteString(backslash)
}

func needsEscape(c, before, after rune, rest string, at wikiPlace) bool {
	word := func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }
	switch c {
	case '{', '[':
		return true
	case '}':
		return at.code
	case ']':
		return at.link
	case '|':
		return at.link || at.cell
	case '*', '_', '-', '+', '^', '~', '!':
		if c == '-' && !at.code && before == ' ' && after == ' ' {
			return false
		}
		// A marker opens a phrase after a non-word character and before a
		// non-space; runs of one marker are dashes and rules.
		return !word(before) && after != ' ' && after != 0 || c == '-' && before == c
	case '?':
		return after == '?' && !word(before) || before == '?' && after != 0 && after != ' '
	case '(':
		for _, icon := range icons {
			if !word(before) && strings.HasPrefix(rest, icon) {
				return true
			}
		}
	case '#':
		return at.link && !word(before)
	case '@':
		return at.link && !word(before)
	}
	return false
}

// escapeLineStart writes what would make the line a list, heading, quote or table
// row, and returns the rest.
func escapeLineStart(b *strings.Builder, s string) string {
	if n := len(s) - len(strings.TrimLeft(s, "*#-")); n > 0 && (n == len(s) || s[n] == ' ') {
		for _, c := range s[:n] {
			b.WriteString(`\` + string(c))
		}
		return s[n:]
	}
	switch {
	case strings.HasPrefix(s, "|"):
		b.WriteString(`\|`)
		return escapeLeadingBars(b, s[1:])
	case strings.HasPrefix(s, "bq."),
		len(s) >= 3 && (s[0] == 'h' || s[0] == 'H') && s[1] >= '0' && s[1] <= '9' && s[2] == '.':
		b.WriteRune(joiner)
	}
	return s
}

func escapeLeadingBars(b *strings.Builder, s string) string {
	for strings.HasPrefix(s, "|") {
		b.WriteString(`\|`)
		s = s[1:]
	}
	return s
}

// entityLike reports whether s begins with something Jira shows as a character.
func entityLike(s string) bool {
	end := strings.IndexByte(s[:min(len(s), 40)], ';')
	if end < 2 {
		return false
	}
	for _, c := range s[1:end] {
		if c != '#' && (c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c)) {
			return false
		}
	}
	return true
}
