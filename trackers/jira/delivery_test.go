package jira

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sandbox "github.com/ticketsync/ticketsync/sandbox/jira"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

type delivery struct {
	header http.Header
	body   []byte
}

// receiving returns a bundle whose sandbox delivers to the channel.
func receiving(t *testing.T, flavor string) (*bundle, <-chan delivery) {
	t.Helper()
	deliveries := make(chan delivery, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		deliveries <- delivery{r.Header.Clone(), body}
	}))
	t.Cleanup(receiver.Close)
	return newBundle(t, flavor, func(o *sandbox.Options) { o.WebhookURL = receiver.URL }), deliveries
}

// next parses deliveries until one speaks of the kind.
func next(t *testing.T, hook *Hook, deliveries <-chan delivery, kind ticket.EventKind) ticket.Event {
	t.Helper()
	for {
		select {
		case d := <-deliveries:
			require.True(t, hook.Verify(d.header, "", d.body))
			require.False(t, hook.Verify(d.header, "", append(d.body, ' ')))
			events, ignored, err := hook.Parse(d.body)
			require.NoError(t, err)
			require.Empty(t, ignored)
			for _, e := range events {
				if e.Kind == kind {
					return e
				}
			}
		case <-time.After(testTimeout):
			t.Fatalf("no event of kind %s was delivered", kind)
		}
	}
}

// An echo is recognised by its exact version and actor, so both must be the
// same in a webhook and in an answer.
func TestDeliveriesAgreeWithAnswers(t *testing.T) {
	t.Parallel()
	for _, flavor := range []string{Cloud, DataCenter} {
		t.Run(flavor, func(t *testing.T) {
			t.Parallel()
			b, deliveries := receiving(t, flavor)
			hook, err := NewHook(trackers.Connection{Secret: sandbox.DefaultSecret})
			require.NoError(t, err)
			me, err := b.Check(t.Context(), nil)
			require.NoError(t, err)

			created, err := b.Create(t.Context(), draft())
			require.NoError(t, err)
			e := next(t, hook, deliveries, ticket.TicketEvent)
			s := b.fetch(created.ID, trackers.FetchOptions{})
			require.Equal(t, ticket.Event{
				Kind: ticket.TicketEvent, ID: created.ID, Version: s.Version, Actor: me.Account.ID,
				Container: s.Container, Type: s.Type, Created: e.Created,
			}, e)
			require.WithinDuration(t, s.Created, e.Created, time.Second)

			result, err := b.Update(t.Context(), trackers.Update{ID: created.ID, Fields: []trackers.FieldWrite{text(ticket.Title, "new")}})
			require.NoError(t, err)
			e = next(t, hook, deliveries, ticket.TicketEvent)
			require.Equal(t, result.Snapshot.Version, e.Version)
			require.Equal(t, me.Account.ID, e.Actor)

			b.edit("bob", created.ID, map[string]any{"summary": "Bob's"})
			e = next(t, hook, deliveries, ticket.TicketEvent)
			require.NotEqual(t, me.Account.ID, e.Actor)

			c, err := b.AddComment(t.Context(), created.ID, copied("x"))
			require.NoError(t, err)
			e = next(t, hook, deliveries, ticket.CommentEvent)
			require.Equal(t, created.ID, e.ID)
			require.Equal(t, c.ID, e.Comment)
			require.Equal(t, c.Version, e.Version)
			require.Equal(t, me.Account.ID, e.Actor)

			b.as("alice", http.MethodDelete, "/rest/api/2/issue/"+created.ID, nil)
			e = next(t, hook, deliveries, ticket.DeleteEvent)
			require.Equal(t, created.ID, e.ID)
		})
	}
}
