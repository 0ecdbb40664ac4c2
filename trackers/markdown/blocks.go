package markdown

import (
	"bytes"
	"strconv"
	"strings"
	"sync"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/marker"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
)

// inlineTag is the element in which the reader hands finished inline Markdown to
// the block renderer; its text is in the attribute inlineAttr.
const (
	inlineTag  = "ticketsync-inline"
	inlineAttr = "md"
)

// blocks is the renderer for the tree that the reader builds: block structure and
// tables are the library's, inline text is already Markdown. The library's own
// inline rules are not used because they let emphasis next to letters and escaped
// entities change meaning, nor are its quotes and lists, which lose code blocks,
// pad numbers and spread nested lists.
var blocks = sync.OnceValue(func() *converter.Converter {
	c := converter.NewConverter(
		converter.WithEscapeMode("disabled"),
		converter.WithPlugins(
			base.NewBasePlugin(),
			commonmark.NewCommonmarkPlugin(
				commonmark.WithHorizontalRule("***"),
				// The comment would be visible text: we let no HTML through.
				commonmark.WithListEndComment(false),
			),
			table.NewTablePlugin(
				table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal),
				table.WithHeaderPromotion(true),
			),
		),
	)
	c.Register.RendererFor(inlineTag, converter.TagTypeInline, renderInline, converter.PriorityEarly)
	c.Register.RendererFor("blockquote", converter.TagTypeBlock, renderQuote, converter.PriorityEarly)
	c.Register.RendererFor("ul", converter.TagTypeBlock, renderList, converter.PriorityEarly)
	c.Register.RendererFor("ol", converter.TagTypeBlock, renderList, converter.PriorityEarly)
	return c
})

func renderInline(_ converter.Context, w converter.Writer, n *html.Node) converter.RenderStatus {
	_, _ = w.WriteString(attr(n, inlineAttr))
	return converter.RenderSuccess
}

func renderQuote(ctx converter.Context, w converter.Writer, n *html.Node) converter.RenderStatus {
	writeBlock(w, prefixed(content(ctx, n, false), "> ", "> "))
	return converter.RenderSuccess
}

func renderList(ctx converter.Context, w converter.Writer, n *html.Node) converter.RenderStatus {
	number := 1
	if start, err := strconv.Atoi(attr(n, "start")); err == nil {
		number = start
	}
	var items []string
	for li := n.FirstChild; li != nil; li = li.NextSibling {
		bullet := "- "
		if n.Data == "ol" {
			bullet = strconv.Itoa(number) + ". "
			number++
		}
		items = append(items, prefixed(content(ctx, li, true), bullet, strings.Repeat(" ", len(bullet))))
	}
	writeBlock(w, strings.Join(items, "\n"))
	return converter.RenderSuccess
}

// content renders the blocks in a quote or item, a blank line between them. In
// an item, a list directly below its text is not set off, which would make every
// item a paragraph; only a list that begins at another number than 1 needs the
// blank line to be seen at all.
func content(ctx converter.Context, n *html.Node, item bool) string {
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		var block bytes.Buffer
		ctx.RenderNodes(ctx, &block, c)
		if b.Len() > 0 {
			b.WriteByte('\n')
			start := attr(c, "start")
			if !item || c.Data != "ul" && (c.Data != "ol" || start != "" && start != "1") {
				b.WriteByte('\n')
			}
		}
		b.WriteString(strings.Trim(block.String(), "\n"))
	}
	return b.String()
}

func writeBlock(w converter.Writer, content string) {
	_, _ = w.WriteString("\n\n" + content + "\n\n")
}

// codeLine is what the library puts for the line feeds in a code block until the
// whole text is rendered.
var codeLine = string(marker.MarkerCodeBlockNewline)

// prefixed puts first before the first line and rest before the others, those
// within code blocks included. Empty lines get no trailing space.
func prefixed(content, first, rest string) string {
	var b strings.Builder
	prefix := first
	for i, line := range strings.Split(content, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		for j, part := range strings.Split(line, codeLine) {
			if j > 0 {
				b.WriteString(codeLine)
			}
			if part == "" {
				b.WriteString(strings.TrimRight(prefix, " "))
			} else {
				b.WriteString(prefix + part)
			}
			prefix = rest
		}
	}
	return b.String()
}
