package ravenna

import "sync"

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
