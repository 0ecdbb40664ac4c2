package starter

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

var update = flag.Bool("update", false, "write the golden files and docs/reasons.md anew")

// golden compares text with a file, or writes the file.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "if this is right: go test ./starter -update")
}

// printed compares what people read, which has to fit their terminal.
func printed(t *testing.T, name, got string) {
	t.Helper()
	for line := range strings.Lines(got) {
		require.LessOrEqual(t, utf8.RuneCountInString(line), 121, line)
		require.Equal(t, strings.TrimRight(line, " \n"), strings.TrimSuffix(line, "\n"), "spaces at the end")
	}
	golden(t, filepath.Join("testdata", name+".golden.txt"), got)
}

func at(second int) time.Time { return time.Date(2031, 5, 7, 9, 30, second, 0, time.UTC) }

// pairOf is a linked pair of IT-<n> and ENG-<n>.
func pairOf(origin, left, right string) workflows.View {
	return workflows.View{
		Route: "it-to-eng", WorkflowID: "pair/helpdesk/" + origin + "/jira", State: workflows.IsLinked,
		Left:     workflows.TicketView{Key: left, Ref: origin, URL: "https://help.example.com/" + left},
		Right:    workflows.TicketView{Key: right, Ref: "10001", URL: "https://jira.example.com/browse/" + right},
		Fields:   []workflows.FieldView{{Name: ticket.Title, State: "synced"}, {Name: ticket.Status, State: "synced"}},
		Comments: 2, SyncedAt: at(30),
		Journal: []workflows.Entry{
			{At: at(1), What: "replica created", From: left, To: right},
			{At: at(9), What: "status → right", From: "Open", To: "In Progress"},
		},
	}
}

// troubled is a pair that an operator should see.
func troubled() workflows.View {
	v := pairOf("h2", "IT-10", "ENG-44")
	v.State, v.Reason = workflows.Attention, ticket.StatusUnmapped
	v.Detail = `"Waiting on spares" (Waiting) has no target`
	v.Fields[1] = workflows.FieldView{Name: ticket.Status, State: "held", Reason: ticket.StatusUnmapped, Detail: v.Detail}
	v.Fields = append(v.Fields, workflows.FieldView{
		Name: ticket.Description, State: "held", Reason: ticket.TooLong,
		Detail: "32769 characters are more than Jira takes, which is 32767, so the rest is left out",
	})
	v.Journal = append(v.Journal, workflows.Entry{
		At: at(20), What: "hold status: status-unmapped", To: "Waiting on spares, which is a status with a long name",
	})
	return v
}

func (f *fakeTemporal) add(v workflows.View) *fakePair {
	p := &fakePair{view: v, status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING}
	f.pairs[v.WorkflowID] = p
	return p
}

// console collects what a command prints.
type console struct{ out, notes bytes.Buffer }

func (c *console) text() Console { return Console{Out: &c.out, Notes: &c.notes} }

func (c *console) json() Console { return Console{Out: &c.out, Notes: &c.notes, JSON: true} }

func TestShowPrints(t *testing.T) {
	t.Parallel()
	f := newTemporal(t, applied(route("it-to-eng", "IT", "ENG"), 1))
	f.add(pairOf("h1", "IT-9", "ENG-45"))
	f.add(troubled())
	unlinked := pairOf("h3", "IT-11", "ENG-46")
	unlinked.State, unlinked.Reason, unlinked.Fields, unlinked.Journal = workflows.Unlinked, ticket.UnlinkedByOperator, nil, nil
	f.add(unlinked)
	f.tickets["ENG-47"] = fakeTicket{ticket.Ref{Connection: "jira", ID: "10047"}, []reconcile.Verdict{
		{Rule: "enabled", OK: true}, {Rule: "type", Reason: ticket.WrongType, Detail: "Task"},
		{Rule: "age", Reason: ticket.TooOld, Detail: "created 2031-05-07T09:30:00Z, route since 2031-05-07T09:31:00Z"},
	}}
	for name, key := range map[string]string{"show-linked": "eng-45", "show-attention": "IT-10", "show-unlinked": "IT-11", "show-skipped": "ENG-47"} {
		var c console
		require.NoError(t, Show(t.Context(), f, key, c.text()))
		printed(t, name, c.out.String())
		require.Empty(t, c.notes.String())
	}
}

