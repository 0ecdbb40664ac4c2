package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// settled is a play with one pair that stands as it should.
func settled() (*play, *facts) {
	from, to := &end{place: "it", conn: "helpdesk", id: "a", key: "IT-1"}, &end{place: "eng", conn: "jira", id: "1", key: "ENG-1"}
	t := &tie{route: "it-to-eng", from: from, to: to}
	g := &group{tag: "T01", ends: []*end{from, to}, ties: []*tie{t}}
	said := &comment{at: from, id: "m", mark: "w1x0", version: 1}
	g.comments = []*comment{said}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	g.edits = []edit{{at: to, field: ticket.Title, value: "T01 w2x0 of jira", mark: "w2x0", begin: at, done: at.Add(time.Second)}}
	p := &play{world: &world{places: map[string]people.Place{"it": nil, "eng": nil}}, groups: []*group{g}, result: &Result{Faults: map[string]int{}}}
	shown := people.Shown{Title: "T01 w2x0 of jira", Text: "text", Priority: "low", Status: "Open"}
	there := shown
	there.Status, there.Text = "To Do", "text\n\nReported by Alice"
	heard := []people.Said{{ID: "m", Text: said.text()}}
	return p, &facts{
		tickets:  map[string][]people.Shown{"it": {shown}, "eng": {there}},
		shown:    map[*end]people.Shown{from: shown, to: there},
		heard:    map[*end][]people.Said{from: heard, to: heard},
		links:    map[*end]int{from: 1, to: 1},
		views:    map[*tie]workflows.View{t: {State: workflows.IsLinked}},
		journals: map[*tie][]workflows.Entry{},
	}
}

// Each check finds what it is there for.
func TestChecks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(p *play, g *group, f *facts)
		want  string // the property, "" for none
	}{
		"as it should be": {func(*play, *group, *facts) {}, ""},
		"a field differs": {func(_ *play, g *group, f *facts) {
			s := f.shown[g.ends[1]]
			s.Priority = "high"
			f.shown[g.ends[1]] = s
		}, Lost},
		"a field waits, and the pair does not show it": {func(_ *play, g *group, f *facts) {
			s := f.shown[g.ends[1]]
			s.Status = "Done"
			f.shown[g.ends[1]] = s
			f.views[g.ties[0]] = workflows.View{State: workflows.IsLinked, Fields: []workflows.FieldView{
				{Name: ticket.Status, State: "held", Reason: ticket.NoTransition},
			}}
		}, Unhealed},
		"an edit is nowhere": {func(_ *play, g *group, _ *facts) { g.edits[0].value = "T01 w3x0" }, Lost},
		"an edit was beaten": {func(_ *play, g *group, f *facts) {
			g.edits[0].value, g.edits[0].mark = "T01 w3x0", "w3x0"
			f.journals[g.ties[0]] = []workflows.Entry{{At: g.edits[0].done, What: "conflict: title → ENG-1", From: "T01 w3x0"}}
		}, ""},
		"another edit was beaten": {func(_ *play, g *group, f *facts) {
			g.edits[0].value, g.edits[0].mark = "T01 w3x0", "w3x0"
			f.journals[g.ties[0]] = []workflows.Entry{{At: g.edits[0].done, What: "conflict: title → ENG-1", From: "T01 w4x0"}}
		}, Lost},
		"a comment is missing": {func(_ *play, g *group, f *facts) { f.heard[g.ends[1]] = nil }, Lost},
		"a comment is stale":   {func(_ *play, g *group, _ *facts) { g.comments[0].version = 2 }, Lost},
		"a comment is there twice": {func(_ *play, g *group, f *facts) {
			f.heard[g.ends[1]] = append(f.heard[g.ends[1]], f.heard[g.ends[1]]...)
		}, Duplicates},
		"a comment nobody wrote": {func(_ *play, g *group, f *facts) {
			f.heard[g.ends[1]] = append(f.heard[g.ends[1]], people.Said{ID: "x", Text: "hello"})
		}, Duplicates},
		"a replica is there twice": {func(_ *play, _ *group, f *facts) {
			f.tickets["eng"] = append(f.tickets["eng"], f.tickets["eng"]...)
		}, Duplicates},
		"a replica is missing": {func(_ *play, _ *group, f *facts) { f.tickets["eng"] = nil }, Lost},
		"a link too many":      {func(_ *play, g *group, f *facts) { f.links[g.ends[0]] = 2 }, Duplicates},
		"attention without reason": {func(_ *play, g *group, f *facts) {
			f.views[g.ties[0]] = workflows.View{State: workflows.Attention, Reason: ticket.Auth}
		}, Unhealed},
		"a deleted ticket's pair goes on": {func(_ *play, g *group, f *facts) {
			g.ends[1].fate, f.tickets["eng"] = gone, nil
		}, Unhealed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, f := settled()
			c.spoil(p, p.groups[0], f)
			found := append(p.standing(f), p.lost(f)...)
			if c.want == "" {
				require.Empty(t, found)
				return
			}
			require.NotEmpty(t, found)
			require.Equal(t, c.want, found[0].Property, "%v", found)
		})
	}
}

// The last edit of a field is one, or several that overlap.
func TestLastEdits(t *testing.T) {
	t.Parallel()
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	left, right := &end{}, &end{}
	edits := []edit{
		{field: ticket.Title, value: "first", begin: at(1), done: at(2)},
		{at: left, field: ticket.Title, value: "gone at once", begin: at(3), done: at(4)},
		{at: left, field: ticket.Title, value: "left", begin: at(3), done: at(5)},
		{field: ticket.Priority, value: "low", begin: at(9), done: at(10)},
		{at: right, field: ticket.Title, value: "right", begin: at(4), done: at(6)},
	}
	var got []string
	for _, e := range last(edits, ticket.Title) {
		got = append(got, e.value)
	}
	require.Equal(t, []string{"left", "right"}, got)
}
