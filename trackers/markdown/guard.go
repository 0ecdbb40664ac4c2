package markdown

import "strings"

// Limits on what makes Markdown parsing expensive. They are far above anything a
// person writes: a paragraph may hold some thousand links, a table some hundred
// thousand cells. Time grows with the square of the first two, by paragraph.
const (
	maxBrackets   = 6e7
	maxDelimiters = 4e8
	maxCells      = 1e6
	maxMarkers    = 60
	maxPipes      = 5000
)

// hostile reports text that would take the parser far longer than its length
// explains. It looks at paragraphs as lines without a blank line between, and
// leaves top-level code fences alone.
func hostile(md string) bool {
	var brackets, delimiters, cells float64
	var chunk struct{ brackets, delimiters, columns, lines float64 }
	end := func() {
		brackets += chunk.brackets * chunk.brackets
		delimiters += chunk.delimiters * chunk.delimiters
		cells += chunk.columns * chunk.lines
		chunk.brackets, chunk.delimiters, chunk.columns, chunk.lines = 0, 0, 0, 0
	}
	var open fence
	for line := range strings.SplitSeq(md, "\n") {
		inside := open.length > 0
		if inside || strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") {
			open = open.next(line)
		}
		if inside {
			continue
		}
		if strings.TrimSpace(line) == "" {
			end()
			continue
		}
		if markers(line) > maxMarkers {
			return true
		}
		chunk.lines++
		chunk.brackets += float64(strings.Count(line, "[") + strings.Count(line, "<"))
		chunk.delimiters += float64(strings.Count(line, "*") + strings.Count(line, "_") + strings.Count(line, "~"))
		if strings.Trim(line, "|:->+*.) \t0123456789") == "" {
			chunk.columns = max(chunk.columns, float64(strings.Count(line, "|")+1))
		}
	}
	end()
	return brackets > maxBrackets || delimiters > maxDelimiters || cells > maxCells || strings.Count(md, `\|`) > maxPipes
}

// markers counts the quote and list markers that a line begins with.
func markers(line string) int {
	n := 0
	for i := range len(line) {
		switch c := line[i]; {
		case c == '>' || c == '-' || c == '+' || c == '*' || c == '.' || c == ')':
			// Rules and table rules are runs; containers have something between.
			if i == 0 || c == '>' || line[i-1] != c {
				n++
			}
		case c == ' ' || c == '\t' || c >= '0' && c <= '9':
		default:
			return n
		}
	}
	return n
}
