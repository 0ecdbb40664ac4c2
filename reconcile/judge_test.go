package reconcile

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

// candidate is a ticket that every rule of testRules accepts on the left.
func candidate() *ticket.Snapshot {
	return &ticket.Snapshot{
		Ref: ticket.Ref{Connection: "desk", ID: "7"}, Key: "IT-7", Type: "Bug", Created: minute(10),
		Container: ticket.Container{ID: "1", Name: "IT"}, Components: []string{"Network"},
		Fields: map[ticket.Field]ticket.Value{
			ticket.Status:   {State: &ticket.State{Name: "Waiting on customer", Group: "Waiting"}},
			ticket.Priority: {Level: ticket.High, Text: "Major"},
			ticket.Labels:   labels("VIP", "floor-2"),
		},
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	no := false
	origin := ticket.Ref{Connection: "linear", ID: "9"}
	marker := func(state ticket.MarkerState, origin ticket.Ref, other string) []ticket.Marker {
		return []ticket.Marker{{Installation: "dev", Pair: ticket.PairID(origin, other), Generation: 1, State: state}}
	}
	for name, c := range map[string]struct {
		do     func(r *Rules, s *ticket.Snapshot)
		rule   string
		reason ticket.Reason
	}{
		"accepted":             {func(*Rules, *ticket.Snapshot) {}, "", ""},
		"disabled":             {func(r *Rules, _ *ticket.Snapshot) { r.Enabled = &no }, "enabled", ticket.Disabled},
		"paused":               {func(r *Rules, _ *ticket.Snapshot) { r.Paused = true }, "enabled", ticket.Paused},
		"removed":              {func(r *Rules, _ *ticket.Snapshot) { r.Removed = true }, "enabled", ticket.RouteRemoved},
		"other direction":      {func(r *Rules, _ *ticket.Snapshot) { r.Direction = ToLeft }, "direction", ticket.Direction},
		"other container":      {func(_ *Rules, s *ticket.Snapshot) { s.Container.ID = "2" }, "container", ticket.NoRoute},
		"other type":           {func(_ *Rules, s *ticket.Snapshot) { s.Type = "Task" }, "type", ticket.WrongType},
		"type in another case": {func(_ *Rules, s *ticket.Snapshot) { s.Type = "bug" }, "", ""},
		"no type told":         {func(_ *Rules, s *ticket.Snapshot) { s.Type = "" }, "", ""},
		"private":              {func(_ *Rules, s *ticket.Snapshot) { s.Private = "level" }, "private", ticket.Private},
		"private, replicated":  {func(r *Rules, s *ticket.Snapshot) { s.Private, r.Private = "level", "replicate" }, "", ""},
		"in the trash":         {func(_ *Rules, s *ticket.Snapshot) { s.Trashed = true }, "trash", ticket.Deleted},
		"another engine":       {func(_ *Rules, s *ticket.Snapshot) { s.Elsewhere = "jira" }, "elsewhere", ticket.ReplicatedElsewhere},
		"another engine, ignored": {func(r *Rules, s *ticket.Snapshot) {
			s.Elsewhere, r.Elsewhere = "jira", "ignore"
		}, "", ""},
		"older than the route": {func(_ *Rules, s *ticket.Snapshot) { s.Created = minute(4) }, "age", ticket.TooOld},
		"as old as the route":  {func(_ *Rules, s *ticket.Snapshot) { s.Created = minute(5) }, "", ""},
		"older, on update":     {func(r *Rules, s *ticket.Snapshot) { s.Created, r.Existing = minute(4), "on-update" }, "", ""},
		"a replica":            {func(_ *Rules, s *ticket.Snapshot) { s.Markers = marker(ticket.Linked, origin, "desk") }, "replica", ticket.IsReplica},
		"a replica, chained": {func(r *Rules, s *ticket.Snapshot) {
			s.Markers, r.Chain = marker(ticket.Linked, origin, "desk"), true
		}, "", ""},
		"once a replica": {func(_ *Rules, s *ticket.Snapshot) { s.Markers = marker(ticket.Unlinked, origin, "desk") }, "", ""},
		"made for a pair that ended": {func(_ *Rules, s *ticket.Snapshot) {
			s.Markers, s.Ours = marker(ticket.Unlinked, origin, "desk"), true
		}, "replica", ticket.IsReplica},
		"an origin elsewhere": {func(_ *Rules, s *ticket.Snapshot) { s.Markers = marker(ticket.Linked, s.Ref, "linear") }, "", ""},
		"type filter":         {func(r *Rules, _ *ticket.Snapshot) { r.Filter.Types.Any = []string{"Task"} }, "filter", ticket.Filtered},
		"label wanted":        {func(r *Rules, _ *ticket.Snapshot) { r.Filter.Labels.Any = []string{"x", "vip"} }, "", ""},
		"label missing":       {func(r *Rules, _ *ticket.Snapshot) { r.Filter.Labels.Any = []string{"x"} }, "filter", ticket.Filtered},
		"label unwanted":      {func(r *Rules, _ *ticket.Snapshot) { r.Filter.Labels.None = []string{"FLOOR-2"} }, "filter", ticket.Filtered},
		"priority by level":   {func(r *Rules, _ *ticket.Snapshot) { r.Filter.Priorities.Any = []string{"high"} }, "", ""},
		"priority by name":    {func(r *Rules, _ *ticket.Snapshot) { r.Filter.Priorities.Any = []string{"Major"} }, "", ""},
		"priority unwanted":   {func(r *Rules, _ *ticket.Snapshot) { r.Filter.Priorities.None = []string{"high"} }, "filter", ticket.Filtered},
		"component":           {func(r *Rules, _ *ticket.Snapshot) { r.Filter.Components.Any = []string{"Storage"} }, "filter", ticket.Filtered},
		"status by group":     {func(r *Rules, _ *ticket.Snapshot) { r.Filter.Statuses.None = []string{"waiting"} }, "filter", ticket.Filtered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, s := testRules(), candidate()
			r.Left.Type, r.Left.Container, r.Since = "Bug", ticket.Container{ID: "1"}, minute(5)
			c.do(r, s)
			verdicts := Judge(r, ticket.Left, s)
			require.Len(t, verdicts, 10, "each rule has a word")
			var failed []Verdict
			for _, v := range verdicts {
				if !v.OK {
					failed = append(failed, v)
				}
			}
			if c.rule == "" {
				require.Empty(t, failed)
				return
			}
			require.Len(t, failed, 1)
			require.Equal(t, c.rule, failed[0].Rule)
			require.Equal(t, c.reason, failed[0].Reason)
		})
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	routes := func(change ...func(*Rules)) []Rules {
		var out []Rules
		for _, c := range change {
			r := testRules()
			r.Left.Container = ticket.Container{ID: "1"}
			c(r)
			out = append(out, *r)
		}
		return out
	}
	elsewhere := func(r *Rules) { r.Left.Container.ID = "2" }
	filtered := func(r *Rules) { r.Filter.Labels.None = []string{"vip"} }
	fits := func(r *Rules) { r.Name = "fits" }
	left := func(*Rules) ticket.Side { return ticket.Left }

	r, reason, _ := Choose(routes(elsewhere, filtered, fits, fits), left, candidate())
	require.NotNil(t, r)
	require.Equal(t, "fits", r.Name)
	require.Empty(t, reason)

	r, reason, detail := Choose(routes(elsewhere, filtered, elsewhere), left, candidate())
	require.Nil(t, r)
	require.Equal(t, ticket.Filtered, reason, "of the route that came closest")
	require.Contains(t, detail, "VIP")

	r, reason, _ = Choose(nil, left, candidate())
	require.Nil(t, r)
	require.Equal(t, ticket.NoRoute, reason)
}
