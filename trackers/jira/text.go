package jira

import (
	"strings"

	"github.com/ticketsync/ticketsync/trackers/markdown"
)

const (
	maxTitle = 255   // of summary, in Jira's characters
	maxText  = 32767 // of description and of a comment's body
)

// titleOf makes a summary of a title: one line, cut where Jira would refuse it.
func titleOf(title string) (summary string, cut bool) {
	return markdown.CutLine(title, maxTitle)
}

// wikiOf converts Markdown and the parts that stay whole around it. Where the
// result is too long the Markdown is cut, at a place that keeps its markup
// whole, and followed by a link to the original.
func wikiOf(before, md, after, origin string) (wiki string, cut bool) {
	// Each part on its own: an unclosed fence must not swallow what follows.
	before, after = ToWiki(before), ToWiki(after)
	compose := func(md string) string { return join(before, ToWiki(md), after) }
	wiki = compose(md)
	if markdown.Length(wiki) <= maxText {
		return wiki, false
	}
	more := "\n\n…"
	if origin != "" {
		more = "\n\n[…](<" + origin + ">)"
	}
	// Escaping lengthens some texts and not others: approach the limit.
	for limit := len(md); limit > len(more); {
		limit = min(limit-1, int(float64(limit)*0.99*maxText/float64(markdown.Length(wiki))))
		short, _ := markdown.Cut(md, limit, more)
		if wiki = compose(short); markdown.Length(wiki) <= maxText {
			return wiki, true
		}
	}
	return compose(more), true
}

func join(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p = strings.Trim(p, "\n"); strings.TrimSpace(p) != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n\n")
}
