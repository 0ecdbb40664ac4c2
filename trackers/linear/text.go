package linear

import (
	"regexp"
	"strings"

	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// Linear documents no limits. These, in UTF-16 units, are well below what
// others have stored there.
const (
	maxTitle = 255
	maxText  = 100_000
)

// wholeText is the link below a text that had to be cut.
const wholeText = "Whole text"

// mention is the address of a person's page: standing in a text by itself, or as
// the target of a link, Linear makes a mention of it, which notifies.
var mention = regexp.MustCompile(
	`\[((?:[^\]\\]|\\.)*)\]\(<?https?://linear\.app/[^\s/()<>]+/profiles/[^\s()<>]*>?\)|<?https?://linear\.app/[^\s/()<>]+/profiles/([\w.-]+)[^\s()<>]*>?`)

// quiet turns mentions into plain names.
func quiet(md string) string { return mention.ReplaceAllString(md, "$1$2") }

// compose puts a text together with the lines that stay whole around it, and
// cuts the text until all of it fits. An open code fence would swallow the lines
// that mark it as ours.
func compose(before, md, after, origin string) (text string, cut bool) {
	md = quiet(md)
	if text = join(before, markdown.Close(md), after); markdown.Length(text) <= maxText {
		return text, false
	}
	more := ""
	if origin != "" {
		more = "\n\n[" + wholeText + "](<" + origin + ">)"
	}
	room := maxText - markdown.Length(join(before, "x", after))
	shorter, _ := markdown.Cut(md, room, more)
	return join(before, shorter, after), true
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
