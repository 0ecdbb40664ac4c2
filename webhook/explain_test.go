package webhook

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/ticket"
)

func nothingSet(string) (string, bool) { return "", false }

func devFile(t testing.TB) *config.File {
	t.Helper()
	f, err := config.LoadOffline("../dev/ticketsync.yaml", nothingSet)
	require.NoError(t, err)
	f.Routes = f.Routes[:1] // tests that need more add them
	return f
}

func TestExplain(t *testing.T) {
	t.Parallel()
	const ticketID = "tkt_00000000000000000001"
	for name, c := range map[string]struct {
		connection, body string
		want             string
	}{
		"issue": {"jira", issueBody, `{"refs":["10001"],"hints":[{"ref":"10001","kind":"ticket","route":"it-to-eng","workflow_id":"pair/jira/10001/helpdesk"}],"ignored":""}`},
		"comment": {
			"jira", `{"webhookEvent":"comment_created","comment":{"id":"7","self":"https://jira.example.com/rest/api/2/issue/10001/comment/7","body":"x"},"issue":{"id":"10001","key":"ENG-1","fields":{"project":{"key":"ENG"},"issuetype":{"name":"Bug"}}}}`,
			`{"refs":["10001"],"hints":[{"ref":"10001","kind":"comment","route":"it-to-eng","workflow_id":"pair/jira/10001/helpdesk"}],"ignored":""}`,
		},
		"comment of Data Center": {
			"jira", `{"webhookEvent":"comment_created","comment":{"id":"7","self":"https://jira.example.com/rest/api/2/issue/10001/comment/7","body":"x"}}`,
			`{"refs":["10001"],"hints":[{"ref":"10001","kind":"comment","route":"it-to-eng","workflow_id":"pair/jira/10001/helpdesk"}],"ignored":""}`,
		},
		"deletion":         {"jira", deleteBody, `{"refs":["10001"],"hints":[{"ref":"10001","kind":"delete","route":"it-to-eng","workflow_id":"pair/jira/10001/helpdesk"}],"ignored":""}`},
		"another type":     {"jira", taskBody, `{"refs":["10002"],"hints":[{"ref":"10002","kind":"ticket","route":"","workflow_id":"pair/jira/10002/helpdesk"}],"ignored":""}`},
		"help desk":        {"helpdesk", ticketBody, `{"refs":["` + ticketID + `"],"hints":[{"ref":"` + ticketID + `","kind":"ticket","route":"it-to-eng","workflow_id":"pair/helpdesk/` + ticketID + `/jira"}],"ignored":""}`},
		"help desk note":   {"helpdesk", messageBody, `{"refs":["` + ticketID + `"],"hints":[{"ref":"` + ticketID + `","kind":"comment","route":"it-to-eng","workflow_id":"pair/helpdesk/` + ticketID + `/jira"}],"ignored":""}`},
		"one ticket twice": {"helpdesk", `{"type":"ticket.updated","data":[{"ticketId":"` + ticketID + `"},{"ticketId":"` + ticketID + `"}]}`, `{"refs":["` + ticketID + `"],"hints":[{"ref":"` + ticketID + `","kind":"ticket","route":"it-to-eng","workflow_id":"pair/helpdesk/` + ticketID + `/jira"}],"ignored":""}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Explain(devFile(t), c.connection, []byte(c.body))
			require.NoError(t, err)
			encoded, err := json.Marshal(got)
			require.NoError(t, err)
			require.Equal(t, c.want, string(encoded))
		})
	}
}

func TestExplainIgnored(t *testing.T) {
	t.Parallel()
	got, err := Explain(devFile(t), "jira", []byte(sprintBody))
	require.NoError(t, err)
	require.NotEmpty(t, got.Ignored)
	encoded, err := json.Marshal(got)
	require.NoError(t, err)
	require.Contains(t, string(encoded), `"refs":[],"hints":[]`, "never null")

	alone := devFile(t)
	alone.Routes = nil
	got, err = Explain(alone, "jira", []byte(issueBody))
	require.NoError(t, err)
	require.Equal(t, Explanation{Refs: []string{"10001"}, Hints: []ExplainedHint{}, Ignored: noRoute}, got)
}

// TestExplainNamesARouteOnlyWhenTold: the help desk's deliveries name no
// channel, so with two routes either may be meant.
func TestExplainNamesARouteOnlyWhenTold(t *testing.T) {
	t.Parallel()
	f := devFile(t)
	second := f.Routes[0]
	second.Name, second.Left.Name, second.Right.Name = "product", "Product", "OPS"
	f.Routes = append(f.Routes, second)
	got, err := Explain(f, "helpdesk", []byte(ticketBody))
	require.NoError(t, err)
	require.Len(t, got.Hints, 1)
	require.Empty(t, got.Hints[0].Route)
	got, err = Explain(f, "jira", []byte(issueBody))
	require.NoError(t, err)
	require.Len(t, got.Hints, 1)
	require.Equal(t, "it-to-eng", got.Hints[0].Route)
}

func TestExplainErrors(t *testing.T) {
	t.Parallel()
	_, err := Explain(devFile(t), "nobody", []byte(issueBody))
	require.ErrorIs(t, err, ErrUnknownConnection)
	require.ErrorContains(t, err, `"nobody"`)
	for _, body := range []string{"", "\n", "[]", "x", "null"} {
		_, err := Explain(devFile(t), "jira", []byte(body))
		require.ErrorContains(t, err, "explain delivery: ", body)
	}
}

// TestExplainHints: one entry for each pair, and a deletion outweighs what
// else the body says of the ticket.
func TestExplainHints(t *testing.T) {
	t.Parallel()
	told := func(id string, kind ticket.EventKind) addressing.Delivery {
		return addressing.Delivery{WorkflowID: "pair/jira/" + id + "/helpdesk", Hint: ticket.Hint{Ref: ticket.Ref{Connection: "jira", ID: id}, Kind: kind}}
	}
	got := explainHints([]addressing.Delivery{
		told("1", ticket.CommentEvent), told("2", ticket.TicketEvent), told("1", ticket.TicketEvent), told("2", ticket.DeleteEvent),
	})
	require.Equal(t, []ExplainedHint{
		{Ref: "1", Kind: ticket.CommentEvent, WorkflowID: "pair/jira/1/helpdesk"},
		{Ref: "2", Kind: ticket.DeleteEvent, WorkflowID: "pair/jira/2/helpdesk"},
	}, got)
	require.NotNil(t, explainHints(nil))
}

// TestExplainAgreesWithTheReceiver compares the two for the same body.
func TestExplainAgreesWithTheReceiver(t *testing.T) {
	t.Parallel()
	service := &temporal{}
	f := &config.File{Routes: routes()}
	for _, c := range connections {
		f.Connections = append(f.Connections, config.Connection{Connection: c})
	}
	url, _ := newReceiver(t, service)
	post(t, url+"/webhooks/jira", signed(issueBody), issueBody)
	got, err := Explain(f, "jira", []byte(issueBody))
	require.NoError(t, err)
	sent := service.deliveries()
	require.Len(t, got.Hints, len(sent))
	for i, d := range sent {
		require.Equal(t, ExplainedHint{Ref: d.Hint.Ref.ID, Kind: d.Hint.Kind, Route: d.Route, WorkflowID: d.WorkflowID}, got.Hints[i])
	}
}
