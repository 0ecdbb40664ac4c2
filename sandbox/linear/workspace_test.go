package linear_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/linear"
)

type object = map[string]any

// workspace is a running sandbox as one user sees it. Where the full schema is
// at hand every request and every answer is checked against it.
type workspace struct {
	t      *testing.T
	server *linear.Server
	url    string
	token  string
	clock  *clock
	hooks  *hooks
}

// clock stands still unless it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func open(t *testing.T, change ...func(*linear.Options)) *workspace {
	t.Helper()
	c, received := &clock{now: start}, &hooks{t: t, queue: make(chan delivery, 100)}
	receiver := httptest.NewServer(received)
	options := linear.Options{Now: c.Now, WebhookURL: receiver.URL, Schema: schemaIfPresent(t)}
	for _, one := range change {
		one(&options)
	}
	server, err := linear.New(options)
	require.NoError(t, err)
	listener := httptest.NewServer(server)
	t.Cleanup(func() {
		listener.Close()
		require.NoError(t, server.Close())
		receiver.Close()
	})
	return &workspace{t: t, server: server, url: listener.URL, token: "lin_api_alice", clock: c, hooks: received}
}

// lenient starts without a schema.
func lenient(o *linear.Options) { o.Schema = "" }

func (w *workspace) as(name string) *workspace {
	other := *w
	other.token = "lin_api_" + name
	if name == "app" {
		other.token = "Bearer lin_app_bot"
	}
	return &other
}

// answer is what came back for one operation.
type answer struct {
	status int
	header http.Header
	Data   object   `json:"data"`
	Errors []object `json:"errors"`
}

// send posts an operation that may be refused.
func (w *workspace) send(query string, variables object) answer {
	w.t.Helper()
	return w.sendNamed(query, "", variables)
}

