package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/ticket"
)

// tolerated is how many pairs of a route may newly be in trouble. More have one
// cause, such as a permission that was taken away, and what the others write
// meanwhile may be wrong as well.
const tolerated = 5

// censusOnce counts the pairs in trouble and stops the routes where too many
// are new. Each pass does it: what an audit of either side makes the pairs find
// out shows soon after it, and a listing costs no tracker anything. The first
// census of all stops nothing: what it finds may be years old.
func censusOnce(ctx workflow.Context, st *SweepState) {
	var out activities.CensusResult
	now := workflow.Now(ctx).UTC().Truncate(time.Second)
	actx := paging(ctx, "count pairs in trouble on "+st.Connection)
	err := workflow.ExecuteActivity(actx, act.Census, activities.CensusParams{
		Connection: st.Connection, Known: st.Troubled, Now: now, First: st.Counted.IsZero(),
	}).Get(actx, &out)
	if err != nil {
		st.LastError = activities.FailureOf(err).Message
		return
	}
	st.Troubled, st.Counted = out.Known, now
	for _, route := range workflow.DeterministicKeys(out.Newly) {
		why, n := trouble(out.Newly[route])
		if n <= tolerated {
			continue
		}
		actx := temporalCall(ctx, "stop route "+route+": "+why)
		if err := workflow.ExecuteActivity(actx, act.StopRoute, activities.StopParams{Route: route, Why: why}).Get(actx, nil); err != nil {
			st.LastError = activities.FailureOf(err).Message
			continue // the same pairs are new at the next pass as well
		}
		workflow.GetLogger(ctx).Warn("route stopped", "route", route, "why", why)
	}
}

// trouble says how many pairs have which reason.
func trouble(by map[ticket.Reason]int) (why string, all int) {
	var parts []string
	for _, reason := range workflow.DeterministicKeys(by) {
		parts = append(parts, fmt.Sprintf("%d pairs newly %s", by[reason], reason))
		all += by[reason]
	}
	return strings.Join(parts, ", "), all
}
