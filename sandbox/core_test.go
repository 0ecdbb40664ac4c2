package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tracker is a core around an API that commits every write and echoes it.
type tracker struct {
	t       *testing.T
	core    *Core
	url     string
	commits *Table[string]
}

func startTracker(t *testing.T, options CoreOptions) *tracker {
	t.Helper()
	options.Name = "test"
	options.Actor = func(r *http.Request) string { return r.Header.Get("x-user") }
	options.Error = func(w http.ResponseWriter, status int, _ string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "tracker says no")
	}
	core, err := NewCore(options)
	require.NoError(t, err)
	tr := &tracker{t: t, core: core, commits: NewTable[string](core, "commits")}
	server := httptest.NewServer(core.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if r.Method != http.MethodGet {
			tr.commits.Put(string(body), string(body))
		}
		w.Header().Set("X-Tracker", "test")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(body)
	})))
	t.Cleanup(func() {
		server.Close()
		require.NoError(t, core.Close())
	})
	tr.url = server.URL
	return tr
}

// send makes one request on a connection of its own: net/http would repeat a
// request whose kept-alive connection breaks.
func (tr *tracker) send(method, path, body string) (int, http.Header, string, error) {
	tr.t.Helper()
	req, err := http.NewRequest(method, tr.url+path, strings.NewReader(body))
	require.NoError(tr.t, err)
	req.Header.Set("x-user", "alice")
	req.Close = true
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return 0, nil, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(answer), err
}

func (tr *tracker) ok(method, path, body string) string {
	tr.t.Helper()
	status, _, answer, err := tr.send(method, path, body)
	require.NoError(tr.t, err)
	require.Less(tr.t, status, 300, answer)
	return answer
}

func (tr *tracker) log() []Request {
	tr.t.Helper()
	var list []Request
	require.NoError(tr.t, json.Unmarshal([]byte(tr.ok("GET", "/_sandbox/requests", "")), &list))
	return list
}

func TestRequestsAreLoggedInOrderOfArrival(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tr := startTracker(t, CoreOptions{Now: func() time.Time { return at }})
	require.JSONEq(t, `[]`, tr.ok("GET", "/_sandbox/requests", ""))
	tr.ok("GET", "/a?b=c", "")
	tr.ok("PUT", "/_sandbox/faults", `[{"path":"/x","fault":"status:500"}]`)
	status, header, _, err := tr.send("POST", "/x", "1")
	require.NoError(t, err)
	require.Equal(t, 500, status)
	require.Equal(t, "Fri, 02 Jan 2026 03:04:05 GMT", header.Get("Date"), "answers tell the tracker's time")
	require.Equal(t, []Request{
		{At: at, Method: "GET", Path: "/a?b=c", Kind: "read", Status: 201, Actor: "alice"},
		{At: at, Method: "POST", Path: "/x", Kind: "write", Status: 500, Actor: "alice"},
	}, tr.log())
	tr.ok("DELETE", "/_sandbox/requests", "")
	require.Empty(t, tr.log())
}

func TestGraphQLOperationIsLoggedAndFaulted(t *testing.T) {
	t.Parallel()
	tr := startTracker(t, CoreOptions{
		Operation: func(_ *http.Request, body []byte) string { return string(body) },
		Kind: func(r *http.Request) string {
			body, _ := io.ReadAll(r.Body)
			if bytes.HasPrefix(body, []byte("get")) {
				return KindRead
			}
			return KindWrite
		},
	})
	tr.ok("PUT", "/_sandbox/faults", `[{"method":"*","operation":"issue*","fault":"status:503"}]`)
	require.Equal(t, "getIssue", tr.ok("POST", "/graphql", "getIssue"), "every reader gets the body whole")
	status, _, _, err := tr.send("POST", "/graphql", "issueCreate")
	require.NoError(t, err)
	require.Equal(t, 503, status)
	log := tr.log()
	require.Equal(t, []string{"getIssue", "read"}, []string{log[0].Operation, log[0].Kind})
	require.Equal(t, []string{"issueCreate", "write"}, []string{log[1].Operation, log[1].Kind})
}

