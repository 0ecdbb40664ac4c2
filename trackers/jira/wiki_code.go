package jira

import "strings"

// languages are those that Jira highlights; another name in {code} makes Data
// Center show an error above the code.
var languages = map[string]string{
	"actionscript": "actionscript", "ada": "ada", "applescript": "applescript", "bash": "bash", "shell": "bash",
	"c": "c", "c#": "c#", "csharp": "c#", "cs": "c#", "c++": "c++", "cpp": "cpp", "css": "css", "erlang": "erlang",
	"go": "go", "golang": "go", "groovy": "groovy", "haskell": "haskell", "html": "html", "java": "java",
	"javascript": "javascript", "js": "js", "json": "json", "lua": "lua", "objc": "objc", "perl": "perl",
	"php": "php", "python": "python", "py": "python", "r": "r", "ruby": "ruby", "rb": "ruby", "scala": "scala",
	"sh": "sh", "sql": "sql", "swift": "swift", "visualbasic": "visualbasic", "vb": "visualbasic", "xml": "xml",
	"yaml": "yaml", "yml": "yaml",
}

// code writes a code block. Nothing can be escaped in one, so code that contains
// the end of the macro goes into the other macro, and code with both into
// monospaced lines.
func (w *wiki) code(language, text string) {
	w.begin()
	text = strings.TrimRight(text, "\n")
	lower := strings.ToLower(text)
	switch {
	case !strings.Contains(lower, "{code"):
		open := "{code}"
		if known := languages[strings.ToLower(language)]; known != "" {
			open = "{code:" + known + "}"
		}
		w.fenced(open, text, "{code}")
	case !strings.Contains(lower, "{noformat"):
		w.fenced("{noformat}", text, "{noformat}")
	default:
		w.lines(text)
	}
}

func (w *wiki) fenced(open, text, shut string) {
	w.newlineInBlock()
	w.out.WriteString(open + "\n")
	if text != "" {
		w.out.WriteString(text + "\n")
	}
	w.out.WriteString(shut + "\n")
}

// newlineInBlock starts a line, except directly behind the marker of an item,
// which would be left empty.
func (w *wiki) newlineInBlock() {
	if !w.atStart() && w.out.Len() > 0 {
		w.newline()
	}
}

func (w *wiki) lines(text string) {
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			w.out.WriteByte('\n')
		}
		if strings.TrimSpace(line) == "" {
			// An empty line would end a list.
			w.out.WriteString(" ")
			continue
		}
		code := strings.TrimLeft(line, " \t")
		w.out.WriteString(strings.Repeat("\u00A0", len(line)-len(code)) + "{{")
		escapeWiki(&w.out, strings.TrimRight(code, " \t"), wikiPlace{before: '{', after: '}', code: true, cell: w.cell})
		w.out.WriteString("}}")
	}
	w.out.WriteByte('\n')
}
