package ravenna

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// Check implements trackers.Checker. Reading is tried everywhere; whether the
// account may write cannot be learnt without writing.
func (t *Tracker) Check(ctx context.Context, containers []string) (*trackers.Health, error) {
	h := &trackers.Health{}
	queues, a, err := t.queues(ctx)
	switch {
	case trackers.Is(err, trackers.Auth):
		h.Problems = append(h.Problems, "the token is refused: put a valid one in the connection's token")
		return h, nil
	case trackers.Is(err, trackers.Forbidden):
		h.Problems = append(h.Problems, missing("list channels", "nothing can be replicated", err))
		return h, nil
	case err != nil:
		return nil, err
	}
	h.Skew = a.skew
	if err := t.identify(ctx, h); err != nil {
		return nil, err
	}
	for _, probe := range []struct{ what, path, without string }{
		{"list statuses", "/statuses", "statuses cannot be replicated"},
		{"list tags", "/tags?limit=1", "labels cannot be replicated"},
		{"list users", "/users?limit=1", "people cannot be replicated"},
	} {
		if err := t.probe(ctx, h, probe.what, probe.path, probe.without, nil); err != nil {
			return nil, err
		}
	}
	for _, name := range containers {
		queue, ok := findQueue(queues, name)
		if !ok {
			h.Problems = append(h.Problems, noChannel(queues, name))
			continue
		}
		if err := t.checkChannel(ctx, h, queue); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// identify says who we are as far as it can be known.
func (t *Tracker) identify(ctx context.Context, h *trackers.Health) error {
	named, err := t.self.account(ctx)
	if err != nil && !trackers.Is(err, trackers.Forbidden) {
		return err
	}
	if t.self.email != "" && err == nil && !named.known {
		h.Problems = append(h.Problems, "no user has the connection's email "+t.self.email+": correct it or leave it out")
	}
	if id := t.self.any(); !named.known && id != "" {
		if named, err = t.people.id(ctx, id); err != nil {
			return err
		}
	}
	h.Account = named.user
	if h.Account == (ticket.User{}) {
		h.Account.Name = "unknown (Ravenna does not tell whose token it is: set email in the connection)"
	}
	return nil
}

func (t *Tracker) checkChannel(ctx context.Context, h *trackers.Health, queue rawQueue) error {
	var tickets page[rawTicket]
	query, err := channelQuery(queue.ID, "")
	if err != nil {
		return err
	}
	query.Set("limit", "1")
	path := "/tickets?" + query.Encode()
	if err := t.probe(ctx, h, "list tickets of "+queue.Name, path, "the channel cannot be replicated", &tickets); err != nil {
		return err
	}
	if len(tickets.Items) == 0 {
		return nil
	}
	id := url.QueryEscape(tickets.Items[0].ID)
	if err := t.probe(ctx, h, "list messages in "+queue.Name, "/ticket-messages?limit=1&ticketId="+id, "comments cannot be replicated", nil); err != nil {
		return err
	}
	return t.probe(ctx, h, "list links in "+queue.Name, "/ticket-links?ticketId="+id, "tickets cannot be linked", nil)
}

// probe makes one read; a missing permission is a problem, any other failure
// an error.
func (t *Tracker) probe(ctx context.Context, h *trackers.Health, what, path, without string, out any) error {
	_, err := t.client.get(ctx, what, path, nil, out)
	switch trackers.KindOf(err) {
	case trackers.Forbidden, trackers.NotFound, trackers.Invalid:
		h.Problems = append(h.Problems, missing(what, without, err))
		return nil
	}
	return err
}

func missing(what, without string, err error) string {
	return fmt.Sprintf("may not %s, so %s (%s)", what, without, err)
}

// Describe implements trackers.Checker. A channel is found by its name, its id
// or its prefix. Statuses are those of the workspace: which of them a channel's
// forms offer makes no difference to the API. Custom fields are not listed by
// the API, so they are not checked.
func (t *Tracker) Describe(ctx context.Context, p trackers.Place) (*trackers.Container, error) {
	queues, _, err := t.queues(ctx)
	if err != nil {
		return nil, err
	}
	queue, ok := findQueue(queues, p.Container)
	if !ok {
		return nil, &trackers.Error{Kind: trackers.NotFound, Op: "find channel", Message: noChannel(queues, p.Container)}
	}
	t.statuses.known.Forget()
	all, err := t.statuses.list(ctx)
	if err != nil {
		return nil, err
	}
	c := &trackers.Container{
		Container: ticket.Container{ID: queue.ID, Key: queue.Prefix, Name: queue.Name},
		Archived:  text(queue.DeletedAt) != "",
	}
	for _, status := range all {
		c.Statuses = append(c.Statuses, status.state())
	}
	return c, nil
}

func (t *Tracker) queues(ctx context.Context) ([]rawQueue, answer, error) {
	var queues []rawQueue
	var last answer
	err := list(ctx, t.client, "list channels", "/queues", nil,
		func(q rawQueue) string { return q.ID },
		func(page []rawQueue, a answer) bool { queues, last = append(queues, page...), a; return false })
	return queues, last, err
}

func findQueue(queues []rawQueue, name string) (rawQueue, bool) {
	for _, matches := range []func(rawQueue) bool{
		func(q rawQueue) bool { return q.Name == name },
		func(q rawQueue) bool { return q.ID == name },
		func(q rawQueue) bool { return strings.EqualFold(q.Name, strings.TrimSpace(name)) },
		func(q rawQueue) bool { return strings.EqualFold(q.Prefix, name) },
	} {
		for _, q := range queues {
			if name != "" && matches(q) {
				return q, true
			}
		}
	}
	return rawQueue{}, false
}

func noChannel(queues []rawQueue, name string) string {
	var names []string
	for _, q := range queues {
		names = append(names, fmt.Sprintf("%s (%s)", q.Name, q.Prefix))
	}
	if len(names) == 0 {
		return fmt.Sprintf("no channel is named %q: the account sees none at all", name)
	}
	return fmt.Sprintf("no channel is named %q: there are %s", name, strings.Join(names, ", "))
}
