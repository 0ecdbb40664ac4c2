package contract

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// small is a file in the dialect of Ravenna's: nulls as alternatives, a const,
// a schema without any demand, a pattern that Go cannot compile.
const small = `{
  "openapi": "3.1.0", "info": {"title": "small", "version": "1"},
  "paths": {
    "/things/count": {"get": {"operationId": "count", "responses": {"200": {"description": "", "content": {"application/json": {"schema":
      {"type": "object", "properties": {"totalCount": {"type": "number"}}, "required": ["totalCount"]}}}}}}},
    "/things/{id}": {
      "get": {"operationId": "get", "parameters": [
          {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
          {"name": "open", "in": "query", "schema": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}}],
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}},
      "put": {"operationId": "put", "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
        "requestBody": {"required": true, "content": {"application/json": {"schema":
          {"type": "object", "properties": {"title": {"type": "string", "maxLength": 3}}, "additionalProperties": false}}}},
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": {}}}}}}
    }
  },
  "components": {"schemas": {
    "Color": {"type": "string", "enum": ["red"]},
    "Thing": {"type": "object", "additionalProperties": false, "required": ["id", "color", "kind", "extra"], "properties": {
      "id": {"type": ["string", "null"]},
      "color": {"anyOf": [{"$ref": "#/components/schemas/Color"}, {"type": "null"}]},
      "kind": {"const": "thing"},
      "mail": {"type": "string", "pattern": "^(?!x).*$"},
      "extra": {}}}
  }}
}`

func TestCheck(t *testing.T) {
	t.Parallel()
	spec, err := parse(Ravenna, []byte(small))
	require.NoError(t, err)
	tests := map[string]struct {
		method, path, body string
		status             int
		answer, wrong      string
	}{
		"all given":           {path: "/api/things/1", status: 200, answer: `{"id":"1","color":"red","kind":"thing","extra":[1]}`},
		"nulls where allowed": {path: "/base/api/things/1?open=true", status: 200, answer: `{"id":null,"color":null,"kind":"thing","extra":null}`},
		"fixed before param":  {path: "/api/things/count", status: 200, answer: `{"totalCount":2}`},
		"wrong constant":      {path: "/api/things/1", status: 200, answer: `{"id":"1","color":"red","kind":"other","extra":1}`, wrong: "kind"},
		"wrong enum":          {path: "/api/things/1", status: 200, answer: `{"id":"1","color":"blue","kind":"thing","extra":1}`, wrong: "color"},
		"property missing":    {path: "/api/things/1", status: 200, answer: `{"id":"1","color":"red","kind":"thing"}`, wrong: "extra"},
		"property too many":   {path: "/api/things/1", status: 200, answer: `{"id":"1","color":"red","kind":"thing","extra":1,"more":1}`, wrong: "more"},
		"status not listed":   {path: "/api/things/1", status: 409, answer: `{"any":"thing"}`},
		"cut answer":          {path: "/api/things/1", status: 200, answer: `{"id":`, wrong: "things/1"},
		"query not listed":    {path: "/api/things/1?closed=true", status: 200, wrong: "closed"},
		"query of wrong type": {path: "/api/things/1?open=perhaps", status: 200, wrong: "open"},
		"path not listed":     {path: "/api/others", status: 200, wrong: "not listed"},
		"no base":             {path: "/things/1", status: 200, wrong: "not listed"},
		"method not listed":   {method: "DELETE", path: "/api/things/1", status: 200, wrong: "not listed"},
		"body fits":           {method: "PUT", path: "/api/things/1", body: `{"title":"abc"}`, status: 200},
		"body too long":       {method: "PUT", path: "/api/things/1", body: `{"title":"abcd"}`, status: 200, wrong: "title"},
		"body unknown":        {method: "PUT", path: "/api/things/1", body: `{"titel":"abc"}`, status: 200, wrong: "titel"},
		"body missing":        {method: "PUT", path: "/api/things/1", status: 200, wrong: "body"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := request(t, test.method, test.path, test.body)
			header := http.Header{"Content-Type": {"application/json"}}
			err := spec.Check(req, []byte(test.body), test.status, header, []byte(test.answer))
			if test.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.wrong)
			require.Equal(t, strings.Contains(test.wrong, "not listed"), errors.Is(err, ErrNotListed))
		})
	}
}

func TestOperations(t *testing.T) {
	t.Parallel()
	spec, err := parse(Ravenna, []byte(small))
	require.NoError(t, err)
	require.Equal(t, []string{"GET /things/count", "GET /things/{id}", "PUT /things/{id}"}, spec.Operations())
}

func TestCheckMapsJiraV2ToV3(t *testing.T) {
	t.Parallel()
	spec, err := parse(Jira, []byte(strings.ReplaceAll(small, `"/things`, `"/rest/api/3/things`)))
	require.NoError(t, err)
	require.NoError(t, spec.CheckRequest(request(t, "GET", "/ex/rest/api/2/things/1", ""), nil))
	require.NoError(t, spec.CheckRequest(request(t, "GET", "/rest/api/3/things/1", ""), nil))
	require.ErrorIs(t, spec.CheckRequest(request(t, "GET", "/rest/servicedeskapi/request/1", ""), nil), ErrNotListed)
}

