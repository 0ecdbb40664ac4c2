package markdown

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"
)

// Document is parsed Markdown. If the text is built to make parsing or rendering
// explode, Root is nil and Plain is all there is.
type Document struct {
	Root   ast.Node
	Source []byte
	// Plain is the cleaned source.
	Plain string
}

// maxDepth is how deep blocks and emphasis may nest before a text counts as
// hostile. Renderers may recurse that far.
const maxDepth = 100

// Parse reads Markdown: CommonMark with GFM tables, strikethrough and autolinks.
// HTML in it is text. Pictures are links, and links to anything but http, https,
// ftp, mailto and tel addresses are their text.
func Parse(md string) Document {
	doc := Document{Plain: clean(md)}
	doc.Source = []byte(doc.Plain)
	if hostile(doc.Plain) {
		return doc
	}
	root := newParser().Parse(text.NewReader(doc.Source))
	if tooDeep(root, maxDepth) || addresses(root) > 4*len(doc.Source)+64*1024 {
		return doc
	}
	settle(root, doc.Source)
	doc.Root = root
	return doc
}

// newParser leaves HTML out: "<b>" is text, and nothing can inject a script or a
// mention.
func newParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewSetextHeadingParser(), 100),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewEmphasisParser(), 500),
			util.Prioritized(extension.NewStrikethroughParser(), 500),
			util.Prioritized(extension.NewLinkifyParser(), 999),
		),
		parser.WithParagraphTransformers(
			util.Prioritized(parser.LinkReferenceParagraphTransformer, 100),
			util.Prioritized(extension.NewTableParagraphTransformer(), 200),
		),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
	)
}

// settle turns pictures into links and unlinks what may not be a link.
func settle(root ast.Node, source []byte) {
	var nodes []ast.Node
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch n.(type) {
			case *ast.Image, *ast.Link, *ast.AutoLink:
				nodes = append(nodes, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range nodes {
		switch n := n.(type) {
		case *ast.Image:
			link := ast.NewLink()
			link.Destination = n.Destination
			link.AppendChild(link, ast.NewString([]byte("image: ")))
			if n.FirstChild() == nil {
				link.AppendChild(link, ast.NewString([]byte(fileName(string(n.Destination)))))
			}
			moveChildren(link, n)
			n.Parent().ReplaceChild(n.Parent(), n, link)
			if inLink(link) || !linkable(string(link.Destination)) {
				unwrap(link)
			}
		case *ast.Link:
			n.Title = nil
			if !linkable(string(n.Destination)) {
				unwrap(n)
			}
		case *ast.AutoLink:
			if n.AutoLinkType != ast.AutoLinkEmail && !linkable(string(n.URL(source))) || inLink(n) {
				n.Parent().ReplaceChild(n.Parent(), n, ast.NewString(n.Label(source)))
			}
		}
	}
}

func linkable(address string) bool {
	u, err := url.Parse(string(util.URLEscape([]byte(address), true)))
	return err == nil && linkScheme(u.Scheme) && (u.Host != "" || u.Opaque != "")
}

func inLink(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindLink {
			return true
		}
	}
	return false
}

func moveChildren(to, from ast.Node) {
	for c := from.FirstChild(); c != nil; {
		next := c.NextSibling()
		to.AppendChild(to, c)
		c = next
	}
}

func unwrap(n ast.Node) {
	parent := n.Parent()
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		parent.InsertBefore(parent, n, c)
		c = next
	}
	parent.RemoveChild(parent, n)
}

func tooDeep(n ast.Node, left int) bool {
	if left == 0 {
		return true
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if tooDeep(c, left-1) {
			return true
		}
	}
	return false
}

// addresses is the length of all link addresses: one reference used often
// multiplies.
func addresses(n ast.Node) int {
	total := 0
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			total += len(n.Destination)
		case *ast.Image:
			total += len(n.Destination)
		}
		return ast.WalkContinue, nil
	})
	return total
}

// TextValue is the text that a node shows: escapes and entities resolved.
func TextValue(n *ast.Text, source []byte) []byte {
	value := n.Segment.Value(source)
	if n.IsRaw() || !bytes.ContainsAny(value, `\&`) {
		return value
	}
	out := make([]byte, 0, len(value))
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && i+1 < len(value) && util.IsPunct(value[i+1]):
			i++
			out = append(out, value[i])
		case c == '&':
			match := entity.Find(value[i:min(len(value), i+48)])
			if match == nil {
				out = append(out, c)
				continue
			}
			out = append(out, clean(html.UnescapeString(string(match)))...)
			i += len(match) - 1
		default:
			out = append(out, c)
		}
	}
	return out
}

// CodeText is the content of a code block, ending in a line feed unless empty.
func CodeText(n ast.Node, source []byte) string {
	var b strings.Builder
	for _, segment := range n.Lines().Sliced(0, n.Lines().Len()) {
		b.Write(segment.Value(source))
	}
	return b.String()
}
