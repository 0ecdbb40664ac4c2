package e2e

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// rendered is an issue's description as Jira shows it.
func (w *world) rendered(key string) string {
	w.Helper()
	var out struct {
		RenderedFields struct{ Description string }
	}
	require.NoError(w, w.jira.Call(w.ctx, http.MethodGet, "/issue/"+key+"?expand=renderedFields", nil, &out))
	return out.RenderedFields.Description
}

// held reports a field of a pair that waits, with its reason.
func (w *world) held(id string, field ticket.Field) (reason ticket.Reason) {
	w.Helper()
	v, err := w.view(id)
	require.NoError(w, err)
	for _, f := range v.Fields {
		if f.Name == field {
			reason = f.Reason
		}
	}
	return reason
}

// odd is text that means something to one tracker or the other.
const odd = `<p>{macro} {code} {color:red}red{color} [~bob] [~accountid:sandbox:bob] @bob !pic.png! ` +
	`h1. no heading *no bold* _no italics_ |no|table| \\ back 😀 שלום 你好 a < b &amp; c</p>`

const structured = `<h2>Steps</h2><ul><li>one<ul><li>one and a half</li></ul></li><li>two</li></ul>` +
	`<table><tbody><tr><th>Name</th><th>Value</th></tr><tr><td>a</td><td>1</td></tr></tbody></table>` +
	`<pre><code class="language-go">if a { b[~bob] } // {code}</code></pre><p><strong>bold</strong> <a href="https://example.com/x?a=1&amp;b=2">a link</a></p>`

const wiki = "h2. Steps\n* one\n** one and a half\n* two\n\n||Name||Value||\n|a|1|\n\n{code:go}\nif a { b }\n{code}\n\n" +
	"*bold* [a link|https://example.com/x] [~accountid:sandbox:bob] <b>no html</b> & {panel}in a panel{panel} 😀 שלום"

// Titles and texts that break things arrive as what they are, notify nobody,
// and stay as they are on both sides when something else is edited.
func TestOddInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := strings.Repeat("long ", 60) + "end"
	type one struct {
		title, want string // Jira's summary
		html        string
	}
	inputs := []one{
		{"😀 שלום {code} [~bob] *x* <b>", "😀 שלום {code} [~bob] *x* <b>", odd},
		{"structured", "structured", structured},
		{"lines", "lines", "<p>a<br>b</p><p>c</p>"},
	}
	made := map[string]people.Ticket{}
	for _, in := range inputs {
		it, err := w.rav.Create(w.ctx, "IT Support", in.title, in.html, nil)
		require.NoError(t, err)
		made[in.want] = it
	}
	tall, err := w.rav.Create(w.ctx, "IT Support", long, "<p>"+strings.Repeat("a lot of text, ", 990_000/15)+"</p>", nil)
	require.NoError(t, err)
	broken, err := w.rav.Create(w.ctx, "IT Support", "first\nsecond third", "", nil)
	require.NoError(t, err)
	there, err := w.jira.Create(w.ctx, "ENG", "Bug", "wiki", wiki, nil)
	require.NoError(t, err)

	// Marks of the other tracker's language are letters.
	strange := w.issue(inputs[0].want)
	shown := w.rendered(strange.Key)
	for _, literal := range []string{"{macro}", "{code}", "{color:red}red{color}", "[~bob]", "!pic.png!", "h1. no heading", "*no bold*", "|no|table|", "😀", "שלום", "你好", "a &lt; b &amp; c"} {
		require.Contains(t, shown, literal)
	}
	for _, marked := range []string{"user-hover", "<b>", "<table", "<h1", "<img", "<em>"} {
		require.NotContains(t, shown, marked)
	}
	// What has a structure keeps it.
	shown = w.rendered(w.issue("structured").Key)
	for _, part := range []string{"<h2", "<ul", "one and a half", "<th", "<td", "if a { b[~bob] } // {code}", "<b>bold</b>", "https://example.com/x?a=1&amp;b=2"} {
		require.Contains(t, shown, part)
	}
	require.NotContains(t, shown, "user-hover")
	back := w.ticket("wiki")
	for _, part := range []string{"<h2>", "<li>one", "one and a half", "<th", "<td", "<pre>", "if a { b }", "<strong>bold</strong>", `href="https://example.com/x"`, "&lt;b&gt;no html", "in a panel", "😀 שלום"} {
		require.Contains(t, back.Text(), part)
	}
	require.NotContains(t, back.Text(), "data-type")
	w.issue("first second third")

	// What is too long is cut, says so, and leads to the whole.
	var cut people.Issue
	w.eventually("the long one", func() error {
		all, err := w.jira.All(w.ctx, "ENG")
		for _, i := range all {
			if strings.HasPrefix(i.Fields.Summary, "long long") {
				cut = i
				return nil
			}
		}
		return fmt.Errorf("not among %d %w", len(all), err)
	})
	require.LessOrEqual(t, utf8.RuneCountInString(cut.Fields.Summary), 255)
	require.LessOrEqual(t, utf8.RuneCountInString(cut.Fields.Description), 32767)
	require.Greater(t, len(cut.Fields.Description), 30000)
	require.Contains(t, cut.Fields.Summary, "…")
	require.Contains(t, cut.Fields.Description, "…")
	require.Contains(t, cut.Fields.Description, w.RavennaURL+"/"+tall.Key())
	for _, in := range inputs {
		w.settled(ravennaPair(made[in.want].ID), workflows.IsLinked, "")
	}
	pair := ravennaPair(tall.ID)
	w.settled(pair, workflows.IsLinked, "")
	w.settled(ravennaPair(broken.ID), workflows.IsLinked, "")
	w.settled(jiraPair(there.ID), workflows.IsLinked, "")
	require.Equal(t, ticket.TooLong, w.held(pair, ticket.Title))
	require.Equal(t, ticket.TooLong, w.held(pair, ticket.Description))

	// Another field is edited, on either side: no text is written again.
	w.quiet()
	tickets, issues := w.texts()
	for id := range tickets {
		require.NoError(t, w.rav.Edit(w.ctx, id, map[string]any{"priority": "URGENT"}))
	}
	w.eventually("urgent", func() error { return w.priorities("Highest") })
	for key := range issues {
		require.NoError(t, w.jira.Edit(w.ctx, key, map[string]any{"priority": map[string]string{"name": "Low"}}))
	}
	w.eventually("low", func() error { return w.priorities("Low") })
	w.quiet()
	nowTickets, nowIssues := w.texts()
	require.Equal(t, tickets, nowTickets)
	require.Equal(t, issues, nowIssues)
	w.counted(6, 6)
}

