package jira

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// call is one authenticated request and how its caller sees the world.
type call struct {
	*view
	r      *http.Request
	header http.Header
	body   []byte
}

// view decides how things look: Cloud or Data Center, text or document.
type view struct {
	s     *Server
	cloud bool
	adf   bool   // v3: rich text is a document, not wiki markup
	user  string // who looks; "" for a webhook
	api   string // what self links start with
}

// answer is a status and a body; a nil body sends none.
type answer struct {
	status int
	body   any
}

func ok(body any) (answer, error)      { return answer{http.StatusOK, body}, nil }
func created(body any) (answer, error) { return answer{http.StatusCreated, body}, nil }
func noContent() (answer, error)       { return answer{http.StatusNoContent, nil}, nil }

// handler answers one API call under the server's lock. An error is an
// *apiError, or else a 500.
type handler func(*call) (answer, error)

// bodyLimit bounds what the sandbox reads; real limits are per field.
const bodyLimit = 16 << 20

// credentials reads who calls. cloud tells Basic from Bearer; ok is false for
// absent or wrong ones.
func credentials(r *http.Request) (name string, cloud, ok bool) {
	if email, token, basic := r.BasicAuth(); basic {
		name, host, _ := strings.Cut(strings.ToLower(email), "@")
		_, known := userNamed(name)
		if !known || host != "example.com" || token != "sandbox" {
			return "", true, false
		}
		return name, true, true
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	name, pat := strings.CutPrefix(token, "pat_")
	if _, known := userNamed(name); !strings.EqualFold(scheme, "Bearer") || !pat || !known {
		return "", false, false
	}
	return name, false, true
}

// serve authenticates, reads the body and runs h under the server's lock.
func (s *Server) serve(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, cloud, known := credentials(r)
		if !known {
			writeError(w, unauthorized())
			return
		}
		version := r.PathValue("version")
		if version != "2" && version != "latest" && (version != "3" || !cloud) {
			writeJSON(w, http.StatusNotFound, object{"message": "null for uri: " + r.URL.Path, "status-code": 404})
			return
		}
		c := &call{r: r, header: w.Header(), view: &view{s: s, cloud: cloud, adf: version == "3", user: name,
			api: s.opts.BaseURL + "/rest/api/" + strings.Replace(version, "latest", "2", 1)}}
		var err error
		if c.body, err = io.ReadAll(io.LimitReader(r.Body, bodyLimit)); err != nil {
			writeError(w, invalid("There was an error reading the request body."))
			return
		}
		media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if len(c.body) > 0 && (r.Method == http.MethodPost || r.Method == http.MethodPut) && media != "application/json" {
			writeJSON(w, http.StatusUnsupportedMediaType, object{"message": "Unsupported Media Type", "status-code": 415})
			return
		}
		if cloud {
			w.Header().Set("X-AACCOUNTID", "sandbox:"+name)
		}
		s.mu.Lock()
		result, err := h(c)
		s.mu.Unlock()
		var e *apiError
		switch {
		case errors.As(err, &e):
			writeError(w, e)
		case err != nil:
			writeError(w, fail(http.StatusInternalServerError, "Internal server error"))
		case result.body == nil:
			w.WriteHeader(result.status)
		default:
			writeJSON(w, result.status, result.body)
		}
	}
}

// decode reads the body into v, as strictly as Jira does.
func (c *call) decode(v any) error {
	dec := json.NewDecoder(bytes.NewReader(c.body))
	if err := dec.Decode(v); err != nil {
		return invalid("There was an error parsing JSON. Check that your request body is valid.")
	}
	return nil
}

func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// list reads a parameter that may be repeated, comma-separated or both.
func (c *call) list(name string) []string { return splitList(c.r.URL.Query()[name]) }

// splitList also drops blanks, which clients leave behind a trailing comma.
func splitList(values []string) []string {
	var out []string
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

func (c *call) expands(name string) bool { return slices.Contains(c.list("expand"), name) }

// page reads startAt and maxResults; most is both default and upper bound.
func (c *call) page(most int) (start, limit int) {
	start, limit = 0, most
	if n, err := strconv.Atoi(c.query("startAt")); err == nil && n > 0 {
		start = n
	}
	if n, err := strconv.Atoi(c.query("maxResults")); err == nil && n >= 0 && n < most {
		limit = n
	}
	return start, limit
}

// slice cuts one page out of all.
func slice[T any](all []T, start, limit int) []T {
	start = min(start, len(all))
	return append([]T{}, all[start:min(start+limit, len(all))]...)
}

// paged is the answer of the endpoints that return a page bean.
func paged[T any](c *call, all []T, most int) object {
	start, limit := c.page(most)
	part := slice(all, start, limit)
	return object{"self": c.s.opts.BaseURL + c.r.URL.RequestURI(), "startAt": start, "maxResults": limit,
		"total": len(all), "isLast": start+len(part) >= len(all), "values": part}
}

// readable finds the issue named in the path, if the caller may see it.
func (c *call) readable() (issue, error) { return c.visible(c.r.PathValue("issue")) }

// visible finds an issue by id or by any of its keys; 404 hides what the caller
// may not see.
func (c *call) visible(ref string) (issue, error) {
	i, found := c.s.find(ref)
	if !found || !c.s.canBrowse(c.user, i.ProjectID) {
		return issue{}, noIssue()
	}
	return i, nil
}

// writable is readable plus the limit on writes to one issue.
func (c *call) writable() (issue, error) {
	i, err := c.readable()
	if err != nil {
		return issue{}, err
	}
	if err := c.throttle(i.ID); err != nil {
		return issue{}, err
	}
	return i.clone(), nil
}
