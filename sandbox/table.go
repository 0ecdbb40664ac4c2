package sandbox

import (
	"encoding/json"
	"slices"
	"sync"
)

// Table holds objects of one type by id, in the order they were first put, and
// writes each change to the state file before it returns. Values are shared,
// not copied: put a changed copy, never change what Get or All returned.
type Table[T any] struct {
	core *Core
	name string

	mu     sync.RWMutex
	ids    []string
	values map[string]T
}

// NewTable opens the named table with what the state file holds for it. Open
// each table once per Core. An object that no longer fits T is left out and
// reported in the log.
func NewTable[T any](c *Core, name string) *Table[T] {
	t := &Table[T]{core: c, name: name, values: map[string]T{}}
	ids, values := c.journal.take(name)
	for _, id := range ids {
		var value T
		if err := json.Unmarshal(values[id], &value); err != nil {
			c.log.Error("restore sandbox object", "table", name, "id", id, "error", err)
			continue
		}
		t.ids = append(t.ids, id)
		t.values[id] = value
	}
	return t
}

// Get returns the object and whether there is one.
func (t *Table[T]) Get(id string) (T, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	value, ok := t.values[id]
	return value, ok
}

// Put adds or replaces an object; a replaced one keeps its place.
func (t *Table[T]) Put(id string, value T) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.values[id]; !known {
		t.ids = append(t.ids, id)
	}
	t.values[id] = value
	if !t.core.journal.persists() {
		return
	}
	raw, err := json.Marshal(value)
	if err != nil {
		t.core.log.Error("write sandbox state", "table", t.name, "id", id, "error", err)
		return
	}
	t.core.journal.append(record{Table: t.name, ID: id, Value: raw})
}

// Delete removes an object; a missing one is no error.
func (t *Table[T]) Delete(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.values[id]; !known {
		return
	}
	delete(t.values, id)
	t.ids = remove(t.ids, id)
	t.core.journal.append(record{Table: t.name, ID: id})
}

// All returns every object in the order of insertion.
func (t *Table[T]) All() []T {
	return t.Select(func(T) bool { return true })
}

// Select returns the objects that match, in the order of insertion. match must
// not use the table.
func (t *Table[T]) Select(match func(T) bool) []T {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var found []T
	for _, id := range t.ids {
		if value := t.values[id]; match(value) {
			found = append(found, value)
		}
	}
	return found
}

// Len is the number of objects.
func (t *Table[T]) Len() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.ids)
}

func remove(ids []string, id string) []string {
	if i := slices.Index(ids, id); i >= 0 {
		return slices.Delete(ids, i, i+1)
	}
	return ids
}
