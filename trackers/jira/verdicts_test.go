package jira

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// verdicts is what each HTTP status means, whatever the call.
var verdicts = []struct {
	status    int
	kind      trackers.Kind
	ambiguous bool // for a write
}{
	{400, trackers.Invalid, false},
	{401, trackers.Auth, false},
	{403, trackers.Forbidden, false},
	{404, trackers.NotFound, false},
	{409, trackers.Stale, false},
	{413, trackers.Invalid, false},
	{429, trackers.RateLimited, false},
	{500, trackers.Unavailable, true},
	{502, trackers.Unavailable, true},
	{503, trackers.Unavailable, true},
	{504, trackers.Unavailable, true},
}

// operation is one call of the adapter and the request of it that is faulted.
type operation struct {
	name         string
	method, path string
	write        bool
	// absent tells that a 404 means something else here.
	absent bool
	do     func(ctx context.Context, t *Tracker, id, cid string) error
}

func operations() []operation {
	project := ticket.Container{ID: "10000", Key: "ENG"}
	title := []trackers.FieldWrite{text(ticket.Title, "new title")}
	return []operation{
		{"fetch", "GET", "/rest/api/2/issue/*", false, false, func(ctx context.Context, t *Tracker, id, _ string) error {
			_, err := t.Fetch(ctx, id, trackers.FetchOptions{})
			return err
		}},
		{"fetch comments", "GET", "*/comment", false, false, func(ctx context.Context, t *Tracker, id, _ string) error {
			_, err := t.Fetch(ctx, id, trackers.FetchOptions{Comments: true})
			return err
		}},
		{"lookup", "GET", "/rest/api/2/issue/*", false, false, func(ctx context.Context, t *Tracker, _, _ string) error {
			_, err := t.Lookup(ctx, "ENG-1")
			return err
		}},
		{"create", "POST", "/rest/api/2/issue", true, false, func(ctx context.Context, t *Tracker, _, _ string) error {
			_, err := t.Create(ctx, draft())
			return err
		}},
		{"update", "PUT", "/rest/api/2/issue/*", true, false, func(ctx context.Context, t *Tracker, id, _ string) error {
			_, err := t.Update(ctx, trackers.Update{ID: id, Fields: title})
			return err
		}},
		{"move", "POST", "*/transitions", true, false, func(ctx context.Context, t *Tracker, id, _ string) error {
			s, err := t.Fetch(ctx, id, trackers.FetchOptions{})
			if err != nil {
				return err
			}
			_, err = t.Move(ctx, trackers.MoveRequest{ID: id, Move: s.Moves[0], From: s.Status(), Fresh: true})
			return err
		}},
		{"add comment", "POST", "*/comment", true, false, func(ctx context.Context, t *Tracker, id, _ string) error {
			_, err := t.AddComment(ctx, id, copied("x"))
			return err
		}},
		{"edit comment", "PUT", "*/comment/*", true, false, func(ctx context.Context, t *Tracker, id, cid string) error {
			_, err := t.EditComment(ctx, id, cid, copied("y"))
			return err
		}},
		{"delete comment", "DELETE", "*/comment/*", true, true, func(ctx context.Context, t *Tracker, id, cid string) error {
			return t.DeleteComment(ctx, id, cid)
		}},
		{"mark", "PUT", "*/properties/*", true, false, func(ctx context.Context, t *Tracker, id, _ string) error {
			return t.Mark(ctx, id, linked(marker), "IT-1")
		}},
		{"link", "POST", "*/remotelink", true, true, func(ctx context.Context, t *Tracker, id, _ string) error {
			return t.Mark(ctx, id, linked(marker), "IT-1")
		}},
		{"find", "GET", "*/search*", false, false, func(ctx context.Context, t *Tracker, _, _ string) error {
			_, err := t.Find(ctx, project, marker, time.Now())
			return err
		}},
		{"changed", "GET", "*/search*", false, false, func(ctx context.Context, t *Tracker, _, _ string) error {
			_, err := t.Changed(ctx, []ticket.Container{project}, time.Now(), "")
			return err
		}},
		{"check", "GET", "*/myself", false, false, func(ctx context.Context, t *Tracker, _, _ string) error {
			_, err := t.Check(ctx, []string{"ENG"})
			return err
		}},
		{"describe", "GET", "*/project/*", false, false, func(ctx context.Context, t *Tracker, _, _ string) error {
			_, err := t.Describe(ctx, "ENG", "Bug")
			return err
		}},
	}
}

// faulted runs every operation with a fault on its own request, each with an
// adapter and a gate of its own.
func faulted(t *testing.T, b *bundle, fault string, judge func(op operation, err error)) {
	t.Helper()
	for _, op := range operations() {
		id := b.issue("ENG", nil)
		cid := b.comment("bot", id, map[string]any{"body": "x"})
		tracker := b.restart()
		_, err := tracker.self(t.Context())
		require.NoError(t, err)
		b.fault(op.method, op.path, fault)
		judge(op, op.do(t.Context(), tracker, id, cid))
		b.as("", http.MethodPut, "/_sandbox/faults", []any{})
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		for _, v := range verdicts {
			faulted(t, b, fmt.Sprintf("status:%d", v.status), func(op operation, err error) {
				about := fmt.Sprintf("%s answered %d", op.name, v.status)
				if v.status == http.StatusNotFound && op.absent {
					return
				}
				e := failure(t, err)
				require.Equal(t, v.kind, e.Kind, about)
				require.Equal(t, v.status, e.Status, about)
				require.Equal(t, v.ambiguous && op.write, e.Ambiguous, about)
				require.NotEmpty(t, e.Op, about)
				if v.kind == trackers.RateLimited {
					require.GreaterOrEqual(t, e.RetryAfter, time.Second, about)
				}
			})
		}
	})
}

