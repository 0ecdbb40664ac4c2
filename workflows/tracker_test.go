package workflows

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// tracker is a tracker in memory. The activities that use it are the real ones.
type tracker struct {
	name string
	mu   sync.Mutex
	now  func() time.Time
	// tickets by id; values are raw, fingerprints are made on reading.
	tickets map[string]*ticket.Snapshot
	serial  int
	prefix  string              // of keys
	start   string              // status of a new ticket
	steps   map[string][]string // the workflow; nil: any status can be set
	people  []string            // by e-mail, who may be assigned
	mute    bool                // writes answer without what was stored
	lags    bool                // the index does not show what we create
	low     bool                // background work is held back
	strict  bool                // writes check Replaces
	history bool                // tells when people changed what
	faults  []*fault
	closed  bool // the containers cannot be read
	// during runs in the middle of the next call of an operation, before it
	// takes effect.
	during map[string]func()
	calls  []string // operation and ticket, in order of arrival
	drafts []trackers.Draft
	// changes are the tickets' histories, where they have any; told is what
	// the tracker was told, a page of history at most page changes.
	changes map[string][]ticket.Change
	told    []trackers.News
	page    int
}

// fault makes calls of an operation fail, before or after they took effect.
type fault struct {
	op    string
	err   *trackers.Error
	after bool
	times int // 0: for ever
}

const forEver = 0

// fails makes the next calls of an operation fail without effect.
func (k *tracker) fails(op string, err trackers.Error, times int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults = append(k.faults, &fault{op: op, err: &err, times: times})
}

// loses makes the next call of an operation take effect, and its answer get lost.
func (k *tracker) loses(op string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults = append(k.faults, &fault{op: op, after: true, times: 1,
		err: &trackers.Error{Kind: trackers.Unavailable, Op: op, Ambiguous: true}})
}

// heals ends all faults.
func (k *tracker) heals() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.faults = nil
}

