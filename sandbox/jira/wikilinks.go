package jira

import (
	"html"
	"net/url"
	"slices"
	"strings"
)

// picture shows an image; a bare file name means an attachment.
func (r *renderer) picture(source string) string {
	if !strings.Contains(source, "://") {
		source = r.base() + "/secure/attachment/" + url.PathEscape(source)
	}
	return `<span class="image-wrap" style=""><img src="` + html.EscapeString(source) + `" style="border: 0px solid black" /></span>`
}

func anchorTo(to, shown string) string {
	return `<a href="` + html.EscapeString(to) + `" class="external-link" target="_blank" rel="nofollow noopener">` + shown + "</a>"
}

// looksLikeLink tells whether what stands in brackets is a link at all.
func looksLikeLink(inside string) bool {
	parts := splitBars(inside)
	to := strings.TrimSpace(parts[min(len(parts)-1, 1)])
	return strings.HasPrefix(to, "~") || strings.HasPrefix(to, "#") || target.MatchString(to)
}

// splitBars splits at bars that are not escaped.
func splitBars(inside string) []string {
	var parts []string
	start := 0
	for k := 0; k < len(inside); k++ {
		switch inside[k] {
		case '\\':
			k++
		case '|':
			parts = append(parts, inside[start:k])
			start = k + 1
		}
	}
	return append(parts, inside[start:])
}

// link renders what stands in brackets, if it is a link or a mention. Any other
// scheme stays text: nothing a person writes may run.
func (r *renderer) link(rest string) (string, int) {
	end := 1
	for end < len(rest) && rest[end] != ']' && rest[end] != '\n' {
		if rest[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(rest) || rest[end] != ']' || !looksLikeLink(rest[1:end]) {
		return "", 0
	}
	parts := splitBars(rest[1:end])
	to := strings.TrimSpace(parts[min(len(parts)-1, 1)])
	if name, isUser := strings.CutPrefix(to, "~"); isUser {
		shown := r.mention(name)
		if shown == "" {
			return "", 0
		}
		return shown, end + 1
	}
	shown := html.EscapeString(strings.TrimPrefix(to, "mailto:"))
	if len(parts) > 1 {
		shown = r.inline(parts[0])
	}
	if strings.HasPrefix(to, "#") {
		return `<a href="` + html.EscapeString(to) + `">` + shown + "</a>", end + 1
	}
	return anchorTo(to, shown), end + 1
}

// mention shows a known user by display name; an unknown one stays as written.
func (r *renderer) mention(name string) string {
	id, byAccount := strings.CutPrefix(name, "accountid:")
	k := slices.IndexFunc(users, func(u user) bool { return byAccount && u.accountID() == id || !byAccount && u.name == name })
	if k < 0 {
		return ""
	}
	u := users[k]
	if r.cloud {
		id := html.EscapeString(u.accountID())
		return `<a href="` + r.base() + "/secure/ViewProfile.jspa?accountId=" + url.QueryEscape(u.accountID()) + `" class="user-hover" rel="` + id +
			`" data-account-id="` + id + `" accountid="` + id + `">@` + html.EscapeString(u.display) + "</a>"
	}
	return `<a href="` + r.base() + "/secure/ViewProfile.jspa?name=" + u.name + `" class="user-hover" rel="` + u.name + `">@` +
		html.EscapeString(u.display) + "</a>"
}
