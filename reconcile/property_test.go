package reconcile

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ticketsync/ticketsync/ticket"
)

// settled requires that every field and comment is where the rules want it.
func (g *game) settled() {
	for _, f := range g.rules.FieldRules() {
		fs := g.state.Fields[f.Name]
		l, r := g.left.raw[f.Left], g.right.raw[f.Right]
		if fs.Hold != nil || g.drifted[f.Name] || g.left.private != "" || g.right.private != "" {
			continue
		}
		require.True(g.rt, g.alike(f, l, r), "%s: %s and %s", f.Name, encode(g.rt, l), encode(g.rt, r))
	}
	for _, side := range []ticket.Side{ticket.Left, ticket.Right} {
		g.copied(side)
	}
}

// alike says in the test's own words when two values may stand side by side.
func (g *game) alike(f FieldRule, l, r ticket.Value) bool {
	switch f.Name {
	case ticket.Priority:
		return l.Level == r.Level || l.Level == ticket.NoLevel && f.Direction.From(ticket.Left)
	case ticket.Assignee:
		email := func(v ticket.Value) string {
			if v.User == nil {
				return ""
			}
			return v.User.Email
		}
		from, to := email(l), email(r)
		if g.rules.Users[from] != "" {
			from = g.rules.Users[from]
		}
		return from == to || to == "" && !slices.Contains(g.right.people, from) ||
			from == "" && g.rules.Users != nil && to == "ann@example.com"
	case ticket.Labels:
		return ticket.SameLabels(l.Names, r.Names)
	case ticket.Title:
		return l.Text == r.Text
	case ticket.Description:
		return words(l.Text) == words(r.Text)
	}
	known, mapped := g.pairs[l.State.Name]
	return slices.Contains(known, r.State.Name) || !mapped && g.rules.Unmapped == "ignore"
}

// copied checks the copies of one side's comments.
func (g *game) copied(side ticket.Side) {
	k, other := g.on(side), g.on(side.Other())
	flows := g.rules.Comments.Direction.And(g.rules.Direction).From(side) && k.private == ""
	for _, c := range k.comments {
		if k.copies[c.ID] {
			// A copy whose source went while nobody remembered it cannot be told
			// from one that a person pasted, and stays.
			source := other.comment(strings.TrimPrefix(c.Token, other.ref.Connection+"/"))
			require.True(g.rt, source != nil || g.lost || !g.state.Settled.IsZero(), "a copy outlives its source")
			continue
		}
		token := ticket.CommentToken(k.ref.Connection, c.ID)
		var copies []ticket.Comment
		for _, o := range other.comments {
			if o.Token == token {
				copies = append(copies, o)
			}
		}
		at := slices.IndexFunc(g.state.Comments, func(l Link) bool { return l.From == side && l.Source == c.ID })
		switch {
		case c.Private != "" && at < 0 && !g.state.Settled.IsZero():
			// Let go before it was made private.
		case c.Private != "":
			require.Empty(g.rt, copies, "a private comment's copy")
		case !flows:
			require.LessOrEqual(g.rt, len(copies), 1)
		case at < 0 && !g.state.Settled.IsZero():
			require.LessOrEqual(g.rt, len(copies), 1, "a comment that was let go")
		case at >= 0 && g.state.Comments[at].Fate == CopyDeleted:
			require.True(g.rt, g.deleted[g.state.Comments[at].Copy])
			require.Empty(g.rt, copies, "a copy that a person deleted")
		default:
			require.Len(g.rt, copies, 1, "copies of %s", c.ID)
			require.True(g.rt, g.lost || g.edited[copies[0].ID] || words(c.Body) == words(copies[0].Body), "%q copied as %q", c.Body, copies[0].Body)
		}
	}
}

// TestMain asks for more cases than the hundred that are usual, unless told
// how many: a plan takes microseconds.
func TestMain(m *testing.M) {
	flag.Parse()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("1500"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func TestPlanProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		g := newGame(rt)
		for range rapid.IntRange(1, 12).Draw(rt, "rounds") {
			for range rapid.IntRange(0, 3).Draw(rt, "edits") {
				g.person()
			}
			g.operator()
			g.round(true)
		}

		rounds := 0
		for g.round(false) > 0 {
			rounds++
			require.LessOrEqual(rt, rounds, 12, "after the last edit it comes to rest")
		}
		g.settled()
		require.Zero(rt, g.round(false), "and stays at rest")

		g.right.show = func(s string) string { return "converted anew: " + s }
		g.left.show = g.right.show
		require.Zero(rt, g.round(false), "a converter's upgrade is nobody's edit")
		g.remap()
	})
}

// remap changes the maps where that concerns none of the values there are.
func (g *game) remap() {
	for _, f := range g.rules.FieldRules() {
		if f.Name != ticket.Status && f.Name != ticket.Assignee {
			continue
		}
		l, r := g.left.fetch().Fields[f.Left], g.right.fetch().Fields[f.Right]
		if !g.rules.agree(f, l, r, true) {
			return
		}
	}
	users := map[string]string{"zoe@example.com": "zo@example.com"}
	for l, r := range g.rules.Users {
		users[l] = r
	}
	g.rules.Users = users
	g.rules.Status = append(g.rules.Status, StatusRule{Left: "Nowhere", Right: "Nowhere"})
	require.Zero(g.rt, g.round(false), "a new map that both sides agree under")
}
