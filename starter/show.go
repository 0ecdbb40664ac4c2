package starter

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// TicketReport is one pair of a ticket or, where it has none, what one route
// says about it.
type TicketReport struct {
	workflows.View
	Verdicts []reconcile.Verdict `json:"verdicts,omitempty"`
}

// Show prints everything about the pairs of a ticket. A ticket that has none
// is fetched, and each rule of its routes judges it.
func Show(ctx context.Context, c client.Client, key string, out Console) error {
	key, err := ParseKey(key)
	if err != nil {
		return err
	}
	pairs, verdicts, err := locate(ctx, c, key)
	if err != nil {
		return err
	}
	reports := []TicketReport{}
	if len(pairs) == 0 {
		for _, v := range verdicts {
			reports = append(reports, v.view())
		}
	} else {
		views, silent, err := look(ctx, c, pairs)
		if err != nil {
			return err
		}
		noteSilent(out, silent)
		for i, v := range views {
			reports = append(reports, TicketReport{View: v})
			if pairs[i].ended() {
				out.note("%s was ended from outside (%s): it comes back at the tickets' next change, or with ticketsync retry %s",
					pairs[i].id, pairs[i].status, key)
			}
		}
	}
	if out.JSON {
		printJSON(out.Out, reports)
		return nil
	}
	for i, r := range reports {
		if i > 0 {
			_, _ = fmt.Fprintln(out.Out)
		}
		r.print(out.Out)
	}
	return nil
}

func (r TicketReport) print(w io.Writer) {
	_, _ = fmt.Fprintf(w, "%s ⇄ %s: %s\n", cmp.Or(r.Left.Key, "(none)"), cmp.Or(r.Right.Key, "(none)"), r.State)
	t := table(w)
	row(t, "route", cmp.Or(r.Route, "(not chosen yet)"))
	for _, side := range []struct {
		name string
		t    workflows.TicketView
	}{{"left", r.Left}, {"right", r.Right}} {
		if side.t.Key != "" {
			row(t, side.name, side.t.Key+"  "+side.t.URL)
		}
	}
	if r.Reason != "" {
		m, _ := ticket.Explain(r.Reason)
		row(t, "reason", string(r.Reason))
		row(t, "detail", short(r.Detail, wide))
		row(t, "meaning", m.What)
		row(t, "remedy", m.Remedy)
	}
	if !r.SyncedAt.IsZero() {
		row(t, "synced", clock(r.SyncedAt)+" UTC")
	}
	if r.State != workflows.Skipped {
		row(t, "comments", fmt.Sprintf("%d kept alike", r.Comments))
	}
	row(t, "workflow", r.WorkflowID)
	_ = t.Flush()
	r.printVerdicts(w)
	r.printFields(w)
	r.printJournal(w)
}

// Widths of texts in tables, in characters.
const (
	wide   = 90
	medium = 50
	narrow = 24
)

func (r TicketReport) printVerdicts(w io.Writer) {
	if len(r.Verdicts) == 0 {
		return
	}
	_, _ = fmt.Fprintln(w)
	t := table(w)
	row(t, "RULE", "VERDICT", "REASON", "DETAIL")
	for _, v := range r.Verdicts {
		says := "no"
		if v.OK {
			says = "ok"
		}
		row(t, v.Rule, says, cmp.Or(string(v.Reason), "-"), short(v.Detail, medium))
	}
	_ = t.Flush()
}

func (r TicketReport) printFields(w io.Writer) {
	if len(r.Fields) == 0 {
		return
	}
	_, _ = fmt.Fprintln(w)
	t := table(w)
	row(t, "FIELD", "STATE", "REASON", "DETAIL")
	for _, f := range r.Fields {
		row(t, string(f.Name), f.State, cmp.Or(string(f.Reason), "-"), short(f.Detail, medium))
	}
	_ = t.Flush()
	// Each reason once, and not that of the pair again.
	told := map[ticket.Reason]bool{"": true, r.Reason: true}
	for _, f := range r.Fields {
		if told[f.Reason] {
			continue
		}
		told[f.Reason] = true
		m, _ := ticket.Explain(f.Reason)
		_, _ = fmt.Fprintf(w, "  %s: %s %s\n", f.Reason, m.What, m.Remedy)
	}
}

func (r TicketReport) printJournal(w io.Writer) {
	if len(r.Journal) == 0 {
		return
	}
	_, _ = fmt.Fprintln(w)
	t := table(w)
	row(t, "AT (UTC)", "WHAT", "FROM", "TO")
	for _, e := range r.Journal {
		row(t, clock(e.At), short(e.What, medium), short(e.From, narrow), short(e.To, narrow))
	}
	_ = t.Flush()
}