func TestRoundTripperReportsAndPassesOn(t *testing.T) {
	t.Parallel()
	spec, err := parse(Ravenna, []byte(small))
	require.NoError(t, err)
	var got []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"1"}`)
	}))
	t.Cleanup(server.Close)
	reports := &reporter{TB: t}
	client := &http.Client{Transport: spec.RoundTripper(reports, nil)}

	resp, err := client.Get(server.URL + "/api/things/1")
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.JSONEq(t, `{"id":"1"}`, string(body))
	require.Equal(t, 1, reports.errors, "the answer lacks required properties")

	req := request(t, "PUT", server.URL+"/api/things/1", `{"title":"abc"}`)
	resp, err = client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.JSONEq(t, `{"title":"abc"}`, string(got), "the body arrives although it was read")
	require.Equal(t, 1, reports.errors)
}

func TestNilSpecFindsNothing(t *testing.T) {
	t.Parallel()
	var spec *Spec
	require.NoError(t, spec.Check(request(t, "GET", "/anywhere", ""), nil, 200, nil, nil))
	require.Equal(t, http.DefaultTransport, spec.RoundTripper(t, nil))
}

// TestFiles loads the real files, so that a change of theirs or of the
// validator is found here and not in every adapter.
func TestFiles(t *testing.T) {
	t.Parallel()
	ravenna := Load(t, Ravenna)
	require.NoError(t, ravenna.CheckRequest(request(t, "GET", "/api/tickets?openFilter=false&limit=100&sortBy=updatedAt", ""), nil))
	require.Error(t, ravenna.CheckRequest(request(t, "GET", "/api/tickets?limit=0", ""), nil))
	body := []byte(`{"priority":"HIGH","requesterEmail":"alice@example.com"}`)
	require.NoError(t, ravenna.CheckRequest(request(t, "POST", "/api/tickets", string(body)), body))

	jira := Load(t, Jira)
	body = []byte(`{"body":"text in *wiki* markup","properties":[{"key":"k","value":{"a":1}}]}`)
	require.NoError(t, jira.CheckRequest(request(t, "POST", "/rest/api/2/issue/ENG-1/comment", string(body)), body))
	require.NoError(t, jira.CheckRequest(request(t, "GET", "/rest/api/2/issue/10001?fields=summary,status&expand=renderedFields", ""), nil))
	require.Error(t, jira.CheckRequest(request(t, "GET", "/rest/api/2/search/jql?startAt=1", ""), nil))
}

// TestWhatJiraReallyAnswers passes where its file is known to be wrong, and
// nowhere beside.
func TestWhatJiraReallyAnswers(t *testing.T) {
	t.Parallel()
	jira := Load(t, Jira)
	const (
		comment = "/rest/api/2/issue/ENG-1/comment/7"
		history = "/rest/api/2/issue/ENG-1/changelog"
		links   = "/rest/api/2/issue/ENG-1/remotelink"
	)
	tests := map[string]struct{ path, answer, wrong string }{
		"zone without colon":  {path: comment, answer: `{"created":"2026-03-04T10:30:15.678+0000"}`},
		"zone with colon":     {path: comment, answer: `{"created":"2026-03-04T10:30:15.678+00:00"}`},
		"no zone":             {path: comment, answer: `{"created":"2026-03-04T10:30:15.678"}`, wrong: "created"},
		"no time":             {path: comment, answer: `{"created":"yesterday"}`, wrong: "created"},
		"nulls in a change":   {path: history, answer: `{"values":[{"items":[{"field":"f","from":null,"fromString":null,"to":null,"toString":null}]}]}`},
		"a number in one":     {path: history, answer: `{"values":[{"items":[{"field":"f","from":1}]}]}`, wrong: "from"},
		"null as field":       {path: history, answer: `{"values":[{"items":[{"field":null}]}]}`, wrong: "field"},
		"list of links":       {path: links, answer: `[{"id":1,"globalId":"g"},{"id":2}]`},
		"one link":            {path: links + "?globalId=g", answer: `{"id":1,"globalId":"g"}`},
		"list of others":      {path: links, answer: `[{"id":"one"}]`, wrong: "id"},
		"list for one object": {path: comment, answer: `[]`, wrong: "object"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := jira.CheckResponse(request(t, "GET", test.path, ""), nil, 200, http.Header{"Content-Type": {"application/json"}}, []byte(test.answer))
			if test.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.wrong)
		})
	}
}

func TestSharedIsDemandedByTheEnvironment(t *testing.T) {
	t.Setenv(requireShared, "1")
	reports := &reporter{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		Shared(reports, "no", "such", "file")
	}()
	<-done
	require.True(t, reports.fatal)
}

func request(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequest(method, target, bytes.NewReader([]byte(body)))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

// reporter counts failures instead of failing.
type reporter struct {
	testing.TB
	errors int
	fatal  bool
}

func (r *reporter) Helper()               {}
func (r *reporter) Errorf(string, ...any) { r.errors++ }
func (r *reporter) Fatalf(string, ...any) { r.fatal = true; runtime.Goexit() }
