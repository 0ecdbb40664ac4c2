package starter

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

func decode(t *testing.T, data []byte) []map[string]any {
	t.Helper()
	var out []map[string]any
	require.NoError(t, json.Unmarshal(data, &out), string(data))
	return out
}

func TestShowJSON(t *testing.T) {
	t.Parallel()
	f := newTemporal(t, applied(route("it-to-eng", "IT", "ENG"), 1))
	f.add(pairOf("h1", "IT-9", "ENG-45"))
	var c console
	require.NoError(t, Show(t.Context(), f, "https://jira.example.com/browse/ENG-45", c.json()))
	got := decode(t, c.out.Bytes())
	require.Len(t, got, 1)
	require.Subset(t, keys(got[0]), []string{"route", "workflow_id", "state", "reason", "left", "right", "fields", "comments", "journal"})
	require.Equal(t, map[string]any{"key": "IT-9", "ref": "h1", "url": "https://help.example.com/IT-9"}, got[0]["left"])
	require.Equal(t, map[string]any{"name": "title", "state": "synced", "reason": ""}, got[0]["fields"].([]any)[0])
	require.Equal(t, map[string]any{"at": "2031-05-07T09:30:01Z", "what": "replica created", "from": "IT-9", "to": "ENG-45"}, got[0]["journal"].([]any)[0])

	// A ticket without a pair has the same shape, and the verdicts.
	f.tickets["ENG-47"] = fakeTicket{ticket.Ref{Connection: "jira", ID: "10047"}, []reconcile.Verdict{{Rule: "type", Reason: ticket.WrongType, Detail: "Task"}}}
	c = console{}
	require.NoError(t, Show(t.Context(), f, "ENG-47", c.json()))
	got = decode(t, c.out.Bytes())
	require.Equal(t, "skipped", got[0]["state"])
	require.Equal(t, "type", got[0]["reason"])
	require.Equal(t, "pair/jira/10047/helpdesk", got[0]["workflow_id"])
	require.Equal(t, []any{}, got[0]["journal"])
	require.Equal(t, []any{}, got[0]["fields"])
	require.Len(t, got[0]["verdicts"], 1)
}

func TestShowWhereNothingIs(t *testing.T) {
	t.Parallel()
	f := newTemporal(t, applied(route("it-to-eng", "IT", "ENG"), 1))
	var missing *NotFoundError
	require.ErrorAs(t, Show(t.Context(), f, "ENG-99", (&console{}).text()), &missing)
	require.ErrorAs(t, Show(t.Context(), f, "ZZZ-1", (&console{}).text()), &missing)
	require.ErrorAs(t, Show(t.Context(), newTemporal(t), "ENG-1", (&console{}).text()), &missing)
	var bad *BadInputError
	for _, key := range []string{"", "ENG", "ENG-", "-1", "ENG-1' OR 'a' = 'a", "ENG 1"} {
		require.ErrorAs(t, Show(t.Context(), f, key, (&console{}).text()), &bad, key)
	}
}

// TestShowBeforeTheListsKnow: a pair that has just begun is found by its id.
func TestShowBeforeTheListsKnow(t *testing.T) {
	t.Parallel()
	f := newTemporal(t, applied(route("it-to-eng", "IT", "ENG"), 1))
	f.tickets["IT-9"] = fakeTicket{ref: ticket.Ref{Connection: "helpdesk", ID: "h1"}}
	f.add(workflows.View{WorkflowID: "pair/helpdesk/h1/jira", State: workflows.Syncing})
	var c console
	require.NoError(t, Show(t.Context(), f, "IT-9", c.json()))
	require.Equal(t, "syncing", decode(t, c.out.Bytes())[0]["state"])
}

