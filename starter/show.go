package starter

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

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
		silent.note(out)
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
	t := newColumns(w)
	add := func(what, text string) {
		if text == "" {
			return
		}
		for i, line := range wrap(text, wide) {
			if i > 0 {
				what = ""
			}
			t.row(what, line)
		}
	}
	add("route", cmp.Or(r.Route, "(not chosen yet)"))
	add("left", strings.TrimSpace(r.Left.Key+" "+r.Left.URL))
	add("right", strings.TrimSpace(r.Right.Key+" "+r.Right.URL))
	if r.Reason != "" {
		m, _ := ticket.Explain(r.Reason)
		add("reason", string(r.Reason))
		add("detail", r.Detail)
		add("meaning", m.What)
		add("remedy", m.Remedy)
	}
	if !r.SyncedAt.IsZero() {
		add("synced", clock(r.SyncedAt)+" UTC")
	}
	if r.State != workflows.Skipped {
		add("comments", fmt.Sprintf("%d kept alike", r.Comments))
	}
	add("workflow", r.WorkflowID)
	t.flush("  ")
	r.printVerdicts(w)
	r.printFields(w)
	r.printJournal(w)
}

// Widths of texts in tables, in characters. Nothing is cut: the journal is
// where a value is kept that was overwritten.
const (
	wide   = 90
	medium = 60
	narrow = 26
)

func (r TicketReport) printVerdicts(w io.Writer) {
	if len(r.Verdicts) == 0 {
		return
	}
	_, _ = fmt.Fprintln(w)
	t := newColumns(w)
	t.row("RULE", "VERDICT", "REASON", "DETAIL")
	for _, v := range r.Verdicts {
		says := "no"
		if v.OK {
			says = "ok"
		}
		t.wrapped([]int{0, 0, 0, medium}, v.Rule, says, cmp.Or(string(v.Reason), "-"), v.Detail)
	}
	t.flush("  ")
}

func (r TicketReport) printFields(w io.Writer) {
	if len(r.Fields) == 0 {
		return
	}
	_, _ = fmt.Fprintln(w)
	t := newColumns(w)
	t.row("FIELD", "STATE", "REASON", "DETAIL")
	for _, f := range r.Fields {
		t.wrapped([]int{0, 0, 0, medium}, string(f.Name), f.State, cmp.Or(string(f.Reason), "-"), f.Detail)
	}
	t.flush("  ")
	// Each reason once, and not that of the pair again.
	told := map[ticket.Reason]bool{"": true, r.Reason: true}
	for _, f := range r.Fields {
		if told[f.Reason] {
			continue
		}
		told[f.Reason] = true
		m, _ := ticket.Explain(f.Reason)
		for i, line := range wrap(string(f.Reason)+": "+m.What+" "+m.Remedy, wide) {
			indent := "  "
			if i > 0 {
				indent = "    "
			}
			_, _ = fmt.Fprintln(w, indent+line)
		}
	}
}

func (r TicketReport) printJournal(w io.Writer) {
	if len(r.Journal) == 0 {
		return
	}
	_, _ = fmt.Fprintln(w)
	t := newColumns(w)
	t.row("AT (UTC)", "WHAT", "FROM", "TO")
	for _, e := range r.Journal {
		t.wrapped([]int{0, medium / 2, narrow, narrow}, clock(e.At), e.What, e.From, e.To)
	}
	t.flush("  ")
}
