package webhook

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

const linearIssue = "155e0000-0000-4000-8000-000000000064"

// linearRoutes lead from Linear to a help desk and to Jira.
func linearRoutes(context.Context) ([]reconcile.Rules, error) {
	return []reconcile.Rules{
		{
			Name: "product-to-linear", Direction: reconcile.Both,
			Left:  reconcile.End{Connection: "helpdesk", Name: "Product"},
			Right: reconcile.End{Connection: "linear", Name: "PRO", ByKey: true},
		},
		{
			Name: "ops-to-linear", Direction: reconcile.Both,
			Left:  reconcile.End{Connection: "jira", Name: "OPS", ByKey: true},
			Right: reconcile.End{Connection: "linear", Name: "PLT", ByKey: true},
		},
	}, nil
}

// linearFile is the development file with the same routes.
func linearFile(t testing.TB) *config.File {
	t.Helper()
	f := devFile(t)
	f.Routes, _ = linearRoutes(t.Context())
	return f
}

func linearConfig(t testing.TB, service *temporal, log io.Writer) Config {
	t.Helper()
	cfg := newConfig(t, service, log)
	cfg.Routes = linearRoutes
	cfg.MaxBody = 0
	return cfg
}

// linearBody reads one of the adapter's own deliveries.
func linearBody(t testing.TB, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("..", "trackers", "linear", "testdata", "hooks", name+".json"))
	require.NoError(t, err)
	return string(body)
}

// linearSigned signs as Linear does: the bare sum, without a method.
func linearSigned(body string) http.Header {
	return http.Header{"Linear-Signature": {strings.TrimPrefix(sign(signSecret, body), "sha256=")}}
}

func linearSignature(signature string) http.Header {
	return http.Header{"Linear-Signature": {signature}}
}

func TestLinearDeliveries(t *testing.T) {
	t.Parallel()
	issue := linearBody(t, "issue_create")
	sum := linearSigned(issue).Get("Linear-Signature")
	both := []string{"pair/helpdesk", "pair/jira"}
	for name, c := range map[string]struct {
		header  http.Header // signed
		body    string
		running string // the other connection of a pair that runs
		code    int
		status  string
		reason  string
		kind    ticket.EventKind
		told    []string // other connections
	}{
		"issue":                   {body: issue, code: 200, status: accepted, kind: ticket.TicketEvent, told: both},
		"unknown action":          {body: linearBody(t, "issue_unknown_action"), code: 200, status: accepted, kind: ticket.TicketEvent, told: both},
		"comment":                 {body: linearBody(t, "comment_create"), code: 200, status: accepted, kind: ticket.CommentEvent, told: both},
		"link":                    {body: linearBody(t, "attachment_create"), code: 200, status: accepted, kind: ticket.LinkEvent, told: both},
		"removal, without a pair": {body: linearBody(t, "issue_remove"), code: 200, status: ignored, reason: noPair, kind: ticket.DeleteEvent, told: both},
		"removal, with a pair":    {body: linearBody(t, "issue_remove"), running: "helpdesk", code: 200, status: accepted, kind: ticket.DeleteEvent, told: both},

		"reaction to a comment": {body: linearBody(t, "comment_reaction"), code: 200, status: ignored, reason: "a reaction changes nothing that is replicated"},
		"reaction":              {body: linearBody(t, "reaction_create"), code: 200, status: ignored, reason: "a reaction changes nothing that is replicated"},
		"comment on a document": {body: linearBody(t, "comment_on_a_document"), code: 200, status: ignored, reason: "a comment on no issue"},
		"comment on a project":  {body: linearBody(t, "comment_on_a_project"), code: 200, status: ignored, reason: "a comment on no issue"},
		"label":                 {body: linearBody(t, "label_update"), code: 200, status: ignored, reason: "a label, no ticket"},
		"our own marker":        {body: linearBody(t, "marker_create"), code: 200, status: ignored, reason: "a marker of ticketsync"},
		"project":               {body: linearBody(t, "project_update"), code: 200, status: ignored, reason: "type Project changes nothing that is replicated"},

		"not signed":          {header: http.Header{}, body: issue, code: 401, status: refused, reason: "unauthorized"},
		"another secret":      {header: linearSignature(sign("guess", issue)[7:]), body: issue, code: 401, status: refused, reason: "unauthorized"},
		"another body":        {header: linearSignature(sum), body: issue + " ", code: 401, status: refused, reason: "unauthorized"},
		"upper case":          {header: linearSignature(strings.ToUpper(sum)), body: issue, code: 401, status: refused, reason: "unauthorized"},
		"cut short":           {header: linearSignature(sum[:40]), body: issue, code: 401, status: refused, reason: "unauthorized"},
		"with a method":       {header: linearSignature("sha256=" + sum), body: issue, code: 401, status: refused, reason: "unauthorized"},
		"signed as Jira does": {header: signed(issue), body: issue, code: 401, status: refused, reason: "unauthorized"},
		"empty":               {body: "", code: 400, status: refused, reason: "empty"},
		"no object":           {body: "[" + issue + "]", code: 400, status: refused, reason: "unparseable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service, log := &temporal{}, &lines{}
			if c.running != "" {
				service.running = []string{"pair/linear/" + linearIssue + "/" + c.running}
			}
			header := c.header
			if header == nil {
				header = linearSigned(c.body)
			}
			code, got := post(t, serveConfig(t, linearConfig(t, service, log))+"/webhooks/linear", header, c.body)
			require.Equal(t, answer{code: c.code, Status: c.status, Reason: c.reason}, got)
			require.Equal(t, c.code, code)
			var want []string
			for _, pair := range c.told {
				want = append(want, "pair/linear/"+linearIssue+strings.TrimPrefix(pair, "pair"))
			}
			var sent []string
			for _, d := range service.deliveries() {
				require.Equal(t, c.kind, d.Hint.Kind)
				require.Equal(t, ticket.Ref{Connection: "linear", ID: linearIssue}, d.Hint.Ref)
				sent = append(sent, d.WorkflowID)
			}
			require.Equal(t, want, sent)
			for _, secret := range []string{signSecret, sum, "Export stops", "alice@example.com"} {
				require.NotContains(t, log.String(), secret)
			}
		})
	}
}

