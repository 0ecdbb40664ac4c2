package markdown

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSettling bounds the rounds of settleMarks; ordinary text needs one.
const maxSettling = 8

// settleMarks removes marks until those left can be written and read back.
func settleMarks(units []unit) []unit {
	var all marks
	for _, u := range units {
		all |= u.marks
	}
	if all == 0 {
		return units
	}
	units = words(units)
	for range maxSettling {
		untangle(units)
		for _, mark := range []marks{strong, emphasis, strike} {
			units = shrink(units, mark)
		}
		if !untangle(units) && !overlapping(units) {
			return merge(units)
		}
	}
	for i := range units {
		units[i].marks = 0
	}
	return merge(units)
}

// words splits text at its spaces, so that a unit is a word or a space.
func words(units []unit) []unit {
	out := make([]unit, 0, 2*len(units))
	for _, u := range units {
		for !u.atomic && u.text != "" {
			end := strings.IndexByte(u.text, ' ')
			switch {
			case end < 0:
				end = len(u.text)
			case end == 0:
				end = 1
			}
			out = append(out, unit{text: u.text[:end], marks: u.marks})
			u.text = u.text[end:]
		}
		if u.atomic {
			out = append(out, u)
		}
	}
	return out
}

func touching(units []unit, i int) bool {
	return i > 0 && i < len(units) && !unicode.IsSpace(units[i-1].last()) && !unicode.IsSpace(units[i].first())
}

// overlapping finds marks that would have to be closed and opened again inside a
// word because another one ends there, and takes them off that word.
func overlapping(units []unit) bool {
	found := false
	steps(units, func(i int, shut, open []marks) {
		if !touching(units, i) {
			return
		}
		for _, mark := range open {
			if !slices.Contains(shut, mark) {
				continue
			}
			found = true
			for j := i; ; j++ {
				units[j].marks &^= mark
				if !touching(units, j+1) {
					break
				}
			}
			for j := i - 1; j >= 0; j-- {
				units[j].marks &^= mark
				if !touching(units, j) {
					break
				}
			}
		}
	})
	return found
}

// stars are the marks written with asterisks.
const stars = strong | emphasis

// untangle simplifies formatting inside words. Where text touches text, Markdown
// can read back one mark beginning or ending at a time, and few of them; in a word
// with more, only what spans the whole word stays. It says whether it found any.
func untangle(units []unit) bool {
	found := false
	for start := 0; start < len(units); {
		end, changes, tangled, common := start+1, 0, false, units[start].marks
		for end < len(units) && !unicode.IsSpace(units[end-1].last()) && !unicode.IsSpace(units[end].first()) {
			switch changed := units[end-1].marks ^ units[end].marks; {
			case changed == 0:
			case changed&(changed-1) != 0:
				before, after := units[end-1], units[end]
				opens := before.marks&after.marks == before.marks && edge(before.last()) && !punctuation(after.first())
				closes := before.marks&after.marks == after.marks && edge(after.first()) && !punctuation(before.last())
				tangled = tangled || !opens && !closes
				changes++
			case punctuation(units[end-1].last()) == punctuation(units[end].first()) && (units[end-1].marks|units[end].marks)&stars == stars:
				// Between two letters or two signs a marker could open or close, so
				// asterisks of both kinds could match each other.
				tangled = true
			default:
				changes++
			}
			common &= units[end].marks
			end++
		}
		if tangled || changes > 2 {
			found = true
			for i := start; i < end; i++ {
				units[i].marks = common
			}
		}
		start = end
	}
	return found
}

// shrink makes every stretch of mark begin and end so that Markdown recognises it.
func shrink(units []unit, mark marks) []unit {
	out := make([]unit, 0, len(units))
	for i := 0; i < len(units); {
		if units[i].marks&mark == 0 {
			out = append(out, units[i])
			i++
			continue
		}
		end := i
		for end < len(units) && units[end].marks&mark != 0 {
			end++
		}
		before, after := ' ', ' '
		if len(out) > 0 {
			before = out[len(out)-1].last()
		}
		if end < len(units) {
			after = units[end].first()
		}
		out = append(out, fit(units[i:end], mark, before, after)...)
		i = end
	}
	return out
}

// fit takes the mark off the edges of a stretch until it can stand between the
// characters before and after.
func fit(stretch []unit, mark marks, before, after rune) []unit {
	var head, tail []unit
	for len(stretch) > 0 {
		c := stretch[0].first()
		if fitting(mark, c, before) {
			break
		}
		var off unit
		off, stretch = splitFirst(stretch)
		off.marks &^= mark
		head = append(head, off)
		before = off.last()
	}
	for len(stretch) > 0 {
		c := stretch[len(stretch)-1].last()
		if fitting(mark, c, after) {
			break
		}
		var off unit
		off, stretch = splitLast(stretch)
		off.marks &^= mark
		tail = append(tail, off)
		after = off.first()
	}
	out := make([]unit, 0, len(head)+len(stretch)+len(tail))
	out = append(append(out, head...), stretch...)
	for i := len(tail) - 1; i >= 0; i-- {
		out = append(out, tail[i])
	}
	return out
}

// merge joins neighbouring text that is formatted alike.
func merge(units []unit) []unit {
	out := make([]unit, 0, len(units))
	for i := 0; i < len(units); {
		u, end := units[i], i+1
		for end < len(units) && !u.atomic && !units[end].atomic && units[end].marks == u.marks {
			end++
		}
		if end > i+1 {
			var text strings.Builder
			for _, part := range units[i:end] {
				text.WriteString(part.text)
			}
			u.text = text.String()
		}
		out = append(out, u)
		i = end
	}
	return out
}

// fitting reports whether a marker can stand between a character inside and one
// outside. Tildes of the text must not touch those of a strike.
func fitting(mark marks, inside, outside rune) bool {
	if mark == strike && (inside == '~' || outside == '~') {
		return false
	}
	return !unicode.IsSpace(inside) && (!punctuation(inside) || edge(outside))
}

func splitFirst(stretch []unit) (unit, []unit) {
	u := stretch[0]
	size := utf8.RuneLen(u.first())
	if u.atomic || size < 0 || size >= len(u.text) {
		return u, stretch[1:]
	}
	stretch[0].text = u.text[size:]
	u.text = u.text[:size]
	return u, stretch
}

func splitLast(stretch []unit) (unit, []unit) {
	n := len(stretch) - 1
	u := stretch[n]
	size := utf8.RuneLen(u.last())
	if u.atomic || size < 0 || size >= len(u.text) {
		return u, stretch[:n]
	}
	stretch[n].text = u.text[:len(u.text)-size]
	u.text = u.text[len(u.text)-size:]
	return u, stretch
}

// punctuation is wide (symbols count), edge is narrow: a marker must be valid
// whichever way a Markdown reader sees symbols.
func punctuation(c rune) bool { return unicode.IsPunct(c) || unicode.IsSymbol(c) }

func edge(c rune) bool { return unicode.IsSpace(c) || unicode.IsPunct(c) }
