package jira_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestWikiMarkupIsRenderedAsJiraDoes(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.asDC("alice")
	key, _ := alice.create("OPS", "Task", "wiki", nil)["key"].(string)
	link := func(to, shown string) string {
		return `<a href="` + to + `" class="external-link" target="_blank" rel="nofollow noopener">` + shown + "</a>"
	}
	code := func(lang, body string) string {
		return `<div class="code panel" style="border-width: 1px;"><div class="codeContent panelContent">` + "\n" +
			`<pre class="code-` + lang + `">` + body + "</pre>\n</div></div>"
	}
	table := func(rows string) string {
		return "<div class='table-wrap'>\n<table class='confluenceTable'><tbody>\n" + rows + "</tbody></table>\n</div>"
	}
	for wiki, want := range map[string]string{
		"plain":                                      "<p>plain</p>",
		"two\nlines":                                 "<p>two<br/>\nlines</p>",
		"two\r\n\r\nparagraphs":                      "<p>two</p>\n\n<p>paragraphs</p>",
		`forced\\break`:                              `<p>forced<br class="atl-forced-newline" />break</p>`,
		"h1. A & b":                                  `<h1><a name="Ab"></a>A &amp; b</h1>`,
		"h3. *x*\ntext":                              "<h3><a name=\"x\"></a><b>x</b></h3>\n\n<p>text</p>",
		"*b* _e_ -d- +i+ ^s^ ~u~ ??c??":              "<p><b>b</b> <em>e</em> <del>d</del> <ins>i</ins> <sup>s</sup> <sub>u</sub> <cite>c</cite></p>",
		"*_both_*, (*b*) *two words*.":               "<p><b><em>both</em></b>, (<b>b</b>) <b>two words</b>.</p>",
		"snake_case_name 2*3*4 a-b-c":                "<p>snake_case_name 2*3*4 a-b-c</p>",
		"* not bold * and - no -":                    "<ul>\n\t<li>not bold * and - no -</li>\n</ul>",
		"mid{*}wo{*}rd":                              "<p>mid<b>wo</b>rd</p>",
		`\*x\* \{code} \[a|b] \_y\_ \h`:              `<p>*x* {code} [a|b] _y_ \h</p>`,
		"*never closed":                              "<p>*never closed</p>",
		"*not\nover lines*":                          "<p>*not<br/>\nover lines*</p>",
		"a -- b --- c":                               "<p>a &#8211; b &#8212; c</p>",
		"{{mono _x_}} {{a}}":                         "<p><tt>mono <em>x</em></tt> <tt>a</tt></p>",
		"<b> & \"q\" 'a'":                            "<p>&lt;b&gt; &amp; &quot;q&quot; 'a'</p>",
		"&#42; &amp; &nbsp; & AT&T;":                 "<p>&#42; &amp; &nbsp; &amp; AT&T;</p>",
		"[Example|https://example.com]":              "<p>" + link("https://example.com", "Example") + "</p>",
		"[*b*|https://example.com|tip]":              "<p>" + link("https://example.com", "<b>b</b>") + "</p>",
		"[https://example.com/a_b_c]":                "<p>" + link("https://example.com/a_b_c", "https://example.com/a_b_c") + "</p>",
		"[mailto:a@example.com]":                     "<p>" + link("mailto:a@example.com", "a@example.com") + "</p>",
		`[x\|y|https://example.com]`:                 "<p>" + link("https://example.com", "x|y") + "</p>",
		"[x|javascript:alert(1)] [no]":               "<p>[x|javascript:alert(1)] [no]</p>",
		"see https://example.com/a?b=c&d.":           "<p>see " + link("https://example.com/a?b=c&amp;d", "https://example.com/a?b=c&amp;d") + ".</p>",
		"hi [~nobody]":                               "<p>hi [~nobody]</p>",
		"!https://example.com/i.png|width=10!":       `<p><span class="image-wrap" style=""><img src="https://example.com/i.png" style="border: 0px solid black" /></span></p>`,
		"wow! great!":                                "<p>wow! great!</p>",
		"{color:red}hot{color} {color:#00f}x{color}": `<p><font color="red">hot</font> <font color="#00f">x</font></p>`,
		"a\n----\nb":                                 "<p>a</p>\n\n<hr />\n\n<p>b</p>",
		"bq. wise _words_":                           "<blockquote><p>wise <em>words</em></p></blockquote>",
		"{quote}\na\n\nb\n{quote}":                   "<blockquote><p>a</p>\n\n<p>b</p></blockquote>",
		"{quote}x {code}{quote}{code}{quote}":        "<blockquote><p>x </p>\n\n" + code("java", "{quote}") + "</blockquote>",
		"{code:go}\nif a < b {\n\t*p = 1\n}\n{code}": code("go", "if a &lt; b {\n\t*p = 1\n}\n"),
		"{code}x{code}\nafter":                       code("java", "x") + "\n\n<p>after</p>",
		"{code:title=a.sh|bash}x{code}":              strings.Replace(code("bash", "x"), `<div class="codeContent`, `<div class="codeHeader panelHeader" style="border-bottom-width: 1px;"><b>a.sh</b></div><div class="codeContent`, 1),
		"{noformat}*raw*{noformat}":                  `<div class="preformatted panel" style="border-width: 1px;"><div class="preformattedContent panelContent">` + "\n<pre>*raw*</pre>\n</div></div>",
		"{code}never closed":                         "<p>{code}never closed</p>",
		"{unknown}":                                  "<p>{unknown}</p>",
		"{panel:title=T<}\nin *b*\n{panel}":          `<div class="panel" style="border-width: 1px;"><div class="panelHeader" style="border-bottom-width: 1px;"><b>T&lt;</b></div><div class="panelContent">` + "\n<p>in <b>b</b></p>\n</div></div>",
		"* a\n** b\n** c\n* d":                       "<ul>\n\t<li>a\n\t<ul>\n\t\t<li>b</li>\n\t\t<li>c</li>\n\t</ul>\n\t</li>\n\t<li>d</li>\n</ul>",
		"# a\n#* b\n# c":                             "<ol>\n\t<li>a\n\t<ul>\n\t\t<li>b</li>\n\t</ul>\n\t</li>\n\t<li>c</li>\n</ol>",
		"* a\n# b":                                   "<ul>\n\t<li>a</li>\n</ul>\n\n<ol>\n\t<li>b</li>\n</ol>",
		"- a\n- b":                                   "<ul class=\"alternate\" type=\"square\">\n\t<li>a</li>\n\t<li>b</li>\n</ul>",
		"** deep":                                    "<ul>\n\t<li>\n\t<ul>\n\t\t<li>deep</li>\n\t</ul>\n\t</li>\n</ul>",
		"* a\nmore\n{code}x{code}\n* b":              "<ul>\n\t<li>a<br/>\nmore<br/>\n" + code("java", "x") + "</li>\n\t<li>b</li>\n</ul>",
		"text\n* a\n\nend":                           "<p>text</p>\n\n<ul>\n\t<li>a</li>\n</ul>\n\n<p>end</p>",
		"||h||i||\n|a|*b*|":                          table("<tr>\n<th class='confluenceTh'>h</th>\n<th class='confluenceTh'>i</th>\n</tr>\n<tr>\n<td class='confluenceTd'>a</td>\n<td class='confluenceTd'><b>b</b></td>\n</tr>\n"),
		`|a\|b|[x|https://example.com]| |`:           table("<tr>\n<td class='confluenceTd'>a|b</td>\n<td class='confluenceTd'>" + link("https://example.com", "x") + "</td>\n<td class='confluenceTd'>&nbsp;</td>\n</tr>\n"),
		"||h|v|\n|{{a|b}}|two\n* li|":                table("<tr>\n<th class='confluenceTh'>h</th>\n<td class='confluenceTd'>v</td>\n</tr>\n<tr>\n<td class='confluenceTd'><tt>a|b</tt></td>\n<td class='confluenceTd'><p>two</p>\n\n<ul>\n\t<li>li</li>\n</ul></td>\n</tr>\n"),
	} {
		alice.want(204, "PUT", "issue/"+key, object{"fields": object{"description": wiki}})
		got := at(alice.get("issue/"+key+"?expand=renderedFields&fields=description"), "renderedFields.description")
		require.Equal(t, want, got, wiki)
	}
}

