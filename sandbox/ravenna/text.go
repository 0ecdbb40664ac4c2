package ravenna

import (
	"regexp"
	"strings"
)

var (
	anyTag     = regexp.MustCompile(`<[a-zA-Z/!]`)
	emptyBreak = regexp.MustCompile(`<br\s*/>`)
	blankLines = regexp.MustCompile(`\n[ \t]*(\n[ \t]*)+`)
)

// editorHTML stores text the way the editor would: markup stays as it was
// given, except for the spelling of line breaks; text without any markup becomes
// paragraphs.
func editorHTML(text string) string {
	if anyTag.MatchString(text) {
		return emptyBreak.ReplaceAllString(text, "<br>")
	}
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" {
		return ""
	}
	paragraphs := blankLines.Split(text, -1)
	for i, paragraph := range paragraphs {
		paragraphs[i] = "<p>" + strings.ReplaceAll(paragraph, "\n", "<br>") + "</p>"
	}
	return strings.Join(paragraphs, "")
}