// texts are the titles and descriptions on both sides.
func (w *world) texts() (tickets, issues map[string]string) {
	w.Helper()
	tickets, issues = map[string]string{}, map[string]string{}
	all, err := w.rav.All(w.ctx, "IT Support")
	require.NoError(w, err)
	for _, t := range all {
		tickets[t.ID] = t.Title + "\n" + t.Text()
	}
	found, err := w.jira.All(w.ctx, "ENG")
	require.NoError(w, err)
	for _, i := range found {
		issues[i.Key] = i.Fields.Summary + "\n" + i.Fields.Description
	}
	return tickets, issues
}

// priorities reports whether every issue, and every ticket, has this one.
func (w *world) priorities(want string) error {
	native := map[string]string{"Highest": "URGENT", "Low": "LOW"}[want]
	found, err := w.jira.All(w.ctx, "ENG")
	for _, i := range found {
		if i.Fields.Priority.Name != want {
			return fmt.Errorf("%s is %s", i.Key, i.Fields.Priority.Name)
		}
	}
	if err != nil {
		return err
	}
	all, err := w.rav.All(w.ctx, "IT Support")
	for _, t := range all {
		if t.Priority != native {
			return fmt.Errorf("%s is %s", t.Key(), t.Priority)
		}
	}
	return err
}

// Deliveries that are forged, broken or far too large change nothing, and the
// receiver goes on serving.
func TestForgedWebhooks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := func(path, signature, body string) int {
		req, err := http.NewRequestWithContext(w.ctx, http.MethodPost, w.ReceiverURL+path, strings.NewReader(body))
		require.NoError(t, err)
		if signature != "" {
			req.Header.Set("X-Hub-Signature", signature)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return http.StatusRequestEntityTooLarge // hung up before it was all sent
		}
		defer func() { _ = resp.Body.Close() }()
		return resp.StatusCode
	}
	sign := func(body string) string {
		mac := hmac.New(sha256.New, []byte("sandbox-secret"))
		mac.Write([]byte(body))
		return "sha256=" + hex.EncodeToString(mac.Sum(nil))
	}
	const desk, jira = "/webhooks/helpdesk/sandbox-secret", "/webhooks/jira"
	genuine := `{"webhookEvent":"jira:issue_created","issue":{"id":"10000","fields":{}}}`
	for path, body := range map[string]string{
		"/webhooks/helpdesk": `{"type":"ticket.created"}`, "/webhooks/helpdesk/wrong": `{}`, "/webhooks/nobody/sandbox-secret": `{}`,
		jira: genuine, jira + "/sandbox-secret": genuine,
	} {
		require.Equal(t, http.StatusUnauthorized, post(path, "", body), path)
	}
	require.Equal(t, http.StatusUnauthorized, post(jira, sign(genuine+" "), genuine))
	for _, body := range []string{"", " ", "no JSON", `{"type":`, "[]", "null", `"x"`, "\x00\xff", strings.Repeat("[", 100_000)} {
		require.Equal(t, http.StatusBadRequest, post(desk, "", body), "%.20q", body)
		require.Equal(t, http.StatusBadRequest, post(jira, sign(body), body), "%.20q", body)
	}
	require.Equal(t, http.StatusRequestEntityTooLarge, post(desk, "", string(bytes.Repeat([]byte("x"), 26<<20))))
	for _, body := range []string{
		`{"type":"ticket.updated","data":{"ticketId":"../../etc/passwd"}}`,
		`{"type":"ticket.updated","data":{"ticketId":"` + strings.Repeat("c", 5000) + `"}}`,
		`{"type":"ticket.updated","data":{"ticketId":{"a":1}}}`,
		`{"type":"ticket.updated","data":{"ticketId":"cnosuchticketatall00000"}}`,
	} {
		require.Less(t, post(desk, "", body), http.StatusInternalServerError, "%.80s", body)
	}
	it, eng := w.linked("served")
	require.NoError(t, w.jira.Edit(w.ctx, eng.Key, map[string]any{"summary": "still served"}))
	w.titled(it.ID, eng.Key, "still served")
	w.counted(1, 1)
}
