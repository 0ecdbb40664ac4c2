package markdown

import (
	"net/url"
	"regexp"
	"strings"
)

// resolve makes an address absolute. It answers "" for what must not become a
// link: other schemes than these, places within the page, relative addresses
// without a base.
func resolve(base *url.URL, address string) string {
	address = strings.TrimSpace(address)
	if address == "" || address[0] == '#' {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if !linkScheme(u.Scheme) || u.Host == "" && u.Opaque == "" && u.Path == "" {
		return ""
	}
	whole, fragment, has := strings.Cut(u.String(), "#")
	if has {
		// A marker may follow a fragment, and a fragment of two parts is no
		// reason to write it otherwise.
		whole += "#" + strings.ReplaceAll(fragment, "%23", "#")
	}
	return destination(whole)
}

func linkScheme(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "http", "https", "ftp", "mailto", "tel":
		return true
	}
	return false
}

// unsafeInDestination are the characters that would end a link's address in
// Markdown or a table cell around it, or that mean something there.
var unsafeInDestination = strings.NewReplacer(
	"(", "%28", ")", "%29", "<", "%3C", ">", "%3E", " ", "%20", "\\", "%5C", "|", "%7C", "`", "%60",
	"[", "%5B", "]", "%5D", "\"", "%22", "{", "%7B", "}", "%7D", "\n", "", "\t", "",
)

func destination(address string) string {
	return unsafeInDestination.Replace(address)
}

// bareLink finds addresses written as plain text, roughly as Markdown's own
// autolinks do, so that the same text is a link on every side.
var bareLink = regexp.MustCompile(`(?i)(?:https?|ftp)://[^\s<>"]+|\bwww\.[-a-z0-9@:%._+~#=]{1,256}\.[a-z]+[^\s<>"]*|[a-z0-9._+-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+`)

// linkify splits a run of plain text at the addresses in it.
func linkify(r run) []run {
	if !strings.Contains(r.text, "://") && !strings.Contains(r.text, "@") && !strings.Contains(strings.ToLower(r.text), "www.") {
		return []run{r}
	}
	var out []run
	rest := 0
	for _, at := range bareLink.FindAllStringIndex(r.text, -1) {
		match := trimLink(r.text[at[0]:at[1]])
		address := match
		switch {
		case strings.Contains(match, "://"):
		case strings.HasPrefix(strings.ToLower(match), "www."):
			address = "http://" + match
		default:
			address = "mailto:" + match
		}
		href := resolve(nil, address)
		if href == "" || at[0] < rest {
			continue
		}
		if at[0] > rest {
			out = append(out, run{text: r.text[rest:at[0]], marks: r.marks})
		}
		out = append(out, run{text: match, marks: r.marks, href: href})
		rest = at[0] + len(match)
	}
	if rest < len(r.text) {
		out = append(out, run{text: r.text[rest:], marks: r.marks})
	}
	return out
}

// trimLink drops the punctuation of the sentence around an address.
func trimLink(s string) string {
	unopened := strings.Count(s, ")") - strings.Count(s, "(")
	for s != "" {
		last := s[len(s)-1]
		switch {
		case last == ')' && unopened > 0:
			unopened--
		case strings.IndexByte("?!.,:;*_~'\"`|]}>", last) >= 0:
		default:
			return s
		}
		s = s[:len(s)-1]
	}
	return s
}

var emailAddress = regexp.MustCompile(`^[a-zA-Z0-9._+-]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+$`)

// autolink writes a link whose text is its own address, if it is one.
func autolink(text, href string) (string, bool) {
	if text == href && !strings.HasPrefix(href, "mailto:") && !strings.ContainsAny(text, "<> \n\\`|") {
		return "<" + href + ">", true
	}
	if "mailto:"+text == href && emailAddress.MatchString(text) {
		return "<" + text + ">", true
	}
	return "", false
}
