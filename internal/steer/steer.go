// Package steer is for tests in front of a stand-in tracker: it turns the knobs
// below /_sandbox/ and makes the calls of the people who use the tracker.
package steer

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Sandbox is a stand-in tracker that answers at URL. A call that fails ends the
// test.
type Sandbox struct {
	T   testing.TB
	URL string
	// HTTP makes the calls of people; nil is http.DefaultClient.
	HTTP *http.Client
}

// Call makes a person's call and returns the answer's body. sign adds who calls;
// a nil body sends none.
func (s Sandbox) Call(method, path string, body any, sign func(*http.Request)) []byte {
	s.T.Helper()
	client := s.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	return s.send(client, method, path, body, sign)
}

// Put sets one of the knobs, such as "search" or "quirks".
func (s Sandbox) Put(knob string, value any) {
	s.T.Helper()
	s.control(http.MethodPut, knob, value)
}

// Fault is one entry of the list of faults, by the names of its members.
type Fault map[string]any

// Break replaces the list of faults; without any, nothing is broken any more.
func (s Sandbox) Break(faults ...Fault) {
	s.T.Helper()
	if faults == nil {
		faults = []Fault{}
	}
	s.Put("faults", faults)
}

// Request is one that the stand-in was sent. Path is without its query; Kind is
// read or write, by effect; Actor is the bare name of who called.
type Request struct {
	Method, Path, Operation, Kind, Actor string
	Status                               int
}

// Requests lists what was sent since the last time.
func (s Sandbox) Requests() []Request {
	s.T.Helper()
	var all []Request
	if err := json.Unmarshal(s.control(http.MethodGet, "requests", nil), &all); err != nil {
		s.T.Fatalf("read requests: %v", err)
	}
	s.control(http.MethodDelete, "requests", nil)
	for i := range all {
		all[i].Path, _, _ = strings.Cut(all[i].Path, "?")
	}
	return all
}

func (s Sandbox) control(method, knob string, value any) []byte {
	s.T.Helper()
	return s.send(http.DefaultClient, method, "/_sandbox/"+knob, value, func(*http.Request) {})
}

func (s Sandbox) send(client *http.Client, method, path string, body any, sign func(*http.Request)) []byte {
	s.T.Helper()
	var payload io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			s.T.Fatalf("encode %s %s: %v", method, path, err)
		}
		payload = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(s.T.Context(), method, s.URL+path, payload)
	if err != nil {
		s.T.Fatalf("make %s %s: %v", method, path, err)
	}
	req.Header.Set("Content-Type", "application/json")
	sign(req)
	resp, err := client.Do(req)
	if err != nil {
		s.T.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		s.T.Fatalf("read %s %s: %v", method, path, err)
	}
	if resp.StatusCode/100 != 2 {
		s.T.Fatalf("%s %s: HTTP %d: %s", method, path, resp.StatusCode, answer)
	}
	return answer
}

// Log keeps what several goroutines write.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
