package e2e

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/proto"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// canary is in every text of this file that must not get out.
const canary = "canary-4711"

// After a busy time with errors of all kinds, no secret is in any log line,
// history or memo, and no ticket's text in the log.
func TestSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	it, err := w.rav.Create(w.ctx, "IT Support", "title "+canary, "<p>text "+canary+"</p>", nil)
	require.NoError(t, err)
	eng := w.issue("title " + canary)
	made, err := w.jira.Create(w.ctx, "ENG", "Bug", "issue "+canary, "text "+canary, nil)
	require.NoError(t, err)
	back := w.ticket("issue " + canary)
	_, err = w.rav.Say(w.ctx, it.ID, "<p>said "+canary+"</p>", false)
	require.NoError(t, err)
	_, err = w.jira.Say(w.ctx, made.Key, "answered "+canary)
	require.NoError(t, err)
	w.jiraComments(eng.Key, canary)
	w.messages(back.ID, canary)
	p := w.tie(productDesk(w), proTeam(w), "wish "+canary, nil)
	p.flip().says("said in Linear " + canary)

	// Refused fields, broken pages, cut connections, a lost answer, no token.
	w.faults(w.JiraURL, once("PUT", jiraAnyIssue, "html"), once("PUT", jiraAnyIssue, "status:400"),
		once("POST", jiraIssue, "drop-after-commit"), once("POST", jiraComment, "status:403"))
	require.NoError(t, w.rav.Edit(w.ctx, it.ID, map[string]any{"title": "edited " + canary}))
	_, err = w.rav.Say(w.ctx, back.ID, "<p>refused "+canary+"</p>", false)
	require.NoError(t, err)
	_, err = w.rav.Create(w.ctx, "IT Support", "lost "+canary, "<p>"+canary+"</p>", nil)
	require.NoError(t, err)
	w.spent(w.JiraURL)
	w.faults(w.RavennaURL, once("PUT", ravAnyTicket, "truncate"), once("POST", ravMessage, "drop-before-commit"))
	require.NoError(t, w.jira.Edit(w.ctx, made.Key, map[string]any{"summary": "also edited " + canary}))
	_, err = w.jira.Say(w.ctx, made.Key, "cut off "+canary)
	require.NoError(t, err)
	w.spent(w.RavennaURL)
	w.issue("lost " + canary)
	w.faults(w.LinearURL, of([]fault{{Operation: "UpdateIssue"}}, "html", "truncate", "status:400")...)
	require.NoError(t, p.here.Set(w.ctx, p.id, people.Values{ticket.Title: "edited wish " + canary}))
	w.spent(w.LinearURL)
	w.faults(w.LinearURL, always("*", "*", "status:401"))
	w.faults(w.JiraURL, always("*", "*", "status:401"))
	w.faults(w.RavennaURL, always("*", "*", "status:401"))
	for _, path := range []string{"/webhooks/helpdesk/sandbox-secret", "/webhooks/jira/sandbox-secret", "/webhooks/linear/sandbox-secret"} {
		resp, err := http.Post(w.ReceiverURL+path, "application/json", strings.NewReader(`{"type":"ticket.updated","data":{"ticketId":"`+it.ID+`"}}`)) //nolint:gosec,noctx // our own receiver
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	w.settled(ravennaPair(it.ID), workflows.Attention, ticket.Auth)

	secrets := []string{"rav_bot", "lin_api_bot", "sandbox-secret", base64.StdEncoding.EncodeToString([]byte("bot@example.com:sandbox"))}
	logged := w.logs.String()
	require.NotEmpty(t, logged)
	for _, s := range append(secrets, canary) {
		require.NotContains(t, logged, s)
	}
	runs := 0
	var page []byte
	for {
		answer, err := w.Client.ListWorkflow(w.ctx, &workflowservice.ListWorkflowExecutionsRequest{NextPageToken: page})
		require.NoError(t, err)
		for _, e := range answer.GetExecutions() {
			runs++
			id, run := e.GetExecution().GetWorkflowId(), e.GetExecution().GetRunId()
			described, err := w.Client.DescribeWorkflowExecution(w.ctx, id, run)
			require.NoError(t, err)
			w.clean(id, described, secrets)
			events := w.Client.GetWorkflowHistory(w.ctx, id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
			for events.HasNext() {
				event, err := events.Next()
				require.NoError(t, err)
				w.clean(fmt.Sprintf("%s event %d", id, event.GetEventId()), event, secrets)
			}
		}
		if page = answer.GetNextPageToken(); len(page) == 0 {
			break
		}
	}
	require.Greater(t, runs, 5)
}

// clean requires that nothing Temporal keeps holds a secret. Payloads are bytes
// there, so that the encoded message holds them as they are.
func (w *world) clean(what string, m proto.Message, secrets []string) {
	w.Helper()
	encoded, err := proto.Marshal(m)
	require.NoError(w, err)
	for _, s := range secrets {
		require.NotContains(w, string(encoded), s, what)
	}
}

// What is private on one side is nowhere on the other.
func TestPrivacy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, only("it-to-eng"))
	desk := w.File.Routes[0]
	desk.Name, desk.Left.Name, desk.Right.Name, desk.Right.Type = "product-to-help", "Product", "HELP", "Task"
	desk.Status = slices.DeleteFunc(slices.Clone(desk.Status), func(r reconcile.StatusRule) bool { return r.Right == "In Review" })
	desk.Paths = nil
	w.File.Routes = append(w.File.Routes, desk)
	w.apply()
	it, eng := w.linked("public")
	other, issue := w.linked("public too")
	help, err := w.jira.Create(w.ctx, "HELP", "Task", "a customer's", "text", nil)
	require.NoError(t, err)
	w.settled(jiraPair(help.ID), workflows.IsLinked, "")

	// From the desk: a ticket, a message, and a ticket that becomes private.
	hidden, err := w.rav.Create(w.ctx, "IT Support", canary, "<p>"+canary+"</p>", map[string]any{"private": true})
	require.NoError(t, err)
	_, err = w.rav.Say(w.ctx, it.ID, "<p>"+canary+"</p>", true)
	require.NoError(t, err)
	require.NoError(t, w.rav.Edit(w.ctx, other.ID, map[string]any{"private": true}))
	w.settled(ravennaPair(other.ID), workflows.Attention, ticket.BecamePrivate)
	require.NoError(t, w.rav.Edit(w.ctx, other.ID, map[string]any{"title": canary, "description": "<p>" + canary + "</p>"}))
	_, err = w.rav.Say(w.ctx, other.ID, "<p>"+canary+"</p>", false)
	require.NoError(t, err)
	// From Jira: an issue, comments, and an issue that gets a security level.
	secure := map[string]any{"security": map[string]string{"name": "Internal"}}
	_, err = w.jira.Create(w.ctx, "ENG", "Bug", canary, canary, secure)
	require.NoError(t, err)
	say := func(key string, more map[string]any) {
		body := map[string]any{"body": canary}
		for k, v := range more {
			body[k] = v
		}
		require.NoError(t, w.jira.Call(w.ctx, http.MethodPost, "/issue/"+key+"/comment", body, nil))
	}
	say(eng.Key, map[string]any{"visibility": map[string]string{"type": "role", "value": "Administrators"}})
	say(eng.Key, map[string]any{"visibility": map[string]string{"type": "group", "value": "jira-administrators"}})
	say(help.Key, map[string]any{"properties": []any{map[string]any{"key": "sd.public.comment", "value": map[string]bool{"internal": true}}}})
	later, err := w.jira.Create(w.ctx, "ENG", "Bug", "secured later", "text", nil)
	require.NoError(t, err)
	w.ticket("secured later")
	w.settled(jiraPair(later.ID), workflows.IsLinked, "")
	w.quiet()
	w.control(w.JiraURL, "/_sandbox/security", map[string]string{"issue": later.ID, "level": "Internal"})
	w.settled(jiraPair(later.ID), workflows.Attention, ticket.BecamePrivate)
	require.NoError(t, w.jira.Edit(w.ctx, later.Key, map[string]any{"summary": canary, "description": canary}))
	say(later.Key, nil)

	// What is public flows all the while.
	_, err = w.rav.Say(w.ctx, it.ID, "<p>for everyone</p>", false)
	require.NoError(t, err)
	_, err = w.jira.Say(w.ctx, help.Key, "for the customer")
	require.NoError(t, err)
	w.eventually("public comments", func() error {
		here, err := w.everything("Product")
		if err == nil && !strings.Contains(here, "for the customer") {
			err = fmt.Errorf("not at the desk: %s", here)
		}
		return err
	})
	w.eventually("public messages", func() error {
		list, err := w.jira.Comments(w.ctx, eng.Key)
		if err == nil && (len(list) != 3 || !strings.Contains(list[2].Body, "for everyone")) {
			err = fmt.Errorf("not in Jira: %v", list)
		}
		return err
	})
	w.quiet()
	for _, key := range []string{eng.Key, issue.Key} {
		i, err := w.jira.Get(w.ctx, key)
		require.NoError(t, err)
		require.NotContains(t, i.Fields.Summary+i.Fields.Description, canary)
	}
	require.Empty(t, w.jiraComments(issue.Key))
	for _, channel := range []string{"IT Support", "Product"} {
		here, err := w.everything(channel, hidden.ID, other.ID, it.ID)
		require.NoError(t, err)
		require.NotContains(t, here, canary)
	}
	found, err := w.jira.All(w.ctx, "ENG")
	require.NoError(t, err)
	require.Len(t, found, 4)
}

// everything is all text of a channel's tickets but the ones named.
func (w *world) everything(channel string, but ...string) (string, error) {
	all, err := w.rav.All(w.ctx, channel)
	out := ""
	for _, t := range all {
		skip := false
		for _, id := range but {
			skip = skip || id == t.ID
		}
		if skip {
			continue
		}
		list, err := w.rav.Messages(w.ctx, t.ID)
		if err != nil {
			return "", err
		}
		out += fmt.Sprintln(t.Title, t.Text(), list)
	}
	return out, err
}
