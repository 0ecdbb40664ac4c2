// Package people plays the persons on the other side of the sandbox trackers:
// they create, edit, move and comment over the trackers' own APIs, as the demo
// and the end-to-end tests need them to.
package people

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Person is somebody with a token on one tracker.
type Person struct {
	root string
	auth func(*http.Request)
}

// Call sends one request and decodes its answer into out, which may be nil.
// An answer of 300 or more is an error with its body.
func (p Person) Call(ctx context.Context, method, path string, body, out any) error {
	var payload io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode %s %s: %w", method, path, err)
		}
		payload = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.root+path, payload)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	p.auth(req)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("read %s %s: %w", method, path, err)
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: HTTP %d: %s", method, path, resp.StatusCode, bytes.TrimSpace(data))
	}
	if out == nil || len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("decode %s %s: %w", method, path, err)
	}
	return nil
}

// Control sends a request to a sandbox server's control endpoints.
func Control(ctx context.Context, root, method, path string, body, out any) error {
	return Person{root: root, auth: func(*http.Request) {}}.Call(ctx, method, path, body, out)
}

// Request is one entry of a sandbox server's request log.
type Request struct {
	// At is when it had arrived.
	At     time.Time `json:"at"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	// Operation is the name of a GraphQL request.
	Operation string `json:"operation"`
	Kind      string `json:"kind"`
	Status    int    `json:"status"`
	Actor     string `json:"actor"`
}

// Requests returns what a server was asked since the log was last cleared.
func Requests(ctx context.Context, root string) ([]Request, error) {
	var out []Request
	return out, Control(ctx, root, http.MethodGet, "/_sandbox/requests", nil, &out)
}

// Forget clears a server's request log.
func Forget(ctx context.Context, root string) error {
	return Control(ctx, root, http.MethodDelete, "/_sandbox/requests", nil, nil)
}

// Page returns the HTML page a browser would show of a ticket.
func Page(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	return strings.TrimSpace(string(data)), err
}
