package markdown

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// textPlace says where a piece of text stands in a line.
type textPlace struct {
	place
	inLink bool
	// lineStart: the line begins with this text.
	lineStart bool
	// last: the line ends with this text; next is what follows otherwise.
	last bool
	next rune
	// guard keeps addresses and mentions from becoming links.
	guard bool
}

var entity = regexp.MustCompile(`^&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{0,40});`)

// escapeEntities keeps "&amp;" and the like from being read as a character.
func escapeEntities(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if s[i] == '&' && entity.MatchString(s[i:min(len(s), i+48)]) {
			b.WriteString("&amp;")
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// escapeText writes plain text so that Markdown shows exactly that text, with a
// backslash only where a character would otherwise mean something.
func escapeText(b *strings.Builder, s string, at textPlace) {
	special := -1
	if at.lineStart && !at.heading {
		special = lineMarker(s, at.last)
	}
	var before rune
	for i, c := range s {
		after := at.next
		if i+utf8.RuneLen(c) < len(s) {
			after, _ = utf8.DecodeRuneInString(s[i+utf8.RuneLen(c):])
		} else if after == 0 && !at.last {
			after = utf8.RuneError
		}
		if i == special || mustEscape(c, before, after, s[i:], at) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
		before = c
	}
}

func mustEscape(c, before, after rune, rest string, at textPlace) bool {
	// A piece ends where a marker may follow, so its edges count as unknown.
	end := utf8.RuneLen(c) >= len(rest)
	word := func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }
	switch c {
	case '`', '[':
		return true
	case '\\':
		return end || after < utf8.RuneSelf && (unicode.IsPunct(after) || unicode.IsSymbol(after))
	case ']':
		return at.inLink
	case '*', '~':
		return end || before != ' ' || after != ' '
	case '_':
		return end || (!word(before) || !word(after)) && (before != ' ' || after != ' ')
	case '<':
		return end || after == '/' || after == '!' || after == '?' || unicode.IsLetter(after)
	case '&':
		return entity.MatchString(rest[:min(len(rest), 48)])
	case '!':
		return after == '['
	case '|':
		return at.cell
	case '#':
		return at.heading
	case '@':
		return at.guard && word(after)
	case ':':
		return at.guard && strings.HasPrefix(rest, "://")
	case '.':
		return at.guard && before|0x20 == 'w'
	}
	return false
}

// lineMarker is the offset of the character that would make a line beginning with
// s a heading, quote, list item, rule, underline or table, or -1.
func lineMarker(s string, whole bool) int {
	rest := strings.TrimLeft(s, " ")
	at := len(s) - len(rest)
	if rest == "" {
		return -1
	}
	spaceAt := func(i int) bool { return i >= len(rest) || rest[i] == ' ' || rest[i] == '\n' }
	switch c := rest[0]; {
	case c == '>' || c == '|':
		return at
	case c == '#':
		if n := len(rest) - len(strings.TrimLeft(rest, "#")); n <= 6 && spaceAt(n) {
			return at
		}
	case c == '+' && spaceAt(1):
		return at
	case c == '-' && (spaceAt(1) || strings.Trim(rest, "-|: ") == ""):
		return at
	case c == ':' && strings.Trim(rest, "-|: ") == "":
		return at
	case c == '=' && whole && strings.Trim(rest, "= ") == "":
		return at
	case c >= '0' && c <= '9':
		n := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if n <= 9 && n < len(rest) && (rest[n] == '.' || rest[n] == ')') && spaceAt(n+1) {
			return at + n
		}
	}
	return -1
}

// Escape turns plain text into Markdown that shows exactly that text and links
// nothing: used for names and titles. Line breaks are kept; spaces at the ends of
// lines and empty lines are not, because Markdown cannot hold them.
func Escape(plain string) string {
	var lines []string
	for line := range strings.SplitSeq(clean(plain), "\n") {
		line, _ = collapseText(line, true)
		if line = strings.TrimRight(line, " "); line != "" {
			var b strings.Builder
			escapeText(&b, line, textPlace{lineStart: true, last: true, guard: true})
			lines = append(lines, b.String())
		}
	}
	return strings.Join(lines, "  \n")
}