// What an answer that never came, or came broken, says about a write.
func TestAmbiguity(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		for _, fault := range []string{"html", "truncate", "drop-before-commit", "drop-after-commit"} {
			faulted(t, b, fault, func(op operation, err error) {
				about := op.name + " with " + fault
				bodiless := op.name == "delete comment" || op.name == "move" || op.name == "mark" || op.name == "link" ||
					op.name == "update" && b.flavor == DataCenter
				if fault == "truncate" && bodiless && err == nil {
					return // there was no body to cut, or none that is needed
				}
				if strings.HasPrefix(fault, "drop") && !op.write && err == nil {
					return // net/http itself repeats a read on a connection it reused
				}
				e := failure(t, err)
				require.Equal(t, trackers.Unavailable, e.Kind, about)
				require.Equal(t, op.write, e.Ambiguous, about)
			})
		}
	})
}

func TestRefusedConnectionIsNotAmbiguous(t *testing.T) {
	t.Parallel()
	tracker, err := New(connection("http://127.0.0.1:1", Cloud), trackers.Options{
		HTTP: trackers.NewHTTPClient(trackers.NewGate(nil), testTimeout),
	})
	require.NoError(t, err)
	_, err = tracker.Create(t.Context(), draft())
	e := failure(t, err)
	require.Equal(t, trackers.Unavailable, e.Kind)
	require.False(t, e.Ambiguous)
}

// No error and no log line may hold the token, in whatever form it travels,
// even when the tracker itself sends it back.
func TestSecretsStayOut(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		c := connection(b.url, b.flavor)
		secrets := []string{"hook-secret-9", "path-token-9", base64.StdEncoding.EncodeToString([]byte(c.Email + ":" + c.Token))}
		if b.flavor == DataCenter {
			secrets = append(secrets, c.Token)
		} else {
			secrets = append(secrets, ":"+c.Token)
		}
		clean := func(err error) {
			for ; err != nil; err = errors.Unwrap(err) {
				for _, secret := range secrets {
					require.NotContains(t, fmt.Sprintf("%+v", err), secret)
				}
			}
		}
		for _, fault := range []string{"status:400", "status:401", "status:429", "status:500", "html", "drop-before-commit", "truncate"} {
			faulted(t, b, fault, func(_ operation, err error) { clean(err) })
		}
		for _, secret := range secrets {
			require.NotContains(t, b.logged.String(), secret)
		}
	})

	c := connection("http://jira.example.com/path-token-9", Cloud)
	c.Token, c.Secret, c.HookKey = "api-token-9", "hook-secret-9", "path-token-9"
	tracker, err := New(c, trackers.Options{HTTP: &http.Client{Transport: echo{}}})
	require.NoError(t, err)
	_, err = tracker.Create(t.Context(), draft())
	require.Contains(t, err.Error(), "[removed]")
	basic := base64.StdEncoding.EncodeToString([]byte("bot@example.com:api-token-9"))
	for _, secret := range []string{"api-token-9", basic, "path-token-9"} {
		require.NotContains(t, err.Error(), secret)
	}
}

// echo refuses every request and quotes it.
type echo struct{}

func (echo) RoundTrip(req *http.Request) (*http.Response, error) {
	user, password, _ := req.BasicAuth()
	body := fmt.Sprintf(`{"errorMessages":["%s %s %s:%s"],"errors":{"x":"%s"}}`,
		req.URL, req.Header.Get("Authorization"), user, password, password)
	recorded := &http.Response{
		StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}},
		Body: http.NoBody, Request: req, ContentLength: int64(len(body)),
	}
	recorded.Body = readCloser{strings.NewReader(body)}
	return recorded, nil
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func TestJiraErrorShapes(t *testing.T) {
	t.Parallel()
	tracker, err := New(connection("http://jira.example.com", Cloud), trackers.Options{})
	require.NoError(t, err)
	for body, want := range map[string]string{
		`{"errorMessages":["a","b"],"errors":{}}`:              "a; b",
		`{"errorMessages":[],"errors":{"summary":"too long"}}`: "summary: too long",
		`{"errorMessages":null,"errors":["odd"]}`:              "odd",
		`{"errors":[{"message":"nested"}]}`:                    "nested",
		`{"errors":{"priority":["one","two"]}}`:                "priority: one two",
		`{"message":"plain","status-code":404}`:                "plain",
		`[]`:                                                   "",
		`<xml/>`:                                               "",
		`{"errorMessages":["` + strings.Repeat("x", 2*maxMessage) + `"]}`: strings.Repeat("x", maxMessage) + "…",
	} {
		e := &trackers.Error{Kind: trackers.Invalid, Status: 400}
		tracker.explain(e, http.Header{}, []byte(body), nil)
		require.Equal(t, want, e.Message, body)
	}
	e := &trackers.Error{Kind: trackers.Invalid, Status: 400}
	sent := map[string]any{"summary": "x", "duedate": nil}
	tracker.explain(e, http.Header{}, []byte(`{"errors":{"summary":"bad","duedate":"is required","customfield_7":"is required"}}`), sent)
	require.Equal(t, map[ticket.Field]string{ticket.Title: "bad", "duedate": "is required", "customfield_7": "is required"}, e.Fields)
	require.Equal(t, []string{"customfield_7", "duedate"}, e.Required)

	locked := &trackers.Error{Kind: trackers.Forbidden, Status: 403}
	tracker.explain(locked, http.Header{"X-Seraph-Loginreason": {"AUTHENTICATION_DENIED"}}, nil, nil)
	require.Equal(t, trackers.Auth, locked.Kind)
}
