package config

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
)

// Defaults of a connection.
const (
	defaultSweep         = time.Minute
	defaultAudit         = time.Hour
	defaultQuiet         = 3 * time.Minute
	defaultConfirmDelete = time.Minute

	// shortest keeps a slip of the unit from hammering a tracker.
	shortest = 100 * time.Millisecond
)

func (r *reader) connection(e entry) Connection {
	var c Connection
	c.Name = e.key.text
	o := r.object(e.value, e.key.node, "connection "+e.key.raw)

	s, ok := o.text("kind", required(suggest("", registry.Kinds())[len("write "):]))
	k, known := registry.Settings(s.text)
	if ok && !known && !s.unresolved {
		r.fail(s.node, "unknown kind %s: %s", s.quoted(), suggest(s.raw, registry.Kinds()))
	}
	c.Kind = s.text
	// Of an unknown kind nobody can say which keys it needs or may have.
	whenKnown := func(want required) required {
		if !known {
			return ""
		}
		return want
	}
	c.URL = o.address("url", whenKnown("the address of its API"), k.Announces)
	c.WebURL = r.webURL(o, k, c.URL, known)
	c.Token = o.secret("token", whenKnown("${NAME} of a variable that holds the API token"), NeedAll)
	if c.HookKey = o.secret("webhook_token", "", NeedWebhooks); c.HookKey != "" && !pathSafe.MatchString(c.HookKey) {
		r.fail(o.take("webhook_token"), "webhook_token of %s cannot stand in an address: use only letters, digits and - . _ ~", o.what)
		c.HookKey = ""
	}
	c.Secret = o.secret("webhook_secret", "", NeedWebhooks)
	if n := cmp.Or(o.take("webhook_secret"), o.take("webhook_token")); n != nil && k.Announces {
		r.fail(n, "%s sends no webhooks: remove it", o.what)
	}
	if len(k.Flavors) > 0 {
		c.Flavor = o.word("flavor", k.Flavors[0], k.Flavors...)
		r.email(o, k, &c)
	}
	c.Sweep = o.duration("sweep", defaultSweep, shortest)
	c.Audit = o.duration("audit", defaultAudit, shortest)
	c.Quiet = o.duration("quiet", cmp.Or(k.Quiet, defaultQuiet), shortest)
	c.ConfirmDelete = o.duration("confirm_delete", defaultConfirmDelete, 0)
	c.Priorities = r.priorities(o.take("priorities"), "priorities of "+o.what)
	c.Status = r.status(o.take("status"), "status of "+o.what)
	if known {
		o.done()
	}
	return c
}

// email is the account a token belongs to; those of some flavors need none.
func (r *reader) email(o *object, k trackers.Settings, c *Connection) {
	if !slices.Contains(k.WithEmail, c.Flavor) {
		if n := o.take("email"); n != nil {
			r.fail(n, "email of %s: a %s token needs no account: remove it", o.what, c.Flavor)
		}
		return
	}
	s, ok := o.text("email", "the e-mail of the account the token belongs to")
	switch {
	case !ok || s.unresolved:
	case !strings.Contains(s.text, "@"):
		r.fail(s.node, "email of %s is %s, no e-mail address: write name@example.com", o.what, s.quoted())
	default:
		c.Email = s.text
	}
}

var pathSafe = regexp.MustCompile(`^[A-Za-z0-9._~-]+$`)

// secret reads a value that may only come from the environment, so that the
// file can be kept with the code.
func (o *object) secret(key string, want required, last Need) string {
	s, ok := o.textFor(key, want, last)
	switch {
	case !ok || s.unresolved:
		return ""
	case s.variables == 0:
		o.r.fail(s.node, "%s of %s stands in the file: put it into the environment and write ${NAME}", key, o.what)
		return ""
	case s.text != strings.TrimSpace(s.text):
		o.r.fail(s.node, "%s of %s starts or ends with a space or line break: set %s without it", key, o.what, s.raw)
		return ""
	}
	return s.text
}

// address reads where an API is. One that is whole is used as it stands.
func (o *object) address(key string, want required, whole bool) string {
	s, ok := o.text(key, want)
	if !ok || s.unresolved {
		return ""
	}
	u, err := url.Parse(s.text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		o.r.fail(s.node, "%s of %s is %s, no address: write https://host/path", key, o.what, s.quoted())
		return ""
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		o.r.fail(s.node, "%s of %s holds more than host and path: keep credentials in token, and remove ?, # and what follows", key, o.what)
		return ""
	}
	if whole {
		return s.text
	}
	return strings.TrimRight(s.text, "/")
}

// webURL is where people read a ticket: the file's, or what the API's address
// tells.
func (r *reader) webURL(o *object, k trackers.Settings, api string, known bool) string {
	n := o.take("web_url")
	if n == nil && k.Announces {
		return ""
	}
	if n == nil {
		u, err := url.Parse(api)
		if known && (k.Browse == "" || err == nil && k.Gateway != "" && u.Host == k.Gateway) {
			r.fail(o.at, "%s has no web_url: write the address of a ticket for people, with {key} in place of its key", o.what)
		}
		if api == "" {
			return ""
		}
		return api + k.Browse
	}
	s, ok := o.text("web_url", "")
	if !ok || s.unresolved {
		return ""
	}
	u, err := url.Parse(strings.ReplaceAll(s.text, "{key}", "KEY-1"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Count(s.text, "{key}") != 1 || u.Fragment != "" {
		r.fail(s.node, "web_url of %s is %s: write https://host/path/{key}, without #", o.what, s.quoted())
		return ""
	}
	return s.text
}

// levels are what a priority can mean.
var levels = []string{
	string(ticket.Urgent), string(ticket.High), string(ticket.Medium), string(ticket.Low), string(ticket.NoLevel),
}

func (r *reader) priorities(n ast.Node, what string) map[string]string {
	var out map[string]string
	for _, e := range r.entries(n, what) {
		if out == nil {
			out = map[string]string{}
		}
		if e.value == nil || r.plain(e.value) == nil {
			r.fail(e.key.node, "%s: %s has no value: %s", what, e.key.quoted(), suggest("", levels))
			continue
		}
		out[e.key.text] = r.word(e.value, what+": "+e.key.raw, "", levels...)
	}
	return out
}

// status reads a status map, of a route or of a connection.
func (r *reader) status(n ast.Node, what string) []reconcile.StatusRule {
	var out []reconcile.StatusRule
	for _, item := range r.list(n, what) {
		o := r.object(item, item, what)
		left, okLeft := o.text("left", "the left side's status")
		right, okRight := o.text("right", "the right side's status")
		direction := o.direction(false)
		o.done()
		if okLeft && okRight && !left.unresolved && !right.unresolved {
			out = append(out, reconcile.StatusRule{Left: left.text, Right: right.text, Direction: direction})
		}
	}
	return out
}
