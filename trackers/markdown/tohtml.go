package markdown

import (
	"bytes"
	"html"
	"strings"
	"sync"

	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// ToHTML turns Markdown into the HTML that a rich-text editor stores. HTML in the
// Markdown is shown as text, mentions stay plain text, pictures become links.
func ToHTML(md string) string {
	doc := Parse(md)
	if doc.Root == nil {
		return plainHTML(doc.Plain)
	}
	var out bytes.Buffer
	if err := htmlRenderer().Render(&out, doc.Source, doc.Root); err != nil {
		return plainHTML(doc.Plain)
	}
	return out.String()
}

var htmlRenderer = sync.OnceValue(func() renderer.Renderer {
	return renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(gmhtml.NewRenderer(), 1000),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(extension.NewTableHTMLRenderer(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), 500),
	))
})

// plainHTML shows text as it is: paragraphs at blank lines, breaks at line ends.
func plainHTML(text string) string {
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if strings.TrimSpace(line) == "" {
			if s := b.String(); s != "" && !strings.HasSuffix(s, "</p>\n") {
				b.WriteString("</p>\n")
			}
			continue
		}
		if s := b.String(); s == "" || strings.HasSuffix(s, "</p>\n") {
			b.WriteString("<p>")
		} else {
			b.WriteString("<br>\n")
		}
		b.WriteString(html.EscapeString(line))
	}
	if s := b.String(); s != "" && !strings.HasSuffix(s, "</p>\n") {
		b.WriteString("</p>\n")
	}
	return b.String()
}
