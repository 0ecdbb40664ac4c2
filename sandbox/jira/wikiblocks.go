package jira

import (
	"html"
	"regexp"
	"strings"
	"unicode"
)

var (
	headingLine = regexp.MustCompile(`^\s*h([1-6])\.\s+(.*)$`)
	quoteLine   = regexp.MustCompile(`^\s*bq\.\s+(.*)$`)
	ruleLine    = regexp.MustCompile(`^\s*-{4,}\s*$`)
	listLine    = regexp.MustCompile(`^\s*([*#]{1,12}|-)[ \t]+(.*)$`)
	markLine    = regexp.MustCompile(`\x{E000}\d+\x{E001}`)
)

// special tells whether a line ends a paragraph or a list item by itself.
func special(line string) bool {
	return strings.TrimSpace(line) == "" || headingLine.MatchString(line) || quoteLine.MatchString(line) ||
		ruleLine.MatchString(line) || listLine.MatchString(line) || isRow(line)
}

func isRow(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " \t"), "|") }

// blocks renders lines: each starts a heading, a quote, a rule, a list or a
// table, or is part of a paragraph.
func (r *renderer) blocks(text string) string {
	lines := strings.Split(text, "\n")
	var out []string
	for k := 0; k < len(lines); {
		line := lines[k]
		switch {
		case strings.TrimSpace(line) == "":
			k++
		case headingLine.MatchString(line):
			m := headingLine.FindStringSubmatch(line)
			out = append(out, "<h"+m[1]+`><a name="`+anchor(m[2])+`"></a>`+r.inline(m[2])+"</h"+m[1]+">")
			k++
		case quoteLine.MatchString(line):
			out = append(out, "<blockquote><p>"+r.inline(quoteLine.FindStringSubmatch(line)[1])+"</p></blockquote>")
			k++
		case ruleLine.MatchString(line):
			out = append(out, "<hr />")
			k++
		case listLine.MatchString(line):
			items, used := r.items(lines[k:])
			for len(items) > 0 {
				list, n := nest(items, 0)
				out, items = append(out, list), items[n:]
			}
			k += used
		case isRow(line):
			table, used := r.table(lines[k:])
			out = append(out, table)
			k += used
		default:
			end := k + 1
			for end < len(lines) && !special(lines[end]) {
				end++
			}
			out = append(out, r.paragraphs(strings.Join(lines[k:end], "\n"))...)
			k = end
		}
	}
	return strings.Join(out, "\n\n")
}

// paragraphs splits a paragraph around the block macros in it.
func (r *renderer) paragraphs(text string) []string {
	var out []string
	paragraph := func(s string) {
		if s = strings.Trim(s, "\n"); strings.TrimSpace(s) != "" {
			out = append(out, "<p>"+r.inline(s)+"</p>")
		}
	}
	at := 0
	for _, m := range markLine.FindAllStringIndex(text, -1) {
		paragraph(text[at:m[0]])
		out = append(out, r.inline(text[m[0]:m[1]]))
		at = m[1]
	}
	paragraph(text[at:])
	return out
}

// anchor is the name that headings can be linked by.
func anchor(text string) string {
	return html.EscapeString(strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return c
		}
		return -1
	}, markLine.ReplaceAllString(text, "")))
}

// item is a list line: its marks, one per level, and its rendered text.
type item struct{ marks, html string }

// items reads list lines; lines that continue an item belong to it.
func (r *renderer) items(lines []string) ([]item, int) {
	var out []item
	k := 0
	for k < len(lines) {
		m := listLine.FindStringSubmatch(lines[k])
		if m == nil {
			break
		}
		text := []string{m[2]}
		k++
		for k < len(lines) && !special(lines[k]) {
			text = append(text, lines[k])
			k++
		}
		out = append(out, item{m[1], r.inline(strings.Join(text, "\n"))})
	}
	return out, k
}

// nest builds one list from the items that share the mark at depth, and returns
// how many it took.
func nest(items []item, depth int) (string, int) {
	kind, indent := items[0].marks[depth], strings.Repeat("\t", depth)
	open, end := "<ul>", "</ul>"
	switch kind {
	case '#':
		open, end = "<ol>", "</ol>"
	case '-':
		open = `<ul class="alternate" type="square">`
	}
	var b strings.Builder
	b.WriteString(indent + open + "\n")
	belongs := func(n, deeper int) bool {
		return n < len(items) && len(items[n].marks) > deeper && items[n].marks[depth] == kind
	}
	n := 0
	for belongs(n, depth) {
		b.WriteString(indent + "\t<li>")
		if len(items[n].marks) == depth+1 {
			b.WriteString(items[n].html)
			n++
		}
		for belongs(n, depth+1) {
			sub, used := nest(items[n:], depth+1)
			b.WriteString("\n" + sub + "\n" + indent + "\t")
			n += used
		}
		b.WriteString("</li>\n")
	}
	b.WriteString(indent + end)
	return b.String(), n
}

// table reads the rows that follow each other. A row goes on over lines until
// one ends with a bar.
func (r *renderer) table(lines []string) (string, int) {
	var b strings.Builder
	b.WriteString("<div class='table-wrap'>\n<table class='confluenceTable'><tbody>\n")
	k := 0
	for k < len(lines) && isRow(lines[k]) {
		row := strings.TrimSpace(lines[k])
		k++
		for !strings.HasSuffix(row, "|") && k < len(lines) && strings.TrimSpace(lines[k]) != "" && !isRow(lines[k]) {
			row += "\n" + strings.TrimRight(lines[k], " \t")
			k++
		}
		b.WriteString("<tr>\n" + r.cells(row) + "</tr>\n")
	}
	b.WriteString("</tbody></table>\n</div>")
	return b.String(), k
}

// cells renders one row; two bars begin a header cell.
func (r *renderer) cells(row string) string {
	var b strings.Builder
	for row != "" {
		tag, class := "td", "confluenceTd"
		rest, isHeader := strings.CutPrefix(row, "||")
		if isHeader {
			tag, class = "th", "confluenceTh"
		} else {
			rest = strings.TrimPrefix(row, "|")
		}
		if strings.TrimSpace(rest) == "" {
			break
		}
		end := cellEnd(rest)
		content := strings.TrimSpace(rest[:end])
		row = rest[end:]
		shown := "&nbsp;"
		switch {
		case strings.Contains(content, "\n"):
			shown = r.blocks(content)
		case content != "":
			shown = r.inline(content)
		}
		b.WriteString("<" + tag + " class='" + class + "'>" + shown + "</" + tag + ">\n")
	}
	return b.String()
}

// cellEnd finds the bar that ends a cell: not one that is escaped, in a link,
// in a picture or in a monospaced run.
func cellEnd(text string) int {
	for k := 0; k < len(text); k++ {
		switch text[k] {
		case '\\':
			k++
		case '|':
			return k
		case '[':
			if end := strings.IndexByte(text[k:], ']'); end > 0 && looksLikeLink(text[k+1:k+end]) {
				k += end
			}
		case '!':
			if m := picture.FindString(text[k:]); m != "" {
				k += len(m) - 1
			}
		case '{':
			if end := strings.Index(text[k:], "}}"); strings.HasPrefix(text[k:], "{{") && end > 0 {
				k += end + 1
			}
		}
	}
	return len(text)
}
