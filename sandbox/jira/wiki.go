package jira

import (
	"html"
	"regexp"
	"strconv"
	"strings"
)

// renderer turns wiki markup into the HTML that Jira's own renderer makes of
// it. It covers what people and programs write; attachments, emoticons and
// links guessed from issue keys are left as text.
//
// Block macros are taken out first and stand in the text as marks, because they
// may occur anywhere: in a line, in a list item, in a table cell.
type renderer struct {
	*view
	stash []string
}

// Private-use characters frame a mark; a writer's own are encoded before.
const (
	markOpen  = '\uE000'
	markClose = '\uE001'
)

// render shows wiki text as HTML, everything a person wrote escaped.
func (v *view) render(text string) string {
	if text == "" {
		return ""
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", string(markOpen), "&#57344;", string(markClose), "&#57345;").Replace(text)
	return (&renderer{view: v}).document(text)
}

func (r *renderer) document(text string) string { return r.blocks(r.lift(text)) }

// mark keeps rendered HTML aside and returns what stands for it.
func (r *renderer) mark(html string) string {
	r.stash = append(r.stash, html)
	return string(markOpen) + strconv.Itoa(len(r.stash)-1) + string(markClose)
}

var macroStart = regexp.MustCompile(`^\{(code|noformat|quote|panel)(?::([^{}\n]*))?\}`)

// lift replaces every block macro with a mark.
func (r *renderer) lift(text string) string {
	var b strings.Builder
	for text != "" {
		at := nextMacro(text)
		if at < 0 {
			break
		}
		b.WriteString(text[:at])
		text = text[at:]
		m := macroStart.FindStringSubmatch(text)
		body := text[len(m[0]):]
		end := closing(body, m[1])
		if end < 0 {
			// Never closed: plain text.
			b.WriteString(m[0])
			text = body
			continue
		}
		b.WriteString(r.mark(r.macro(m[1], m[2], body[:end])))
		text = body[end+len(m[1])+2:]
	}
	b.WriteString(text)
	return b.String()
}

// nextMacro finds the first macro start that is neither escaped nor the inside
// of a monospaced run.
func nextMacro(text string) int {
	for k := 0; k < len(text); k++ {
		switch {
		case text[k] == '\\':
			k++
		case strings.HasPrefix(text[k:], "{{"):
			k++
		case text[k] == '{' && macroStart.MatchString(text[k:]):
			return k
		}
	}
	return -1
}

// closing finds a macro's end. Code and noformat take their body as it is; the
// others pass over code and noformat inside. The same macro does not nest.
func closing(body, name string) int {
	tag := "{" + name + "}"
	first := strings.Index(body, tag)
	if first < 0 || name == "code" || name == "noformat" {
		return first
	}
	for at := 0; ; {
		next := nextMacro(body[at:])
		if next < 0 {
			return -1
		}
		at += next
		m := macroStart.FindStringSubmatch(body[at:])
		if m[0] == tag {
			return at
		}
		at += len(m[0])
		if m[1] == "code" || m[1] == "noformat" {
			if end := closing(body[at:], m[1]); end >= 0 {
				at += end + len(m[1]) + 2
			}
		}
	}
}

// macro renders one block macro. The bodies of code and noformat are not markup.
func (r *renderer) macro(name, params, body string) string {
	switch name {
	case "code":
		return codePanel("code", title(params), `<pre class="code-`+html.EscapeString(language(params))+`">`+html.EscapeString(strings.TrimPrefix(body, "\n"))+"</pre>")
	case "noformat":
		return codePanel("preformatted", title(params), "<pre>"+html.EscapeString(strings.TrimPrefix(body, "\n"))+"</pre>")
	case "quote":
		return "<blockquote>" + r.document(body) + "</blockquote>"
	}
	return `<div class="panel" style="border-width: 1px;">` + header("panel", title(params)) +
		`<div class="panelContent">` + "\n" + r.document(body) + "\n</div></div>"
}

func codePanel(kind, title, pre string) string {
	return `<div class="` + kind + ` panel" style="border-width: 1px;">` + header(kind, title) +
		`<div class="` + kind + `Content panelContent">` + "\n" + pre + "\n</div></div>"
}

func header(kind, title string) string {
	if title == "" {
		return ""
	}
	if kind != "panel" {
		kind += "Header panel"
	}
	return `<div class="` + kind + `Header" style="border-bottom-width: 1px;"><b>` + html.EscapeString(title) + "</b></div>"
}

func title(params string) string {
	for p := range strings.SplitSeq(params, "|") {
		if t, found := strings.CutPrefix(p, "title="); found {
			return t
		}
	}
	return ""
}

// language is the macro's bare parameter; Jira's default is Java.
func language(params string) string {
	for p := range strings.SplitSeq(params, "|") {
		if p != "" && !strings.Contains(p, "=") {
			return p
		}
	}
	return "java"
}
