package markdown

import "strings"

// clean makes any bytes into text that every tracker accepts: valid UTF-8, line
// feeds only, no control or non-characters. (Jira refuses what XML refuses.)
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\r' || c == '\v' || c == '\f' || c == '\u0085' || c == '\u2028' || c == '\u2029':
			return '\n'
		case c == '\t' || c == '\n':
			return c
		case c < ' ' || c >= 0x7F && c < 0xA0 || c == '\uFEFF' || c >= 0xFDD0 && c <= 0xFDEF || c&0xFFFE == 0xFFFE:
			return -1
		case c == '\uF002':
			// The block renderer uses this private character itself.
			return '\uFFFD'
		}
		return c
	}, s)
}

// Normalize brings Markdown into one form, so that equal texts are equal strings:
// line feeds, no spaces at line ends except the two of a hard break, at most one
// blank line in a row outside of code, no blank lines around, one line feed at
// the end. Empty text is the empty string. What is shown stays the same, except
// that code marked by indentation alone loses its second blank lines.
func Normalize(md string) string {
	md = clean(md)
	out := make([]string, 0, strings.Count(md, "\n")+1)
	var open fence
	lines := strings.Split(md, "\n")
	for i, line := range lines {
		inside := open.length > 0
		open = open.next(line)
		if inside && open.length > 0 {
			out = append(out, line)
			continue
		}
		trimmed := strings.TrimRight(line, " \t")
		blankNext := i+1 >= len(lines) || strings.TrimSpace(lines[i+1]) == ""
		switch {
		case trimmed == "":
			if len(out) == 0 || out[len(out)-1] == "" {
				continue
			}
		case strings.HasSuffix(line, "  ") && !blankNext && open.length == 0 && !inside:
			trimmed += "  "
		}
		out = append(out, trimmed)
	}
	for len(out) > 0 && strings.TrimSpace(out[len(out)-1]) == "" {
		out = out[:len(out)-1]
	}
	if len(out) == 0 {
		return ""
	}
	return strings.Join(out, "\n") + "\n"
}

// fence is an open code fence; length 0 means none.
type fence struct {
	char   byte
	length int
	indent int
}

// next is the state after a line. Fences in lists and quotes are found too: the
// markers of the containers are skipped.
func (f fence) next(line string) fence {
	body := strings.TrimLeft(line, " \t>")
	if f.length == 0 {
		for {
			rest := strings.TrimLeft(strings.TrimLeft(body, "-*+0123456789"), ".)")
			if len(rest) == len(body) || !strings.HasPrefix(rest, " ") {
				break
			}
			body = strings.TrimLeft(rest, " \t>")
		}
	}
	n := 0
	for n < len(body) && (body[n] == '`' || body[n] == '~') && body[n] == body[0] {
		n++
	}
	if n < 3 {
		return f
	}
	switch info := body[n:]; {
	case f.length == 0 && (body[0] == '~' || !strings.Contains(info, "`")):
		return fence{char: body[0], length: n, indent: len(line) - len(body)}
	case f.length > 0 && body[0] == f.char && n >= f.length && strings.TrimSpace(info) == "":
		return fence{}
	}
	return f
}
