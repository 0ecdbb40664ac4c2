package markdown

import (
	"strings"
	"unicode/utf8"
)

// unit is a piece of one line: text, a code span, or a whole link.
type unit struct {
	text  string // plain text, or finished Markdown if atomic
	marks marks
	// atomic units are written as they are and cannot be split.
	atomic bool
}

func (u unit) first() rune { c, _ := utf8.DecodeRuneInString(u.text); return c }
func (u unit) last() rune  { c, _ := utf8.DecodeLastRuneInString(u.text); return c }

// renderLine writes the runs of one line, links first: formatting common to a
// whole link goes around it.
func renderLine(runs []run, at place) string {
	var units []unit
	for i := 0; i < len(runs); {
		r := runs[i]
		if r.href == "" {
			units = append(units, plainUnit(r, at))
			i++
			continue
		}
		end, common := i, r.marks
		for end < len(runs) && runs[end].href == r.href {
			common &= runs[end].marks
			end++
		}
		units = append(units, unit{text: linkMarkdown(runs[i:end], common, at), marks: common, atomic: true})
		i = end
	}
	return renderUnits(units, at, false)
}

func plainUnit(r run, at place) unit {
	if r.code {
		return unit{text: codeSpan(r.text, at), marks: r.marks, atomic: true}
	}
	return unit{text: r.text, marks: r.marks}
}

func linkMarkdown(runs []run, common marks, at place) string {
	href := runs[0].href
	var plain strings.Builder
	units := make([]unit, 0, len(runs))
	for _, r := range runs {
		plain.WriteString(r.text)
		u := plainUnit(r, at)
		u.marks &^= common
		units = append(units, u)
	}
	if len(runs) == 1 && !runs[0].code {
		if md, ok := autolink(plain.String(), href); ok {
			return md
		}
	}
	// An address is written as Markdown reads it: "&copy;" in it would be ©.
	return "[" + renderUnits(units, at, true) + "](" + escapeEntities(href) + ")"
}

// codeSpan writes inline code with a fence longer than any within.
func codeSpan(code string, at place) string {
	longest, current := 0, 0
	for _, c := range code {
		current++
		if c != '`' {
			current = 0
		}
		longest = max(longest, current)
	}
	if at.cell {
		code = strings.ReplaceAll(code, "|", `\|`)
	}
	fence := strings.Repeat("`", longest+1)
	if strings.Trim(code, " ") != "" && (strings.HasPrefix(code, "`") || strings.HasSuffix(code, "`") || strings.HasPrefix(code, " ") && strings.HasSuffix(code, " ")) {
		code = " " + code + " "
	}
	return fence + code + fence
}

// renderUnits writes units with the markers for their marks. Where Markdown could
// not read a marker back (punctuation inside it, a letter outside), the mark
// shrinks past the punctuation or is given up: the text matters more.
func renderUnits(units []unit, at place, inLink bool) string {
	units = settleMarks(units)
	var b strings.Builder
	steps(units, func(i int, shut, open []marks) {
		for _, mark := range shut {
			b.WriteString(delimiters[mark])
		}
		if i == len(units) {
			return
		}
		u := units[i]
		if len(open) > 0 && !u.atomic && strings.HasPrefix(u.text, " ") {
			// A marker is reopened here; it must touch the word.
			b.WriteByte(' ')
			u.text = u.text[1:]
		}
		for _, mark := range open {
			b.WriteString(delimiters[mark])
		}
		if u.atomic {
			b.WriteString(u.text)
			return
		}
		next := rune(0)
		if i+1 < len(units) {
			next = units[i+1].first()
		}
		escapeText(&b, u.text, textPlace{place: at, inLink: inLink, lineStart: i == 0, last: i+1 == len(units), next: next})
	})
	return b.String()
}

// steps goes through the units and says for each which marks to close and then to
// open before it, and at the end which are left to close.
func steps(units []unit, step func(i int, shut, open []marks)) {
	var active []marks
	for i := 0; i <= len(units); i++ {
		var want marks
		if i < len(units) {
			want = units[i].marks
		}
		keep := 0
		for keep < len(active) && want&active[keep] != 0 {
			keep++
		}
		var shut, open []marks
		for j := len(active) - 1; j >= keep; j-- {
			shut = append(shut, active[j])
		}
		active = active[:keep]
		if i < len(units) {
			open = opening(units, i, want, active)
			active = append(active, open...)
		}
		step(i, shut, open)
	}
}

// opening lists the marks to open at unit i, the longest first.
func opening(units []unit, i int, want marks, open []marks) []marks {
	for _, mark := range open {
		want &^= mark
	}
	var out []marks
	length := map[marks]int{}
	for _, mark := range []marks{strong, emphasis, strike} {
		if want&mark == 0 {
			continue
		}
		for j := i; j < len(units) && units[j].marks&mark != 0; j++ {
			length[mark]++
		}
		at := len(out)
		for at > 0 && length[out[at-1]] < length[mark] {
			at--
		}
		out = append(out[:at], append([]marks{mark}, out[at:]...)...)
	}
	return out
}
