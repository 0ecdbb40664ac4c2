package jira_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/ticketsync/ticketsync/internal/contract"
)

// published holds exchanges against Atlassian's file, after undoing in a copy
// of the answer the three things where Jira itself does not keep to it: zones
// without a colon, nulls in changelog items, and a list of remote links where
// the file has one link.
type published struct {
	t    *testing.T
	spec *contract.Spec
}

func (p published) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	if err := p.spec.CheckRequest(r, sent); err != nil {
		p.t.Errorf("contract: %v", err)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	received, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(received))
	for _, body := range tidy(r, received) {
		if err := p.spec.CheckResponse(r, sent, resp.StatusCode, resp.Header, body); err != nil {
			p.t.Errorf("contract: %v", err)
		}
	}
	return resp, nil
}

var bareZone = regexp.MustCompile(`("\d{4}-\d\d-\d\dT[\d:.]+\+\d\d)(\d\d")`)

// tidy gives the bodies to check: one, or each remote link by itself.
func tidy(r *http.Request, raw []byte) [][]byte {
	raw = bareZone.ReplaceAll(raw, []byte("$1:$2"))
	var body any
	if json.Unmarshal(raw, &body) != nil {
		return [][]byte{raw}
	}
	list, isList := body.([]any)
	if !isList || !strings.HasSuffix(r.URL.Path, "/remotelink") {
		list = []any{body}
	}
	var out [][]byte
	for _, one := range list {
		dropNulls(one)
		encoded, _ := json.Marshal(one)
		out = append(out, encoded)
	}
	return out
}

func dropNulls(v any) {
	switch x := v.(type) {
	case object:
		_, isChange := x["fieldtype"]
		for key, value := range x {
			if isChange && value == nil {
				delete(x, key)
			}
			dropNulls(value)
		}
	case []any:
		for _, value := range x {
			dropNulls(value)
		}
	}
}
