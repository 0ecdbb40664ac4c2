package jira

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ticketsync/ticketsync/internal/contract"
)

// Jira writes zones without a colon, which its own description gives as an
// example of a date-time and the validator does not take for one.
func init() {
	openapi3.DefineStringFormat("date-time", `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$`)
}

// checked holds every exchange against Atlassian's description of Cloud, save
// for two places where that is known to differ from Cloud: the list of remote
// links, which it describes as a single one, and the changelog, where it knows
// no null.
type checked struct {
	t    *testing.T
	spec *contract.Spec
}

func (c *checked) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		sent, _ = io.ReadAll(req.Body)
		_ = req.Body.Close()
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	if err := c.spec.CheckRequest(req, sent); err != nil {
		c.t.Errorf("jira contract: %v", err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	received, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(received), failing{err}))
	faulted := err != nil || !json.Valid(received) && len(received) > 0
	if faulted || req.Method == http.MethodGet && strings.HasSuffix(req.URL.Path, "/remotelink") {
		return resp, nil
	}
	if err := c.spec.CheckResponse(req, sent, resp.StatusCode, resp.Header, withoutChangelog(received)); err != nil {
		c.t.Errorf("jira contract: %v", err)
	}
	return resp, nil
}

func withoutChangelog(body []byte) []byte {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil || object["changelog"] == nil {
		return body
	}
	delete(object, "changelog")
	rest, err := json.Marshal(object)
	if err != nil {
		return body
	}
	return rest
}

// failing ends a body as it really ended.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}
