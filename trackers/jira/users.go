package jira

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/ticketsync/ticketsync/ticket"
)

const (
	accountAge  = 5 * time.Minute
	maxAccounts = 2000
)

// accountID is how a user is named in snapshots and events: Cloud's accountId,
// Data Center's key, which unlike its name never changes.
func accountID(u *gojira.User) string {
	if u == nil {
		return ""
	}
	return cmp.Or(u.AccountID, u.Key, u.Name)
}

// reference is how a user is named when writing.
func (t *Tracker) reference(u *gojira.User) map[string]any {
	if t.cloud {
		return map[string]any{"accountId": u.AccountID}
	}
	return map[string]any{"name": u.Name}
}

// self returns our own account, asked for once.
func (t *Tracker) self(ctx context.Context) (*gojira.User, error) {
	t.mu.Lock()
	me := t.me
	t.mu.Unlock()
	if me != nil {
		return me, nil
	}
	return t.askSelf(ctx)
}

// askSelf reads our own account even if it is known already.
func (t *Tracker) askSelf(ctx context.Context) (*gojira.User, error) {
	const op = "read own account"
	me := &gojira.User{}
	if _, err := t.get(ctx, op, "myself", nil, me); err != nil {
		return nil, err
	}
	if accountID(me) == "" {
		return nil, without(op, "account")
	}
	t.mu.Lock()
	t.me = me
	t.mu.Unlock()
	return me, nil
}

// user converts an account. Where Jira hides the e-mail address it is the one
// that once led us to the account.
func (t *Tracker) user(u *gojira.User) *ticket.User {
	if u == nil || accountID(u) == "" {
		return nil
	}
	id := accountID(u)
	return &ticket.User{ID: id, Email: cmp.Or(u.EmailAddress, t.accounts.email(id)), Name: u.DisplayName}
}

// resolve finds the account with this e-mail address among those that can be
// assigned; nil when there is none. where is issueKey or project.
func (t *Tracker) resolve(ctx context.Context, email, where, value string) (*gojira.User, error) {
	email = strings.TrimSpace(email)
	if email == "" {
		return nil, nil
	}
	key := strings.ToLower(where + "\x00" + value + "\x00" + email)
	if u, ok := t.accounts.get(key, t.now()); ok {
		return u, nil
	}
	query := url.Values{where: {value}, "maxResults": {"50"}}
	if t.cloud {
		query.Set("query", email)
	} else {
		query.Set("username", email)
	}
	var hits []gojira.User
	if _, err := t.get(ctx, "look up user", "user/assignable/search", query, &hits); err != nil {
		return nil, err
	}
	found := match(hits, email)
	t.accounts.put(key, email, found, t.now())
	return found, nil
}

// match accepts an exact e-mail address, or the only hit where Jira hides it:
// the search itself compared the address then.
func match(hits []gojira.User, email string) *gojira.User {
	for i := range hits {
		if strings.EqualFold(hits[i].EmailAddress, email) {
			return &hits[i]
		}
	}
	if len(hits) == 1 && hits[0].EmailAddress == "" {
		return &hits[0]
	}
	return nil
}

// accounts remembers look-ups, the fruitless ones too, and which address led
// to which account.
type accounts struct {
	mu     sync.Mutex
	byKey  map[string]account
	emails map[string]string
}

type account struct {
	user *gojira.User
	at   time.Time
}

func newAccounts() *accounts {
	return &accounts{byKey: map[string]account{}, emails: map[string]string{}}
}

func (a *accounts) get(key string, now time.Time) (*gojira.User, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	entry, ok := a.byKey[key]
	if !ok || now.Sub(entry.at) > accountAge {
		return nil, false
	}
	return entry.user, true
}

func (a *accounts) put(key, email string, u *gojira.User, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	makeRoom(a.byKey, maxAccounts)
	a.byKey[key] = account{user: u, at: now}
	if u != nil {
		makeRoom(a.emails, maxAccounts)
		a.emails[accountID(u)] = email
	}
}

func (a *accounts) email(id string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.emails[id]
}

// makeRoom drops any one entry of a full map: what is lost is asked for again.
func makeRoom[K comparable, V any](m map[K]V, limit int) {
	if len(m) < limit {
		return
	}
	for k := range m {
		delete(m, k)
		return
	}
}

// seen remembers what an update needs to know of a ticket beyond its id, as of
// one version: the labels' own spelling and the key.
type seen struct {
	mu   sync.Mutex
	byID map[string]glance
}

type glance struct {
	version string
	key     string
	labels  []string
}

func newSeen() *seen { return &seen{byID: map[string]glance{}} }

func (s *seen) put(id string, g glance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.byID[id]; !known {
		makeRoom(s.byID, maxAccounts)
	}
	s.byID[id] = g
}

func (s *seen) get(id, version string) (glance, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.byID[id]
	return g, ok && version != "" && g.version == version
}

// look returns the glance of a ticket at a version, reading it only if the
// last fetch in this process was of another.
func (t *Tracker) look(ctx context.Context, id, version string) (glance, error) {
	if g, ok := t.seen.get(id, version); ok {
		return g, nil
	}
	var doc struct {
		Key    string `json:"key"`
		Fields struct {
			Labels  []string `json:"labels"`
			Updated string   `json:"updated"`
		} `json:"fields"`
	}
	query := url.Values{"fields": {"labels,updated"}}
	if _, err := t.get(ctx, "read ticket", "issue/"+segment(id), query, &doc); err != nil {
		return glance{}, err
	}
	g := glance{version: versionOf(doc.Fields.Updated), key: doc.Key, labels: doc.Fields.Labels}
	t.seen.put(id, g)
	return g, nil
}
