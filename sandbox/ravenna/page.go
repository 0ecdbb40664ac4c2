package ravenna

import (
	"bytes"
	"html/template"
	"net/http"
	"strings"
)

// ticketPage shows the stored HTML as text: nothing in it is ever run.
var ticketPage = template.Must(template.New("ticket").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Key}} {{.Title}}</title></head>
<body style="font-family: sans-serif; max-width: 45em; margin: 2em auto">
<h1>{{.Key}} {{.Title}}</h1>
<p>{{.Status}} · {{.Priority}} · {{.Queue}}{{if .Private}} · private{{end}}</p>
<pre style="white-space: pre-wrap">{{.Description}}</pre>
{{range .Links}}<p>Link: <a href="{{.URL}}">{{.Name}}</a></p>
{{end}}{{range .Messages}}<hr><p>{{.Author}}, {{.At}}{{if .Private}} (private){{end}}</p><pre style="white-space: pre-wrap">{{.Content}}</pre>
{{end}}</body></html>
`))

type pageMessage struct {
	Author, At, Content string
	Private             bool
}

// page lets the links between tickets open something. It asks for no token, as
// the sandbox has no sign-in for people.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	page, err := s.locked(func() ([]byte, error) { return s.renderPage(r.PathValue("key")) })
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page)
}

func (s *Server) renderPage(key string) ([]byte, error) {
	t, err := s.requireTicket(key)
	if err != nil {
		return nil, err
	}
	q, _ := s.queues.Get(t.QueueID)
	st, _ := s.statuses.Get(t.StatusID)
	messages := []pageMessage{}
	for _, m := range s.messagesOf(t.ID) {
		author, _ := s.users.Get(m.AuthorID)
		messages = append(messages, pageMessage{
			Author: strings.TrimSpace(text(author.FirstName) + " " + text(author.LastName)),
			At:     m.CreatedAt, Content: m.Content, Private: m.Private,
		})
	}
	var page bytes.Buffer
	err = ticketPage.Execute(&page, map[string]any{
		"Key": s.key(t), "Title": t.Title, "Status": st.Label, "Priority": t.Priority, "Queue": q.Name,
		"Private": t.Private, "Description": text(t.Description), "Links": s.linksOf(t.ID), "Messages": messages,
	})
	return page.Bytes(), err
}
