// Package jira speaks to Jira Cloud and Data Center through rest/api/2, whose
// text is wiki markup on both. It uses go-jira's transports, types and Do, and
// writes its own requests where go-jira's calls break.
package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/ticketsync/ticketsync/trackers"
)

// Flavours of Jira, as in the configuration.
const (
	Cloud      = "cloud"
	DataCenter = "datacenter"
)

// Settings is what the configuration file may say about Jira.
var Settings = trackers.Settings{
	Kind: "jira", Container: "project", ByKey: true, Typed: true, Recounts: true,
	Flavors: []string{Cloud, DataCenter}, WithEmail: []string{Cloud},
	// The gateway takes scoped tokens.
	Browse: "/browse/{key}", Gateway: "api.atlassian.com", CustomPrefix: "customfield_",
}

const (
	root   = "rest/api/2/"
	rootV3 = "rest/api/3/"
	// maxAnswer is far above an issue with a hundred comments of 32 KB each.
	maxAnswer = 16 << 20
	// skewFloor is what a Date header, which tells whole seconds, cannot show.
	skewFloor = 2 * time.Second
)

// Tracker is one Jira connection.
type Tracker struct {
	c     trackers.Connection
	api   *gojira.Client
	log   *slog.Logger
	now   func() time.Time
	cloud bool
	// web is a ticket's address for people, with {key}; site is the base that
	// relative links in rendered text are resolved against.
	web  string
	site *url.URL
	// skew is Jira's clock minus ours in nanoseconds, as last seen.
	skew atomic.Int64

	accounts *accounts
	seen     *seen

	mu     sync.Mutex
	me     *gojira.User
	schema map[string]fieldSchema
	// desks tells of each project, by id, whether it is a service desk.
	desks map[string]bool
}

var (
	_ trackers.Tracker   = (*Tracker)(nil)
	_ trackers.Reader    = (*Tracker)(nil)
	_ trackers.Writer    = (*Tracker)(nil)
	_ trackers.Mover     = (*Tracker)(nil)
	_ trackers.Commenter = (*Tracker)(nil)
	_ trackers.Marking   = (*Tracker)(nil)
	_ trackers.Finder    = (*Tracker)(nil)
	_ trackers.Lister    = (*Tracker)(nil)
	_ trackers.Checker   = (*Tracker)(nil)
	_ trackers.Hook      = (*Hook)(nil)
)

