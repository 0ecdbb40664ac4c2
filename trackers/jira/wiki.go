package jira

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"

	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// ToWiki turns Markdown into Jira's wiki markup, which API version 2 takes on
// Cloud and Data Center alike. What the text says stays literal: macros, user
// mentions and markup in it are escaped, so that nothing is executed and nobody
// is notified. A line break in a Markdown paragraph becomes a space, because in
// Jira it would be a break.
func ToWiki(md string) string {
	doc := markdown.Parse(md)
	if doc.Root == nil {
		return plainWiki(doc.Plain)
	}
	w := &wiki{source: doc.Source}
	w.blocks(doc.Root)
	return strings.TrimSpace(w.out.String())
}

// maxLineStart is longer than any marker that can begin a line.
const maxLineStart = 256

// wiki writes a Markdown tree as wiki markup.
type wiki struct {
	source []byte
	out    strings.Builder
	// list is the marker of the item being written: "*#" for an ordered list in a
	// bullet list.
	list string
	// quotes counts the quotes around; Jira's do not nest.
	quotes int
	// cell means that everything must stay on one line.
	cell bool
	// active are the phrase markers open around.
	active string
	// opened means that the last thing written is a phrase marker of ours.
	opened bool
}

// plainWiki shows text as it is, for Markdown that was refused.
func plainWiki(text string) string {
	w := &wiki{}
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if i > 0 {
			w.out.WriteByte('\n')
		}
		w.text(strings.TrimSpace(line), 0)
	}
	return w.out.String()
}

func (w *wiki) blocks(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		w.block(n)
	}
}

// begin separates a block from what is before it: a blank line, or in a list,
// which a blank line would end, a line feed.
func (w *wiki) begin() {
	s := w.out.String()
	switch {
	case s == "" || w.atStart():
	case w.list != "":
		w.newline()
	default:
		w.newline()
		if !strings.HasSuffix(s, "\n\n") && !strings.HasSuffix(s, "{quote}\n") {
			w.out.WriteByte('\n')
		}
	}
}

// atStart reports whether only the marker of an item is on the line.
func (w *wiki) atStart() bool {
	return w.list != "" && w.line() == w.list+" "
}

// line is what is on the current line, as far as its beginning matters: writing
// must not take time with the length of a line.
func (w *wiki) line() string {
	s := w.out.String()
	if len(s) > maxLineStart {
		s = s[len(s)-maxLineStart:]
	}
	return s[strings.LastIndexByte(s, '\n')+1:]
}

func (w *wiki) newline() {
	if !strings.HasSuffix(w.out.String(), "\n") {
		w.out.WriteByte('\n')
	}
}

func (w *wiki) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		w.heading(n)
	case *ast.Paragraph, *ast.TextBlock:
		w.begin()
		if w.quotes > 1 {
			w.out.WriteString(strings.Repeat("> ", w.quotes-1))
		}
		w.inlines(n)
	case *ast.ThematicBreak:
		w.begin()
		w.newline()
		w.out.WriteString("----\n")
	case *ast.CodeBlock:
		w.code("", markdown.CodeText(n, w.source))
	case *ast.FencedCodeBlock:
		w.code(string(n.Language(w.source)), markdown.CodeText(n, w.source))
	case *ast.Blockquote:
		w.quote(n)
	case *ast.List:
		w.items(n)
	case *east.Table:
		w.table(n)
	default:
		w.blocks(n)
	}
}

func (w *wiki) heading(n *ast.Heading) {
	w.begin()
	if w.list != "" || w.quotes > 1 {
		// A heading must begin its line.
		w.phrase('*', n)
		return
	}
	w.out.WriteString("h" + string(rune('0'+n.Level)) + ". ")
	outer := w.cell
	w.cell = true
	w.inlines(n)
	w.cell = outer
	w.newline()
}

func (w *wiki) quote(n *ast.Blockquote) {
	w.quotes++
	defer func() { w.quotes-- }()
	if w.quotes > 1 || holds(n, w.source, "{quote") {
		// A second {quote} would end the first.
		w.blocks(n)
		return
	}
	w.begin()
	w.newline()
	w.out.WriteString("{quote}\n")
	outer := w.list
	w.list = ""
	w.blocks(n)
	w.list = outer
	w.newline()
	w.out.WriteString("{quote}\n")
}

// holds reports whether a code block below n contains s, where nothing can be
// escaped.
func holds(n ast.Node, source []byte, s string) bool {
	found := false
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if n.Kind() == ast.KindCodeBlock || n.Kind() == ast.KindFencedCodeBlock {
			found = found || strings.Contains(strings.ToLower(markdown.CodeText(n, source)), s)
		}
		return ast.WalkContinue, nil
	})
	return found
}

func (w *wiki) items(list *ast.List) {
	marker := "*"
	if list.IsOrdered() {
		marker = "#"
	}
	outer := w.list
	w.list += marker
	if outer == "" {
		w.list = ""
		w.begin()
		w.list = marker
	}
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		if only, ok := item.FirstChild().(*ast.List); ok && item.ChildCount() == 1 {
			w.items(only)
			continue
		}
		if w.out.Len() > 0 {
			w.newline()
		}
		w.out.WriteString(w.list + " ")
		w.blocks(item)
	}
	w.list = outer
	w.newline()
}

func (w *wiki) table(n *east.Table) {
	w.begin()
	if w.out.Len() > 0 {
		w.newline()
	}
	w.cell = true
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		bar := "|"
		if row.Kind() == east.KindTableHeader {
			bar = "||"
		}
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			w.out.WriteString(bar)
			if cell.FirstChild() == nil {
				w.out.WriteByte(' ')
			}
			w.inlines(cell)
		}
		w.out.WriteString(bar + "\n")
	}
	w.cell = false
}
