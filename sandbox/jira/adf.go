package jira

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
)

// The store holds wiki markup. A v3 client reads it as a document of plain
// paragraphs with line breaks: minimal, and exactly reversible. A document that
// is written keeps its structure as wiki markup, its text untouched.

// toDocument shows text as an Atlassian document.
func toDocument(text string) object {
	content := []object{}
	for para := range strings.SplitSeq(text, "\n\n") {
		inline := []object{}
		for n, line := range strings.Split(para, "\n") {
			if n > 0 {
				inline = append(inline, object{"type": "hardBreak"})
			}
			if line != "" {
				inline = append(inline, object{"type": "text", "text": line})
			}
		}
		content = append(content, object{"type": "paragraph", "content": inline})
	}
	return object{"type": "doc", "version": 1, "content": content}
}

// node is a document node or a mark: marks have a type and attributes only.
type node struct {
	Type    string         `json:"type"`
	Version int            `json:"version"`
	Text    string         `json:"text"`
	Attrs   map[string]any `json:"attrs"`
	Marks   []node         `json:"marks"`
	Content []node         `json:"content"`
}

var errNotDocument = errors.New("not an Atlassian document")

// fromDocument turns a document into wiki markup; null is empty text.
func fromDocument(raw json.RawMessage) (string, error) {
	if string(raw) == "null" {
		return "", nil
	}
	var doc node
	if err := json.Unmarshal(raw, &doc); err != nil || doc.Type != "doc" || doc.Version != 1 {
		return "", errNotDocument
	}
	return blocks(doc.Content, "\n\n"), nil
}

// blocks renders siblings; between lists and cells it is one newline, else a
// blank line.
func blocks(nodes []node, between string) string {
	parts := make([]string, 0, len(nodes))
	for _, n := range nodes {
		parts = append(parts, block(n))
	}
	return strings.Join(parts, between)
}

// block renders one block. What it does not know keeps its text: losing words
// would be worse than losing structure.
func block(n node) string {
	switch n.Type {
	case "heading":
		return "h" + attr(n, "level", "1") + ". " + inlines(n.Content)
	case "codeBlock":
		if lang := attr(n, "language", ""); lang != "" {
			return "{code:" + lang + "}\n" + inlines(n.Content) + "\n{code}"
		}
		return "{code}\n" + inlines(n.Content) + "\n{code}"
	case "blockquote":
		return "{quote}\n" + blocks(n.Content, "\n\n") + "\n{quote}"
	case "panel":
		return "{panel}\n" + blocks(n.Content, "\n\n") + "\n{panel}"
	case "rule":
		return "----"
	case "bulletList":
		return strings.Join(items(n, "*"), "\n")
	case "orderedList":
		return strings.Join(items(n, "#"), "\n")
	case "table":
		var rows []string
		for _, row := range n.Content {
			rows = append(rows, tableRow(row))
		}
		return strings.Join(rows, "\n")
	case "paragraph", "text", "hardBreak", "mention", "emoji", "inlineCard":
		return inlines([]node{{Type: "paragraph", Content: contentOf(n)}})
	}
	return blocks(n.Content, "\n\n")
}

// contentOf lets inline nodes stand where a block is expected.
func contentOf(n node) []node {
	if n.Type == "paragraph" {
		return n.Content
	}
	return []node{n}
}

// items renders a list as lines; a nested list adds its mark to its parent's.
func items(list node, mark string) []string {
	var lines []string
	for _, item := range list.Content {
		for k, child := range item.Content {
			switch {
			case child.Type == "bulletList":
				lines = append(lines, items(child, mark+"*")...)
			case child.Type == "orderedList":
				lines = append(lines, items(child, mark+"#")...)
			case k == 0:
				lines = append(lines, mark+" "+block(child))
			default:
				lines = append(lines, block(child))
			}
		}
	}
	return lines
}

func tableRow(row node) string {
	var b strings.Builder
	bar := "|"
	for _, cell := range row.Content {
		bar = "|"
		if cell.Type == "tableHeader" {
			bar = "||"
		}
		b.WriteString(bar + blocks(cell.Content, "\n"))
	}
	b.WriteString(bar)
	return b.String()
}

// markSigns lacks what the wiki has no sign for, such as text colour.
var markSigns = map[string]string{"strong": "*", "em": "_", "strike": "-", "underline": "+"}

func inlines(nodes []node) string {
	var b strings.Builder
	for _, n := range nodes {
		switch n.Type {
		case "text":
			b.WriteString(marked(n))
		case "hardBreak":
			b.WriteByte('\n')
		case "mention":
			b.WriteString("[~accountid:" + attr(n, "id", "") + "]")
		case "emoji":
			b.WriteString(attr(n, "text", attr(n, "shortName", "")))
		case "inlineCard":
			b.WriteString("[" + attr(n, "url", "") + "]")
		default:
			b.WriteString(inlines(n.Content))
		}
	}
	return b.String()
}

// marked puts the signs of a text's marks around it, the first innermost.
func marked(n node) string {
	text := n.Text
	for _, m := range n.Marks {
		sign := markSigns[m.Type]
		switch {
		case sign != "":
			text = sign + text + sign
		case m.Type == "code":
			text = "{{" + text + "}}"
		case m.Type == "link":
			text = "[" + text + "|" + attr(m, "href", "") + "]"
		}
	}
	return text
}

// attr reads an attribute; levels are numbers on the wire.
func attr(n node, name, otherwise string) string {
	switch v := n.Attrs[name].(type) {
	case string:
		return v
	case float64:
		return strconv.Itoa(int(v))
	}
	return otherwise
}
