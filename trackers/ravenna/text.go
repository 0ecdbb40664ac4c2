package ravenna

import (
	"strings"
	"unicode/utf16"

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
	if units(html) <= maxHTML {
		return html, false
	}
	if origin != "" {
		tail = render("["+wholeText+"](<"+origin+">)") + tail
	}
	for size := units(md); ; {
		// HTML grows with the text, so the ratio aims well; the rest of the way
		// is made in steps of a twentieth.
		size = min(size*19/20, int(float64(size)*float64(maxHTML)/float64(units(html))))
		shorter, _ := markdown.Cut(md, size, "")
		if html = head + render(shorter) + tail; units(html) <= maxHTML || size == 0 {
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

// cutTitle makes one line of a title, as long as Ravenna takes.
func cutTitle(title string) (string, bool) {
	title = strings.TrimSpace(strings.Join(strings.FieldsFunc(title, func(r rune) bool { return r == '\n' || r == '\r' }), " "))
	if units(title) <= maxTitle {
		return title, false
	}
	const mark = "…"
	n := 0
	for i, r := range title {
		n += utf16.RuneLen(r)
		if n > maxTitle-units(mark) {
			return strings.TrimRight(title[:i], " ") + mark, true
		}
	}
	return title, false
}

func units(s string) int {
	n := 0
	for _, r := range s {
		// An invalid byte is sent as one replacement character.
		n += max(1, utf16.RuneLen(r))
	}
	return n
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
