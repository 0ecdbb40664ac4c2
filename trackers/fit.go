package trackers

import (
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// FitText makes the value of a Markdown text, leaving out what the caller knows
// and what is too long for a payload.
func FitText(md, fingerprint, known string, whole bool) ticket.Value {
	v := ticket.Value{Fingerprint: fingerprint, Text: md, Size: len(md)}
	if !whole && md != "" && (known == fingerprint || len(md) > MaxText) {
		v.Text, v.Omitted = "", true
	}
	return v
}

// FitComment leaves out a body that is known or for which the snapshot has no
// room left; room starts at MaxSnapshot.
func FitComment(c *ticket.Comment, known string, whole bool, room *int) {
	c.Size = len(c.Body)
	if c.Body != "" && !whole && (known == c.Fingerprint || c.Size > MaxText || c.Size > *room) {
		c.Body, c.Omitted = "", true
	}
	*room -= len(c.Body)
}

// longestLead is how many characters of a comment its replies quote.
const longestLead = 200

// Lead returns the first line of a text that says anything.
func Lead(md string) string {
	for line := range strings.Lines(md) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		runes := []rune(line)
		return string(runes[:min(len(runes), longestLead)])
	}
	return ""
}
