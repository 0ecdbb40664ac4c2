package jira

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	bareURL  = regexp.MustCompile(`^(?:https?|ftp)://[^\s<>|\[\]{}"'\\\x{E000}]+`)
	target   = regexp.MustCompile(`^(?:(?:https?|ftp)://|mailto:|/)[^\s]+$`)
	picture  = regexp.MustCompile(`^!((?:https?://[^\s!|]+)|(?:[^\s!|]+\.\w+))(?:\|[^!\n]*)?!`)
	entity   = regexp.MustCompile(`^&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+\d*);`)
	colored  = regexp.MustCompile(`^\{color:([#\w]+)\}`)
	anchored = regexp.MustCompile(`^\{anchor:([^{}\n]+)\}`)
	stashed  = regexp.MustCompile(`^\x{E000}(\d+)\x{E001}`)
)

var phraseTags = map[byte]string{'*': "b", '_': "em", '-': "del", '+': "ins", '^': "sup", '~': "sub"}

// inline renders a run of text: escapes, phrases, links, line breaks.
func (r *renderer) inline(text string) string {
	var b strings.Builder
	for k := 0; k < len(text); {
		shown, used := r.piece(text, k)
		if used == 0 {
			_, used = utf8.DecodeRuneInString(text[k:])
			shown = html.EscapeString(text[k : k+used])
			// Jira writes these two its own way.
			switch shown {
			case "&#39;":
				shown = "'"
			case "&#34;":
				shown = "&quot;"
			}
		}
		b.WriteString(shown)
		k += used
	}
	return b.String()
}

// piece renders the markup that starts at k and says how many bytes it took;
// none means the character stands for itself.
func (r *renderer) piece(text string, k int) (string, int) {
	rest := text[k:]
	switch c := text[k]; c {
	case '\\':
		return escape(rest)
	case '\n':
		return "<br/>\n", 1
	case '{':
		return r.braces(rest)
	case '[':
		return r.link(rest)
	case '!':
		if m := picture.FindStringSubmatch(rest); m != nil && !wordBefore(text, k) {
			return r.picture(m[1]), len(m[0])
		}
	case '&':
		m := entity.FindString(rest)
		return m, len(m)
	case '?':
		if end := strings.Index(rest[1:], "??"); strings.HasPrefix(rest, "??") && end > 1 && !wordBefore(text, k) {
			return "<cite>" + r.inline(rest[2:end+1]) + "</cite>", end + 3
		}
	case '-', '*', '_', '+', '^', '~':
		if shown, used := dash(text, k); used > 0 {
			return shown, used
		}
		if end := phraseEnd(text, k); end > 0 {
			tag := phraseTags[c]
			return "<" + tag + ">" + r.inline(text[k+1:end]) + "</" + tag + ">", end + 1 - k
		}
	case 'h', 'f':
		if m := bareURL.FindString(rest); m != "" && !wordBefore(text, k) {
			m = strings.TrimRight(m, ".,;:!?)*_-+")
			return anchorTo(m, html.EscapeString(m)), len(m)
		}
	default:
		if m := stashed.FindStringSubmatch(rest); m != nil {
			n, _ := strconv.Atoi(m[1])
			return r.stash[n], len(m[0])
		}
	}
	return "", 0
}

// escape: two backslashes break the line, one takes the meaning from the sign
// after it, and is itself shown before anything else.
func escape(rest string) (string, int) {
	if len(rest) < 2 {
		return "", 0
	}
	switch c := rest[1]; {
	case c == '\\':
		used := 2
		if strings.HasPrefix(rest[2:], "\n") {
			used = 3
		}
		return `<br class="atl-forced-newline" />`, used
	case c < utf8.RuneSelf && unicode.IsPrint(rune(c)) && !unicode.IsLetter(rune(c)) && !unicode.IsDigit(rune(c)) && c != ' ':
		return html.EscapeString(string(c)), 2
	}
	return "", 0
}

