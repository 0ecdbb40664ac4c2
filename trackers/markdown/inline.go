package markdown

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// inline handles elements within a line. Unknown ones are transparent.
func (r *reader) inline(n *html.Node, st state) {
	switch n.DataAtom {
	case atom.Br:
		r.runs = append(r.runs, run{br: true})
		return
	case atom.B, atom.Strong:
		st.marks |= strong
	case atom.I, atom.Em:
		st.marks |= emphasis
	case atom.S, atom.Strike, atom.Del:
		st.marks |= strike
	case atom.Code, atom.Tt, atom.Kbd, atom.Samp, atom.Var:
		r.runs = append(r.runs, run{text: textOf(n), code: true, marks: st.marks, href: st.href})
		return
	case atom.A:
		if href := resolve(r.base, attr(n, "href")); href != "" {
			st.href = href
		}
	}
	r.children(n, st)
}

// marks are the kinds of emphasis on a run, as bits.
type marks uint8

const (
	strong marks = 1 << iota
	emphasis
	strike
)

var delimiters = map[marks]string{strong: "**", emphasis: "*", strike: "~~"}

// run is a stretch of inline content with one formatting.
type run struct {
	text  string
	marks marks
	href  string
	code  bool
	br    bool
	// box marks the check box of a task, which waits for its text.
	box bool
}

func (r run) blank() bool { return !r.code && !r.br && r.text == " " }

// place is where inline Markdown will stand; it decides what must be escaped.
type place struct {
	heading bool
	cell    bool
}

// renderRuns writes runs as inline Markdown without surrounding whitespace. Two
// line breaks in a row become a blank line, because Markdown has no empty line
// within a paragraph.
func renderRuns(runs []run, at place) string {
	runs = settleSpace(collapse(runs, at))
	var lines []string
	for start := 0; start <= len(runs); {
		end := start
		for end < len(runs) && !runs[end].br {
			end++
		}
		line := renderLine(runs[start:end], at)
		if line != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, line)
		}
		start = end + 1
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	var b strings.Builder
	for i, line := range lines {
		b.WriteString(line)
		switch {
		case i+1 == len(lines):
		case line == "" || lines[i+1] == "":
			b.WriteByte('\n')
		default:
			b.WriteString("  \n")
		}
	}
	return b.String()
}

// collapse merges whitespace as a browser does, finds bare addresses, and joins
// neighbours of one formatting.
func collapse(runs []run, at place) []run {
	out := make([]run, 0, len(runs))
	space := true
	for _, r := range runs {
		if r.br && (at.heading || at.cell) {
			r = run{text: " "}
		}
		switch {
		case r.br:
			out = append(out, r)
			space = true
		case r.code:
			if at.heading {
				// The block renderer leaves no two spaces in a heading.
				r.text = strings.Join(strings.Fields(r.text), " ")
			}
			if r.text = strings.Join(strings.FieldsFunc(r.text, func(c rune) bool { return c == '\n' || c == '\r' }), " "); r.text != "" {
				out = append(out, r)
				space = false
			}
		default:
			var text string
			if text, space = collapseText(r.text, space); text != "" {
				r.text = text
				out = append(out, r)
			}
		}
	}
	linked := make([]run, 0, len(out))
	for _, r := range join(out) {
		if r.br || r.code || r.href != "" {
			linked = append(linked, r)
			continue
		}
		linked = append(linked, linkify(r)...)
	}
	return linked
}

// collapseText turns each stretch of whitespace into one space, and drops it where
// a space came before. No-break spaces are text.
func collapseText(s string, space bool) (string, bool) {
	var b strings.Builder
	for _, c := range s {
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' {
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		space = false
		b.WriteRune(c)
	}
	return b.String(), space
}

// settleSpace takes the spaces at the edges out of formatted runs: Markdown's
// markers must touch the words. What is formatted alike on both sides of a space
// stays formatted across it. Spaces at the ends of lines go.
func settleSpace(runs []run) []run {
	out := make([]run, 0, len(runs))
	for _, r := range runs {
		if r.br || r.code || r.marks == 0 && r.href == "" {
			out = append(out, r)
			continue
		}
		text := strings.Trim(r.text, " ")
		if strings.HasPrefix(r.text, " ") {
			out = append(out, run{text: " "})
		}
		if text != "" {
			inner := r
			inner.text = text
			out = append(out, inner)
			if strings.HasSuffix(r.text, " ") {
				out = append(out, run{text: " "})
			}
		}
	}
	kept := out[:0]
	for i, r := range out {
		if !r.br && !r.code {
			if len(kept) == 0 || kept[len(kept)-1].br || kept[len(kept)-1].blank() {
				r.text = strings.TrimLeft(r.text, " ")
			}
			if i+1 == len(out) || out[i+1].br {
				r.text = strings.TrimRight(r.text, " ")
			}
			if r.text == "" {
				continue
			}
		}
		kept = append(kept, r)
	}
	for i := 1; i+1 < len(kept); i++ {
		if before, after := kept[i-1], kept[i+1]; kept[i].blank() && !before.br && !after.br {
			kept[i].marks = before.marks & after.marks
			if before.href == after.href {
				kept[i].href = before.href
			}
		}
	}
	return join(kept)
}

// join merges neighbouring runs that are formatted alike.
func join(runs []run) []run {
	out := make([]run, 0, len(runs))
	for i := 0; i < len(runs); {
		r, end := runs[i], i+1
		for end < len(runs) && !r.br && !runs[end].br && runs[end].code == r.code && runs[end].marks == r.marks && runs[end].href == r.href {
			end++
		}
		if end > i+1 {
			var text strings.Builder
			for _, part := range runs[i:end] {
				text.WriteString(part.text)
			}
			r.text = text.String()
		}
		out = append(out, r)
		i = end
	}
	return out
}
