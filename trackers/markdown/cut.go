package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// ellipsis marks where a text was cut.
const ellipsis = "…"

// Cut shortens Markdown so that it, the ellipsis and more (say, a line with a
// link to the whole text; written as it is, so begin it with the line feeds it
// needs) together have at most max characters, and says whether it had to.
// Characters are UTF-16 units, which is never less than code points: trackers
// count one or the other. The cut falls on a rune, does not split a cluster such
// as an emoji with its modifiers, and closes an open code fence. If max has no
// room for more, more is left out.
func Cut(md string, max int, more string) (string, bool) {
	if fits(md, max) {
		return md, false
	}
	if Length(more)+Length(ellipsis) > max {
		more = ""
	}
	room := max - Length(more) - Length(ellipsis)
	if room < 0 {
		return "", true
	}
	kept := tidyEnd(md[:boundary(md, room)])
	tail := ellipsis
	if open := openFence(kept); open != "" {
		closing := ellipsis + "\n" + open
		if more != "" && !strings.HasPrefix(more, "\n") {
			closing += "\n"
		}
		if extra := Length(closing) - Length(ellipsis); extra <= room {
			kept = tidyEnd(md[:boundary(md, room-extra)])
			if openFence(kept) != "" {
				tail = closing
			}
		} else {
			kept = ""
		}
	}
	return kept + tail + more, true
}

// Length is how many characters a text has as trackers count them: in UTF-16
// units, an invalid byte as the one that stands for it.
func Length(s string) int {
	n := 0
	for _, c := range s {
		n += units16(c)
	}
	return n
}

func units16(c rune) int {
	if c > 0xFFFF {
		return 2
	}
	return 1
}

func fits(s string, max int) bool { return len(s) <= max || Length(s) <= max }

// boundary is the largest byte offset with at most room units before it that does
// not split a cluster.
func boundary(s string, room int) int {
	end := len(s)
	for i, c := range s {
		if room -= units16(c); room < 0 {
			end = i
			break
		}
	}
	// Clusters are short; one that is not may be split.
	for step, at := 0, end; step < 32 && at > 0 && at < len(s); step++ {
		before, size := utf8.DecodeLastRuneInString(s[:at])
		after, _ := utf8.DecodeRuneInString(s[at:])
		if !joined(before, after, s[:at]) {
			return at
		}
		at -= size
		if at == 0 {
			return end
		}
	}
	return end
}

// joined reports whether a cut between two runes would tear a character apart.
func joined(before, after rune, head string) bool {
	const joiner = '\u200D'
	switch {
	case before == joiner || after == joiner || unicode.IsMark(after):
		return true
	case after >= 0x1F3FB && after <= 0x1F3FF, after >= 0xE0020 && after <= 0xE007F:
		return true
	case regional(before) && regional(after):
		n := 0
		for head != "" && n < 64 {
			c, size := utf8.DecodeLastRuneInString(head)
			if !regional(c) {
				break
			}
			head = head[:len(head)-size]
			n++
		}
		return n%2 == 1
	}
	return false
}

func regional(c rune) bool { return c >= 0x1F1E6 && c <= 0x1F1FF }

// tidyEnd takes off what a cut leaves behind: half an escape, half a link,
// whitespace.
func tidyEnd(s string) string {
	if n := len(s) - len(strings.TrimRight(s, `\`)); n%2 == 1 {
		s = s[:len(s)-1]
	}
	line := s[strings.LastIndexByte(s, '\n')+1:]
	if link := strings.LastIndex(line, "]("); link >= 0 && !strings.Contains(line[link:], ")") {
		if start := strings.LastIndexByte(line[:link], '['); start >= 0 {
			s = s[:len(s)-len(line)+start]
		}
	} else if start := strings.LastIndex(line, "<http"); start >= 0 && !strings.Contains(line[start:], ">") {
		s = s[:len(s)-len(line)+start]
	}
	return strings.TrimRight(s, " \t\n")
}

// openFence is the line that closes the code fence left open in md, or "".
func openFence(md string) string {
	var open fence
	indent := ""
	for line := range strings.SplitSeq(md, "\n") {
		was := open
		if open = open.next(line); open.length > 0 && was.length == 0 {
			indent = strings.Repeat(" ", open.indent)
			if strings.HasPrefix(line, ">") {
				indent = "> "
			}
		}
	}
	if open.length == 0 {
		return ""
	}
	return indent + strings.Repeat(string(open.char), open.length)
}

// quoted is how much of a text a reply repeats.
const quoted = 120

// Quote is a one-line quote of the first line of a text, for a reply where the
// tracker cannot nest replies. What the text itself quotes is passed over. It is
// empty if the text is.
func Quote(md string) string {
	doc := Parse(md)
	line := ""
	if doc.Root == nil {
		line = firstLine(doc.Plain)
	} else {
		for c := doc.Root.FirstChild(); c != nil && line == ""; c = c.NextSibling() {
			if c.Kind() == ast.KindBlockquote && c.NextSibling() != nil {
				continue
			}
			line = firstLine(shown(c, doc.Source))
		}
	}
	if line == "" {
		return ""
	}
	line, _ = Cut(line, quoted, "")
	return "> " + Escape(line)
}

func firstLine(s string) string {
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			return line
		}
	}
	return ""
}

// shown is the text of a block, with line feeds where lines end.
func shown(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(TextValue(n, source))
				if n.HardLineBreak() {
					b.WriteByte('\n')
				} else if n.SoftLineBreak() {
					b.WriteByte(' ')
				}
			}
			return ast.WalkContinue, nil
		case *ast.String:
			if entering {
				b.Write(n.Value)
			}
			return ast.WalkContinue, nil
		case *ast.AutoLink:
			if entering {
				b.Write(n.Label(source))
			}
			return ast.WalkContinue, nil
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			if entering {
				b.WriteString(CodeText(n, source))
			}
		}
		if !entering && n.Type() == ast.TypeBlock {
			b.WriteByte('\n')
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// Close ends a code fence that md leaves open, so that what is put below it is
// not taken for code.
func Close(md string) string {
	open := openFence(md)
	if open == "" {
		return md
	}
	return strings.TrimRight(md, "\n") + "\n" + open
}

// CutLine makes one line of a title, cut like a text to at most max characters,
// and says whether it had to be.
func CutLine(title string, max int) (string, bool) {
	title = strings.TrimSpace(strings.Join(strings.FieldsFunc(title, func(r rune) bool { return r == '\n' || r == '\r' }), " "))
	if fits(title, max) {
		return title, false
	}
	n := 0
	for i, r := range title {
		if n += Length(string(r)); n > max-Length(ellipsis) {
			return strings.TrimRight(title[:i], " ") + ellipsis, true
		}
	}
	return title, false
}
