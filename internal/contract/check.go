package contract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// ErrNotListed is wrapped by errors about a method and path that the file does
// not know, such as Jira's service desk API or Data Center's own endpoints.
var ErrNotListed = errors.New("not listed in the contract")

// Check is CheckRequest and CheckResponse in one.
func (s *Spec) Check(req *http.Request, reqBody []byte, status int, header http.Header, respBody []byte) error {
	if err := s.CheckRequest(req, reqBody); err != nil {
		return err
	}
	return s.CheckResponse(req, reqBody, status, header, respBody)
}

// CheckRequest reports what the file does not allow about a request: an unknown
// path, method or query parameter, a parameter or body that does not fit.
func (s *Spec) CheckRequest(req *http.Request, body []byte) error {
	if s == nil {
		return nil
	}
	input, err := s.input(req, body)
	if err != nil {
		return err
	}
	if err := unknownQuery(input); err != nil {
		return fmt.Errorf("check request %s: %w", describe(req), err)
	}
	if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
		return fmt.Errorf("check request %s with body %s: %w", describe(req), short(body), err)
	}
	return nil
}

// CheckResponse reports what the file does not allow about the answer to a
// request. A status that the file does not list for the operation is passed.
func (s *Spec) CheckResponse(req *http.Request, reqBody []byte, status int, header http.Header, body []byte) error {
	if s == nil {
		return nil
	}
	input, err := s.input(req, reqBody)
	if err != nil {
		return err
	}
	listed := input.Route.Operation.Responses.Status(status)
	if listed == nil || listed.Value == nil || status == http.StatusNoContent || bodiless(listed.Value, body) {
		return nil
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input,
		Status:                 status,
		Header:                 header,
		Options:                input.Options,
	}
	answer.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(context.Background(), answer); err != nil {
		return fmt.Errorf("check answer %d to %s with body %s: %w", status, describe(req), short(body), err)
	}
	return nil
}

// input builds what the validator needs. The request is copied, with the path
// below the base and the body as given.
func (s *Spec) input(req *http.Request, body []byte) (*openapi3filter.RequestValidationInput, error) {
	path, ok := s.below(req.URL.EscapedPath())
	if !ok {
		return nil, fmt.Errorf("check request %s: %w", describe(req), ErrNotListed)
	}
	found, params, ok := s.find(path)
	if !ok {
		return nil, fmt.Errorf("check request %s: %w", describe(req), ErrNotListed)
	}
	operation := found.item.GetOperation(req.Method)
	if operation == nil {
		return nil, fmt.Errorf("check request %s: method %w", describe(req), ErrNotListed)
	}
	copied := req.Clone(context.Background())
	copied.Body = io.NopCloser(bytes.NewReader(body))
	copied.ContentLength = int64(len(body))
	return &openapi3filter.RequestValidationInput{
		Request:    copied,
		PathParams: params,
		Route: &routers.Route{
			Spec: s.doc, Path: found.path, PathItem: found.item, Method: req.Method, Operation: operation,
		},
		Options: &openapi3filter.Options{
			AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc,
			SkipSettingDefaults: true,
			// With it, a request without a body would be compared with nothing.
			ExcludeRequestBody: operation.RequestBody == nil,
		},
	}, nil
}

// below strips what the file does not know of a path: the API's base.
func (s *Spec) below(path string) (string, bool) {
	if s.api == Ravenna {
		_, rest, ok := strings.Cut(path, "/api/")
		return "/" + rest, ok
	}
	i := strings.Index(path, "/rest/")
	if i < 0 {
		return "", false
	}
	path = path[i:]
	if rest, ok := strings.CutPrefix(path, "/rest/api/2/"); ok {
		path = "/rest/api/3/" + rest
	}
	return path, true
}

// unknownQuery finds parameters that a real server would ignore or refuse; the
// validator only looks at those the file names.
func unknownQuery(input *openapi3filter.RequestValidationInput) error {
	known := map[string]bool{}
	for _, parameters := range []openapi3.Parameters{input.Route.PathItem.Parameters, input.Route.Operation.Parameters} {
		for _, parameter := range parameters {
			if parameter.Value != nil && parameter.Value.In == openapi3.ParameterInQuery {
				known[parameter.Value.Name] = true
			}
		}
	}
	for name := range input.Request.URL.Query() {
		// An exploded array may be written name[] as well.
		if !known[name] && !known[strings.TrimSuffix(name, "[]")] {
			return fmt.Errorf("query parameter %q is unknown to the contract", name)
		}
	}
	return nil
}

// bodiless reports an empty body where the file types none: real servers answer
// so although it lists a content type.
func bodiless(response *openapi3.Response, body []byte) bool {
	if len(body) > 0 {
		return false
	}
	for _, content := range response.Content {
		if content.Schema == nil || content.Schema.Value == nil {
			continue
		}
		schema := content.Schema.Value
		if schema.Type != nil || len(schema.AnyOf)+len(schema.OneOf)+len(schema.AllOf) > 0 {
			return false
		}
	}
	return true
}

// describe names a request without its credentials.
func describe(req *http.Request) string {
	target := url.URL{Path: req.URL.Path, RawPath: req.URL.RawPath, RawQuery: req.URL.RawQuery}
	return req.Method + " " + target.String()
}

func short(body []byte) string {
	const limit = 2000
	if len(body) > limit {
		return string(body[:limit]) + "…"
	}
	return string(body)
}
