package ravenna

import (
	"strings"

	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// Limits of the API, counted in UTF-16 units as a JavaScript server does.
const (
	maxTitle = 2000
	maxHTML  = 1_000_000
)

// wholeText is the link below a text that had to be cut.
const wholeText = "Whole text"

// toHTML converts a text and the lines that stay whole around it, and cuts the
// text until the HTML fits. Each part is converted on its own, so that nothing
// in a text (a code fence left open, markup too wild to parse) can swallow the
// lines that mark it as ours.
func toHTML(before, md, after, origin string) (html string, cut bool) {
	head, tail := render(before), render(after)
	html = head + render(md) + tail
	if markdown.Length(html) <= maxHTML {
		return html, false
	}
	if origin != "" {
		tail = render("["+wholeText+"](<"+origin+">)") + tail
	}
	for size := markdown.Length(md); ; {
		// HTML grows with the text, so the ratio aims well; the rest of the way
		// is made in steps of a twentieth.
		size = min(size*19/20, int(float64(size)*float64(maxHTML)/float64(markdown.Length(html))))
		shorter, _ := markdown.Cut(md, size, "")
		if html = head + render(shorter) + tail; markdown.Length(html) <= maxHTML || size == 0 {
			return html, true
		}
	}
}

func render(md string) string {
	if strings.TrimSpace(md) == "" {
		return ""
	}
	return markdown.ToHTML(md)
}

// sameText compares HTML by what it says: Ravenna stores it in its editor's
// spelling.
func sameText(a, b string) bool {
	if a == b {
		return true
	}
	one, err := markdown.FromHTML(a, nil)
	if err != nil {
		return false
	}
	other, err := markdown.FromHTML(b, nil)
	return err == nil && one == other
}
