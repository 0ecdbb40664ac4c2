package jira

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// The test vector of Atlassian's own documentation.
const (
	vectorSecret    = "It's a Secret to Everybody"
	vectorBody      = "Hello World!"
	vectorSignature = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
)

func TestNewHookWantsASecret(t *testing.T) {
	t.Parallel()
	_, err := NewHook(trackers.Connection{Name: "jira"})
	require.ErrorContains(t, err, "connection jira: webhook_secret")
}

func TestVerify(t *testing.T) {
	t.Parallel()
	signed := trackers.Connection{Secret: vectorSecret}
	tokened := trackers.Connection{HookKey: "tok"}
	either := trackers.Connection{Secret: vectorSecret, HookKey: "tok"}
	_, sum, _ := strings.Cut(vectorSignature, "=")
	for name, c := range map[string]struct {
		connection trackers.Connection
		signature  string
		path       string
		body       string
		want       bool
	}{
		"signed":                    {signed, vectorSignature, "", vectorBody, true},
		"unsigned":                  {signed, "", "", vectorBody, false},
		"other body":                {signed, vectorSignature, "", vectorBody + " ", false},
		"empty body":                {signed, vectorSignature, "", "", false},
		"other method":              {signed, "sha1=" + sum, "", vectorBody, false},
		"no method":                 {signed, sum, "", vectorBody, false},
		"upper case":                {signed, "sha256=" + strings.ToUpper(sum), "", vectorBody, false},
		"empty sum":                 {signed, "sha256=", "", vectorBody, false},
		"token where none is known": {signed, vectorSignature, "tok", vectorBody, false},
		"token":                     {tokened, "", "tok", vectorBody, true},
		"wrong token":               {tokened, "", "tok2", vectorBody, false},
		"no token":                  {tokened, "", "", vectorBody, false},
		"signature not asked for":   {tokened, "sha256=00", "tok", vectorBody, true},
		"both":                      {either, vectorSignature, "tok", vectorBody, true},
		"token alone":               {either, "", "tok", vectorBody, true},
		"signature alone":           {either, vectorSignature, "", vectorBody, true},
		"token, wrong signature":    {either, "sha256=00", "tok", vectorBody, false},
		"signature, wrong token":    {either, vectorSignature, "nope", vectorBody, false},
	} {
		h, err := NewHook(c.connection)
		require.NoError(t, err)
		header := http.Header{}
		if c.signature != "" {
			header.Set("X-Hub-Signature", c.signature)
		}
		require.Equal(t, c.want, h.Verify(header, c.path, []byte(c.body)), name)
	}
}

const (
	hookIssueJSON = `"issue":{"id":"10040","key":"ENG-41","fields":{"updated":"2026-02-15T19:18:01.707-0800","created":"2026-02-15T19:01:52.971-0800",
		"project":{"id":"10000","key":"ENG","name":"Engineering"},"issuetype":{"name":"Bug"}}}`
	hookReducedJSON = `"issue":{"id":"10040","key":"ENG-41","fields":{"summary":"x","project":{"id":"10000","key":"ENG","name":"Engineering"},"issuetype":{"name":"Bug"}}}`
	hookCommentJSON = `"comment":{"self":"http://h/jira/rest/api/2/issue/10040/comment/77","id":"77","updated":"2026-02-15T20:00:00.000+0000","updateAuthor":{"accountId":"a2","name":"bob"}}`
)

