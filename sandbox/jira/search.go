package jira

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// indexed is one version of an issue as search may see it.
type indexed struct {
	issue issue
	at    time.Time
	lag   time.Duration // in force when it was written
}

// reindex adds a version. Versions that no lag can hide any more are dropped.
func (s *Server) reindex(i issue) {
	versions := s.index[i.ID]
	versions = append(versions, indexed{i, s.core.Now(), s.core.SearchLag()})
	for len(versions) > 1 && s.searchable(versions[1]) {
		versions = versions[1:]
	}
	s.index[i.ID] = versions
}

// searchable tells whether the index has caught up with a version. Lowering the
// lag lets it catch up at once; raising it hides nothing that was visible.
func (s *Server) searchable(v indexed) bool {
	return s.core.Now().Sub(v.at) >= min(v.lag, s.core.SearchLag())
}

// indexNow is the newest version of each issue that search may see. Issues in
// fresh are read past the index.
func (s *Server) indexNow(fresh []string) []issue {
	var out []issue
	for _, current := range s.issues.All() {
		if slices.Contains(fresh, current.ID) {
			out = append(out, current)
			continue
		}
		versions := s.index[current.ID]
		for k := len(versions) - 1; k >= 0; k-- {
			if s.searchable(versions[k]) {
				out = append(out, versions[k].issue)
				break
			}
		}
	}
	return out
}

// run answers a JQL query for the caller: matching, visible, ordered.
func (c *call) run(q query, fresh []string) []issue {
	var out []issue
	for _, i := range c.s.indexNow(fresh) {
		if c.s.canBrowse(c.user, i.ProjectID) && (q.where == nil || q.where(i)) {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, q.compare)
	return out
}

// searchRequest is the whole of what enhanced search takes: anything else in
// the body is a 400, startAt included.
type searchRequest struct {
	JQL             string            `json:"jql"`
	NextPageToken   string            `json:"nextPageToken"`
	MaxResults      *int              `json:"maxResults"`
	Fields          []string          `json:"fields"`
	Expand          string            `json:"expand"`
	Properties      []string          `json:"properties"`
	FieldsByKeys    bool              `json:"fieldsByKeys"`
	ReconcileIssues []json.RawMessage `json:"reconcileIssues"`
}

const (
	defaultPage   = 50
	largestPage   = 5000
	mostProps     = 5
	mostReconcile = 50
)

// searchJQL is Cloud's enhanced search, by GET and POST.
func searchJQL(c *call) (answer, error) {
	if !c.cloud {
		return answer{}, fail(http.StatusNotFound, "null for uri: "+c.r.URL.Path)
	}
	var req searchRequest
	if c.r.Method == http.MethodPost {
		dec := json.NewDecoder(bytes.NewReader(c.body))
		dec.DisallowUnknownFields()
		if dec.Decode(&req) != nil {
			return answer{}, invalid("Invalid request payload. Refer to the REST API documentation and try again.")
		}
	} else {
		req = searchRequest{JQL: c.query("jql"), NextPageToken: c.query("nextPageToken"), Fields: c.list("fields"),
			Expand: c.query("expand"), Properties: c.list("properties")}
		if n, err := strconv.Atoi(c.query("maxResults")); err == nil {
			req.MaxResults = &n
		}
		for _, id := range c.list("reconcileIssues") {
			req.ReconcileIssues = append(req.ReconcileIssues, json.RawMessage(id))
		}
	}
	if len(req.Properties) > mostProps {
		return answer{}, invalid("The maximum number of properties that can be requested is 5.")
	}
	if len(req.ReconcileIssues) > mostReconcile {
		return answer{}, invalid("The maximum number of issues that can be reconciled is 50.")
	}
	q, err := c.parse(req.JQL)
	if err != nil {
		return answer{}, err
	}
	if q.where == nil {
		return answer{}, invalid("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
	}
	var fresh []string
	for _, id := range req.ReconcileIssues {
		fresh = append(fresh, string(bytes.Trim(id, `"`)))
	}
	found := c.run(q, fresh)
	return c.searchPage(req, found)
}

// searchPage cuts a page. There is no total, and no token on the last page.
func (c *call) searchPage(req searchRequest, found []issue) (answer, error) {
	start, valid := 0, true
	if req.NextPageToken != "" {
		start, valid = readToken(req.NextPageToken, req.JQL)
	}
	if !valid {
		return answer{}, invalid("The provided next page token is invalid or expired.")
	}
	limit := defaultPage
	if req.MaxResults != nil {
		limit = *req.MaxResults
	}
	if limit < 1 || limit > largestPage {
		return answer{}, invalid("The value of maxResults must be between 1 and 5000.")
	}
	want := shape{fields: req.Fields, otherwise: "id", expand: splitList([]string{req.Expand}), properties: req.Properties}
	issues := []object{}
	page := slice(found, start, limit)
	for _, i := range page {
		shown := c.issueJSON(i, want)
		if len(req.Fields) == 0 {
			// Unasked, the enhanced search returns ids and nothing else.
			delete(shown, "key")
			delete(shown, "self")
			delete(shown, "expand")
		}
		issues = append(issues, shown)
	}
	out := object{"issues": issues, "isLast": start+len(page) >= len(found)}
	if start+len(page) < len(found) {
		out["nextPageToken"] = writeToken(start+len(page), req.JQL)
	}
	return ok(out)
}

// A token is bound to its query, as the real one is.
func writeToken(start int, jql string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d:%x", start, sum(jql)))
}

func readToken(token, jql string) (int, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, false
	}
	before, after, _ := bytes.Cut(raw, []byte(":"))
	start, err := strconv.Atoi(string(before))
	return start, err == nil && string(after) == fmt.Sprintf("%x", sum(jql))
}

func sum(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}

// search is Data Center's; on Cloud it is gone.
func search(c *call) (answer, error) {
	if c.cloud {
		return answer{}, fail(http.StatusGone, "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."+
			" A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046")
	}
	req := struct {
		JQL        string   `json:"jql"`
		StartAt    int      `json:"startAt"`
		MaxResults *int     `json:"maxResults"`
		Fields     []string `json:"fields"`
		Expand     []string `json:"expand"`
	}{}
	start, limit := 0, defaultPage
	if c.r.Method == http.MethodPost {
		if err := c.decode(&req); err != nil {
			return answer{}, err
		}
		start = max(req.StartAt, 0)
		if req.MaxResults != nil {
			limit = min(max(*req.MaxResults, 0), 1000)
		}
	} else {
		req.JQL, req.Fields, req.Expand = c.query("jql"), c.list("fields"), c.list("expand")
		if c.query("maxResults") != "" {
			_, limit = c.page(1000)
		}
		start, _ = c.page(limit)
	}
	q, err := c.parse(req.JQL)
	if err != nil {
		return answer{}, err
	}
	found := c.run(q, nil)
	want := shape{fields: req.Fields, otherwise: "*navigable", expand: splitList(req.Expand)}
	issues := []object{}
	for _, i := range slice(found, start, limit) {
		issues = append(issues, c.issueJSON(i, want))
	}
	return ok(object{"expand": "names,schema", "startAt": start, "maxResults": limit, "total": len(found), "issues": issues})
}
