package linear

import (
	"sync"
	"time"
)

// cache remembers answers for a while. At its limit it forgets everything: it
// is a shortcut, and what fills it is read again in minutes.
type cache[V any] struct {
	now   func() time.Time
	limit int

	mu      sync.Mutex
	entries map[string]cached[V]
}

type cached[V any] struct {
	value V
	until time.Time
}

func newCache[V any](now func() time.Time, limit int) *cache[V] {
	return &cache[V]{now: now, limit: limit, entries: map[string]cached[V]{}}
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
	c.entries[key] = cached[V]{value: value, until: c.now().Add(keep)}
}

// forget drops what is remembered under some keys, everything without any.
func (c *cache[V]) forget(keys ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(keys) == 0 {
		clear(c.entries)
	}
	for _, key := range keys {
		delete(c.entries, key)
	}
}
