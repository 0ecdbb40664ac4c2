package linear

import (
	"html/template"
	"net/http"
)

// page is what the url of an issue opens. Markdown is shown as it is stored.
var page = template.Must(template.New("issue").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Key}} {{.Title}}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#23252a}
.meta,h2{color:#6b6f76}section{border-top:1px solid #dcdde0;padding:.5rem 0}.reply{margin-left:2rem}pre{white-space:pre-wrap}</style></head>
<body><p class="meta">{{.Key}} · {{.Team}} · {{.State}} · {{.Priority}} · {{with .Assignee}}{{.}}{{else}}unassigned{{end}}{{if .Gone}} · {{.Gone}}{{end}}</p>
<h1>{{.Title}}</h1><pre>{{.Description}}</pre>
{{range .Labels}}<code>{{.}}</code> {{end}}
<h2>Comments</h2>{{range .Comments}}<section{{if .Reply}} class="reply"{{end}}><p class="meta">{{.Author}}, {{.At}}</p><pre>{{.Body}}</pre></section>
{{else}}<p class="meta">none</p>{{end}}
{{with .Attachments}}<h2>Links</h2><ul>{{range .}}<li><a href="{{.URL}}">{{.Title}}</a></li>{{end}}</ul>{{end}}</body></html>
`))

type shownComment struct {
	Author, Body string
	At           date
	Reply        bool
}

type shownIssue struct {
	Key, Title, Team, State, Priority, Assignee, Gone, Description string

	Labels      []string
	Comments    []shownComment
	Attachments []attachment
}

// browse shows an issue to anybody with the link; the sandbox has no log-in.
func (s *Server) browse(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	i, found := s.findIssue(r.PathValue("key"))
	shown := s.show(i)
	s.mu.Unlock()
	if !found {
		http.Error(w, "Issue not found", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_ = page.Execute(w, shown)
}

// show collects what the page says. The caller holds s.mu.
func (s *Server) show(i issue) shownIssue {
	t, _ := s.teams.Get(i.TeamID)
	st, _ := s.states.Get(i.StateID)
	assignee, _ := s.users.Get(value(i.AssigneeID))
	shown := shownIssue{
		Key: i.Identifier, Title: i.Title, Team: t.Name, State: st.Name, Priority: priorityLabels[i.Priority],
		Assignee: assignee.Name, Description: value(i.Description),
		Attachments: s.attachments.Select(func(a attachment) bool { return a.IssueID == i.ID }),
	}
	if i.ArchivedAt != nil {
		shown.Gone = "archived"
	}
	if i.Trashed {
		shown.Gone = "in the trash"
	}
	for _, id := range i.LabelIDs {
		l, _ := s.labels.Get(id)
		shown.Labels = append(shown.Labels, l.Name)
	}
	for _, m := range s.comments.Select(func(m comment) bool { return m.IssueID == i.ID && m.ParentID == nil }) {
		shown.Comments = append(shown.Comments, s.showComment(m))
		for _, reply := range s.comments.Select(func(other comment) bool { return value(other.ParentID) == m.ID }) {
			shown.Comments = append(shown.Comments, s.showComment(reply))
		}
	}
	return shown
}

func (s *Server) showComment(m comment) shownComment {
	author, _ := s.users.Get(m.UserID)
	name := author.Name
	if m.ActAs != nil {
		name = *m.ActAs + " (via " + author.Name + ")"
	}
	return shownComment{Author: name, Body: m.Body, At: m.CreatedAt, Reply: m.ParentID != nil}
}