// TestLinearTeamDecides: only the route of the issue's team would start a pair.
func TestLinearTeamDecides(t *testing.T) {
	t.Parallel()
	service := &temporal{}
	body := linearBody(t, "issue_create")
	post(t, serveConfig(t, linearConfig(t, service, &lines{}))+"/webhooks/linear", linearSigned(body), body)
	sent := service.deliveries()
	require.Len(t, sent, 2)
	require.True(t, sent[0].Start)
	require.Equal(t, "product-to-linear", sent[0].Route)
	require.False(t, sent[1].Start)
	require.Empty(t, sent[1].Route)
}

// TestLinearStaleDelivery: Linear may repeat a delivery hours later with the
// time of the first try. What is signed is taken, twice if it comes twice.
func TestLinearStaleDelivery(t *testing.T) {
	t.Parallel()
	service, log := &temporal{}, &lines{}
	cfg := linearConfig(t, service, log)
	url := serveConfig(t, cfg) + "/webhooks/linear"
	for _, at := range []string{`0`, `1000`, `1772442901234`, `99999999999999`, `"2020-01-01T00:00:00.000Z"`, `null`, `{}`} {
		body := `{"action":"update","type":"Issue","data":{"id":"` + linearIssue + `"},"webhookTimestamp":` + at + `}`
		header := linearSigned(body)
		header.Set("Linear-Timestamp", "1000")
		for range 2 {
			code, got := post(t, url, header, body)
			require.Equal(t, http.StatusOK, code)
			require.Equal(t, accepted, got.Status, at)
		}
	}
	require.Len(t, service.deliveries(), 7*2*2, "two pairs each")
}

// TestLinearLogLine: a delivery is found in the log by Linear's own id.
func TestLinearLogLine(t *testing.T) {
	t.Parallel()
	service, log := &temporal{}, &lines{}
	body := linearBody(t, "label_update")
	header := linearSigned(body)
	header.Set("Linear-Delivery", "de11e000-0000-4000-8000-000000000001")
	post(t, serveConfig(t, linearConfig(t, service, log))+"/webhooks/linear", header, body)
	require.Equal(t, map[string]any{
		"level": "INFO", "msg": "delivery ignored", "connection": "linear", "reason": "a label, no ticket",
		"status": float64(http.StatusOK), "delivery": "de11e000-0000-4000-8000-000000000001",
	}, onlyLine(t, log))
}

// TestLinearHintTellsWhatTheBodyKnows: version and actor are what an echo is
// known by, so they pass through untouched.
func TestLinearHintTellsWhatTheBodyKnows(t *testing.T) {
	t.Parallel()
	service := &temporal{}
	body := linearBody(t, "comment_create")
	before := time.Now()
	post(t, serveConfig(t, linearConfig(t, service, &lines{}))+"/webhooks/linear", linearSigned(body), body)
	sent := service.deliveries()
	require.Len(t, sent, 2)
	hint := sent[0].Hint
	require.WithinRange(t, hint.At, before, time.Now())
	hint.At = time.Time{}
	require.Equal(t, ticket.Hint{
		Ref: ticket.Ref{Connection: "linear", ID: linearIssue}, Kind: ticket.CommentEvent, Source: "webhook",
		Version: "2026-03-02T10:00:00.000Z", Comment: "c0333e00-0000-4000-8000-00000000012c", Actor: "b0b00000-0000-4000-8000-000000000002",
	}, hint)
}

func TestExplainLinear(t *testing.T) {
	t.Parallel()
	hint := func(kind, route, other string) string {
		return `{"ref":"` + linearIssue + `","kind":"` + kind + `","route":"` + route + `","workflow_id":"pair/linear/` + linearIssue + `/` + other + `"}`
	}
	told := func(kind, second string) string {
		return `{"refs":["` + linearIssue + `"],"hints":[` + hint(kind, "product-to-linear", "helpdesk") + `,` + hint(kind, second, "jira") + `],"ignored":""}`
	}
	// A body that names the team tells which route it is.
	inTeam := func(kind string) string { return told(kind, "") }
	anywhere := func(kind string) string { return told(kind, "ops-to-linear") }
	for name, want := range map[string]string{
		"issue_create":         inTeam("ticket"),
		"issue_remove":         inTeam("delete"),
		"comment_create":       inTeam("comment"),
		"old_comment_update":   anywhere("comment"),
		"attachment_create":    anywhere("link"),
		"marker_create":        `{"refs":["` + linearIssue + `"],"hints":[],"ignored":"a marker of ticketsync"}`,
		"comment_reaction":     `{"refs":["` + linearIssue + `"],"hints":[],"ignored":"a reaction changes nothing that is replicated"}`,
		"comment_on_a_project": `{"refs":[],"hints":[],"ignored":"a comment on no issue"}`,
		"label_update":         `{"refs":[],"hints":[],"ignored":"a label, no ticket"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Explain(linearFile(t), "linear", []byte(linearBody(t, name)))
			require.NoError(t, err)
			encoded, err := json.Marshal(got)
			require.NoError(t, err)
			require.Equal(t, want, string(encoded))
		})
	}
}
