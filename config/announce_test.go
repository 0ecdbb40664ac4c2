package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

const announcing = `
installation: dev
connections:
  jira:
    kind: jira
    url: https://example.atlassian.net
    email: bot@example.com
    token: ${T}
    status: [{left: Open, right: To Do}]   # of the routes that replicate
  changes: {kind: flashduty, url: "https://api.example.com/push/", token: "${T}"}
routes:
  eng-changes:
    left: {connection: jira, project: ENG}
    right: {connection: changes}
    STATUS
`

func announcingRoute(t *testing.T, status string) reconcile.Rules {
	t.Helper()
	f, err := Parse("x.yaml", []byte(strings.ReplaceAll(announcing, "STATUS", status)), func(string) (string, bool) { return "secret", true })
	require.NoError(t, err)
	require.Equal(t, "https://api.example.com/push/", f.Connections[1].URL, "used as it stands")
	return f.Routes[0]
}

func TestRouteThatAnnounces(t *testing.T) {
	t.Parallel()
	r := announcingRoute(t, "")
	require.Equal(t, reconcile.ToRight, r.Direction, "nothing comes back")
	require.Equal(t, reconcile.End{Connection: "changes", Name: "changes", Announces: true}, r.Right)
	require.Empty(t, r.Left.Type, "nothing is created there")
	require.Equal(t, "status", r.OnDelete)
	require.Equal(t, "on-update", r.Existing, "every change counts, also of older tickets")
	targets := func(r reconcile.Rules, names ...string) []string {
		var states []ticket.State
		for _, n := range names {
			states = append(states, ticket.State{Name: n})
		}
		return r.Targets(ticket.Left, states)
	}
	require.Equal(t, []string{"Planned", "Processing", ""}, targets(r, "backlog", "In Review", "Blocked"))

	older := announcingRoute(t, "status: {preset: older}")
	require.Equal(t, []string{"", "", "Done"}, targets(older, "Backlog", "In Review", "Closed"))

	mended := announcingRoute(t, "status: {map: {Blocked: ready, Done: PROCESSING}}")
	require.Equal(t, []string{"Ready", "Processing", "Done"}, targets(mended, "blocked", "Done", "Closed"), "the map's entries come first")

	listed := announcingRoute(t, "status: [{left: Open, right: Planned}]")
	require.Equal(t, []string{"Planned", ""}, targets(listed, "Open", "Done"), "a list replaces the preset")
}
