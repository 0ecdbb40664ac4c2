package trackers

import (
	"sync"
	"time"
)

// Cache remembers answers for a while. At its limit it forgets everything: it
// is a shortcut, and whoever fills it reads again in minutes. It is safe for
// concurrent use.
type Cache[V any] struct {
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

// NewCache returns an empty cache that keeps at most limit answers, each for
// the given time by the given clock.
func NewCache[V any](now func() time.Time, keep time.Duration, limit int) *Cache[V] {
	return &Cache[V]{now: now, keep: keep, limit: limit, entries: map[string]cached[V]{}}
}

// Get returns what is remembered under a key; ok is false when that is nothing.
func (c *Cache[V]) Get(key string) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, ok := c.entries[key]
	if !ok || !entry.until.After(c.now()) {
		return value, false
	}
	return entry.value, true
}

// Put remembers a value under a key.
func (c *Cache[V]) Put(key string, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= c.limit {
		clear(c.entries)
	}
	c.entries[key] = cached[V]{value: value, until: c.now().Add(c.keep)}
}

// Forget drops what is remembered under some keys, everything without any.
func (c *Cache[V]) Forget(keys ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(keys) == 0 {
		clear(c.entries)
	}
	for _, key := range keys {
		delete(c.entries, key)
	}
}
