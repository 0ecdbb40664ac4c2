package markdown

import (
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// special handles what is not text to be kept as it stands: parts that are
// dropped, mentions, pictures, and the wrappers that Jira renders.
func (r *reader) special(n *html.Node, st state) bool {
	switch n.DataAtom {
	case atom.Head, atom.Script, atom.Style, atom.Noscript, atom.Iframe, atom.Object, atom.Embed, atom.Template,
		atom.Button, atom.Select, atom.Textarea, atom.Svg, atom.Math, atom.Audio, atom.Video, atom.Colgroup:
		return true
	case atom.Input:
		if attr(n, "type") == "checkbox" {
			_, checked := lookup(n, "checked")
			r.text(taskBox(checked), st)
		}
		return true
	case atom.Label:
		// The box of a task item, which was read from the item's attribute.
		return n.Parent != nil && attr(n.Parent, "data-checked") != ""
	case atom.Img:
		r.image(n, st)
		return true
	case atom.Div:
		return r.panel(n, st)
	case atom.A, atom.Span:
		if isMention(n) {
			r.text(mentionName(n), state{marks: st.marks})
			return true
		}
	}
	return false
}

func (r *reader) text(s string, st state) {
	r.runs = append(r.runs, run{text: s, marks: st.marks, href: st.href})
}

func lookup(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// isMention recognises a person's name that would notify: Ravenna's mention span
// and the profile links that Jira renders.
func isMention(n *html.Node) bool {
	if attr(n, "data-type") == "mention" || hasClass(n, "user-hover") || hasClass(n, "mention") {
		return true
	}
	return n.DataAtom == atom.A && strings.Contains(attr(n, "href"), "/secure/ViewProfile.jspa")
}

func mentionName(n *html.Node) string {
	name := strings.TrimSpace(attr(n, "data-label"))
	if name == "" {
		name = strings.TrimSpace(textOf(n))
	}
	return strings.TrimSpace(strings.TrimLeft(name, "@"))
}

// textOf is the text below n, with line breaks where br elements are.
func textOf(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.DataAtom == atom.Br:
			b.WriteByte('\n')
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return b.String()
}

// emoticons are Jira's icons by file name. The text form (":)") is not always
// rendered, so the icon becomes the emoji nearest to it.
var emoticons = map[string]string{
	"smile": "🙂", "sad": "🙁", "tongue": "😛", "biggrin": "😀", "wink": "😉",
	"thumbs_up": "👍", "thumbs_down": "👎", "information": "ℹ️", "check": "✅", "error": "❌",
	"warning": "⚠️", "add": "➕", "forbidden": "⛔", "help_16": "❓", "lightbulb_on": "💡", "lightbulb": "💡",
	"star_yellow": "⭐", "star_red": "⭐", "star_green": "⭐", "star_blue": "⭐", "flag": "🚩", "flag_grey": "🏳️",
}

func (r *reader) image(n *html.Node, st state) {
	src := attr(n, "src")
	file := fileName(src)
	if hasClass(n, "emoticon") || strings.Contains(src, "/images/icons/emoticons/") {
		if emoji, ok := emoticons[strings.TrimSuffix(file, path.Ext(file))]; ok {
			r.text(emoji, st)
			return
		}
		r.text(attr(n, "alt"), st)
		return
	}
	if hasClass(n, "rendericon") || hasClass(n, "icon") {
		return
	}
	name := "image"
	for _, candidate := range []string{attr(n, "data-attachment-name"), attr(n, "alt"), file} {
		if candidate = strings.Join(strings.Fields(candidate), " "); candidate != "" {
			name = "image: " + candidate
			break
		}
	}
	if st.href == "" {
		// A thumbnail already stands in a link to the picture.
		st.href = resolve(r.base, src)
	}
	r.text(name, st)
}

func fileName(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Path == "" || u.Scheme == "data" {
		return ""
	}
	name := path.Base(u.Path)
	if name == "." || name == "/" {
		return ""
	}
	return name
}

// panel handles the boxes that Jira renders: code, preformatted text, and panels,
// which become quotes.
func (r *reader) panel(n *html.Node, st state) bool {
	if !hasClass(n, "panel") && !hasClass(n, "preformatted") && !hasClass(n, "code") {
		return false
	}
	code := hasClass(n, "code") || hasClass(n, "preformatted")
	title, content := find(n, "panelHeader", "codeHeader", "preformattedHeader"), find(n, "panelContent", "codeContent", "preformattedContent")
	if content == nil {
		return false
	}
	read := func() {
		if title != nil {
			r.flush()
			r.text(strings.TrimSpace(textOf(title)), state{marks: strong})
			r.flush()
		}
		r.children(content, st)
	}
	if code || r.flat || r.containers >= maxContainers {
		r.flush()
		read()
		r.flush()
		return true
	}
	r.within(element("blockquote"), read)
	return true
}

// find is the first child of n with one of the classes.
func find(n *html.Node, classes ...string) *html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		for _, class := range classes {
			if c.Type == html.ElementNode && hasClass(c, class) {
				return c
			}
		}
	}
	return nil
}

// pre reads a code block. Highlighting inside it is dropped.
func (r *reader) pre(n *html.Node, language string) {
	text := textOf(n)
	if r.flat {
		r.runs = append(r.runs, run{text: " "}, run{text: text, code: true}, run{text: " "})
		return
	}
	r.flush()
	if strings.TrimSpace(text) == "" {
		return
	}
	for _, holder := range []*html.Node{n, n.FirstChild} {
		if language == "" && holder != nil && holder.Type == html.ElementNode {
			language = languageOf(holder)
		}
	}
	code := element("code")
	if language != "" {
		code.Attr = []html.Attribute{{Key: "class", Val: "language-" + language}}
	}
	code.AppendChild(&html.Node{Type: html.TextNode, Data: strings.Trim(text, "\n")})
	block := element("pre")
	block.AppendChild(code)
	r.into.AppendChild(block)
}

// languageOf reads a language from the class or data-language of a pre or code
// element: language-go, lang-go, or Jira's code-go.
func languageOf(n *html.Node) string {
	language := attr(n, "data-language")
	for class := range strings.FieldsSeq(attr(n, "class")) {
		for _, prefix := range []string{"language-", "lang-", "code-"} {
			if rest, ok := strings.CutPrefix(class, prefix); ok && language == "" {
				language = rest
			}
		}
	}
	return codeLanguage(language)
}

// codeLanguage keeps what is safe as the word behind a fence.
func codeLanguage(s string) string {
	s = strings.ToLower(s)
	if s == "none" || s == "plaintext" || len(s) > 32 {
		return ""
	}
	for _, c := range s {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789+#-_.", c) {
			return ""
		}
	}
	return s
}
