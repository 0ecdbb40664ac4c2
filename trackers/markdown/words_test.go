package markdown

import (
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/text/unicode/norm"
)

// wordsOf reduces Markdown to its words and link addresses, separated by single
// spaces: what every conversion of a text must keep. A text without any word (an emoji, "?!") is
// reduced to its visible characters, so that different ones stay different.
func wordsOf(md string) string {
	doc := Parse(md)
	var text strings.Builder
	if doc.Root == nil {
		text.WriteString(doc.Plain)
	} else {
		visible(doc.Root, doc.Source, &text)
	}
	s := norm.NFC.String(text.String())
	words := strings.FieldsFunc(s, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.IsMark(c)
	})
	if len(words) == 0 {
		return strings.Join(strings.Fields(s), "")
	}
	return strings.Join(words, " ")
}

// visible writes the text of a tree, with a link's address behind its text where
// they differ.
func visible(n ast.Node, source []byte, b *strings.Builder) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(TextValue(c, source))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
			continue
		case *ast.String:
			b.Write(c.Value)
			continue
		case *ast.AutoLink:
			b.Write(c.Label(source))
			continue
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			b.WriteByte(' ')
			b.WriteString(CodeText(c, source))
			continue
		case *ast.Link:
			var inner strings.Builder
			visible(c, source, &inner)
			b.WriteString(inner.String())
			if inner.String() != string(c.Destination) {
				b.WriteString(" " + string(c.Destination) + " ")
			}
			continue
		}
		if c.Type() == ast.TypeBlock {
			b.WriteByte(' ')
		}
		visible(c, source, b)
		if c.Type() == ast.TypeBlock {
			b.WriteByte(' ')
		}
	}
}
