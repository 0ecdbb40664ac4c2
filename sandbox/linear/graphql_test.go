package linear_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/sandbox/linear"
)

func TestQueriesAreRunAsWritten(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("one", nil)
	w.issue("two", nil)
	got := w.do(`query($id: String!, $no: Boolean!, $yes: Boolean = true) {
		__typename
		a: issue(id: $id) { __typename ...parts title @skip(if: $yes) number @include(if: $no) }
		b: issue(id: "PRO-2") { ... on Issue { id } ... on Node { identifier: id } team { id } team { key } ... @include(if: $no) { url } }
	}
	fragment parts on Issue { state { ...stateParts } }
	fragment stateParts on WorkflowState { name team { key } }`, object{"id": "PRO-1", "no": false})
	require.Equal(t, "Query", got["__typename"])
	require.Equal(t, object{"__typename": "Issue", "state": object{"name": "Backlog", "team": object{"key": "PRO"}}}, got["a"])
	second, _ := got["b"].(object)
	require.Equal(t, second["id"], second["identifier"])
	require.Equal(t, object{"id": w.team("PRO"), "key": "PRO"}, second["team"])
	require.NotContains(t, second, "url")
}

func TestOneFailureTakesAllOfTheData(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("one", nil)
	got := w.send(`query { a: issue(id: "PRO-1") { id } b: issue(id: "PRO-9") { id } }`, nil)
	require.Equal(t, 200, got.status)
	require.Nil(t, got.Data)
	require.Equal(t, []any{"b"}, got.Errors[0]["path"])
	require.Contains(t, got.Errors[0]["message"], "Entity not found: Issue")
}

func TestWhatDoesNotFitTheSchemaIsRefused(t *testing.T) {
	t.Parallel()
	path := contract.Shared(t, "reference", "linear", "schema.graphql")
	w := open(t, func(o *linear.Options) { o.Schema = path })
	for code, queries := range map[string][]string{
		"GRAPHQL_PARSE_FAILED": {`query { viewer { id }`},
		"GRAPHQL_VALIDATION_FAILED": {
			`query { viewer { nonsense } }`, `query { nonsense }`, `query { issues(first: "x") { nodes { id } } }`, `query { viewer }`,
			`mutation { issueUpdate(id: "x", input: {nonsense: 1}) { success } }`, `query { issues(filter: {titel: {eq: "x"}}) { nodes { id } } }`,
		},
		"BAD_USER_INPUT": {`query($id: String!) { issue(id: $id) { id } }`, `query($first: Int!) { issues(first: $first) { nodes { id } } }`},
	} {
		for _, query := range queries {
			e := w.refused(400, "graphql error", code, query, nil)
			require.NotEmpty(t, e["message"])
		}
	}
	e := w.refused(400, "graphql error", "BAD_USER_INPUT", createIssue, object{"in": object{"teamId": w.team("PRO"), "titel": "x"}})
	require.Contains(t, e["message"], "titel")
}

func TestWithoutASchemaUnknownFieldsAreNull(t *testing.T) {
	t.Parallel()
	w := open(t, lenient)
	got := w.do(`query { viewer { nonsense } issues(filter: {}) { nodes { id } } team(id: "PRO") { cycles { nodes { id } pageInfo { hasNextPage } } } }`, nil)
	require.Equal(t, object{"nonsense": nil}, got["viewer"])
	require.Equal(t, object{"nodes": []any{}, "pageInfo": object{"hasNextPage": false}}, at(got, "team.cycles"))
	w.refused(400, "graphql error", "GRAPHQL_VALIDATION_FAILED", `query { nonsense }`, nil)
	w.refused(400, "graphql error", "GRAPHQL_PARSE_FAILED", `query {`, nil)
	w.refused(400, "graphql error", "BAD_USER_INPUT", `query($id: String!) { issue(id: $id) { id } }`, nil)
	w.refused(400, "graphql error", "GRAPHQL_VALIDATION_FAILED",
		`query { viewer { ...a } } fragment a on User { id ...b } fragment b on User { ...a }`, nil)
}

func TestWhoIsAskedFirst(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, token := range []string{"", "lin_api_", "lin_api_carol", "Bearer lin_api_alice", "lin_app_bot", "Bearer nonsense"} {
		other := *w
		other.token = token
		e := other.refused(401, "authentication error", "AUTHENTICATION_ERROR", `query { viewer { id } }`, nil)
		require.Equal(t, "Authentication required, not authenticated", e["message"])
	}
	require.Equal(t, "Bob Example", at(w.as("bob").do(`query { viewer { name app } }`, nil), "viewer.name"))
	require.Equal(t, true, at(w.as("app").do(`query { viewer { app } }`, nil), "viewer.app"))
}

func TestOtherRequestsAreRefused(t *testing.T) {
	t.Parallel()
	w := open(t)
	post := func(method, contentType, body string) int {
		req, err := http.NewRequest(method, w.url+"/graphql", bytes.NewReader([]byte(body)))
		require.NoError(t, err)
		req.Header.Set("Authorization", w.token)
		req.Header.Set("Content-Type", contentType)
		resp, err := http.DefaultTransport.RoundTrip(req)
		require.NoError(t, err)
		return resp.StatusCode
	}
	require.Equal(t, 400, post("POST", "application/json", "nonsense"))
	require.Equal(t, 400, post("POST", "application/json", "{}"))
	require.Equal(t, 400, post("POST", "text/plain", `{"query":"{ viewer { id } }"}`))
	require.Equal(t, 200, post("POST", "application/json; charset=utf-8", `{"query":"{ viewer { id } }"}`))
	require.Equal(t, 404, post("GET", "application/json", ""))
}

func TestRequestsAreLoggedByOperation(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.do(`query Mine { viewer { id } }`, nil)
	w.as("app").do(`{ teams { nodes { id } } viewer { id } }`, nil)
	w.as("bob").issue("one", nil)
	_, raw := w.control("GET", "requests", nil)
	var log []object
	require.NoError(t, json.Unmarshal(raw, &log))
	require.Equal(t, []any{"Mine", "query", "alice", 200.0}, []any{log[0]["operation"], "query", log[0]["actor"], log[0]["status"]})
	require.Equal(t, "read", log[0]["kind"])
	require.Equal(t, "teams", log[1]["operation"])
	require.Equal(t, "bot", log[1]["actor"])
	last := log[len(log)-1]
	require.Equal(t, "issueCreate", last["operation"])
	require.Equal(t, "write", last["kind"])
	require.Equal(t, "bob", last["actor"])
}

func TestPeopleCanOpenAnIssue(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("<b>bold</b>", object{"description": "<script>alert(1)</script>"})
	w.comment(object{"issueId": "PRO-1", "body": "said <i>so</i>"})
	w.as("app").comment(object{"issueId": "PRO-1", "body": "x", "createAsUser": "Jane"})
	for _, path := range []string{"/PRO-1", "/sandbox/issue/PRO-1", "/sandbox/issue/PRO-1/old-title"} {
		resp, err := http.Get(w.url + path)
		require.NoError(t, err)
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, 200, resp.StatusCode)
		require.Contains(t, string(text), "&lt;b&gt;bold")
		require.Contains(t, string(text), "said &lt;i&gt;so")
		require.Contains(t, string(text), "Jane (via Sandbox App)")
		require.NotContains(t, string(text), "<script>")
	}
	resp, err := http.Get(w.url + "/PRO-9")
	require.NoError(t, err)
	require.Equal(t, 404, resp.StatusCode)
}
