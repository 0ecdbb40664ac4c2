package webhook

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// told is a hook that agrees to everything and reads what it was given.
type told struct {
	events   []ticket.Event
	ignored  string
	delivery string
}

func (h told) Verify(http.Header, string, []byte) bool      { return true }
func (h told) Delivery(http.Header) string                  { return h.delivery }
func (h told) Parse([]byte) ([]ticket.Event, string, error) { return h.events, h.ignored, nil }

// TestHooksMayIgnore: a hook says that nothing could have changed, or finds
// no ticket; either way nobody is told.
func TestHooksMayIgnore(t *testing.T) {
	t.Parallel()
	event := ticket.Event{Kind: ticket.TicketEvent, ID: "10001"}
	for name, c := range map[string]struct {
		hook told
		want answer
	}{
		"ignored, with a ticket": {told{events: []ticket.Event{event}, ignored: "worklog"}, ignore("worklog")},
		"no ticket":              {told{}, ignore(noTicket)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := &temporal{}
			cfg := newConfig(t, service, &lines{})
			cfg.Hooks = map[string]trackers.Hook{"jira": c.hook}
			_, got := post(t, serveConfig(t, cfg)+"/webhooks/jira", nil, "{}")
			require.Equal(t, c.want, got)
			require.Empty(t, service.deliveries())
		})
	}
}

// TestConnectionWithoutRoutes: its deliveries concern nobody.
func TestConnectionWithoutRoutes(t *testing.T) {
	t.Parallel()
	cfg := newConfig(t, &temporal{}, &lines{})
	cfg.Hooks = map[string]trackers.Hook{"new": told{events: []ticket.Event{{Kind: ticket.TicketEvent, ID: "1"}}}}
	_, got := post(t, serveConfig(t, cfg)+"/webhooks/new", nil, "{}")
	require.Equal(t, ignore(noRoute), got)
}

// untouched is a body that must not be read.
type untouched struct{ t *testing.T }

func (u untouched) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// TestAnnouncedSizeIsBelieved: what says it is too large is not taken in first.
func TestAnnouncedSizeIsBelieved(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/webhooks/jira", untouched{t})
	r.ContentLength = 5000
	w := httptest.NewRecorder()
	NewHandler(newConfig(t, &temporal{}, &lines{})).ServeHTTP(w, r)
	require.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
}