func TestRequestLogIsBounded(t *testing.T) {
	t.Parallel()
	log := requestLog{limit: 10}
	for i := range 25 {
		entry := &Request{Status: i}
		log.add(entry)
		require.LessOrEqual(t, len(log.entries), 11)
	}
	list := log.list()
	require.Len(t, list, 10)
	require.Equal(t, 15, list[0].Status)
	require.Equal(t, 24, list[9].Status)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault     string
		status    int // 0: cut
		logged    int
		body      string
		committed bool
		header    [2]string
	}{
		"status":        {fault: `"status:429","retry_after":3`, status: 429, logged: 429, body: "tracker says no", header: [2]string{"Retry-After", "3"}},
		"status text":   {fault: `"status:503","retry_after":"Fri, 02 Jan 2026 00:00:00 GMT"`, status: 503, logged: 503, body: "tracker says no", header: [2]string{"Retry-After", "Fri, 02 Jan 2026 00:00:00 GMT"}},
		"html":          {fault: `"html"`, status: 502, logged: 502, body: "<html>", header: [2]string{"Content-Type", "text/html; charset=utf-8"}},
		"html:200":      {fault: `"html:200"`, status: 200, logged: 200, body: "<html>", header: [2]string{"Content-Type", "text/html; charset=utf-8"}},
		"before commit": {fault: `"drop-before-commit"`},
		"after commit":  {fault: `"drop-after-commit"`, committed: true},
		"truncate":      {fault: `"truncate"`, status: 201, logged: 201, body: "half", committed: true, header: [2]string{"X-Tracker", "test"}},
		"delay":         {fault: `"delay:1ms"`, status: 201, logged: 201, body: "half and half", committed: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := startTracker(t, CoreOptions{})
			tr.ok("PUT", "/_sandbox/faults", `[{"method":"POST","path":"/api/*","fault":`+test.fault+`}]`)
			tr.ok("GET", "/api/x", "")
			tr.ok("POST", "/other/api/x", "elsewhere")

			const sent = "half and half"
			status, header, body, err := tr.send("POST", "/api/x?y=/z", sent)
			require.Equal(t, test.status, status)
			switch {
			case test.status == 0:
				require.Error(t, err)
			case name == "truncate":
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
				require.Equal(t, sent[:len(sent)/2], body)
			default:
				require.NoError(t, err)
				require.Contains(t, body, test.body)
			}
			if test.header[0] != "" {
				require.Equal(t, test.header[1], header.Get(test.header[0]))
			}
			_, committed := tr.commits.Get(sent)
			require.Equal(t, test.committed, committed)
			log := tr.log()
			require.Len(t, log, 3)
			require.Equal(t, test.logged, log[2].Status)

			require.Equal(t, sent, tr.ok("POST", "/api/x", sent), "a fault strikes once unless told otherwise")
			require.JSONEq(t, `[]`, tr.ok("GET", "/_sandbox/faults", ""))
		})
	}
}

func TestFirstFaultThatMatchesStrikesAsOftenAsTold(t *testing.T) {
	t.Parallel()
	tr := startTracker(t, CoreOptions{})
	tr.ok("PUT", "/_sandbox/faults", `[
		{"method":"*","path":"/a","fault":"status:501","times":2},
		{"path":"/a*","fault":"status:502","times":0,"retry_after":5},
		{"fault":"status:503"}]`)
	statuses := func(path string, n int) []int {
		var list []int
		for range n {
			status, _, _, err := tr.send("GET", path, "")
			require.NoError(t, err)
			list = append(list, status)
		}
		return list
	}
	require.Equal(t, []int{501}, statuses("/a", 1))
	require.JSONEq(t, `[
		{"method":"*","path":"/a","fault":"status:501","times":1},
		{"path":"/a*","fault":"status:502","times":0,"retry_after":5},
		{"fault":"status:503","times":1}]`, tr.ok("GET", "/_sandbox/faults", ""))
	require.Equal(t, []int{501, 502, 502}, statuses("/a", 3))
	require.Equal(t, []int{503, 201}, statuses("/b", 2))
	tr.ok("PUT", "/_sandbox/faults", `[]`)
	require.Equal(t, []int{201}, statuses("/a", 1))
}