func (w *workspace) sendNamed(query, name string, variables object) answer {
	w.t.Helper()
	body, err := json.Marshal(object{"query": query, "variables": variables, "operationName": name})
	require.NoError(w.t, err)
	req, err := http.NewRequest("POST", w.url+"/graphql", bytes.NewReader(body))
	require.NoError(w.t, err)
	req.Header.Set("Authorization", w.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(w.t, err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	got := answer{status: resp.StatusCode, header: resp.Header}
	require.NoError(w.t, json.Unmarshal(raw, &got), "%s", raw)
	if got.Data != nil {
		checkAnswer(w.t, query, name, got.Data)
	}
	return got
}

// do runs an operation that has to succeed.
func (w *workspace) do(query string, variables object) object {
	w.t.Helper()
	got := w.send(query, variables)
	require.Equal(w.t, 200, got.status, "%v", got.Errors)
	require.Empty(w.t, got.Errors)
	return got.Data
}

// refused runs an operation that has to fail, with the type and the code that
// clients go by, and returns the error.
func (w *workspace) refused(status int, kind, code, query string, variables object) object {
	w.t.Helper()
	got := w.send(query, variables)
	require.Equal(w.t, status, got.status, "%v %v", got.Data, got.Errors)
	require.Nil(w.t, got.Data)
	require.Len(w.t, got.Errors, 1)
	require.Equal(w.t, kind, at(got.Errors[0], "extensions.type"))
	require.Equal(w.t, code, at(got.Errors[0], "extensions.code"))
	return got.Errors[0]
}

// input refuses what the caller sent, in words for people.
func (w *workspace) input(shown, query string, variables object) {
	w.t.Helper()
	e := w.refused(200, "invalid input", "INPUT_ERROR", query, variables)
	require.Contains(w.t, at(e, "extensions.userPresentableMessage"), shown)
}

// steer makes a control call that has to succeed.
func (w *workspace) steer(method, path string, body any) {
	w.t.Helper()
	status, raw := w.control(method, path, body)
	require.Less(w.t, status, 300, "%s", raw)
}

func (w *workspace) control(method, path string, body any) (int, []byte) {
	w.t.Helper()
	sent, err := json.Marshal(body)
	require.NoError(w.t, err)
	req, err := http.NewRequest(method, w.url+"/_sandbox/"+path, bytes.NewReader(sent))
	require.NoError(w.t, err)
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(w.t, err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	return resp.StatusCode, raw
}

// at walks into an answer by a path such as "issue.labels.nodes.0.name".
func at(value any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		switch inner := value.(type) {
		case object:
			value = inner[part]
		case []any:
			index := int(part[0] - '0')
			if index >= len(inner) {
				return nil
			}
			value = inner[index]
		default:
			return nil
		}
	}
	return value
}

// each collects one field of every member of a list.
func each(value any, field string) []any {
	found := []any{}
	list, _ := value.([]any)
	for _, item := range list {
		found = append(found, at(item, field))
	}
	return found
}

const (
	createIssue   = `mutation($in: IssueCreateInput!) { issueCreate(input: $in) { success issue { ` + issueParts + ` } } }`
	updateIssue   = `mutation($id: String!, $in: IssueUpdateInput!) { issueUpdate(id: $id, input: $in) { success issue { ` + issueParts + ` } } }`
	readIssue     = `query($id: String!) { issue(id: $id) { ` + issueParts + ` } }`
	createComment = `mutation($in: CommentCreateInput!) { commentCreate(input: $in) { success comment { ` + commentParts + ` } } }`
	attach        = `mutation($in: AttachmentCreateInput!) { attachmentCreate(input: $in) { success attachment { id url title subtitle metadata updatedAt creator { id } } } }`

	issueParts = `id identifier previousIdentifiers number title description priority priorityLabel url trashed archivedAt createdAt updatedAt
		startedAt completedAt canceledAt labelIds dueDate estimate team { id key } state { id name type } assignee { id name }
		creator { id app } botActor { id name userDisplayName } project { id name } parent { identifier } labels { nodes { name } }`
	commentParts = `id body createdAt updatedAt editedAt parentId issueId url user { id name app } botActor { userDisplayName }`
)

// issue creates one in PRO with whatever else is given.
func (w *workspace) issue(title string, more object) object {
	w.t.Helper()
	in := object{"teamId": w.team("PRO"), "title": title}
	for name, value := range more {
		in[name] = value
	}
	made, ok := at(w.do(createIssue, object{"in": in}), "issueCreate.issue").(object)
	require.True(w.t, ok)
	return made
}

func (w *workspace) update(id any, in object) object {
	w.t.Helper()
	changed, ok := at(w.do(updateIssue, object{"id": id, "in": in}), "issueUpdate.issue").(object)
	require.True(w.t, ok)
	return changed
}

func (w *workspace) read(id any) object {
	w.t.Helper()
	found, ok := w.do(readIssue, object{"id": id})["issue"].(object)
	require.True(w.t, ok)
	return found
}

func (w *workspace) comment(in object) object {
	w.t.Helper()
	made, ok := at(w.do(createComment, object{"in": in}), "commentCreate.comment").(object)
	require.True(w.t, ok)
	return made
}

func (w *workspace) attach(in object) object {
	w.t.Helper()
	made, ok := at(w.do(attach, object{"in": in}), "attachmentCreate.attachment").(object)
	require.True(w.t, ok)
	return made
}

func (w *workspace) team(key string) string {
	w.t.Helper()
	return w.find(`query($n: String) { teams(filter: {key: {eq: $n}}) { nodes { id } } }`, "teams", key)
}

func (w *workspace) state(team, name string) string {
	w.t.Helper()
	return w.find(`query($n: String, $t: String) { workflowStates(filter: {name: {eq: $n}, team: {key: {eq: $t}}}) { nodes { id } } }`,
		"workflowStates", name, team)
}

func (w *workspace) label(name string) string {
	w.t.Helper()
	return w.find(`query($n: String) { issueLabels(filter: {name: {eq: $n}}) { nodes { id } } }`, "issueLabels", name)
}

func (w *workspace) user(name string) string {
	w.t.Helper()
	return w.find(`query($n: String) { users(filter: {email: {eqIgnoreCase: $n}}) { nodes { id } } }`, "users", name+"@example.com")
}

func (w *workspace) project(name string) string {
	w.t.Helper()
	return w.find(`query($n: String) { projects(filter: {name: {eq: $n}}) { nodes { id } } }`, "projects", name)
}

// find returns the id of the one object that fits.
func (w *workspace) find(query, field, name string, team ...string) string {
	w.t.Helper()
	variables := object{"n": name}
	if len(team) > 0 {
		variables["t"] = team[0]
	}
	ids := each(at(w.do(query, variables), field+".nodes"), "id")
	require.Len(w.t, ids, 1, "%s %s", field, name)
	return ids[0].(string)
}
