package flashduty

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/ticketsync/ticketsync/trackers"
)

const (
	keyParameter = "integration_key"
	// callTimeout is for a client made without trackers.Options.HTTP.
	callTimeout = 60 * time.Second
	// maxAnswer is far more than any answer to a push holds.
	maxAnswer = 1 << 20
	// smallestSkew is the least difference of clocks that is believed: the Date
	// header has whole seconds and the answer took time to arrive.
	smallestSkew = 2 * time.Second
)

// client makes single calls to the one address there is. It retries nothing.
type client struct {
	address url.URL // without the key
	key     string
	http    *http.Client
	now     func() time.Time
}

func newClient(c trackers.Connection, o trackers.Options) (*client, error) {
	address, err := url.Parse(c.URL)
	switch {
	case err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https":
		return nil, fmt.Errorf("open connection %s: url is no address to push to: write such as "+
			"https://api.flashcat.cloud/event/push/change/standard", c.Name)
	case address.User != nil || address.Query().Has(keyParameter):
		return nil, fmt.Errorf("open connection %s: url holds a key: put it into token", c.Name)
	case c.Token == "":
		return nil, fmt.Errorf("open connection %s: token is empty", c.Name)
	}
	caller := o.HTTP
	if caller == nil {
		caller = trackers.NewHTTPClient(trackers.NewGate(o.Log), callTimeout)
	}
	// The address holds the key, and http.Client tells it to the next host as
	// the referrer.
	guarded := *caller
	guarded.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return &client{address: *address, key: c.Token, http: &guarded, now: now}, nil
}

// push posts one change. Every error is an *trackers.Error.
func (c *client) push(ctx context.Context, e event) error {
	const op = "push change"
	body, err := encode(e)
	if err != nil {
		return &trackers.Error{Kind: trackers.Invalid, Op: op, Message: "the change cannot be encoded"}
	}
	address := c.address
	if address.RawQuery != "" {
		address.RawQuery += "&"
	}
	address.RawQuery += keyParameter + "=" + url.QueryEscape(c.key)
	resp, answer, err := c.send(ctx, http.MethodPost, address, body) //nolint:bodyclose // send closes it
	if failed := c.judge(op, resp, answer, err, e.texts()); failed != nil {
		return failed
	}
	return nil
}

// send makes one call and closes its answer. Without one resp is nil.
func (c *client) send(ctx context.Context, method string, address url.URL, body []byte) (resp *http.Response, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, method, address.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Accept", "application/json")
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err = c.http.Do(req)
	if err != nil {
		return nil, nil, err
	}
	answer, err = trackers.ReadBody(resp, maxAnswer)
	return resp, answer, err
}

// encode writes the same bytes for the same value: maps come in order.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}
