package flashduty

import (
	"html/template"
	"net/http"
	"time"
)

// changesPage lists everything there is: a sandbox does not hold much.
var changesPage = template.Must(template.New("changes").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Changes</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#23252a}
section{border-top:1px solid #dcdde0;padding:.5rem 0}.meta{color:#6b6f76}pre{white-space:pre-wrap}</style></head>
<body><h1>Changes</h1>
{{range .}}<section><h2>{{.Title}}</h2>
<p class="meta">{{.Key}} · {{.Status}} · {{.Time}}{{with .Link}} · <a href="{{.}}">{{.}}</a>{{end}}</p>
<pre>{{.Description}}</pre>
{{range $key, $value := .Labels}}<code>{{$key}}: {{$value}}</code><br>
{{end}}</section>
{{else}}<p class="meta">none yet</p>{{end}}</body></html>
`))

// Time is when the change reached its present status.
func (c change) Time() string { return time.Unix(c.At, 0).UTC().Format(time.RFC3339) }

// page shows the changes to anybody; the sandbox has no sign-in for people.
func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_ = changesPage.Execute(w, s.changes.All())
}
