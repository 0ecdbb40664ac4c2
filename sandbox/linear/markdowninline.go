package linear

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hole stands for a part of a paragraph that is not looked into.
const hole = '\uE000'

var (
	escaped  = regexp.MustCompile(`^\\[^\n]`)
	angled   = regexp.MustCompile(`^<[A-Za-z/!][^<>\n]*>`)
	linked   = regexp.MustCompile(`^!?\[[^\[\]\n]*\]\((?:<[^<>\n]*>|[^()\s<>]*(?:\([^()\s<>]*\)[^()\s<>]*)*)(?:\s+"[^"\n]*")?\)`)
	address  = regexp.MustCompile("^https?://[^\\s<>`|\\[\\]" + string(hole) + "]+")
	domain   = regexp.MustCompile("(?i)^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+(?:com|org|net|io|dev|app|co|ai)(?:/[^\\s<>`|\\[\\]" + string(hole) + "]*)?")
	verbatim = []*regexp.Regexp{escaped, angled, linked}
)

// rewriteInline handles one paragraph.
func rewriteInline(text string) string {
	var masked strings.Builder
	var kept []string
	keep := func(part string) {
		masked.WriteRune(hole)
		kept = append(kept, part)
	}
	previous := ' '
	for rest := text; rest != ""; {
		part, as := recognize(rest, previous)
		if part != "" {
			keep(as)
		} else {
			r, size := utf8.DecodeRuneInString(rest)
			part = rest[:size]
			if r == hole {
				keep(part)
			} else {
				masked.WriteString(part)
			}
		}
		previous, _ = utf8.DecodeLastRuneInString(part)
		rest = rest[len(part):]
	}
	var out strings.Builder
	for _, r := range emphasize(masked.String()) {
		if r == hole {
			out.WriteString(kept[0])
			kept = kept[1:]
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}

// recognize finds what begins here and is no plain text, and how it is saved.
func recognize(rest string, previous rune) (part, as string) {
	if rest[0] == '`' {
		part = codeSpan(rest)
		return part, part
	}
	for _, shape := range verbatim {
		if part = shape.FindString(rest); part != "" {
			return part, part
		}
	}
	if isWord(previous) || strings.ContainsRune("@/.-", previous) {
		return "", ""
	}
	if part = trimLink(address.FindString(rest)); part != "" {
		return part, "<" + part + ">"
	}
	part = trimLink(domain.FindString(rest))
	next, _ := utf8.DecodeRuneInString(rest[len(part):])
	follows, _ := utf8.DecodeRuneInString(strings.TrimPrefix(rest[len(part):], "."))
	if part == "" || isWord(next) || next == '@' || next == '-' || next == '.' && isWord(follows) {
		return "", ""
	}
	return part, "[" + part + "](<http://" + part + ">)"
}

// codeSpan is the run of backticks here, up to and with its equal; without one
// the backticks alone are nothing special.
func codeSpan(rest string) string {
	size := len(rest) - len(strings.TrimLeft(rest, "`"))
	for at := size; at < len(rest); {
		from := strings.IndexByte(rest[at:], '`')
		if from < 0 {
			break
		}
		at += from
		run := len(rest[at:]) - len(strings.TrimLeft(rest[at:], "`"))
		if run == size {
			return rest[:at+run]
		}
		at += run
	}
	return rest[:size]
}

// trimLink gives back the punctuation that ends the sentence, not the link.
func trimLink(link string) string {
	for link != "" {
		last := link[len(link)-1]
		if last == ')' && strings.Count(link, "(") >= strings.Count(link, ")") || !strings.ContainsRune(`.,;:!?'"*_~)`, rune(last)) {
			break
		}
		link = link[:len(link)-1]
	}
	return link
}

// emphasize turns _x_ into *x* and __x__ into **x**, but not within words.
func emphasize(text string) string {
	runes := []rune(text)
	for from := 0; from < len(runes); from++ {
		size := opens(runes, from)
		if size == 0 {
			continue
		}
		for to := from + size + 1; to < len(runes); to++ {
			if closes(runes, to, size) {
				for i := range size {
					runes[from+i], runes[to+i] = '*', '*'
				}
				break
			}
		}
		from += size - 1
	}
	return string(runes)
}

// opens returns the length of an opening run of underscores, 0 for none.
func opens(runes []rune, at int) int {
	size := run(runes, at)
	end := at + size
	if size == 0 || size > 2 || at > 0 && (runes[at-1] == '_' || isWord(runes[at-1])) || end >= len(runes) || unicode.IsSpace(runes[end]) {
		return 0
	}
	return size
}

func closes(runes []rune, at, size int) bool {
	end := at + size
	return run(runes, at) == size && runes[at-1] != '_' && !unicode.IsSpace(runes[at-1]) && (end == len(runes) || !isWord(runes[end]))
}

func run(runes []rune, at int) int {
	size := 0
	for at+size < len(runes) && runes[at+size] == '_' {
		size++
	}
	return size
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
