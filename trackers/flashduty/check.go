package flashduty

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// Check implements trackers.Checker. The push address is asked for by GET and
// without the key, which changes nothing: that it answers at all is what can be
// learnt. Whether it takes the key is known only once a change is pushed, and
// whose key it is nobody tells.
func (t *Tracker) Check(ctx context.Context, _ []string) (*trackers.Health, error) {
	const op = "reach the push address"
	sent := t.client.now()
	resp, body, err := t.client.send(ctx, http.MethodGet, t.client.address, nil) //nolint:bodyclose // send closes it
	received := t.client.now()
	// To refuse a GET is what is expected of an address for pushing.
	refused := resp != nil && resp.StatusCode/100 == 4 && resp.StatusCode != http.StatusTooManyRequests
	redirected := resp != nil && resp.StatusCode/100 == 3
	if failed := trackers.Classify(op, resp, err, false); failed != nil && !refused && !redirected {
		return nil, failed
	}
	h := &trackers.Health{Skew: skew(resp.Header, sent, received), Unproven: true}
	if redirected {
		h.Problems = append(h.Problems, "the address redirects to another, where no push follows: write that one as the connection's url")
	}
	if t, _ := refusal(body); t.code == "RouteNotFound" {
		h.Problems = append(h.Problems, "the service knows no such address: correct the connection's url")
	}
	return h, nil
}

// skew is the service's clock minus ours, 0 within what cannot be measured.
func skew(h http.Header, sent, received time.Time) time.Duration {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	skew := date.Sub(sent.Add(received.Sub(sent) / 2)).Truncate(time.Second)
	if skew.Abs() < smallestSkew {
		return 0
	}
	return skew
}

// Describe implements trackers.Checker. The service has no containers, so that
// the one there is bears the connection's name, whatever place is asked for.
func (t *Tracker) Describe(context.Context, trackers.Place) (*trackers.Container, error) {
	return &trackers.Container{
		Container: ticket.Container{ID: t.connection.Name, Name: t.connection.Name},
		Statuses:  slices.Clone(statuses),
	}, nil
}
