package ravenna

import (
	"sync"
	"time"
)

// cache remembers answers for a while. At its limit it forgets everything: it
// is a shortcut, and a workspace that fills it is read again in minutes.
type cache[V any] struct {
	now   func() time.Time
	keep  time.Duration
	limit int

	mu      sync.Mutex
	entries map[string]cached[V]
}

type cached[V any] struct {
	value V
	until time.Time
}

func newCache[V any](now func() time.Time, keep time.Duration, limit int) *cache[V] {
	return &cache[V]{now: now, keep: keep, limit: limit, entries: map[string]cached[V]{}}
}

func (c *cache[V]) get(key string) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, ok := c.entries[key]
	if !ok || !entry.until.After(c.now()) {
		return value, false
	}
	return entry.value, true
}

func (c *cache[V]) put(key string, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= c.limit {
		clear(c.entries)
	}
	c.entries[key] = cached[V]{value: value, until: c.now().Add(c.keep)}
}

// forget drops everything, after a refusal that old knowledge may have caused.
func (c *cache[V]) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
}

// maxRecent bounds in bytes what is remembered of tickets.
const maxRecent = 32 << 20

// recent remembers the raw values of tickets as last read, because a write with
// a precondition must quote the stored text exactly and snapshots hold only
// its Markdown.
type recent struct {
	mu      sync.Mutex
	tickets map[string]*rawTicket
	order   []string // oldest first
	size    int
}

func newRecent() *recent { return &recent{tickets: map[string]*rawTicket{}} }

func (r *recent) get(id string) (*rawTicket, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	raw, ok := r.tickets[id]
	return raw, ok
}

// put remembers a ticket; the caller must not change it any more.
func (r *recent) put(raw *rawTicket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remove(raw.ID)
	r.tickets[raw.ID] = raw
	r.order = append(r.order, raw.ID)
	r.size += raw.weight()
	for r.size > maxRecent && len(r.order) > 0 {
		oldest := r.order[0]
		r.order = r.order[1:]
		r.drop(oldest)
	}
}

func (r *recent) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.remove(id)
}

func (r *recent) remove(id string) {
	if _, ok := r.tickets[id]; !ok {
		return
	}
	r.drop(id)
	for i, other := range r.order {
		if other == id {
			r.order = append(r.order[:i], r.order[i+1:]...)
			return
		}
	}
}

func (r *recent) drop(id string) {
	if raw, ok := r.tickets[id]; ok {
		r.size -= raw.weight()
		delete(r.tickets, id)
	}
}

// weight is roughly what a ticket takes in memory.
func (r *rawTicket) weight() int {
	const fixed = 2 << 10
	n := fixed + len(r.Title) + len(text(r.Description))
	for name, value := range r.CustomFields {
		n += len(name) + len(value)
	}
	for name, value := range r.Metadata {
		n += len(name) + len(value)
	}
	return n
}
