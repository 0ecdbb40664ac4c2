package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// The account may not see one of a connection's projects or teams for a while.
// Sweeps go on with the others, and what was made there meanwhile, which its
// webhook could not make known, is replicated once it can be seen, although
// somebody ended the sweep before that.
func TestHiddenContainer(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		route                        string
		root                         func(*world) string
		hides, container             string // the control's word, and the name
		other                        string // the other connection
		here, there, beside, further func(*world) people.Place
	}{
		"Jira":   {"it-to-eng", func(w *world) string { return w.JiraURL }, "project", "ENG", "helpdesk", engBoard, itDesk, opsBoard, pltTeam},
		"Linear": {"product-to-linear", func(w *world) string { return w.LinearURL }, "team", "PRO", "helpdesk", proTeam, productDesk, pltTeam, opsBoard},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, with(sweeping), with(func(f *config.File) {
				for i := range f.Routes {
					f.Routes[i].Existing = "on-update" // the clock that is set on makes them older
				}
			}))
			browse := func(may bool) {
				w.control(of.root(w), "/_sandbox/permission", map[string]any{of.hides: of.container, "user": "bot", "browse": may})
			}
			browse(false)
			made, err := of.here(w).Create(w.ctx, "made while hidden", "text", nil)
			require.NoError(t, err)
			pair := ticket.PairID(ticket.Ref{Connection: of.here(w).Connection(), ID: made.ID}, of.other)
			w.settledRun(pair, workflows.Skipped)

			w.control(of.root(w), "/_sandbox/webhooks", map[string]string{"mode": "drop"})
			_, err = of.beside(w).Create(w.ctx, "made elsewhere", "text", nil)
			require.NoError(t, err)
			w.one(of.further(w), "made elsewhere")

			shown := w.route(of.route, workflows.Attention)
			require.Equal(t, ticket.AccessLost, shown.Reason)
			require.Contains(t, shown.Detail, of.container+" on "+of.here(w).Connection()+" cannot be read")

			// It takes longer than a sweep looks back anyway.
			w.control(of.root(w), "/_sandbox/clock", map[string]string{"offset": "20m"})
			_, err = of.beside(w).Create(w.ctx, "made later", "text", nil)
			require.NoError(t, err)
			w.one(of.further(w), "made later")

			require.NoError(t, w.Client.TerminateWorkflow(w.ctx, addressing.SweepID(of.here(w).Connection()), "", "by an operator"))
			browse(true)
			w.one(of.there(w), "made while hidden")
			w.route(of.route, "in-force")
			w.settled(pair, workflows.IsLinked, "")
			w.one(of.there(w), "made while hidden")
			w.one(of.further(w), "made elsewhere")
		})
	}
}
