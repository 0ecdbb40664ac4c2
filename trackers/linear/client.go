package linear

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Khan/genqlient/graphql"

	"github.com/ticketsync/ticketsync/trackers"
)

const (
	endpoint = "/graphql"
	// keyPrefix starts an API key, which is sent as it is; any other token is
	// an OAuth token.
	keyPrefix = "lin_api_"
	// callTimeout is for a client made without trackers.Options.HTTP.
	callTimeout = 60 * time.Second
	// maxAnswer holds a hundred of the longest comments anyone will really write.
	maxAnswer = 64 << 20
	// smallestSkew is the least difference of clocks that is believed: the Date
	// header has whole seconds and the answer took time to arrive.
	smallestSkew = 2 * time.Second
)

// client holds what all calls have in common.
type client struct {
	url     string
	header  string // Authorization
	secrets []string
	http    *http.Client
	gate    *trackers.Gate
	log     *slog.Logger
	now     func() time.Time
}

func newClient(c trackers.Connection, o trackers.Options) (*client, error) {
	base, err := url.Parse(strings.TrimRight(c.URL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || base.RawQuery != "" {
		return nil, fmt.Errorf("open connection %s: url is no address of an API: write such as https://api.linear.app/graphql", c.Name)
	}
	if base.Path == "" {
		base.Path = endpoint
	}
	if c.Token == "" {
		return nil, fmt.Errorf("open connection %s: token is empty", c.Name)
	}
	out := &client{
		url: base.String(), header: "Bearer " + c.Token, secrets: []string{c.Token, c.Secret, c.HookKey},
		http: o.HTTP, gate: o.Gate, log: o.Log, now: o.Now,
	}
	if strings.HasPrefix(c.Token, keyPrefix) {
		out.header = c.Token
	}
	if out.gate == nil {
		out.gate = trackers.NewGate(o.Log)
	}
	if out.http == nil {
		out.http = trackers.NewHTTPClient(out.gate, callTimeout)
	}
	if out.http.CheckRedirect == nil {
		// A redirected mutation would be made twice, or become a read.
		guarded := *out.http
		guarded.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		out.http = &guarded
	}
	if out.log == nil {
		out.log = slog.New(slog.DiscardHandler)
	}
	if out.now == nil {
		out.now = time.Now
	}
	return out, nil
}

// answer is what the headers of an answer tell.
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

// call is one exchange with the API. It retries nothing: every id that we
// create by is chosen before, but only the caller knows what a repetition means.
type call struct {
	client *client
	op     string // "create issue", for errors
	wrote  bool
	answer
}

var _ graphql.Client = (*call)(nil)

func (c *client) call(op string) *call { return &call{client: c, op: op} }

// MakeRequest implements graphql.Client. Every error is an *trackers.Error; for
// a mutation it is Ambiguous where it may have taken effect.
func (x *call) MakeRequest(ctx context.Context, req *graphql.Request, resp *graphql.Response) error {
	x.wrote = strings.HasPrefix(strings.TrimSpace(req.Query), "mutation")
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(req); err != nil {
		return &trackers.Error{Kind: trackers.Invalid, Op: x.op, Message: "the request cannot be encoded"}
	}
	out, err := http.NewRequestWithContext(ctx, http.MethodPost, x.client.url, bytes.NewReader(body.Bytes()))
	if err != nil {
		return &trackers.Error{Kind: trackers.Invalid, Op: x.op, Message: "the request cannot be built"}
	}
	out.Header.Set("Authorization", x.client.header)
	out.Header.Set("Content-Type", "application/json")
	out.Header.Set("Accept", "application/json")
	sent := x.client.now()
	in, err := x.client.http.Do(out) //nolint:bodyclose // ReadBody closes it
	if err != nil {
		return trackers.Classify(x.op, nil, err, x.wrote)
	}
	raw, err := trackers.ReadBody(in, maxAnswer)
	x.answer = x.client.clock(in.Header, sent)
	limits := quotas(in.Header, x.skew, x.client.now())
	limits.tell(x.client.gate, x.client.now())
	if e := x.judge(in, raw, err, body.Bytes()); e != nil {
		if e.Kind == trackers.RateLimited {
			x.limited(e, limits)
		}
		return e
	}
	var envelope reply
	if json.Unmarshal(raw, &envelope) != nil || json.Unmarshal(envelope.Data, resp.Data) != nil {
		return x.unusable()
	}
	return nil
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
