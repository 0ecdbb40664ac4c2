package linear

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	h, err := s.tracker.Check(t.Context(), []string{"PRO", "Platform"})
	require.NoError(t, err)
	require.Empty(t, h.Problems)
	require.Equal(t, "bot@example.com", h.Account.Email)
	require.Zero(t, h.Skew)

	s.control("permission", map[string]any{"team": "PRO", "user": "bot", "browse": false})
	h, err = s.tracker.Check(t.Context(), []string{"PRO", "PLT"})
	require.NoError(t, err)
	require.Equal(t, []string{`no team is named "PRO": there are PLT (Platform)`}, h.Problems)

	refused := s.open(func(c *trackers.Connection) { c.Token = "lin_api_nobody" })
	h, err = refused.Check(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, []string{"the token is refused: put a valid one in the connection's token"}, h.Problems)
}

// TestCheckNamesEachMissingPermission.
func TestCheckNamesEachMissingPermission(t *testing.T) {
	t.Parallel()
	tracker := stub(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.Contains(string(body), `"operationName":"Teams"`) {
			_, _ = io.WriteString(w, `{"data":{"teams":{"nodes":[{"id":"t1","key":"OLD","name":"Old","retiredAt":"2026-01-01T00:00:00.000Z"}],"pageInfo":{"hasNextPage":false}}}}`)
			return
		}
		_, _ = io.WriteString(w, refusal("no scope", "FORBIDDEN", "forbidden", 403))
	})
	h, err := tracker.Check(t.Context(), []string{"OLD"})
	require.NoError(t, err)
	require.Equal(t, []string{
		"may not list users, so people cannot be replicated (list users: forbidden (HTTP 200): no scope)",
		"team Old is retired, so no issue can be made there",
		"may not list the statuses of Old, so statuses cannot be replicated (list states: forbidden (HTTP 200): no scope)",
		"may not list the labels of Old, so labels cannot be replicated (list labels: forbidden (HTTP 200): no scope)",
	}, h.Problems)
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	for _, name := range []string{"PRO", "pro", "Product", "product", s.team.ID} {
		c, err := s.tracker.Describe(t.Context(), trackers.Place{Container: name})
		require.NoError(t, err, name)
		require.Equal(t, ticket.Container{ID: s.team.ID, Key: "PRO", Name: "Product"}, c.Container)
		var names []string
		for _, state := range c.Statuses {
			names = append(names, state.Name+" "+state.Group+" "+string(state.Category))
		}
		require.Equal(t, []string{
			"Backlog backlog open", "Todo unstarted open", "In Progress started started", "Done completed completed", "Canceled canceled canceled",
		}, names)
		require.False(t, c.Archived)
	}
	launch, err := s.tracker.Describe(t.Context(), trackers.Place{Container: "PRO", Part: "Launch"})
	require.NoError(t, err)
	byID, err := s.tracker.Describe(t.Context(), trackers.Place{Container: "PRO", Part: launch.Part})
	require.NoError(t, err)
	require.Equal(t, launch, byID)

	for want, place := range map[string]trackers.Place{
		`no team is named "Nowhere": there are PLT (Platform), PRO (Product)`: {Container: "Nowhere"},
		`no team is named "": there are PLT (Platform), PRO (Product)`:        {},
		`team PRO takes part in no project named "Lunch": there are`:          {Container: "PRO", Part: "Lunch"},
		`team PLT takes part in no project named "Launch", nor in any other`:  {Container: "PLT", Part: "Launch"},
	} {
		_, err := s.tracker.Describe(t.Context(), place)
		require.True(t, trackers.Is(err, trackers.NotFound), want)
		require.ErrorContains(t, err, want)
	}
}
