package people

import (
	"context"
	"net/http"
)

// Flashduty is somebody who looks at the sandbox Flashduty.
type Flashduty struct{ Person }

// AtFlashduty returns somebody with a key to read.
func AtFlashduty(root string) Flashduty {
	return Flashduty{Person{root: root, auth: func(*http.Request) {}}}
}

// Event is a change event, as much of it as people look at.
type Event struct {
	Key         string            `json:"change_key"`
	Title       string            `json:"title"`
	Status      string            `json:"change_status"`
	Description string            `json:"description"`
	Labels      map[string]string `json:"labels"`
	Time        int64             `json:"event_time"` // Unix seconds
}

// All lists the changes as they stand.
func (f Flashduty) All(ctx context.Context) ([]Event, error) {
	var out struct{ Data struct{ Items []Event } }
	err := f.Call(ctx, http.MethodPost, "/change/list?app_key=sandbox", map[string]any{}, &out)
	return out.Data.Items, err
}

// Get returns the change of this key as it stands; ok is false without one.
func (f Flashduty) Get(ctx context.Context, key string) (e Event, ok bool, err error) {
	all, err := f.All(ctx)
	for _, one := range all {
		if one.Key == key {
			return one, true, err
		}
	}
	return Event{}, false, err
}

// Push is one push that arrived.
type Push struct {
	Status int   `json:"status"` // of the answer, 0 where it was cut
	Body   Event `json:"body"`
}

// Pushes lists every push in the order of arrival.
func (f Flashduty) Pushes(ctx context.Context) ([]Push, error) {
	var out []Push
	return out, Control(ctx, f.root, http.MethodGet, "/_sandbox/pushes", nil, &out)
}
