package sim

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

// front stands between ticketsync and one tracker: it sees every call that is
// ticketsync's own, and nothing of what people do. Troubles happen here.
type front struct {
	url    string // in place of the tracker's
	to     *url.URL
	server *http.Server
	double *double

	mu       sync.Mutex
	troubles []trouble
	refused  bool              // 401 to everything
	struck   func(kind string) // is told of every call in trouble
	asked    int
	wrote    int
	last     time.Time // of the last write
	sent     []string  // bodies and paths of all writes
	lines    []string  // what was asked, for people to read
}

// trouble is something to happen to some of the next calls.
type trouble struct {
	kind   string // the fault's name
	writes bool   // to writes only
	skip   int    // calls to let pass before
	times  int
	// about narrows it down to calls that have this word in them, and meanwhile
	// is what somebody does before such a call gets through.
	about     string
	meanwhile func()
}

// openFront serves in place of the tracker at an address.
func openFront(kind, address string) (*front, error) {
	to, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("address of %s: %w", kind, err)
	}
	double, err := newDouble(kind)
	if err != nil {
		return nil, err
	}
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen in front of %s: %w", kind, err)
	}
	f := &front{to: to, double: double, struck: func(string) {}}
	f.url = "http://" + at.Addr().String() + to.Path
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = f.server.Serve(at) }()
	return f, nil
}

func (f *front) close() {
	_ = f.server.Close()
	f.double.close()
}

// ServeHTTP hands a call on, unless there is trouble.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == "PRI" {
		// The beginning of HTTP/2 (RFC 9113, 3.4): another play's client looks for
		// the Temporal that was stopped, whose port is ours now.
		panic(http.ErrAbortHandler)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	writes := isWrite(r, body)
	kind, meanwhile := f.take(writes, r, body)
	if meanwhile != nil {
		meanwhile()
	}
	if f.suffer(kind, w, r, body) {
		return
	}
	said := f.forward(r, body)
	switch kind {
	case "drop-after":
		panic(http.ErrAbortHandler)
	case "truncate":
		half(w, said)
	case "timeout":
		<-r.Context().Done() // until the caller has given up
		panic(http.ErrAbortHandler)
	default:
		reply(w, said)
	}
}

// suffer answers in the tracker's place, if the trouble is one that keeps the
// call from it.
func (f *front) suffer(kind string, w http.ResponseWriter, r *http.Request, body []byte) bool {
	switch kind {
	case "", "drop-after", "truncate", "timeout", "read-write", "comment-race":
		return false
	case "delay":
		time.Sleep(700 * time.Millisecond)
		return false
	case "drop-before":
		panic(http.ErrAbortHandler)
	case "html":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html><body><h1>502 Bad Gateway</h1></body></html>")
	default:
		reply(w, f.double.refuse(kind, r, body))
	}
	return true
}

// take notes a call and picks the trouble that it gets into.
func (f *front) take(writes bool, r *http.Request, body []byte) (kind string, meanwhile func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	line := fmt.Sprintf("%s %s %s", time.Now().Format("15:04:05.000"), r.Method, r.URL.RequestURI())
	if m := operation.FindSubmatch(body); m != nil {
		line += " " + string(m[1])
	}
	kind, meanwhile = f.draw(writes, r.URL.Path+" "+string(body))
	if kind != "" {
		line += " (" + kind + ")"
		f.struck(kind)
	}
	f.lines = append(f.lines, line)
	if writes {
		f.wrote++
		f.last = time.Now()
		f.sent = append(f.sent, r.URL.RequestURI()+" "+string(body))
	}
	return kind, meanwhile
}

func (f *front) draw(writes bool, call string) (kind string, meanwhile func()) {
	if f.refused {
		return "token", nil
	}
	for i := range f.troubles {
		t := &f.troubles[i]
		if t.writes && !writes || !strings.Contains(call, t.about) {
			continue
		}
		if t.skip > 0 {
			t.skip--
			continue
		}
		kind, meanwhile = t.kind, t.meanwhile
		if t.times--; t.times <= 0 {
			f.troubles = append(f.troubles[:i:i], f.troubles[i+1:]...)
		}
		return kind, meanwhile
	}
	return "", nil
}

// answer is what a tracker said, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (f *front) forward(r *http.Request, body []byte) answer {
	to := *r.URL
	to.Scheme, to.Host = f.to.Scheme, f.to.Host
	// A caller that has given up does not stop the tracker.
	out, err := http.NewRequest(r.Method, to.String(), bytes.NewReader(body)) //nolint:noctx // on purpose
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out.Header = r.Header.Clone()
	resp, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return answer{resp.StatusCode, resp.Header, said}
}

func reply(w http.ResponseWriter, a answer) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// half sends the first half of an answer and breaks off.
func half(w http.ResponseWriter, a answer) {
	maps.Copy(w.Header(), a.header)
	if len(a.body) > 1 {
		w.Header().Set("Content-Length", fmt.Sprint(len(a.body)))
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler)
}

// tell says whom to tell of calls in trouble.
func (f *front) tell(struck func(kind string)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.struck = struck
}

func (f *front) counts() (asked, wrote int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked, f.wrote
}

func (f *front) trouble(t trouble) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.troubles = append(f.troubles, t)
}

func (f *front) refuse(all bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refused = all
}

// calm ends all troubles.
func (f *front) calm() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.troubles, f.refused = nil, false
}

// bodies are all writes that ticketsync sent.
func (f *front) bodies() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.sent...)
}

// since lists the calls after the first n.
func (f *front) since(n int) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.lines[min(n, len(f.lines)):]...)
}

var (
	mutation  = regexp.MustCompile(`"query":"(?:\\n|\s)*mutation`)
	operation = regexp.MustCompile(`"operationName":"(\w+)"`)
)

// isWrite goes by effect: GraphQL asks by POST too, and so does a search.
func isWrite(r *http.Request, body []byte) bool {
	switch {
	case r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/search/jql") || strings.HasSuffix(r.URL.Path, "/workflows"):
		return false // Jira asks with a POST where there is much to ask for
	case strings.HasSuffix(r.URL.Path, "/graphql"):
		return mutation.Match(body)
	}
	return true
}

// recorded is an answer of a handler that nobody waits for on a wire.
func recorded(h http.Handler, r *http.Request) answer {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.Bytes()}
}

// wroteAt is when the last write came.
func (f *front) wroteAt() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}