func TestPairsJSON(t *testing.T) {
	t.Parallel()
	f := newTemporal(t)
	f.add(pairOf("h1", "IT-10", "ENG-45"))
	f.add(pairOf("h2", "IT-9", "ENG-46"))
	f.add(workflows.View{WorkflowID: "pair/helpdesk/h3/jira", State: workflows.Skipped})
	f.add(troubled()).view.WorkflowID = "pair/helpdesk/h2/jira"
	var c console
	require.NoError(t, Pairs(t.Context(), f, PairsOptions{}, c.json()))
	got := decode(t, c.out.Bytes())
	require.Len(t, got, 2)
	require.NotContains(t, got[0], "fields")
	require.NotContains(t, got[0], "journal")
	require.Subset(t, keys(got[0]), []string{"route", "workflow_id", "state", "reason", "left", "right"})

	c = console{}
	require.NoError(t, Pairs(t.Context(), f, PairsOptions{State: "attention"}, c.json()))
	require.Len(t, decode(t, c.out.Bytes()), 1)
	c = console{}
	require.NoError(t, Pairs(t.Context(), f, PairsOptions{Route: "none"}, c.json()))
	require.Equal(t, "[]\n", c.out.String())
	var bad *BadInputError
	require.ErrorAs(t, Pairs(t.Context(), f, PairsOptions{State: "skipped"}, c.json()), &bad)
}

// TestPairsWithoutWorker: what the pairs last said, with the reason of the
// silence.
func TestPairsWithoutWorker(t *testing.T) {
	t.Parallel()
	f := newTemporal(t)
	f.noWorker = true
	f.add(pairOf("h1", "IT-9", "ENG-45"))
	f.add(troubled())
	var c console
	require.NoError(t, Pairs(t.Context(), f, PairsOptions{}, c.json()))
	got := decode(t, c.out.Bytes())
	require.Equal(t, "no-worker", got[0]["reason"])
	require.Equal(t, "linked", got[0]["state"])
	require.Equal(t, "IT-9", got[0]["left"].(map[string]any)["key"])
	require.Equal(t, "status-unmapped", got[1]["reason"], "what an operator has to know first stays")
	require.Contains(t, c.notes.String(), "no-worker")
}

// TestPairsWithOneMute: one pair without an answer is not taken for a missing
// worker.
func TestPairsWithOneMute(t *testing.T) {
	t.Parallel()
	f := newTemporal(t)
	f.add(pairOf("h1", "IT-9", "ENG-45")).mute = true
	var c console
	require.NoError(t, Pairs(t.Context(), f, PairsOptions{}, c.json()))
	require.Equal(t, "", decode(t, c.out.Bytes())[0]["reason"])
	require.Contains(t, c.notes.String(), "without an answer: 1")
}

func TestPairsEndedFromOutside(t *testing.T) {
	t.Parallel()
	f := newTemporal(t)
	f.add(pairOf("h1", "IT-9", "ENG-45")).status = enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED
	f.add(pairOf("h2", "IT-10", "ENG-46")).status = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	var c console
	require.NoError(t, Pairs(t.Context(), f, PairsOptions{}, c.json()))
	require.Len(t, decode(t, c.out.Bytes()), 1)
	require.Contains(t, c.notes.String(), "ended from outside: 1, such as pair/helpdesk/h1/jira")
}

