package markdown

import (
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxContainers is how deep lists and quotes may nest. Each level indents every
// line below it, so unlimited nesting would let a text grow with its square.
const maxContainers = 12

// reader walks parsed HTML and builds a second, canonical tree: blocks whose
// inline content is finished Markdown. Divs, spans and unknown elements vanish.
type reader struct {
	base *url.URL
	// into is the block that receives the next paragraph.
	into *html.Node
	// runs is the inline content read since the last block boundary.
	runs []run
	// containers counts the lists and quotes around.
	containers int
	// flat means that blocks cannot be represented here (headings, table cells):
	// their boundaries become spaces.
	flat bool
}

// state is what an element inherits from those around it.
type state struct {
	marks marks
	href  string
}

func newReader(base *url.URL) *reader {
	return &reader{base: base}
}

func (r *reader) read(root *html.Node) *html.Node {
	doc := element("body")
	r.into = doc
	r.children(root, state{})
	r.flush()
	return doc
}

func element(name string, attrs ...html.Attribute) *html.Node {
	return &html.Node{Type: html.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name)), Attr: attrs}
}

func (r *reader) children(n *html.Node, st state) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		r.node(c, st)
	}
}

func (r *reader) node(n *html.Node, st state) {
	switch n.Type {
	case html.TextNode:
		r.runs = append(r.runs, run{text: n.Data, marks: st.marks, href: st.href})
	case html.DocumentNode:
		r.children(n, st)
	case html.ElementNode:
		if !r.special(n, st) && !r.block(n, st) {
			r.inline(n, st)
		}
	}
}

// block handles elements that start a line of their own.
func (r *reader) block(n *html.Node, st state) bool {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		r.heading(n, st)
	case atom.Blockquote:
		r.quote(n, st)
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		r.list(n, st)
	case atom.Li:
		// An item outside of any list, or beyond the nesting limit.
		r.paragraph(n, st)
	case atom.Pre:
		r.pre(n, "")
	case atom.Hr:
		r.flush()
		if !r.flat {
			r.into.AppendChild(element("hr"))
		}
	case atom.Table:
		r.table(n, st)
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Aside, atom.Header, atom.Footer, atom.Main, atom.Nav,
		atom.Address, atom.Figure, atom.Figcaption, atom.Details, atom.Summary, atom.Dl, atom.Dt, atom.Dd,
		atom.Fieldset, atom.Form, atom.Center, atom.Tr, atom.Td, atom.Th, atom.Caption, atom.Body, atom.Html:
		r.paragraph(n, st)
	default:
		return false
	}
	return true
}

func (r *reader) paragraph(n *html.Node, st state) {
	r.flush()
	r.children(n, st)
	r.flush()
}

// flush ends the paragraph that was being read.
func (r *reader) flush() {
	if r.flat {
		r.runs = append(r.runs, run{text: " "})
		return
	}
	if len(r.runs) == 1 && r.runs[0].box {
		// Editors put the text of a task into a paragraph beside its box.
		return
	}
	r.appendInline(r.into, "p", place{})
}

// appendInline renders the collected runs into a new element of parent.
func (r *reader) appendInline(parent *html.Node, name string, at place) {
	md := renderRuns(r.runs, at)
	r.runs = nil
	if md == "" {
		return
	}
	block := element(name)
	block.AppendChild(element(inlineTag, html.Attribute{Key: inlineAttr, Val: md}))
	parent.AppendChild(block)
}

func (r *reader) heading(n *html.Node, st state) {
	r.flush()
	if r.flat {
		r.children(n, st)
		r.flush()
		return
	}
	r.flat = true
	r.children(n, st)
	r.flat = false
	r.appendInline(r.into, n.Data, place{heading: true})
}

func (r *reader) quote(n *html.Node, st state) {
	if r.flat || r.containers >= maxContainers {
		r.paragraph(n, st)
		return
	}
	r.within(element("blockquote"), func() { r.children(n, st) })
}

// within reads into a new container and keeps it if anything came of it.
func (r *reader) within(container *html.Node, read func()) {
	r.flush()
	outer := r.into
	r.into = container
	r.containers++
	read()
	r.flush()
	r.containers--
	r.into = outer
	if container.FirstChild != nil {
		outer.AppendChild(container)
	}
}

func (r *reader) list(n *html.Node, st state) {
	if r.flat {
		r.flatList(n, st)
		return
	}
	if r.containers >= maxContainers {
		r.paragraph(n, st)
		return
	}
	list := element("ul")
	if n.DataAtom == atom.Ol {
		list = element("ol")
		if start, err := strconv.Atoi(attr(n, "start")); err == nil && start >= 0 && start < 1_000_000 {
			list.Attr = []html.Attribute{{Key: "start", Val: strconv.Itoa(start)}}
		}
	}
	r.flush()
	// Two lists of one kind in a row would be one list in Markdown anyway, but a
	// loose one: join them here, so that the text is stable when converted again.
	if last := r.into.LastChild; last != nil && last.Data == list.Data {
		r.items(last, n, st)
		return
	}
	parent := r.into
	r.items(list, n, st)
	if list.FirstChild != nil {
		parent.AppendChild(list)
	}
}

// items reads what is in a list into list. Content outside of an item belongs to
// the item before it: Jira and some editors nest lists that way.
func (r *reader) items(list, n *html.Node, st state) {
	outer := r.into
	r.containers++
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode && strings.TrimSpace(c.Data) == "" {
			continue
		}
		item := list.LastChild
		if item == nil || c.DataAtom == atom.Li {
			item = element("li")
		}
		r.into = item
		if c.DataAtom == atom.Li {
			r.task(c)
			r.children(c, st)
		} else {
			r.node(c, st)
		}
		r.appendInline(item, "p", place{})
		if item.Parent == nil && item.FirstChild != nil {
			list.AppendChild(item)
		}
	}
	r.containers--
	r.into = outer
}

// task notes the box of a task-list item as rich-text editors store it.
func (r *reader) task(item *html.Node) {
	if attr(item, "data-type") == "taskItem" || attr(item, "data-checked") != "" {
		r.runs = append(r.runs, run{text: taskBox(attr(item, "data-checked") == "true"), box: true})
	}
}

func taskBox(checked bool) string {
	if checked {
		return "[x] "
	}
	return "[ ] "
}

func (r *reader) flatList(n *html.Node, st state) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Li {
			r.runs = append(r.runs, run{text: " • "})
			r.children(c, st)
			continue
		}
		r.node(c, st)
	}
	r.flush()
}