func TestMentionsAreRenderedByName(t *testing.T) {
	t.Parallel()
	s := start(t)
	cloud := s.as("alice")
	key := cloud.bug("mention")
	for who, wiki := range map[*person]string{cloud: "[~accountid:sandbox:bob]", s.asDC("alice"): "[~bob]"} {
		who.want(204, "PUT", "issue/"+key, object{"fields": object{"description": wiki}})
		html, _ := at(who.get("issue/"+key+"?expand=renderedFields"), "renderedFields.description").(string)
		require.Contains(t, html, `class="user-hover"`)
		require.Contains(t, html, ">@Bob</a>")
	}
}

// TestRenderingNeverLetsMarkupThrough feeds the renderer whatever it may choke
// on: it must end, and let no tag of the writer's through.
func TestRenderingNeverLetsMarkupThrough(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.asDC("alice")
	key, _ := alice.create("OPS", "Task", "wiki", nil)["key"].(string)
	parts := []string{"<script>", "*", "_", "-", "{{", "}}", "{code}", "{code:x\"y}", "{quote}", "{panel:title=<i>}", "{panel}", "{noformat}", "[", "]", "|", "||",
		"\n", "\n\n", "* ", "## ", "\\", "!", "a.png", "https://x", "{color:red}", "{color}", "h1. ", "bq. ", "é", " ", "word", "\uE0000\uE001", "[~accountid:sandbox:bob]", "[a|https://\"onclick=]"}
	rapid.Check(t, func(r *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 1, 60).Draw(r, "parts"), "")
		if strings.TrimSpace(text) == "" {
			return
		}
		alice.want(204, "PUT", "issue/"+key, object{"fields": object{"description": text}})
		html, _ := at(alice.get("issue/"+key+"?expand=renderedFields"), "renderedFields.description").(string)
		require.NotContains(r, html, "<script")
		require.NotContains(r, html, "<i>")
		require.NotContains(r, html, `"onclick`)
		require.NotContains(r, html, "\uE000")
		require.NotContains(r, html, "\uE001")
	})
}

func TestRenderingALongTextIsQuick(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.asDC("alice")
	key, _ := alice.create("OPS", "Task", "wiki", nil)["key"].(string)
	for _, part := range []string{"{quote:x}", "{panel}{quote}", "*a ", "{{a ", "[a|", "|a", "_*", "{color:red}", "* x\n", "############ x\n", "!a.b"} {
		text := strings.Repeat(part, 32767/len(part))
		alice.want(204, "PUT", "issue/"+key, object{"fields": object{"description": text}})
		require.NotEmpty(t, at(alice.get("issue/"+key+"?expand=renderedFields"), "renderedFields.description"), part)
	}
}
