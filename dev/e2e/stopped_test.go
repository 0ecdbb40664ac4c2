package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/starter"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// auditing has Jira's audit find what is lost soon, and the help desk's passes
// count it. Webhooks are the only other thing that would.
func auditing(f *config.File) {
	for i := range f.Connections {
		switch c := &f.Connections[i]; c.Name {
		case "jira":
			c.Sweep, c.Audit = time.Second, 2*time.Second
		case "helpdesk":
			c.Sweep = time.Second
		}
	}
}

// census waits until a connection's pairs in trouble were counted once: what
// is lost after that is new.
func (w *world) census(connection string) {
	w.Helper()
	w.eventually("census on "+connection, func() error {
		asked := map[int64]bool{}
		events := w.Client.GetWorkflowHistory(w.ctx, addressing.SweepID(connection), "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			e, err := events.Next()
			if err != nil {
				return err
			}
			asked[e.GetEventId()] = e.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() == "Census"
			if asked[e.GetActivityTaskCompletedEventAttributes().GetScheduledEventId()] {
				return nil
			}
		}
		return errors.New("none yet")
	})
}

// route waits until a route is in a state.
func (w *world) route(name, state string) (found starter.RouteInForce) {
	w.Helper()
	w.eventually("route "+name+" "+state, func() error {
		var out bytes.Buffer
		if err := starter.Routes(w.ctx, w.Client, starter.Console{Out: &out, Notes: w.logs, JSON: true}); err != nil {
			return err
		}
		var list []starter.RouteInForce
		if err := json.Unmarshal(out.Bytes(), &list); err != nil {
			return err
		}
		for _, found = range list {
			if found.Route == name && found.State == state {
				return nil
			}
		}
		return fmt.Errorf("%s", out.String())
	})
	return found
}

// The account loses its permission to see a project of many linked issues. The
// audit stops the route, so that nothing is written on half of the facts, and
// resume makes up for all of it.
func TestManyLostPairsStopTheirRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, with(auditing))
	const many = 7
	var tickets []people.Ticket
	for n := range many {
		it, err := w.rav.Create(w.ctx, "IT Support", fmt.Sprintf("Hidden %d", n), "<p>text</p>", nil)
		require.NoError(t, err)
		tickets = append(tickets, it)
	}
	for _, it := range tickets {
		w.settled(ravennaPair(it.ID), workflows.IsLinked, "")
	}
	w.census("helpdesk")
	browse := func(may bool) {
		w.control(w.JiraURL, "/_sandbox/permission", map[string]any{"project": "ENG", "user": "bot", "browse": may})
	}
	browse(false)
	in := w.route("it-to-eng", workflows.Attention)
	require.Equal(t, ticket.RouteStopped, in.Reason)
	require.Regexp(t, "^[67] pairs newly access-lost$", in.Detail, "more than five, which may be before the last one is found")

	// The permission alone changes nothing: what people do now waits.
	browse(true)
	w.forget()
	for n, it := range tickets {
		require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": fmt.Sprintf("Seen again %d", n)}))
	}
	for _, it := range tickets {
		w.settled(ravennaPair(it.ID), workflows.IsPaused, ticket.RouteStopped)
	}
	require.Empty(t, w.writes(w.JiraURL), "nothing is written while the route is stopped")

	require.NoError(t, starter.Resume(w.ctx, w.Client, starter.Target{Key: "it-to-eng"}, starter.Console{Out: w.logs, Notes: w.logs}))
	for n, it := range tickets {
		w.issue(fmt.Sprintf("Seen again %d", n))
		w.settled(ravennaPair(it.ID), workflows.IsLinked, "")
	}
	require.Equal(t, "in-force", w.route("it-to-eng", "in-force").State)
}
