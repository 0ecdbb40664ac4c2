package markdown

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainFromHTML keeps only the text of HTML that cannot be parsed as a tree, one
// line per block.
func plainFromHTML(source string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(source))
	skip, mention := atom.Atom(0), false
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return Normalize(Escape(b.String()))
		case html.TextToken:
			text := string(tokens.Text())
			if mention {
				text, mention = strings.TrimLeft(strings.TrimSpace(text), "@"), false
			}
			if skip == 0 {
				b.WriteString(strings.Join(strings.FieldsFunc(text, func(c rune) bool { return c == '\n' }), " "))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			switch token.DataAtom {
			case atom.Script, atom.Style, atom.Textarea, atom.Template:
				skip = token.DataAtom
			case atom.P, atom.Div, atom.Li, atom.Br, atom.Tr, atom.Pre, atom.Blockquote, atom.H1, atom.H2, atom.H3:
				b.WriteByte('\n')
			case atom.Td, atom.Th:
				b.WriteByte(' ')
			}
			for _, a := range token.Attr {
				mention = mention || a.Key == "data-type" && a.Val == "mention"
			}
		case html.EndTagToken:
			if token := tokens.Token(); token.DataAtom == skip {
				skip = 0
			}
		}
	}
}
