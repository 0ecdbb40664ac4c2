package jira

import (
	"html/template"
	"net/http"
)

// page is what a browse link opens: enough to see an issue in a demonstration.
var page = template.Must(template.New("issue").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Key}} {{.Summary}}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#172b4d}
.meta,h2{color:#5e6c84}section{border-top:1px solid #dfe1e6;padding:.5rem 0}pre{background:#f4f5f7;padding:.5rem;overflow:auto}
table{border-collapse:collapse}td,th{border:1px solid #dfe1e6;padding:.2rem .5rem}</style></head>
<body><p class="meta">{{.Key}} · {{.Type}} · {{.Status}} · {{.Priority}} · {{with .Assignee}}{{.}}{{else}}unassigned{{end}}</p>
<h1>{{.Summary}}</h1>{{.Description}}
{{range .Labels}}<code>{{.}}</code> {{end}}
<h2>Comments</h2>{{range .Comments}}<section><p class="meta">{{.Author}}, {{.At}}{{if .Internal}}, internal{{end}}</p>{{.Body}}</section>
{{else}}<p class="meta">none</p>{{end}}
{{with .Links}}<h2>Links</h2><ul>{{range .}}<li><a href="{{.URL}}">{{.Title}}</a></li>{{end}}</ul>{{end}}</body></html>
`))

type shownComment struct {
	Author, At string
	Internal   bool
	Body       template.HTML
}

type shownLink struct{ URL, Title string }

type shownIssue struct {
	Key, Summary, Type, Status, Priority, Assignee string
	Description                                    template.HTML
	Labels                                         []string
	Comments                                       []shownComment
	Links                                          []shownLink
}

// browse shows an issue to anybody with the link; the sandbox has no log-in.
func (s *Server) browse(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	i, found := s.find(r.PathValue("issue"))
	shown := s.show(i)
	s.mu.Unlock()
	if !found {
		http.Error(w, "Issue does not exist or you do not have permission to see it.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// Rendered text is escaped already; this keeps even a mistake from running.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src *")
	_ = page.Execute(w, shown)
}

// show collects what the page says. The caller holds s.mu.
func (s *Server) show(i issue) shownIssue {
	v := s.eye()
	t, _ := typeBy(i.TypeID)
	st, _ := s.statusBy(i.StatusID)
	p, _ := pick(priorities, i.PriorityID, "")
	assignee, _ := userNamed(i.Assignee)
	//nolint:gosec // render escapes what people wrote
	out := shownIssue{Key: i.Key, Summary: i.Summary, Type: t.name, Status: st.Name, Priority: p.name,
		Assignee: assignee.display, Labels: i.Labels, Description: template.HTML(v.render(i.Description))}
	for _, cm := range s.commentList(i.ID) {
		author, _ := userNamed(cm.Author)
		//nolint:gosec // as above
		out.Comments = append(out.Comments, shownComment{author.display, readable(cm.Created), cm.internal(), template.HTML(v.render(cm.Body))})
	}
	for _, l := range s.linkList(i.ID) {
		out.Links = append(out.Links, shownLink(linkObject(l)))
	}
	return out
}
