package jira

import (
	"strings"
	"unicode/utf16"

	"github.com/ticketsync/ticketsync/trackers/markdown"
)

const (
	maxTitle = 255   // of summary, in Jira's characters
	maxText  = 32767 // of description and of a comment's body
)

// size counts a text as Jira does: in UTF-16 units.
func size(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// titleOf makes a summary of a title: one line, cut where Jira would refuse it.
func titleOf(title string) (summary string, cut bool) {
	summary = strings.TrimSpace(strings.Join(strings.FieldsFunc(title, func(r rune) bool { return r == '\n' || r == '\r' }), " "))
	if size(summary) <= maxTitle {
		return summary, false
	}
	room := maxTitle - size("…")
	for i, r := range summary {
		if room -= utf16.RuneLen(r); room < 0 {
			return strings.TrimRight(summary[:i], " ") + "…", true
		}
	}
	return summary, false
}

// wikiOf converts Markdown and the parts that stay whole around it. Where the
// result is too long the Markdown is cut, at a place that keeps its markup
// whole, and followed by a link to the original.
func wikiOf(before, md, after, origin string) (wiki string, cut bool) {
	// Each part on its own: an unclosed fence must not swallow what follows.
	before, after = ToWiki(before), ToWiki(after)
	compose := func(md string) string { return join(before, ToWiki(md), after) }
	wiki = compose(md)
	if size(wiki) <= maxText {
		return wiki, false
	}
	more := "\n\n…"
	if origin != "" {
		more = "\n\n[…](<" + origin + ">)"
	}
	// Escaping lengthens some texts and not others: approach the limit.
	for limit := len(md); limit > len(more); {
		limit = min(limit-1, int(float64(limit)*0.99*maxText/float64(size(wiki))))
		short, _ := markdown.Cut(md, limit, more)
		if wiki = compose(short); size(wiki) <= maxText {
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