func TestOperate(t *testing.T) {
	t.Parallel()
	f := newTemporal(t, applied(route("it-to-eng", "IT", "ENG"), 1))
	pair := f.add(pairOf("h1", "IT-9", "ENG-45"))
	on := Target{Key: "eng-45"}
	var c console
	ctx := t.Context()
	require.NoError(t, Pause(ctx, f, on, c.text()))
	require.NoError(t, Resume(ctx, f, on, c.text()))
	require.NoError(t, Retry(ctx, f, on, c.text()))
	require.NoError(t, Resolve(ctx, f, on, "title", "left", c.text()))
	require.NoError(t, Unlink(ctx, f, on, c.text()))
	const id = "pair/helpdesk/h1/jira"
	require.Equal(t, []string{
		id + " pause null", id + " resume null", id + " retry null",
		id + ` resolve [{"field":"title","take":"left"}]`, id + " unlink null",
	}, f.asked)
	require.Equal(t, "IT-9 ⇄ ENG-45 is paused\nIT-9 ⇄ ENG-45 goes on\nIT-9 ⇄ ENG-45 is tried again\n"+
		"IT-9 ⇄ ENG-45: title is taken from the left\nIT-9 ⇄ ENG-45 is unlinked\n", c.out.String())

	require.NoError(t, Pause(ctx, f, Target{Key: "it-to-eng"}, c.text()))
	require.Equal(t, []string{"route/it-to-eng"}, f.updates(addressing.UpdatePause)[1:])

	// What a handler says is printed as it is.
	pair.refuse = temporal.NewNonRetryableApplicationError("the pair rests (unlinked)", "invalid", errors.New("cause"))
	err := Retry(ctx, f, on, c.text())
	require.EqualError(t, err, "IT-9 ⇄ ENG-45: the pair rests (unlinked)")
	var bad *BadInputError
	require.NotErrorAs(t, err, &bad)
	require.ErrorAs(t, Resolve(ctx, f, on, "nope", "left", c.text()), &bad)
	require.ErrorAs(t, Resolve(ctx, f, on, "title", "top", c.text()), &bad)
	require.ErrorAs(t, Resolve(ctx, f, on, "", "left", c.text()), &bad)
}

func TestOperateFindsNothing(t *testing.T) {
	t.Parallel()
	f := newTemporal(t, applied(route("it-to-eng", "IT", "ENG"), 1))
	f.tickets["ENG-1"] = fakeTicket{ref: ticket.Ref{Connection: "jira", ID: "10001"}}
	var missing *NotFoundError
	err := Retry(t.Context(), f, Target{Key: "ENG-1"}, (&console{}).text())
	require.ErrorAs(t, err, &missing)
	require.ErrorContains(t, err, "ticketsync show ENG-1 says why")
	require.ErrorAs(t, Pause(t.Context(), f, Target{Key: "nope"}, (&console{}).text()), &missing)
}

// TestOperateOnSeveral: a ticket with a pair on each of two connections.
func TestOperateOnSeveral(t *testing.T) {
	t.Parallel()
	f := newTemporal(t)
	f.add(pairOf("h1", "IT-9", "ENG-45"))
	second := pairOf("h1", "IT-9", "TEAM-3")
	second.WorkflowID, second.Route = "pair/helpdesk/h1/linear", "it-to-team"
	f.add(second)
	var c console
	require.NoError(t, Pause(t.Context(), f, Target{Key: "IT-9"}, c.text()))
	require.Len(t, f.updates(addressing.UpdatePause), 2)

	var bad *BadInputError
	err := Unlink(t.Context(), f, Target{Key: "IT-9"}, c.text())
	require.ErrorAs(t, err, &bad)
	require.ErrorContains(t, err, "--route it-to-eng or --route it-to-team")
	require.NoError(t, Unlink(t.Context(), f, Target{Key: "IT-9", Route: "it-to-team"}, c.text()))
	require.Equal(t, []string{"pair/helpdesk/h1/linear"}, f.updates(addressing.UpdateUnlink))
	var missing *NotFoundError
	require.ErrorAs(t, Unlink(t.Context(), f, Target{Key: "IT-9", Route: "none"}, c.text()), &missing)
}

// TestOperateOnEnded: only retry brings back a run that was ended from outside.
func TestOperateOnEnded(t *testing.T) {
	t.Parallel()
	f := newTemporal(t)
	f.add(pairOf("h1", "IT-9", "ENG-45")).status = enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED
	require.ErrorContains(t, Unlink(t.Context(), f, Target{Key: "IT-9"}, (&console{}).text()), "ticketsync retry IT-9 brings it back")
	require.NoError(t, Retry(t.Context(), f, Target{Key: "IT-9"}, (&console{}).text()))
}
