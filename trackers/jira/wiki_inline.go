package jira

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"github.com/ticketsync/ticketsync/trackers/markdown"
)

func (w *wiki) inlines(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			w.text(string(markdown.TextValue(n, w.source)), w.after(n))
			switch {
			case n.HardLineBreak():
				w.hardBreak()
			case n.SoftLineBreak():
				w.out.WriteByte(' ')
			}
		case *ast.String:
			w.text(string(n.Value), w.after(n))
		case *ast.CodeSpan:
			w.monospaced(n)
		case *ast.Emphasis:
			w.phrase("_*"[n.Level-1], n)
		case *east.Strikethrough:
			w.phrase('-', n)
		case *ast.Link:
			w.link(string(n.Destination), w.plain(n))
		case *ast.AutoLink:
			w.autolink(n)
		default:
			w.inlines(n)
		}
		w.opened = false
	}
}

// hardBreak ends a line. Phrases and items cannot hold a line feed everywhere, the
// forced break they can.
func (w *wiki) hardBreak() {
	if w.cell || w.list != "" || w.active != "" {
		w.out.WriteString(` \\ `)
		return
	}
	w.out.WriteByte('\n')
}

// phrase writes emphasis. Jira sees a marker only between a word and a non-word
// character; elsewhere the form in braces forces it: un{*}believ{*}able.
func (w *wiki) phrase(marker byte, n ast.Node) {
	if strings.IndexByte(w.active, marker) >= 0 || w.plain(n) == "" {
		w.inlines(n)
		return
	}
	open, shut := string(marker), string(marker)
	if !w.free(w.before()) && !w.opened {
		open = "{" + open + "}"
	}
	if !w.free(w.after(n)) {
		shut = "{" + shut + "}"
	}
	w.out.WriteString(open)
	w.active += string(marker)
	w.opened = len(open) == 1
	w.inlines(n)
	w.active = w.active[:len(w.active)-1]
	w.out.WriteString(shut)
}

// free reports whether a bare marker is valid beside the character; 0 is the edge
// of the text. Only what certainly is no markup itself counts.
func (w *wiki) free(c rune) bool {
	return c == 0 || c == phraseEnd || unicode.IsSpace(c) || strings.ContainsRune(`.,;:"'()`, c)
}

// before is the last character written.
func (w *wiki) before() rune {
	s := w.out.String()
	if s == "" {
		return 0
	}
	c, _ := utf8.DecodeLastRuneInString(s)
	if c == '|' && w.cell {
		return 0
	}
	return c
}

// phraseEnd stands for the closing marker of the phrase around.
const phraseEnd = -1

// after is the first character that will follow node n in its line: 0 at the end,
// and a letter's stand-in where it cannot be told.
func (w *wiki) after(n ast.Node) rune {
	if n.Type() != ast.TypeInline {
		return 0
	}
	for n.NextSibling() == nil {
		n = n.Parent()
		if n == nil || n.Type() != ast.TypeInline {
			return 0
		}
		if n.Kind() == ast.KindEmphasis || n.Kind() == east.KindStrikethrough {
			return phraseEnd
		}
	}
	if t, ok := n.(*ast.Text); ok && (t.SoftLineBreak() || t.HardLineBreak()) {
		return ' '
	}
	switch next := n.NextSibling().(type) {
	case *ast.Text:
		c, size := utf8.DecodeRune(markdown.TextValue(next, w.source))
		if size > 0 {
			return c
		}
		return w.after(next)
	case *ast.String:
		c, _ := utf8.DecodeRune(next.Value)
		return c
	}
	return 'x'
}

// plain is the text below n.
func (w *wiki) plain(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.Write(markdown.TextValue(n, w.source))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(w.source))
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

// bareAddress lists what may stand in an address without brackets around it.
const bareAddress = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/.?&=#%_-"

// inAddress are the characters that would end a link or be markup in it.
var inAddress = strings.NewReplacer(
	"|", "%7C", "[", "%5B", "]", "%5D", "{", "%7B", "}", "%7D", "^", "%5E", `\`, "%5C", "\"", "%22",
	" ", "%20", "\t", "%09", "\n", "", "<", "%3C", ">", "%3E", "!", "%21", "*", "%2A", "`", "%60",
)

func (w *wiki) autolink(n *ast.AutoLink) {
	label, address := string(n.Label(w.source)), string(n.URL(w.source))
	if n.AutoLinkType == ast.AutoLinkEmail {
		w.link("mailto:"+strings.TrimPrefix(label, "mailto:"), label)
		return
	}
	w.link(address, label)
}

func (w *wiki) link(address, text string) {
	address = inAddress.Replace(address)
	if text != "" && text != address {
		var b strings.Builder
		escapeWiki(&b, text, wikiPlace{link: true, cell: w.cell})
		w.out.WriteString("[" + b.String() + "|" + address + "]")
		return
	}
	if w.free(w.before()) && bare(address) {
		w.out.WriteString(address)
		return
	}
	w.out.WriteString("[" + address + "]")
}

// bare reports whether Jira finds the end of an address by itself.
func bare(address string) bool {
	for _, c := range address {
		if !strings.ContainsRune(bareAddress, c) {
			return false
		}
	}
	return strings.HasPrefix(address, "http") && strings.TrimRight(address, ".?:&") == address
}

// text writes plain text; next is what follows it in the line.
func (w *wiki) text(s string, next rune) {
	line := w.line()
	start := line == "" || w.cell && strings.HasSuffix(line, "|") || w.list != "" && line == w.list+" " ||
		len(line) == 4 && line[0] == 'h' && line[2] == '.' || strings.Trim(line, "> ") == ""
	escapeWiki(&w.out, s, wikiPlace{before: w.before(), after: next, lineStart: start, cell: w.cell})
}

// monospaced writes inline code. Jira still looks for markup inside, so it is
// escaped like text.
func (w *wiki) monospaced(n *ast.CodeSpan) {
	text := w.plain(n)
	if text == "" {
		return
	}
	open, shut := "{{", "}}"
	if !w.free(w.before()) || !w.free(w.after(n)) {
		open, shut = "{{{}", "{}}}"
	}
	var b strings.Builder
	escapeWiki(&b, text, wikiPlace{before: '{', after: '}', code: true, cell: w.cell})
	w.out.WriteString(open + b.String() + shut)
}
