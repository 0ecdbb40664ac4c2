package jira_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// doc is a document of one paragraph per blank-line block, as an editor makes
// it.
func doc(text string) object {
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

// plain is the text of a document of paragraphs.
func plain(v any) string {
	var paras []string
	for _, p := range at(v, "content").([]any) {
		var b strings.Builder
		for _, n := range at(p, "content").([]any) {
			if at(n, "type") == "hardBreak" {
				b.WriteByte('\n')
			} else {
				b.WriteString(at(n, "text").(string))
			}
		}
		paras = append(paras, b.String())
	}
	return strings.Join(paras, "\n\n")
}

func TestDocumentsKeepTheirText(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.asDC("alice") // no limit on writes
	v3 := s.as("alice").v3()
	key, _ := alice.create("OPS", "Task", "text", nil)["key"].(string)
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringMatching(`[a-z*_{}|\n \\é\[\]]{1,40}`).Draw(r, "text")
		alice.want(204, "PUT", "issue/"+key, object{"fields": object{"description": text}})
		shown := v3.field(key, "description")
		require.Equal(r, text, plain(shown))
		alice.want(204, "PUT", "issue/"+key, object{"fields": object{"description": nil}})
		s.clock.advance(1e9)
		v3.want(204, "PUT", "issue/"+key, object{"fields": object{"description": shown}})
		require.Equal(r, text, alice.field(key, "description"))
	})
}

func TestDocumentsBecomeWikiMarkup(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	text := func(s string, marks ...object) object {
		return object{"type": "text", "text": s, "marks": append([]object{}, marks...)}
	}
	para := func(nodes ...object) object { return object{"type": "paragraph", "content": nodes} }
	item := func(nodes ...object) object { return object{"type": "listItem", "content": nodes} }
	key, _ := alice.create("OPS", "Task", "doc", nil)["key"].(string)
	alice.v3().want(204, "PUT", "issue/"+key, object{"fields": object{"description": object{"type": "doc", "version": 1, "content": []object{
		{"type": "heading", "attrs": object{"level": 2}, "content": []object{text("Title")}},
		para(text("bold", object{"type": "strong"}), text(" and "), text("mono", object{"type": "code"}), text(" and "),
			text("link", object{"type": "link", "attrs": object{"href": "https://example.com"}}),
			object{"type": "mention", "attrs": object{"id": "sandbox:bob"}}),
		{"type": "bulletList", "content": []object{item(para(text("one")), object{"type": "orderedList", "content": []object{item(para(text("sub")))}}), item(para(text("two")))}},
		{"type": "codeBlock", "attrs": object{"language": "go"}, "content": []object{text("x := 1")}},
		{"type": "table", "content": []object{{"type": "tableRow", "content": []object{
			{"type": "tableHeader", "content": []object{para(text("h"))}}, {"type": "tableHeader", "content": []object{para(text("i"))}}}}}},
		{"type": "blockquote", "content": []object{para(text("quoted"))}},
		{"type": "rule"},
	}}}})
	require.Equal(t, strings.Join([]string{"h2. Title", "*bold* and {{mono}} and [link|https://example.com][~accountid:sandbox:bob]",
		"* one\n*# sub\n* two", "{code:go}\nx := 1\n{code}", "||h||i||", "{quote}\nquoted\n{quote}", "----"}, "\n\n"), alice.field(key, "description"))

	for _, bad := range []any{"a string", object{"type": "paragraph"}, object{"type": "doc", "version": 2}} {
		got := alice.v3().want(400, "PUT", "issue/"+key, object{"fields": object{"description": bad}})
		require.Contains(t, at(got, "errors.description"), "Atlassian Document")
	}
	made := alice.v3().want(201, "POST", "issue/"+key+"/comment", object{"body": doc("first\nsecond\n\nthird")})
	require.Equal(t, "first\nsecond\n\nthird", plain(made["body"]))
	require.Equal(t, "first\nsecond\n\nthird", at(alice.get("issue/"+key+"/comment"), "comments.0.body"))
	alice.v3().wrong().want(400, "POST", "issue/"+key+"/comment", object{"body": "a string"})
}
