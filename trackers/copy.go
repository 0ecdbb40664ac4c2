package trackers

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// A copied comment starts with a line that names its author and links to the
// source; the token in that link makes it a marker where the tracker offers
// nothing better. A description may end with a footer of the same kind.
var (
	authorLine = regexp.MustCompile(`^\s*\[((?:[^\]\\]|\\.)*)\]\(<?([^)\s>]*(?:#|%23)ticketsync=[^)\s>]*)>?\)[^\S\n]*(?:\n+|$)`)
	footerLine = regexp.MustCompile(`(?:^|\n)[^\n]*\]\(<?([^)\s>]*(?:#|%23)ticketsync=[^)\s>]*)>?\)[^\n]*\s*$`)
)

const footerToken = "footer"

// punctuation is what a backslash escapes in Markdown.
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

// Compose returns the Markdown of a copy: author line, quoted parent, body.
func Compose(d CommentDraft) string {
	var b strings.Builder
	if d.Author != "" || d.Token != "" {
		author := d.Author
		if author == "" {
			author = "ticketsync"
		}
		b.WriteString("[" + linkText(author) + "](" + ticket.TokenLink(d.URL, d.Token, d.Stamp) + ")\n\n")
	}
	if d.Quote != "" {
		b.WriteString(markdown.Quote(d.Quote) + "\n\n")
	}
	b.WriteString(d.Body)
	return b.String()
}

// Decompose splits what Compose wrote into the head, which is all but the body,
// and the rest; ok is false for any other text.
func Decompose(md string) (head CommentDraft, body string, ok bool) {
	m := authorLine.FindStringSubmatchIndex(md)
	if m == nil {
		return CommentDraft{}, md, false
	}
	head.Author = unescape(md[m[2]:m[3]])
	head.Token, head.Stamp, ok = ticket.ParseToken(md[m[4]:m[5]])
	return head, md[m[1]:], ok
}

// Footer returns a last line for a description, recognised by StripFooter:
// "Reported by Alice (IT-12)".
func Footer(text, key, address string) string {
	return markdown.Escape(text) + " ([" + markdown.Escape(key) + "](" + ticket.TokenLink(address, footerToken, "") + "))"
}

// Unreported returns the draft's writes for a tracker that cannot hold its
// reporter: the description, made if there is none, ends with the footer.
func (d Draft) Unreported() []FieldWrite {
	if d.Footer == "" {
		return d.Fields
	}
	out := slices.Clone(d.Fields)
	at := slices.IndexFunc(out, func(w FieldWrite) bool { return w.Field == ticket.Description })
	if at < 0 {
		return append(out, FieldWrite{Field: ticket.Description, Footer: d.Footer})
	}
	out[at].Footer = d.Footer
	return out
}

// StripFooter removes from a description a last line with a link of ours: a
// footer, or the marker that a replica is created with. A link to a copied
// comment that somebody pasted is theirs.
func StripFooter(md string) string {
	at := footerLine.FindStringSubmatchIndex(md)
	if at == nil {
		return md
	}
	link := md[at[2]:at[3]]
	token, _, _ := ticket.ParseToken(link)
	if _, marker := ticket.ParseLink(link); token != footerToken && !marker {
		return md
	}
	return strings.TrimRight(md[:at[0]], "\n")
}

// linkText escapes a name for use between brackets: Escape leaves a closing one
// alone, which would end the link and lose the marker.
func linkText(name string) string {
	escaped := markdown.Escape(strings.Join(strings.Fields(name), " "))
	var b strings.Builder
	for i := 0; i < len(escaped); i++ {
		switch escaped[i] {
		case '\\':
			if i+1 < len(escaped) {
				b.WriteByte(escaped[i])
				i++
			}
		case ']':
			b.WriteByte('\\')
		}
		b.WriteByte(escaped[i])
	}
	return b.String()
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		// Before anything else a backslash is one.
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(punctuation, s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