func TestParse(t *testing.T) {
	t.Parallel()
	engineering := ticket.Container{ID: "10000", Key: "ENG", Name: "Engineering"}
	created := time.Date(2026, 2, 16, 3, 1, 52, 971e6, time.UTC)
	full := ticket.Event{
		Kind: ticket.TicketEvent, ID: "10040", Version: "2026-02-16T03:18:01.707Z", Actor: "a1",
		Container: engineering, Type: "Bug", Created: created,
	}
	with := func(e ticket.Event, change func(*ticket.Event)) ticket.Event {
		change(&e)
		return e
	}
	comment := with(full, func(e *ticket.Event) {
		e.Kind, e.Comment, e.Version = ticket.CommentEvent, "77", "2026-02-15T20:00:00.000Z"
	})
	for name, c := range map[string]struct {
		body    string
		want    []ticket.Event
		ignored bool
	}{
		"created": {`{"webhookEvent":"jira:issue_created","user":{"accountId":"a1"},` + hookIssueJSON + `}`, []ticket.Event{full}, false},
		"updated": {`{"timestamp":"Tue, 1 May","webhookEvent":"jira:issue_updated","user":{"accountId":"a1"},"changelog":{"items":[]},` + hookIssueJSON + `}`,
			[]ticket.Event{full}, false},
		"updated by a server's user": {`{"webhookEvent":"jira:issue_updated","user":{"name":"bob","key":"JIRAUSER1"},` + hookIssueJSON + `}`,
			[]ticket.Event{with(full, func(e *ticket.Event) { e.Actor = "JIRAUSER1" })}, false},
		"deleted": {`{"webhookEvent":"jira:issue_deleted","user":{"accountId":"a1"},` + hookIssueJSON + `}`,
			[]ticket.Event{with(full, func(e *ticket.Event) { e.Kind, e.Version = ticket.DeleteEvent, "" })}, false},
		"cloud comment": {`{"webhookEvent":"comment_created",` + hookCommentJSON + `,` + hookReducedJSON + `}`,
			[]ticket.Event{with(comment, func(e *ticket.Event) { e.Actor, e.Created = "a2", time.Time{} })}, false},
		"cloud comment deleted": {`{"webhookEvent":"comment_deleted",` + hookCommentJSON + `,` + hookReducedJSON + `}`,
			[]ticket.Event{with(comment, func(e *ticket.Event) { e.Actor, e.Version, e.Created = "", "", time.Time{} })}, false},
		"server comment": {`{"webhookEvent":"comment_updated","user":{"name":"bob"},` + hookCommentJSON + `}`,
			[]ticket.Event{{Kind: ticket.CommentEvent, ID: "10040", Comment: "77", Version: "2026-02-15T20:00:00.000Z", Actor: "bob"}}, false},
		"server comment deleted": {`{"webhookEvent":"comment_deleted","user":{"name":"bob"},` + hookCommentJSON + `}`,
			[]ticket.Event{{Kind: ticket.CommentEvent, ID: "10040", Comment: "77", Actor: "bob"}}, false},
		"comment in an update": {`{"webhookEvent":"jira:issue_updated","issue_event_type_name":"issue_commented","user":{"accountId":"a1"},` + hookCommentJSON + `,` + hookIssueJSON + `}`,
			[]ticket.Event{comment}, false},
		"comment and fields in an update": {`{"webhookEvent":"jira:issue_updated","user":{"accountId":"a1"},"changelog":{"items":[{"field":"status"}]},` + hookCommentJSON + `,` + hookIssueJSON + `}`,
			[]ticket.Event{comment, full}, false},
		"comment deleted in an update": {`{"webhookEvent":"jira:issue_updated","issue_event_type_name":"issue_comment_deleted","user":{"accountId":"a1"},` + hookIssueJSON + `}`,
			[]ticket.Event{with(comment, func(e *ticket.Event) { e.Comment, e.Version = "", "" })}, false},
		"issue link": {`{"webhookEvent":"issuelink_created","issueLink":{"id":1,"sourceIssueId":10040,"destinationIssueId":10041}}`,
			[]ticket.Event{{Kind: ticket.LinkEvent, ID: "10040"}, {Kind: ticket.LinkEvent, ID: "10041"}}, true},
		"property": {`{"webhookEvent":"issue_property_set","user":{"accountId":"a1"},"property":{"key":"x"},` + hookIssueJSON + `}`,
			[]ticket.Event{with(full, func(e *ticket.Event) { e.Version = "" })}, true},
		"worklog":           {`{"webhookEvent":"worklog_created","worklog":{"id":"1","issueId":"10040"}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "10040"}}, true},
		"sprint":            {`{"webhookEvent":"sprint_started","sprint":{"id":1}}`, nil, true},
		"version":           {`{"webhookEvent":"jira:version_released","version":{"id":"1"}}`, nil, true},
		"user":              {`{"webhookEvent":"user_created","user":{"name":"x"}}`, nil, true},
		"unknown, an issue": {`{"webhookEvent":"jira:issue_pondered",` + hookIssueJSON + `}`, []ticket.Event{with(full, func(e *ticket.Event) { e.Actor = "" })}, false},
		"no event name":     {`{"issue":{"id":10040}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "10040"}}, false},
		"unknown, no issue": {`{"webhookEvent":"something_else","thing":1}`, nil, true},
		"odd shapes":        {`{"webhookEvent":{},"user":"x","issue":{"id":"10040","fields":[]},"comment":[],"changelog":7}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "10040"}}, false},
		"id that is no id":  {`{"webhookEvent":"jira:issue_updated","issue":{"id":"../../x"}}`, nil, true},
		"empty object":      {`{}`, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events, ignored, err := new(Hook).Parse([]byte(c.body))
			require.NoError(t, err)
			require.Equal(t, c.want, events)
			require.Equal(t, c.ignored, ignored != "", "ignored: %q", ignored)
		})
	}
	for _, body := range []string{"", "null", "[]", `"x"`, "{", "<html>", "1"} {
		_, _, err := new(Hook).Parse([]byte(body))
		require.ErrorContains(t, err, "parse webhook: ", body)
	}
}

// Every real body names its issue, and with its own version where it tells one.
func TestParseCapturedPayloads(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(contract.Shared(t, "fixtures", "jira"), "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			var raw struct {
				Event string `json:"webhookEvent"`
				Issue struct {
					ID     string `json:"id"`
					Fields struct {
						Updated string `json:"updated"`
					} `json:"fields"`
				} `json:"issue"`
				Comment struct{ ID, Self, Updated string } `json:"comment"`
			}
			require.NoError(t, json.Unmarshal(body, &raw))
			events, ignored, err := new(Hook).Parse(body)
			require.NoError(t, err)
			require.Empty(t, ignored)
			require.Len(t, events, 1)
			e := events[0]
			if raw.Issue.ID == "" {
				require.Contains(t, raw.Comment.Self, "/issue/"+e.ID+"/comment/")
			} else {
				require.Equal(t, raw.Issue.ID, e.ID)
				require.NotEmpty(t, e.Container.ID)
			}
			deleted := strings.Contains(file, "comment-deleted") || strings.HasSuffix(raw.Event, "_deleted")
			switch {
			case deleted:
				require.Empty(t, e.Version, "a deletion is never an echo of a known version")
			case raw.Comment.ID != "":
				require.Equal(t, ticket.CommentEvent, e.Kind)
				require.Equal(t, raw.Comment.ID, e.Comment)
				require.Equal(t, versionOf(raw.Comment.Updated), e.Version)
				require.NotEmpty(t, e.Version)
			default:
				require.Equal(t, ticket.TicketEvent, e.Kind)
				require.Equal(t, versionOf(raw.Issue.Fields.Updated), e.Version)
			}
		})
	}
}

// Whatever arrives, Parse neither panics nor names what is no issue.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"webhookEvent":"jira:issue_updated","user":{"accountId":"a1"},` + hookIssueJSON + `}`))
	f.Add([]byte(`{"webhookEvent":"comment_created",` + hookCommentJSON + `}`))
	f.Add([]byte(`{"webhookEvent":"issuelink_created","issueLink":{"sourceIssueId":1,"destinationIssueId":2}}`))
	f.Add([]byte(`{"issue":{"id":1e400,"fields":{"project":null}}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, body []byte) {
		events, ignored, err := new(Hook).Parse(body)
		if err != nil {
			require.Empty(t, events)
			return
		}
		require.True(t, len(events) > 0 || ignored != "")
		for _, e := range events {
			require.Regexp(t, numeric, e.ID)
			require.NotEmpty(t, e.Kind)
		}
	})
}