func TestPairsPrints(t *testing.T) {
	t.Parallel()
	f := newTemporal(t)
	f.add(pairOf("h1", "IT-9", "ENG-45"))
	f.add(troubled())
	f.add(workflows.View{WorkflowID: "pair/helpdesk/h4/jira", State: workflows.Syncing})
	var c console
	require.NoError(t, Pairs(t.Context(), f, PairsOptions{}, c.text()))
	printed(t, "pairs", c.out.String())
}

func TestRoutesPrints(t *testing.T) {
	t.Parallel()
	paused, removed, off := applied(route("b", "HR", "PEOPLE"), 2), applied(route("c", "Old", "OLD"), 9), false
	paused.Paused, removed.Removed = true, true
	disabled := applied(route("d", "Ops", "OPS"), 1)
	disabled.Enabled = &off
	stopped := applied(route("e", "Desk", "WEB"), 4)
	stopped.Stopped = "7 pairs newly access-lost"
	unseen := applied(route("f", "Facilities", "FAC"), 1)
	f := newTemporal(t, applied(route("a", "IT", "ENG"), 1), paused, removed, disabled, stopped, unseen)
	f.sweeps = map[string]workflows.SweepState{addressing.SweepID("jira"): {Hidden: map[string]activities.Hidden{
		unseen.Right.Container.ID: {Name: "FAC", Since: unseen.Since, Error: "list changes: invalid (HTTP 400): The value 'FAC' does not exist for the field 'project'."},
	}}}
	var c console
	require.NoError(t, Routes(t.Context(), f, c.text()))
	printed(t, "routes", c.out.String())
}

func TestApplyPrints(t *testing.T) {
	t.Parallel()
	before := applied(route("it-to-eng", "IT", "ENG"), 3)
	before.Direction = reconcile.ToRight
	before.Status = append(before.Status, reconcile.StatusRule{Left: "Closed", Right: "Done", Direction: reconcile.ToRight})
	before.Users = map[string]string{"ann@example.com": "ann@example.org"}
	b := &applyBench{temporal: newTemporal(t, before, applied(route("elsewhere", "HR", "PEOPLE"), 1))}
	b.temporal.check = func(r reconcile.Rules) workflows.CheckResult {
		return workflows.CheckResult{
			Rules: found(r),
			Statuses: map[ticket.Side][]workflows.StatusTarget{
				ticket.Left:  {{Status: "Open", Group: "Open", Target: "To Do"}, {Status: "Waiting on customer", Group: "Waiting"}},
				ticket.Right: {{Status: "To Do", Group: "new", Target: "-"}, {Status: "Done", Group: "done", Target: "-"}},
			},
			Warnings: []string{`left (IT): status "Waiting on customer" has no target on the other side`},
		}
	}
	require.NoError(t, b.apply(t, fileOf(route("it-to-eng", "IT", "ENG")), dry))
	printed(t, "apply", b.out.String())
}

func TestCheckPrints(t *testing.T) {
	t.Parallel()
	report := CheckReport{
		Connections: []ConnectionHealth{
			{Connection: "helpdesk", Kind: "ravenna", Token: tokenValid, Account: "Bot", Email: "bot@example.com", Skew: -61},
			{Connection: "jira", Kind: "jira", Token: tokenRefused, Problems: []string{"read own account: auth (HTTP 401)"}},
		},
		Routes: []RouteHealth{{
			Route: "it-to-eng", Left: ReachedVerdict{EndReport: EndReport{"helpdesk", "IT Support", "IT", ""}, Readable: true},
			Right: ReachedVerdict{EndReport: EndReport{"jira", "ENG", "", "Bug"}, Problem: "read project: not-found (HTTP 404)"},
		}},
	}
	var out bytes.Buffer
	report.print(&out)
	printed(t, "check", out.String())
	require.Equal(t, 2, report.problems())
}

// TestReasonsPage keeps docs/reasons.md equal to the list in code.
func TestReasonsPage(t *testing.T) {
	t.Parallel()
	golden(t, filepath.Join("..", "docs", "reasons.md"), ReasonsPage())
	for _, m := range ticket.Reasons() {
		require.Contains(t, ReasonsPage(), "`"+string(m.Reason)+"`")
	}
}
