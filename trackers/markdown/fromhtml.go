// Package markdown converts between the trackers' text formats with Markdown
// (CommonMark with GFM tables, strikethrough and autolinks) in the middle.
//
// Every function is pure and deterministic, accepts any input, and takes time
// roughly linear in its length: text comes from people and other systems, and a
// hostile one must not be able to stop a workflow.
package markdown

import (
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// FromHTML turns the HTML that Ravenna stores, or that Jira renders, into
// normalized Markdown. Mentions become plain names, images and files become
// links, relative addresses become absolute against base (with a nil base they
// lose their link and keep their text). Formatting without a counterpart
// (colour, underline) is dropped, its text is kept. HTML nested too deeply to
// parse is reduced to its text; an error means that even that was impossible.
func FromHTML(source string, base *url.URL) (string, error) {
	// The Jira side puts this invisible character before text that would otherwise
	// begin a heading; a person's text gets it back without.
	source = strings.ReplaceAll(clean(source), "\u2060", "")
	if strings.TrimSpace(source) == "" {
		return "", nil
	}
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		// The parser refuses more than 512 open elements.
		return plainFromHTML(source), nil
	}
	doc := newReader(base).read(root)
	out, err := blocks().ConvertNode(doc)
	if err != nil {
		return "", fmt.Errorf("convert HTML to Markdown: %w", err)
	}
	return Normalize(string(out)), nil
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasClass(n *html.Node, name string) bool {
	for class := range strings.FieldsSeq(attr(n, "class")) {
		if class == name {
			return true
		}
	}
	return false
}