func TestGlob(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"/a/b", "/a/b", true}, {"/a/b", "/a/b/c", false}, {"/a/*", "/a/b/c", true}, {"*/c", "/a/b/c", true},
		{"/a*c", "/a/b/c", true}, {"/a*b*c", "/a/c", false}, {"*", "", true}, {"/a.b", "/axb", false},
		{"a*a", "a", false}, {"*issue*", "/rest/issue/1", true}, {"", "/a", false},
	} {
		require.Equal(t, test.want, glob(test.pattern, test.text), "%s %s", test.pattern, test.text)
	}
}

func TestBadControlsAreRefused(t *testing.T) {
	t.Parallel()
	tr := startTracker(t, CoreOptions{})
	for _, test := range []struct{ method, path, body, says string }{
		{"PUT", "faults", `{"fault":"html"}`, "array"},
		{"PUT", "faults", ``, "empty"},
		{"PUT", "faults", `[] []`, "more"},
		{"PUT", "faults", `[{"fault":"explode"}]`, "explode"},
		{"PUT", "faults", `[{"fault":"html"},{"fault":"status:9000"}]`, "entry 1"},
		{"PUT", "faults", `[{"fault":"delay:soon"}]`, "duration"},
		{"PUT", "faults", `[{"fault":"truncate:3"}]`, "truncate:3"},
		{"PUT", "faults", `[{"fault":"html","times":-1}]`, "times"},
		{"PUT", "faults", `[{"fault":"html","retry_after":[]}]`, "retry_after"},
		{"PUT", "faults", `[{"fault":"html","time":1}]`, "time"},
		{"PUT", "webhooks", `{"mode":"loud"}`, "loud"},
		{"PUT", "webhooks", `{}`, "mode"},
		{"PUT", "search", `{"lag":"long"}`, "long"},
		{"PUT", "search", `{}`, "lag"},
		{"PUT", "clock", `{"offset":"late"}`, "late"},
		{"PUT", "clock", `{}`, "offset"},
		{"PUT", "users", `{"hide_email":"yes"}`, "hide_email"},
		{"PUT", "users", `{}`, "hide_email"},
	} {
		status, _, answer, err := tr.send(test.method, "/_sandbox/"+test.path, test.body)
		require.NoError(t, err)
		require.Equal(t, 400, status, test.body)
		require.Contains(t, answer, test.says)
	}
	status, _, _, err := tr.send("GET", "/_sandbox/nothing", "")
	require.NoError(t, err)
	require.Equal(t, 404, status)
	require.Empty(t, tr.log(), "control calls are not logged")
}

func TestSearchLagAndHiddenEmail(t *testing.T) {
	t.Parallel()
	tr := startTracker(t, CoreOptions{})
	tr.ok("PUT", "/_sandbox/search", `{"lag":"60s"}`)
	tr.ok("PUT", "/_sandbox/users", `{"hide_email":true}`)
	require.Equal(t, time.Minute, tr.core.SearchLag())
	require.True(t, tr.core.HideEmail())
	require.JSONEq(t, `{"lag":"1m0s"}`, tr.ok("GET", "/_sandbox/search", ""))
	require.JSONEq(t, `{"hide_email":true}`, tr.ok("GET", "/_sandbox/users", ""))
}

func TestClockThatIsWrong(t *testing.T) {
	t.Parallel()
	right := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tr := startTracker(t, CoreOptions{Now: func() time.Time { return right }})
	require.JSONEq(t, `{"offset":"-5m0s"}`, tr.ok("PUT", "/_sandbox/clock", `{"offset":"-5m"}`))
	require.JSONEq(t, `{"offset":"-5m0s"}`, tr.ok("GET", "/_sandbox/clock", ""))
	require.Equal(t, right.Add(-5*time.Minute), tr.core.Now())
	_, header, _, err := tr.send("GET", "/", "")
	require.NoError(t, err)
	require.Equal(t, "Fri, 02 Jan 2026 02:59:05 GMT", header.Get("Date"))
}
