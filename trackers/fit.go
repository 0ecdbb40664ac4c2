package trackers

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// FitText makes the value of a Markdown text, leaving out what the caller knows
// and what is too long for a payload.
func FitText(md, fingerprint, known string, whole bool) ticket.Value {
	v := ticket.Value{Fingerprint: fingerprint, Text: md, Size: len(md)}
	if !whole && md != "" && (known == fingerprint || weight(md) > MaxText) {
		v.Text, v.Omitted = "", true
	}
	return v
}

// FitComments makes the list of a ticket's comments, oldest first, fit a
// payload: without the oldest of too many, and without the texts that the caller
// knows or for which there is no room left. What surrounds a text takes its room
// first, for it cannot be left out.
func FitComments(all []ticket.Comment, opts FetchOptions) []ticket.Comment {
	if opts.Whole {
		return all
	}
	if old := len(all) - MaxComments; old > 0 {
		all = slices.Concat(slices.DeleteFunc(all[:old:old], func(c ticket.Comment) bool {
			return opts.KnownComments[c.ID] == ""
		}), all[old:])
	}
	answered, room := map[string]bool{}, MaxSnapshot
	for _, c := range all {
		c.Body = ""
		answered[c.Parent] = true
		room -= weight(c)
	}
	for i := range all {
		c := &all[i]
		if c.Body == "" {
			continue
		}
		size := weight(c.Body)
		if opts.KnownComments[c.ID] != c.Fingerprint && size <= min(MaxText, room) {
			room -= size
			continue
		}
		if answered[c.ID] {
			c.Lead = Lead(c.Body) // its replies quote it
		}
		c.Body, c.Omitted = "", true
	}
	return all
}

// weight is how many bytes a value takes in JSON, which writes six for one of
// some characters.
func weight(v any) int {
	data, _ := json.Marshal(v) // it has been a payload's, or will be
	return len(data)
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
