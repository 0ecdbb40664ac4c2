package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/workflows"
)

// A reply in Linear is flat elsewhere, with the first line it replies to, also
// when that is a copy.
func TestRepliesAreQuoted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ways(t, routes[1:], func(w *world, here, there people.Place) {
		p := w.tie(here, there, "replies from "+here.Connection(), nil)
		if p.here.Connection() != "linear" {
			p = p.flip()
		}
		first := p.says("Shall we **wait**?\n\nThe second line.")
		_, err := w.linear.Say(w.ctx, p.id, "No, go on.", first)
		require.NoError(w, err)
		p.flip().says("Asked elsewhere.")
		list, err := w.linear.Comments(w.ctx, p.id)
		require.NoError(w, err)
		for _, c := range list {
			if strings.Contains(c.Body, "Asked elsewhere") {
				_, err = w.linear.Say(w.ctx, p.id, "Answered in Linear.", c.ID)
				require.NoError(w, err)
			}
		}
		for _, text := range []string{"The second line", "No, go on", "Answered in Linear"} {
			w.eventually(text, func() error { return w.heard(p.there, p.replica, text, 1) })
		}
		w.quiet()
		texts, err := w.plain(p.there, p.replica)
		require.NoError(w, err)
		require.Len(w, texts, 4)
		for _, text := range texts {
			switch {
			case strings.Contains(text, "No, go on"):
				require.Contains(w, text, "Shall we wait?")
				require.NotContains(w, text, "The second line")
			case strings.Contains(text, "Answered in Linear"):
				require.Contains(w, text, "Asked elsewhere.")
			}
		}
		w.settled(p.pair, workflows.IsLinked, "")
		w.silent()
	})
}

// between is a second account of Linear, and a route from team to team. It
// lives from its sweeps: the sandbox tells one receiver only.
func between(f *config.File) {
	f.Routes = f.Routes[:0]
	for _, c := range f.Connections {
		if c.Name == "linear" {
			c.Name, c.Sweep, c.Audit = "platform", time.Second, 2*time.Second
			f.Connections = append(f.Connections, c)
			break
		}
	}
	enabled := true
	f.Routes = append(f.Routes, reconcile.Rules{
		Name: "product-to-platform", Direction: reconcile.Both, Enabled: &enabled,
		Left: reconcile.End{Connection: "linear", Name: "PRO", ByKey: true}, Right: reconcile.End{Connection: "platform", Name: "PLT", ByKey: true},
		Comments: reconcile.CommentRule{Direction: reconcile.Both, Visibility: "public"}, Conflict: reconcile.Conflict{Default: reconcile.NewestWins},
		Unmapped: "hold", Private: "skip", Existing: "ignore", Elsewhere: "attention", OnDelete: "comment",
	})
}

// Where both sides nest, replies stay replies, also those that are copied
// together with what they reply to.
func TestRepliesNest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with(between))
	here, err := w.linear.Create(w.ctx, "PRO", "nested", "text", nil)
	require.NoError(t, err)
	there := w.one(pltTeam(w), "nested")
	asked, err := w.linear.Say(w.ctx, here.ID, "Asked.", "")
	require.NoError(t, err)
	_, err = w.linear.Say(w.ctx, here.ID, "Answered here.", asked.ID)
	require.NoError(t, err)
	find := func(issue, text string) (out people.LinearComment) {
		w.eventually(text, func() error {
			list, err := w.linear.Comments(w.ctx, issue)
			for _, c := range list {
				if strings.Contains(c.Body, text) {
					out = c
					return nil
				}
			}
			return fmt.Errorf("not among %d %w", len(list), err)
		})
		return out
	}
	copied, answer := find(there.ID, "Asked."), find(there.ID, "Answered here.")
	require.Equal(t, copied.ID, answer.ParentID)
	require.NotContains(t, answer.Body, "Asked.", "nested, not quoted")
	_, err = w.linear.Say(w.ctx, there.ID, "Answered there.", copied.ID)
	require.NoError(t, err)
	require.Equal(t, asked.ID, find(here.ID, "Answered there.").ParentID)
	w.quiet()
	for _, id := range []string{here.ID, there.ID} {
		list, err := w.linear.Comments(w.ctx, id)
		require.NoError(t, err)
		require.Len(t, list, 3)
	}
}

// asApp gives the connection an app's token.
func asApp(f *config.File) {
	for i := range f.Connections {
		if c := &f.Connections[i]; c.Kind == "linear" {
			c.Token = "lin_app_bot"
		}
	}
}

// An app writes in its authors' names; what it wrote is no person's.
func TestLinearApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with(asApp))
	p := w.tie(productDesk(w), proTeam(w), "by an app", people.Values{})
	p.says("said at the desk")
	list, err := w.linear.Comments(w.ctx, p.replica)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NotNil(t, list[0].BotActor)
	require.Contains(t, list[0].BotActor.UserDisplayName, "Alice")
	require.NotContains(t, list[0].Body, "Alice", "the name is where Linear shows it")
	p.flip().says("said in Linear")
	p.agree("said at the desk", "said in Linear")
	p.sends(people.Values{"title": "edited at the desk"})
	p.flip().sends(people.Values{"title": "edited in Linear"})
	w.settled(p.pair, workflows.IsLinked, "")
	w.silent()
	w.holds(p.here, 1)
	w.holds(p.there, 1)
}
