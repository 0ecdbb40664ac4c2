package jira_test

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

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/sandbox/jira"
)

// site is a running sandbox with a clock of its own and a receiver of its
// deliveries.
type site struct {
	t      *testing.T
	url    string
	clock  *clock
	inbox  *inbox
	server *jira.Server
}

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

type delivery struct {
	header http.Header
	raw    []byte
	body   map[string]any
}

type inbox struct{ got chan delivery }

func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	d := delivery{header: r.Header.Clone(), raw: raw}
	_ = json.Unmarshal(raw, &d.body)
	in.got <- d
	w.WriteHeader(http.StatusOK)
}

// next is the next delivery; order is kept.
func (s *site) next() delivery {
	s.t.Helper()
	select {
	case d := <-s.inbox.got:
		return d
	case <-time.After(5 * time.Second):
		require.Fail(s.t, "no delivery")
		return delivery{}
	}
}

// quiet fails if anything was delivered. A marker comment on a fresh issue is
// sent after whatever is waiting, so nothing has to be waited out.
func (s *site) quiet() {
	s.t.Helper()
	other := s.as("bob")
	id := other.create("OPS", "Task", "marker", nil)["id"]
	d := s.next()
	require.Equal(s.t, "jira:issue_created", d.body["webhookEvent"], string(d.raw))
	require.Equal(s.t, id, at(d.body, "issue.id"))
}

func start(t *testing.T, opts ...func(*jira.Options)) *site {
	t.Helper()
	s := &site{t: t, clock: &clock{now: time.Date(2026, 3, 4, 10, 30, 15, 678e6, time.UTC)}, inbox: &inbox{got: make(chan delivery, 1000)}}
	receiver := httptest.NewServer(s.inbox)
	t.Cleanup(receiver.Close)
	o := jira.Options{WebhookURL: receiver.URL, Now: s.clock.Now}
	for _, change := range opts {
		change(&o)
	}
	server := httptest.NewUnstartedServer(nil)
	o.BaseURL = "http://" + server.Listener.Addr().String()
	var err error
	s.server, err = jira.New(o)
	require.NoError(t, err)
	server.Config.Handler = s.server
	server.Start()
	s.url = o.BaseURL
	t.Cleanup(func() {
		server.Close()
		_ = s.server.Close()
	})
	return s
}

func dataCenter(o *jira.Options) { o.Flavor = jira.DataCenter }

// person talks to a site. Every exchange of a Cloud person is held against the
// published contract, unless the request is meant to be wrong.
type person struct {
	*site
	client *http.Client
	auth   func(*http.Request)
	api    string
}

func (s *site) as(name string) *person {
	return &person{site: s, api: "/rest/api/2", auth: func(r *http.Request) { r.SetBasicAuth(name+"@example.com", "sandbox") },
		client: &http.Client{Transport: contract.LoadIfPresent(s.t, contract.Jira).RoundTripper(s.t, nil)}}
}

func (s *site) asDC(name string) *person {
	return &person{site: s, api: "/rest/api/2", auth: func(r *http.Request) { r.Header.Set("Authorization", "Bearer pat_"+name) }, client: http.DefaultClient}
}

// v3 is the same person on the document API.
func (p *person) v3() *person { q := *p; q.api = "/rest/api/3"; return &q }

// wrong is the same person sending what the contract forbids.
func (p *person) wrong() *person { q := *p; q.client = http.DefaultClient; return &q }

func (p *person) do(method, path string, body any) (int, any, http.Header) {
	p.t.Helper()
	if !strings.HasPrefix(path, "/") {
		path = p.api + "/" + path
	}
	var reader io.Reader
	if raw, isRaw := body.(string); isRaw {
		reader = strings.NewReader(raw)
	} else if body != nil {
		encoded, err := json.Marshal(body)
		require.NoError(p.t, err)
		reader = bytes.NewReader(encoded)
	}
	req, err := http.NewRequest(method, p.url+path, reader)
	require.NoError(p.t, err)
	p.auth(req)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := p.client.Do(req)
	require.NoError(p.t, err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(p.t, err)
	var out any
	if len(raw) > 0 && strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		require.NoError(p.t, json.Unmarshal(raw, &out), string(raw))
	} else if len(raw) > 0 {
		out = string(raw)
	}
	return resp.StatusCode, out, resp.Header
}

// want sends and expects one status.
func (p *person) want(status int, method, path string, body any) object {
	p.t.Helper()
	got, out, _ := p.do(method, path, body)
	require.Equal(p.t, status, got, "%s %s: %v", method, path, out)
	o, _ := out.(object)
	return o
}

func (p *person) list(path string) []any {
	p.t.Helper()
	status, out, _ := p.do("GET", path, nil)
	require.Equal(p.t, 200, status, "%v", out)
	list, isList := out.([]any)
	require.True(p.t, isList, "%v", out)
	return list
}

func (p *person) get(path string) object { p.t.Helper(); return p.want(200, "GET", path, nil) }

// create makes an issue with more fields and returns its id and key.
func (p *person) create(project, kind, summary string, more object) object {
	p.t.Helper()
	fields := object{"project": object{"key": project}, "issuetype": object{"name": kind}, "summary": summary}
	for id, value := range more {
		fields[id] = value
	}
	return p.want(201, "POST", "issue", object{"fields": fields})
}

// bug makes a Bug in ENG, swallows its delivery and returns its key.
func (p *person) bug(summary string) string {
	p.t.Helper()
	key, _ := p.create("ENG", "Bug", summary, nil)["key"].(string)
	require.Equal(p.t, "jira:issue_created", p.next().body["webhookEvent"])
	return key
}

func (p *person) field(key, id string) any {
	p.t.Helper()
	return at(p.get("issue/"+key+"?fields="+id), "fields."+id)
}

func (s *site) control(method, path string, body any) (int, any) {
	s.t.Helper()
	encoded, err := json.Marshal(body)
	require.NoError(s.t, err)
	req, err := http.NewRequest(method, s.url+"/_sandbox/"+path, bytes.NewReader(encoded))
	require.NoError(s.t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(s.t, err)
	defer func() { _ = resp.Body.Close() }()
	var out any
	_ = json.NewDecoder(resp.Body).Decode(&out)
	return resp.StatusCode, out
}

func (s *site) steer(method, path string, body any) object {
	s.t.Helper()
	status, out := s.control(method, path, body)
	require.Less(s.t, status, 300, "%v", out)
	o, _ := out.(object)
	return o
}

type object = map[string]any

// at walks into decoded JSON by a dotted path; a number indexes a list.
func at(v any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case object:
			v = x[part]
		case []any:
			n := int(part[0] - '0')
			if n >= len(x) {
				return nil
			}
			v = x[n]
		default:
			return nil
		}
	}
	return v
}

// each collects one value of every element.
func each(list any, path string) []any {
	out := []any{}
	elements, _ := list.([]any)
	for _, e := range elements {
		out = append(out, at(e, path))
	}
	return out
}

func decode(t *testing.T, raw []byte) any {
	t.Helper()
	var out any
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

// page reads a page outside the API.
func (p *person) page(path string) (int, any, http.Header) {
	p.t.Helper()
	return p.wrong().do("GET", path, nil)
}