// New returns the adapter of one connection.
func New(c trackers.Connection, o trackers.Options) (*Tracker, error) {
	base, err := url.Parse(c.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("open connection %s: url is no http or https address", c.Name)
	}
	flavor := cmp.Or(c.Flavor, Cloud)
	if flavor != Cloud && flavor != DataCenter {
		return nil, fmt.Errorf("open connection %s: flavor %q is unknown, write %s or %s", c.Name, flavor, Cloud, DataCenter)
	}
	if c.Token == "" {
		return nil, fmt.Errorf("open connection %s: token is empty", c.Name)
	}
	if flavor == Cloud && c.Email == "" {
		return nil, fmt.Errorf("open connection %s: email is empty, Jira Cloud wants it with the token", c.Name)
	}
	t := &Tracker{
		c: c, log: o.Log, now: o.Now, cloud: flavor == Cloud,
		accounts: newAccounts(), seen: newSeen(), desks: map[string]bool{},
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	if t.now == nil {
		t.now = time.Now
	}
	if err := t.addresses(base); err != nil {
		return nil, err
	}
	client := http.Client{}
	if o.HTTP != nil {
		client = *o.HTTP
	}
	if t.cloud {
		client.Transport = &gojira.BasicAuthTransport{Username: c.Email, Password: c.Token, Transport: client.Transport}
	} else {
		client.Transport = &gojira.PATAuthTransport{Token: c.Token, Transport: client.Transport}
	}
	t.api, err = gojira.NewClient(&client, strings.TrimSuffix(c.URL, "/")+"/")
	if err != nil {
		return nil, fmt.Errorf("open connection %s: url is no http or https address", c.Name)
	}
	return t, nil
}

func (t *Tracker) addresses(base *url.URL) error {
	t.web = cmp.Or(t.c.WebURL, strings.TrimSuffix(t.c.URL, "/")+"/browse/{key}")
	site, err := url.Parse(strings.ReplaceAll(t.web, "{key}", "key"))
	if err != nil || site.Host == "" {
		return fmt.Errorf("open connection %s: web_url is no web address", t.c.Name)
	}
	before, _, ok := strings.Cut(site.Path, "/browse/")
	if !ok {
		before = base.Path
	}
	t.site = &url.URL{Scheme: site.Scheme, Host: site.Host, Path: strings.TrimSuffix(before, "/") + "/"}
	return nil
}

// Kind returns "jira".
func (t *Tracker) Kind() string { return Settings.Kind }

func (t *Tracker) webURL(key string) string {
	return strings.ReplaceAll(t.web, "{key}", url.PathEscape(key))
}

// call is one request. A call that is not a GET writes.
type call struct {
	op     string // "create issue", for errors
	method string
	path   string // below rest/api/2, escaped
	v3     bool   // below rest/api/3 instead
	query  url.Values
	body   any
	out    any // decoded from the answer; nil leaves it unread
	// sent are the fields of a call that lacks a value where Jira names others;
	// nil for an edit, which can do without any.
	sent map[string]any
}

// answer is what the tracker said besides the body.
type answer struct {
	status int
	// date is the tracker's own time, ours where it did not tell.
	date  time.Time
	empty bool
}

func (t *Tracker) do(ctx context.Context, c call) (answer, error) {
	path := root + c.path
	if c.v3 {
		path = rootV3 + c.path
	}
	if len(c.query) > 0 {
		path += "?" + c.query.Encode()
	}
	req, err := t.api.NewRequestWithContext(ctx, c.method, path, c.body)
	if err != nil {
		// The cause would quote the address.
		return answer{}, &trackers.Error{Kind: trackers.Invalid, Op: c.op, Message: "the request cannot be built"}
	}
	req.Header.Set("Accept", "application/json")
	wrote := c.method != http.MethodGet
	started := t.now()
	// go-jira would decode without a limit and lose the body of an error.
	resp, err := t.api.Do(req, nil)
	if resp == nil {
		return answer{}, trackers.Classify(c.op, nil, err, wrote)
	}
	body, readErr := trackers.ReadBody(resp.Response, maxAnswer)
	a := answer{status: resp.StatusCode, date: t.observe(resp.Header, started), empty: len(body) == 0}
	failed := trackers.Classify(c.op, resp.Response, readErr, wrote)
	if failed == nil && c.out != nil && !a.empty {
		if err := json.Unmarshal(body, c.out); err != nil {
			failed = trackers.Classify(c.op, resp.Response, errUnreadable, wrote)
		}
	}
	if failed == nil && c.out != nil && a.empty && !wrote {
		failed = trackers.Classify(c.op, resp.Response, errUnreadable, false)
	}
	if failed != nil {
		t.explain(failed, resp.Header, body, c.sent)
		return a, failed
	}
	return a, nil
}

// errUnreadable stands for JSON that is none; the decoder's own error would
// quote the ticket.
var errUnreadable = errors.New("no such JSON")

// without is the error of a good answer to a read that lacks what was asked for.
func without(op, what string) error {
	return &trackers.Error{Kind: trackers.Unavailable, Op: op, Message: "the answer holds no " + what}
}

// observe notes the clock difference and returns the tracker's time.
func (t *Tracker) observe(h http.Header, started time.Time) time.Time {
	ended := t.now()
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return ended.Add(time.Duration(t.skew.Load()))
	}
	skew := date.Add(500 * time.Millisecond).Sub(started.Add(ended.Sub(started) / 2))
	if skew.Abs() < skewFloor {
		skew = 0
	}
	t.skew.Store(int64(skew))
	return date
}

// ours converts a time of the tracker's to our clock.
func (t *Tracker) ours(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return at.Add(-time.Duration(t.skew.Load()))
}

// get reads a path below rest/api/2 into out.
func (t *Tracker) get(ctx context.Context, op, path string, query url.Values, out any) (answer, error) {
	return t.do(ctx, call{op: op, method: http.MethodGet, path: path, query: query, out: out})
}

func segment(id string) string { return url.PathEscape(id) }