// dash renders two and three hyphens that stand alone.
func dash(text string, k int) (string, int) {
	around := func(n int) bool {
		return (k == 0 || text[k-1] == ' ') && (k+n == len(text) || text[k+n] == ' ')
	}
	switch {
	case strings.HasPrefix(text[k:], "---") && around(3):
		return "&#8212;", 3
	case strings.HasPrefix(text[k:], "--") && around(2):
		return "&#8211;", 2
	}
	return "", 0
}

// phraseEnd finds the sign that closes the phrase opened at k, 0 if there is
// none: signs sit at the outer edge of words and on one line.
func phraseEnd(text string, k int) int {
	sign := text[k]
	if wordBefore(text, k) || k+1 >= len(text) || text[k+1] == sign || strings.IndexByte(" \t\n", text[k+1]) >= 0 {
		return 0
	}
	for at := k + 1; at < len(text); at++ {
		switch c := text[at]; {
		case c == '\\':
			at++
		case c == '\n':
			return 0
		case c == '{' || c == '[':
			at += enclosed(text[at:], sign)
		case c == sign && at > k+1 && text[at-1] != ' ' && !wordAfter(text, at):
			return at
		}
	}
	return 0
}

// enclosed is how far to skip over what may hold signs of its own: a
// monospaced run, a sign in braces, a link.
func enclosed(rest string, sign byte) int {
	switch {
	case strings.HasPrefix(rest, "{{"):
		return max(strings.Index(rest, "}}")+1, 0)
	case len(rest) > 2 && rest[0] == '{' && rest[1] == sign && rest[2] == '}':
		return 2
	case rest[0] == '[':
		if end := strings.IndexByte(rest, ']'); end > 0 && looksLikeLink(rest[1:end]) {
			return end
		}
	}
	return 0
}

func wordBefore(text string, k int) bool {
	c, _ := utf8.DecodeLastRuneInString(text[:k])
	return k > 0 && (unicode.IsLetter(c) || unicode.IsDigit(c))
}

func wordAfter(text string, k int) bool {
	c, _ := utf8.DecodeRuneInString(text[k+1:])
	return k+1 < len(text) && (unicode.IsLetter(c) || unicode.IsDigit(c))
}

// braces renders what begins with a brace inside a line: monospace, colour,
// anchors, and phrases in braces, which work inside words.
func (r *renderer) braces(rest string) (string, int) {
	if strings.HasPrefix(rest, "{{") {
		end := monoEnd(rest)
		if end < 0 {
			return "", 0
		}
		return "<tt>" + r.inline(rest[2:end]) + "</tt>", end + 2
	}
	if m := colored.FindStringSubmatch(rest); m != nil {
		if end := strings.Index(rest[len(m[0]):], "{color}"); end >= 0 {
			return `<font color="` + m[1] + `">` + r.inline(rest[len(m[0]):len(m[0])+end]) + "</font>", len(m[0]) + end + len("{color}")
		}
	}
	if m := anchored.FindStringSubmatch(rest); m != nil {
		return `<a name="` + html.EscapeString(m[1]) + `"></a>`, len(m[0])
	}
	if len(rest) > 2 && rest[2] == '}' && phraseTags[rest[1]] != "" {
		tag := phraseTags[rest[1]]
		if end := strings.Index(rest[3:], rest[:3]); end > 0 && !strings.Contains(rest[3:3+end], "\n") {
			return "<" + tag + ">" + r.inline(rest[3:3+end]) + "</" + tag + ">", end + 6
		}
	}
	return "", 0
}

// monoEnd finds the closing braces of a monospaced run on the same line.
func monoEnd(rest string) int {
	for k := 2; k < len(rest) && rest[k] != '\n'; k++ {
		if rest[k] == '\\' {
			k++
		} else if k > 2 && strings.HasPrefix(rest[k:], "}}") {
			return k
		}
	}
	return -1
}
