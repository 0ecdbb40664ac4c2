package ravenna

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/trackers"
)

const (
	tokenHeader = "x-ravenna-api-token"
	// callTimeout is for a client made without trackers.Options.HTTP.
	callTimeout = 60 * time.Second
	// maxAnswer holds a page of a hundred tickets with the longest descriptions
	// anyone will really write.
	maxAnswer = 128 << 20
	// smallestSkew is the least difference of clocks that is believed: the Date
	// header has whole seconds and the answer took time to arrive.
	smallestSkew = 2 * time.Second
)

// client makes single calls. It retries nothing: a repeated POST duplicates.
type client struct {
	base  string // of the API, without a slash at the end
	token string
	http  *http.Client
	log   *slog.Logger
	now   func() time.Time
}

// answer is what the headers of a good answer tell.
type answer struct {
	// date is the tracker's own time, ours where it sent none.
	date time.Time
	// skew is the tracker's clock minus ours, 0 within what cannot be measured.
	skew time.Duration
}

// ours turns a time of the tracker's clock into one of ours.
func (a answer) ours(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(-a.skew)
}

func newClient(c trackers.Connection, o trackers.Options) (*client, error) {
	base, err := url.Parse(strings.TrimRight(c.URL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || base.RawQuery != "" {
		return nil, fmt.Errorf("open connection %s: url is no address of an API: write such as https://core.ravenna.ai/api", c.Name)
	}
	if c.Token == "" {
		return nil, fmt.Errorf("open connection %s: token is empty", c.Name)
	}
	caller := o.HTTP
	if caller == nil {
		caller = trackers.NewHTTPClient(trackers.NewGate(o.Log), callTimeout)
	}
	if caller.CheckRedirect == nil {
		// The token rides in a header that http.Client hands to any host.
		guarded := *caller
		guarded.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		caller = &guarded
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return &client{base: base.String(), token: c.Token, http: caller, log: log.With("connection", c.Name), now: now}, nil
}

// get reads path, whose segments are escaped already, into out.
func (c *client) get(ctx context.Context, op, path string, query url.Values, out any) (answer, error) {
	return c.call(ctx, op, http.MethodGet, path, query, nil, out)
}

// call makes one call. in and out may be nil. Every error is an
// *trackers.Error; for a write it is Ambiguous where it may have taken effect.
func (c *client) call(ctx context.Context, op, method, path string, query url.Values, in, out any) (answer, error) {
	wrote := method != http.MethodGet
	req, err := c.request(ctx, method, path, query, in)
	if err != nil {
		return answer{}, &trackers.Error{Kind: trackers.Invalid, Op: op, Err: err}
	}
	sent := c.now()
	resp, err := c.http.Do(req) //nolint:bodyclose // ReadBody closes it
	if err != nil {
		return answer{}, trackers.Classify(op, nil, err, wrote)
	}
	body, err := trackers.ReadBody(resp, maxAnswer)
	if err == nil && out != nil && resp.StatusCode/100 == 2 && !trackers.IsPage(resp.Header) {
		err = json.Unmarshal(body, out)
	}
	if e := trackers.Classify(op, resp, err, wrote); e != nil {
		if !trackers.IsPage(resp.Header) && resp.StatusCode/100 != 2 {
			refusal(body).into(e, c.token)
		}
		return answer{}, e
	}
	return c.clock(resp.Header, sent), nil
}

func (c *client) request(ctx context.Context, method, path string, query url.Values, in any) (*http.Request, error) {
	var body io.Reader
	if in != nil {
		var buffer bytes.Buffer
		encoder := json.NewEncoder(&buffer)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(in); err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
		body = &buffer
	}
	address := c.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, fmt.Errorf("make request %s %s: %w", method, path, err)
	}
	req.Header.Set(tokenHeader, c.token)
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// clock compares the tracker's Date with the middle of the call.
func (c *client) clock(h http.Header, sent time.Time) answer {
	received := c.now()
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return answer{date: sent}
	}
	skew := date.Sub(sent.Add(received.Sub(sent) / 2)).Truncate(time.Second)
	if skew.Abs() < smallestSkew {
		skew = 0
	}
	return answer{date: date, skew: skew}
}

// at builds an escaped path from fixed text and one id. An id that would name
// another endpoint is refused.
func at(prefix, id string) (string, error) {
	if id == "" || strings.Trim(id, ".") == "" {
		return "", &trackers.Error{Kind: trackers.Invalid, Op: "make request", Message: fmt.Sprintf("%q is no id", id)}
	}
	return prefix + url.PathEscape(id), nil
}

// unusable is a good answer without what it must hold. The write has happened,
// but nothing is known about it.
func unusable(op string, wrote bool) error {
	return &trackers.Error{
		Kind: trackers.Unavailable, Op: op, Status: http.StatusOK, Ambiguous: wrote, Message: "the answer holds no id",
	}
}
