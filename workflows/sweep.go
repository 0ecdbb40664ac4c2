package workflows

import (
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
)

// SweepState is all that a sweep carries.
type SweepState struct {
	Connection string `json:"connection"`
	// Watermark is the tracker's own time of the last complete pass.
	Watermark time.Time         `json:"watermark,omitzero"`
	Hinted    map[string]string `json:"hinted,omitempty"`
	// Hidden are the containers that could not be read, by id: what changed there
	// is looked for from where each was read last.
	Hidden map[string]activities.Hidden `json:"hidden,omitempty"`
	// Caught is when the last route came into force again that was caught up with.
	Caught  time.Time `json:"caught,omitzero"`
	Audited time.Time `json:"audited,omitzero"` // by the workflow's clock
	Passes  int       `json:"passes,omitempty"` // in all runs
	// Troubled are the pairs that the last census counted and when each was first
	// counted, Counted is when that census was.
	Troubled  map[string]time.Time `json:"troubled,omitempty"`
	Counted   time.Time            `json:"counted,omitzero"`
	LastError string               `json:"last_error,omitempty"`
	// Interval and Audit are how often to look, as whoever started the sweep and
	// then the last complete pass told.
	Interval time.Duration `json:"interval,omitempty"`
	Audit    time.Duration `json:"audit,omitempty"`
}

const (
	defaultSweep = time.Minute
	defaultAudit = time.Hour
)

// Sweep polls one connection for what webhooks missed: what changed since the
// watermark, and now and then every open pair. Limits are per account, so
// there is one sweep for each.
func Sweep(ctx workflow.Context, st SweepState) error {
	if st.Audited.IsZero() {
		st.Audited = workflow.Now(ctx)
	}
	began := workflow.Now(ctx)
	for {
		sweepOnce(ctx, &st)
		if counts(ctx) {
			censusOnce(ctx, &st)
		}
		if audit := or(st.Audit, defaultAudit); !workflow.Now(ctx).Before(st.Audited.Add(audit)) {
			auditOnce(ctx, &st)
		}
		workflow.SetCurrentDetails(ctx, sweepDetails(st))
		info := workflow.GetInfo(ctx)
		if info.GetContinueAsNewSuggested() || info.GetCurrentHistoryLength() > manyEvents {
			if age := workflow.Now(ctx).Sub(began); age < shortRun {
				if err := workflow.Sleep(ctx, shortRun-age); err != nil {
					return err
				}
			}
			return workflow.NewContinueAsNewError(ctx, addressing.Sweep, st)
		}
		if err := workflow.Sleep(ctx, or(st.Interval, defaultSweep)); err != nil {
			return err
		}
	}
}

// sweepOnce makes one pass. One that fails leaves the watermark where it was.
func sweepOnce(ctx workflow.Context, st *SweepState) {
	var out activities.SweepResult
	actx := paging(ctx, "sweep "+st.Connection)
	err := workflow.ExecuteActivity(actx, act.Sweep, activities.SweepParams{
		Connection: st.Connection, Watermark: st.Watermark, Caught: st.Caught, Hinted: st.Hinted, Hidden: st.Hidden,
	}).Get(actx, &out)
	if err != nil {
		st.LastError = activities.FailureOf(err).Message
		return
	}
	st.Watermark, st.Caught, st.Hinted, st.Hidden, st.LastError = out.Watermark, out.Caught, out.Hinted, out.Hidden, ""
	st.Interval, st.Audit = out.Interval, out.Audit
	st.Passes++
	known := SweepState{Connection: st.Connection, Watermark: st.Watermark, Hidden: st.Hidden}
	if err := workflow.UpsertMemo(ctx, map[string]any{addressing.MemoSweep: known}); err != nil {
		workflow.GetLogger(ctx).Warn("watermark not published", "connection", st.Connection, "error", err)
	}
}

// SweepOf reads what a sweep has published in its memo: its watermark and what is
// hidden. False means that it has not made a pass yet.
func SweepOf(memo *commonpb.Memo) (st SweepState, ok bool, err error) {
	payload, ok := memo.GetFields()[addressing.MemoSweep]
	if ok {
		err = converter.GetDefaultDataConverter().FromPayload(payload, &st)
	}
	return st, ok && err == nil, err
}

func auditOnce(ctx workflow.Context, st *SweepState) {
	actx := paging(ctx, "audit "+st.Connection)
	err := workflow.ExecuteActivity(actx, act.Audit, activities.AuditParams{Connection: st.Connection}).Get(actx, nil)
	if err != nil {
		st.LastError = activities.FailureOf(err).Message
		return
	}
	st.Audited = workflow.Now(ctx)
}

// counts reports whether passes of this run count pairs; runs from before that
// end as they began.
func counts(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, "a pass counts pairs in trouble", workflow.DefaultVersion, 1) > workflow.DefaultVersion
}

func sweepDetails(st SweepState) string {
	s := "Sweep of **" + st.Connection + "**, " + itoa(st.Passes) + " passes, complete until " + st.Watermark.UTC().Format(time.RFC3339)
	for _, id := range workflow.DeterministicKeys(st.Hidden) {
		h := st.Hidden[id]
		s += "\n\n**" + h.Name + "** cannot be read, known until " + h.Since.UTC().Format(time.RFC3339) + ": " + h.Error
	}
	if st.LastError != "" {
		s += "\n\nLast pass failed: " + st.LastError
	}
	return s
}

func or(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}
