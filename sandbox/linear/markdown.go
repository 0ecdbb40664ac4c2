package linear

import (
	"regexp"
	"strings"
)

// rewrite does to Markdown what saving it in Linear's editor does: bullets
// become "*", emphasis by underscores becomes emphasis by stars, what looks
// like a link becomes one, hard breaks by two spaces and other trailing space
// are lost. Code stays as it is. Rewriting again changes nothing.
func rewrite(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for {
		saved := rewriteOnce(text)
		if saved == text {
			return saved
		}
		text = saved
	}
}

var (
	// The line that opens a block of backticks has no more of them.
	fence    = regexp.MustCompile("^\\s*(?:(`{3,})[^`]*|(~{3,}).*)$")
	bullet   = regexp.MustCompile(`^(\s*)[-+]([ \t]+\S)`)
	listItem = regexp.MustCompile(`^\s*([-+*]|\d{1,9}[.)])\s`)
	todo     = regexp.MustCompile(`^\s*[-+] \[[ xX]\]`)
	indented = regexp.MustCompile(`^( {4}|\t)`)
)

func rewriteOnce(text string) string {
	var out, paragraph []string
	flush := func() {
		if paragraph != nil {
			out = append(out, rewriteInline(strings.Join(paragraph, "\n")))
			paragraph = nil
		}
	}
	closing, inList := "", false
	for line := range strings.SplitSeq(text, "\n") {
		mark := fence.FindStringSubmatch(line)
		switch {
		case closing != "":
			out = append(out, line)
			if rest := strings.TrimSpace(line); strings.HasPrefix(rest, closing) && strings.Trim(rest, closing[:1]) == "" {
				closing = ""
			}
		case mark != nil:
			flush()
			out = append(out, line)
			closing = mark[1] + mark[2]
		case paragraph == nil && !inList && indented.MatchString(line):
			out = append(out, line)
		case strings.TrimSpace(line) == "":
			flush()
			out = append(out, "")
		default:
			inList = listItem.MatchString(line) || inList && strings.TrimLeft(line, " \t") != line
			paragraph = append(paragraph, rewriteLine(line))
		}
	}
	flush()
	return strings.TrimRight(strings.Join(out, "\n"), " \t\n")
}

func rewriteLine(line string) string {
	line = strings.TrimRight(line, " \t")
	if todo.MatchString(line) || isRule(line) {
		return line
	}
	return bullet.ReplaceAllString(line, "$1*$2")
}

// isRule recognises a thematic break, which may look like a list of bullets.
func isRule(line string) bool {
	marks := strings.Join(strings.Fields(line), "")
	return len(marks) >= 3 && strings.Trim(marks, "-") == ""
}