// begin notes a call and returns the error it has to end with, if any; after
// is one that comes when the call has had its effect.
func (k *tracker) begin(op, id string) (before, after error) {
	k.mu.Lock()
	meanwhile := k.during[op]
	delete(k.during, op)
	k.calls = append(k.calls, strings.TrimSpace(op+" "+id))
	k.mu.Unlock()
	if meanwhile != nil {
		meanwhile()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, f := range k.faults {
		if f.op != op && (f.op != "fetch" || op != "comments") {
			continue // a fault of every fetch is also one of those with comments
		}
		if f.times--; f.times == 0 {
			k.faults = slices.Delete(k.faults, i, i+1)
		}
		err := *f.err
		if err.Op == "" {
			err.Op = op
		}
		if f.after {
			return nil, &err
		}
		return &err, nil
	}
	return nil, nil
}

func (k *tracker) find(id string) (*ticket.Snapshot, error) {
	t := k.tickets[id]
	if t == nil {
		return nil, &trackers.Error{Kind: trackers.NotFound, Op: "fetch ticket", Status: 404}
	}
	return t, nil
}

// touch gives a ticket its next version.
func (k *tracker) touch(t *ticket.Snapshot) {
	k.serial++
	t.Version, t.Updated = fmt.Sprintf("v%05d", k.serial), k.now()
}

func (k *tracker) Kind() string { return k.name }

// admit holds background work back while the quota is low.
func (k *tracker) admit(ctx context.Context, op string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.low || !trackers.IsBackground(ctx) {
		return nil
	}
	return &trackers.Error{Kind: trackers.RateLimited, Op: op, RetryAfter: time.Hour, GaveWay: true}
}

func (k *tracker) Fetch(ctx context.Context, id string, opts trackers.FetchOptions) (*ticket.Snapshot, error) {
	if err := k.admit(ctx, "fetch ticket"); err != nil {
		return nil, err
	}
	op := "fetch"
	if opts.Comments {
		op = "comments"
	}
	if before, _ := k.begin(op, id); before != nil {
		return nil, before
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.find(id)
	if err != nil {
		return nil, err
	}
	out := k.shown(t)
	out.LinksRead, out.CommentsRead = true, opts.Comments
	if !opts.Comments {
		out.Comments = nil
	}
	if opts.Changes != nil {
		k.recount(out, opts.Changes.After)
	}
	for f, v := range out.Fields {
		if f == ticket.Description && opts.Known[f] == v.Fingerprint && !opts.Whole {
			v.Text, v.Omitted = "", true
			out.Fields[f] = v
		}
	}
	return out, nil
}

// shown returns a ticket as an adapter reports it.
func (k *tracker) shown(t *ticket.Snapshot) *ticket.Snapshot {
	out := copyOf(t)
	for f, v := range out.Fields {
		v.Fingerprint = printOf(v)
		out.Fields[f] = v
	}
	for i := range out.Comments {
		c := &out.Comments[i]
		c.Fingerprint = ticket.Fingerprint(c.Body)
	}
	for _, to := range k.steps[out.Status().Name] {
		out.Moves = append(out.Moves, ticket.Move{ID: to, To: ticket.State{Name: to, Done: to == "Done"}})
	}
	out.AnyStatus, out.Account = k.steps == nil, "bot"
	return out
}

func copyOf(t *ticket.Snapshot) *ticket.Snapshot {
	data, err := json.Marshal(t)
	var out ticket.Snapshot
	if err = errors.Join(err, json.Unmarshal(data, &out)); err != nil {
		panic(err)
	}
	return &out
}

func printOf(v ticket.Value) string {
	v.Fingerprint = ""
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return ticket.Fingerprint(string(data))
}

func (k *tracker) Lookup(_ context.Context, key string) (string, error) {
	if before, _ := k.begin("lookup", key); before != nil {
		return "", before
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, t := range k.tickets {
		if t.Key == key || t.URL == key {
			return id, nil
		}
	}
	return "", &trackers.Error{Kind: trackers.NotFound, Op: "look up"}
}

func (k *tracker) Create(ctx context.Context, d trackers.Draft) (*trackers.Created, error) {
	if err := k.admit(ctx, "create ticket"); err != nil {
		return nil, err
	}
	before, after := k.begin("create", "")
	if before != nil {
		return nil, before
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drafts = append(k.drafts, d)
	t := k.add(d.Container, d.Type)
	t.Ours, t.Markers = true, []ticket.Marker{d.Marker}
	var result trackers.Result
	for _, w := range d.Fields {
		if w.Field != ticket.Status || k.steps == nil {
			result.Fields = append(result.Fields, k.set(t, w))
		}
	}
	if after != nil {
		return nil, after
	}
	if !k.mute {
		result.Snapshot = k.shown(t)
		result.Snapshot.Comments = nil
	}
	return &trackers.Created{ID: t.Ref.ID, Key: t.Key, URL: t.URL, Result: &result}, nil
}

// add makes an empty ticket; the caller holds the lock.
func (k *tracker) add(c ticket.Container, kind string) *ticket.Snapshot {
	n := strconv.Itoa(len(k.tickets) + 1)
	t := &ticket.Snapshot{
		Ref: ticket.Ref{Connection: k.name, ID: k.prefix + n}, Key: k.prefix + "-" + n, Container: c, Type: kind, Created: k.now(),
		URL: "https://" + k.name + ".example.com/" + k.prefix + "-" + n,
		Fields: map[ticket.Field]ticket.Value{
			ticket.Title: {}, ticket.Description: {}, ticket.Assignee: {}, ticket.Labels: {},
			ticket.Priority: {Level: ticket.Medium}, ticket.Status: {State: &ticket.State{Name: k.start}},
		},
	}
	k.touch(t)
	k.tickets[t.Ref.ID] = t
	return t
}

// set stores one field of our own write.
func (k *tracker) set(t *ticket.Snapshot, w trackers.FieldWrite) trackers.Written {
	v := w.Value
	v.Fingerprint = ""
	out := trackers.Written{Field: w.Field}
	if v.User != nil && !slices.Contains(k.people, v.User.Email) {
		v, out.Note = ticket.Value{}, ticket.UserUnknown
	}
	t.Fields[w.Field] = v
	out.Stored = printOf(v)
	return out
}

func (k *tracker) Update(_ context.Context, u trackers.Update) (*trackers.Result, error) {
	before, after := k.begin("update", u.ID)
	if before != nil {
		return nil, before
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.find(u.ID)
	if err != nil {
		return nil, err
	}
	for _, w := range u.Fields {
		if k.strict && w.Replaces != printOf(t.Fields[w.Field]) {
			return nil, &trackers.Error{Kind: trackers.Stale, Op: "update ticket", Status: 409}
		}
	}
	var result trackers.Result
	for _, w := range u.Fields {
		result.Fields = append(result.Fields, k.set(t, w))
	}
	k.touch(t)
	if after != nil {
		return nil, after
	}
	if !k.mute {
		result.Snapshot = k.shown(t)
		result.Snapshot.Comments = nil
	}
	return &result, nil
}

func (k *tracker) Move(_ context.Context, m trackers.MoveRequest) (*ticket.Snapshot, error) {
	if before, _ := k.begin("move", m.ID); before != nil {
		return nil, before
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.find(m.ID)
	if err != nil {
		return nil, err
	}
	if t.Status().Name == m.From.Name {
		to := m.Move.To
		t.Fields[ticket.Status] = ticket.Value{State: &to}
		k.touch(t)
	}
	out := k.shown(t)
	out.Comments = nil
	return out, nil
}

func (k *tracker) Mark(_ context.Context, id string, m ticket.Marker, _ string) error {
	if before, _ := k.begin("mark", id); before != nil {
		return before
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.find(id)
	if err != nil {
		return err
	}
	t.Markers = slices.DeleteFunc(t.Markers, func(had ticket.Marker) bool { return had.Pair == m.Pair })
	t.Markers = append(t.Markers, m)
	return nil
}

func (k *tracker) Find(_ context.Context, _ ticket.Container, m ticket.Marker, _ time.Time) ([]trackers.Found, error) {
	if before, _ := k.begin("find", ""); before != nil {
		return nil, before
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []trackers.Found
	for n := 1; n <= len(k.tickets) && !k.lags; n++ {
		t := k.tickets[k.prefix+strconv.Itoa(n)]
		if t == nil || !slices.ContainsFunc(t.Markers, func(has ticket.Marker) bool { return has.Pair == m.Pair && has.Generation == m.Generation }) {
			continue
		}
		out = append(out, trackers.Found{ID: t.Ref.ID, Key: t.Key, URL: t.URL})
	}
	return out, nil
}

func (k *tracker) Check(context.Context, []string) (*trackers.Health, error) {
	return &trackers.Health{}, nil
}

func (k *tracker) Describe(_ context.Context, p trackers.Place) (*trackers.Container, error) {
	if before, _ := k.begin("describe", p.Container); before != nil {
		return nil, before
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil, &trackers.Error{Kind: trackers.NotFound, Op: "describe " + p.Container, Message: "no such container"}
	}
	c := &trackers.Container{Container: ticket.Container{ID: k.prefix, Key: k.prefix, Name: p.Container}, Types: []string{"Bug", "Task", "Change"}}
	names := []string{"Open", "In Progress", "Waiting", "Done"}
	if k.steps != nil {
		names = []string{"To Do", "In Progress", "In Review", "Done"}
	}
	for _, name := range names {
		c.Statuses = append(c.Statuses, ticket.State{Name: name})
	}
	if p.Type == "Change" {
		c.Required = []string{"customfield_1"}
	}
	return c, nil
}
