package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// writes are the operations by which ticketsync changed something, in order.
func (w *world) writes(root string) (out []string) {
	w.Helper()
	for _, r := range w.requests(root) {
		if r.Kind != "write" {
			continue
		}
		name := r.Operation
		if name == "" {
			name = r.Method + " " + r.Path
		}
		out = append(out, name)
	}
	return out
}

// Linear stores Markdown in its own way. What it makes of a text is never taken
// for somebody's edit: no text goes round.
func TestLinearRewritesMarkdown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const rich = "<p>See www.example.com and <em>this</em>:</p><ul><li>one<ul><li>half</li></ul></li><li>two</li></ul>" +
		"<table><tbody><tr><th>Name</th><th>Cost</th></tr><tr><td>a</td><td>$22.50</td></tr></tbody></table><pre><code>- x\n_y_</code></pre>"
	it, err := w.rav.Create(w.ctx, "Product", "rich", rich, nil)
	require.NoError(t, err)
	pair := ticket.PairID(ticket.Ref{Connection: "helpdesk", ID: it.ID}, "linear")
	pro := w.one(proTeam(w), "rich")
	w.settled(pair, workflows.IsLinked, "")
	w.quiet()
	stored := pro.Text
	require.Contains(t, stored, "* one", "Linear's own bullets")
	require.Equal(t, 1, strings.Count(strings.Join(w.writes(w.LinearURL), " "), "CreateIssue"))
	require.NotContains(t, w.writes(w.LinearURL), "UpdateIssue")

	// Another field, from either side: no text is written.
	w.forget()
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"priority": "URGENT"}))
	w.reads(proTeam(w), pro.ID, people.Values{ticket.Priority: "urgent"})
	require.NoError(t, proTeam(w).Set(w.ctx, pro.ID, people.Values{ticket.Priority: "low"}))
	w.reads(productDesk(w), it.ID, people.Values{ticket.Priority: "low"})
	w.quiet()
	require.Equal(t, []string{"UpdateIssue"}, w.writes(w.LinearURL))
	require.Len(t, w.writes(w.RavennaURL), 1)
	now, err := w.linear.Get(w.ctx, pro.ID)
	require.NoError(t, err)
	require.Equal(t, stored, now.Description)
	desk, err := w.rav.Get(w.ctx, it.ID)
	require.NoError(t, err)
	require.Equal(t, it.Text(), desk.Text())

	// A text from each side: one write there, none back.
	w.forget()
	require.NoError(t, w.linear.Edit(w.ctx, pro.ID, map[string]any{"description": "- a\n- b\n\n_x_ at www.example.org  \nand *y*"}))
	w.eventually("list at the desk", func() error {
		got, err := w.rav.Get(w.ctx, it.ID)
		if err != nil || !strings.Contains(got.Text(), "<li>a") || !strings.Contains(got.Text(), "<em>x</em>") {
			return fmt.Errorf("%q %w", got.Text(), err)
		}
		return nil
	})
	w.quiet()
	require.Empty(t, w.writes(w.LinearURL))
	require.Len(t, w.writes(w.RavennaURL), 1)

	w.forget()
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"description": rich}))
	w.eventually("table in Linear", func() error {
		got, err := w.linear.Get(w.ctx, pro.ID)
		if err != nil || !strings.Contains(got.Description, "22.50") {
			return fmt.Errorf("%q %w", got.Description, err)
		}
		return nil
	})
	w.quiet()
	require.Equal(t, []string{"UpdateIssue"}, w.writes(w.LinearURL))
	require.Empty(t, w.writes(w.RavennaURL))
	now, err = w.linear.Get(w.ctx, pro.ID)
	require.NoError(t, err)
	require.Contains(t, now.Description, "PROD-", "the line that names the origin is kept")
	require.Equal(t, 1, strings.Count(now.Description, w.RavennaURL+"/"+it.Key()), now.Description)

	// Comments, whose copies are rewritten too.
	w.forget()
	_, err = w.rav.Say(w.ctx, it.ID, rich, false)
	require.NoError(t, err)
	w.eventually("comment in Linear", func() error { return w.heard(proTeam(w), pro.ID, "22.50", 1) })
	w.quiet()
	require.Equal(t, []string{"CreateComment"}, w.writes(w.LinearURL))
	require.Empty(t, w.writes(w.RavennaURL))
	w.silent()
}
