package linear

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/ticket"
)

const (
	hookIssueID   = "155e0000-0000-4000-8000-000000000064"
	hookCommentID = "c0333e00-0000-4000-8000-00000000012c"
	hookAlice     = "a11ce000-0000-4000-8000-000000000001"
	hookBob       = "b0b00000-0000-4000-8000-000000000002"
	hookBot       = "b0700000-0000-4000-8000-000000000003"
)

var (
	hookTeam    = ticket.Container{ID: "7ea30000-0000-4000-8000-00000000000a", Key: "PRO", Name: "Product"}
	hookProject = ticket.Container{ID: hookTeam.ID, Key: "PRO", Name: "Product", Part: "9406ec70-0000-4000-8000-0000000000c8"}
	hookCreated = time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)
)

func issueEvent(actor, version string) ticket.Event {
	return ticket.Event{Kind: ticket.TicketEvent, ID: hookIssueID, Version: version, Actor: actor, Container: hookTeam, Created: hookCreated}
}

func commentEvent(actor, version string) ticket.Event {
	return ticket.Event{Kind: ticket.CommentEvent, ID: hookIssueID, Comment: hookCommentID, Version: version, Actor: actor, Container: hookTeam}
}

func with(e ticket.Event, change func(*ticket.Event)) ticket.Event {
	change(&e)
	return e
}

// noEvent is what a delivery gives that names no issue.
var noEvent ticket.Event

// hookFiles is what each file of testdata/hooks gives.
var hookFiles = map[string]struct {
	want    ticket.Event
	ignored string
}{
	"issue_create": {issueEvent(hookAlice, "2026-03-02T09:15:00.000Z"), ""},
	"issue_update_project": {
		with(issueEvent(hookBob, "2026-03-02T09:40:12.345Z"), func(e *ticket.Event) { e.Container = hookProject }), "",
	},
	"issue_update_by_bot":      {issueEvent(hookBot, "2026-03-02T09:41:00.001Z"), ""},
	"issue_update_automation":  {issueEvent("", "2026-03-02T09:50:00.000Z"), ""},
	"issue_update_integration": {issueEvent("", "2026-03-02T09:51:00.000Z"), ""},
	"issue_update_app":         {issueEvent("", "2026-03-02T09:52:00.000Z"), ""},
	"issue_remove":             {with(issueEvent(hookAlice, ""), func(e *ticket.Event) { e.Kind = ticket.DeleteEvent }), ""},
	"issue_restore":            {issueEvent(hookAlice, ""), ""},
	"issue_unknown_action":     {issueEvent(hookAlice, ""), ""},
	"old_issue_update":         {issueEvent("", "2026-03-02T09:20:00.000Z"), ""},

	"comment_create": {commentEvent(hookBob, "2026-03-02T10:00:00.000Z"), ""},
	"comment_reply": {
		with(commentEvent(hookAlice, "2026-03-02T10:00:00.000Z"), func(e *ticket.Event) { e.Comment = "c0333e00-0000-4000-8000-00000000012d" }), "",
	},
	"comment_update":        {commentEvent(hookBob, "2026-03-02T10:04:00.500Z"), ""},
	"comment_reaction":      {commentEvent(hookAlice, "2026-03-02T10:06:00.000Z"), "a reaction changes nothing that is replicated"},
	"comment_remove":        {commentEvent(hookBob, ""), ""},
	"comment_of_an_app":     {commentEvent("", "2026-03-02T10:00:00.000Z"), ""},
	"comment_on_a_document": {noEvent, "a comment on no issue"},
	"comment_on_a_project":  {noEvent, "a comment on no issue"},
	"old_comment_update": {
		with(commentEvent("", "2026-03-02T10:04:00.500Z"), func(e *ticket.Event) { e.Container = ticket.Container{} }), "",
	},

	"reaction_create": {
		ticket.Event{Kind: ticket.CommentEvent, ID: hookIssueID, Actor: hookAlice, Container: hookTeam}, "a reaction changes nothing that is replicated",
	},
	"label_update":             {noEvent, "a label, no ticket"},
	"attachment_create":        {ticket.Event{Kind: ticket.LinkEvent, ID: hookIssueID, Actor: hookBob}, ""},
	"attachment_remove":        {ticket.Event{Kind: ticket.LinkEvent, ID: hookIssueID, Actor: hookBob}, ""},
	"marker_create":            {ticket.Event{Kind: ticket.LinkEvent, ID: hookIssueID, Actor: hookBot}, "a marker of ticketsync"},
	"marker_update":            {ticket.Event{Kind: ticket.LinkEvent, ID: hookIssueID, Actor: hookBot}, "a marker of ticketsync"},
	"marker_remove":            {ticket.Event{Kind: ticket.LinkEvent, ID: hookIssueID, Actor: hookAlice}, ""},
	"project_update":           {noEvent, "type Project changes nothing that is replicated"},
	"sla_set":                  {ticket.Event{Kind: ticket.TicketEvent, ID: hookIssueID}, "type IssueSLA changes nothing that is replicated"},
	"unknown_type_of_an_issue": {ticket.Event{Kind: ticket.TicketEvent, ID: hookIssueID, Actor: hookAlice}, ""},
}

func TestParse(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "hooks", "*.json"))
	require.NoError(t, err)
	require.Len(t, files, len(hookFiles), "every file is in the table")
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, ok := hookFiles[name]
			require.True(t, ok)
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			events, ignored, err := new(Hook).Parse(body)
			require.NoError(t, err)
			require.Equal(t, c.ignored, ignored)
			if c.want == noEvent {
				require.Empty(t, events)
				return
			}
			require.Equal(t, []ticket.Event{c.want}, events)
		})
	}
}

// Every real body names its issue, and with its own version where it tells one.
func TestParseCapturedPayloads(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(contract.Shared(t, "fixtures", "linear"), "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			var raw struct {
				Action, Type string
				Actor        struct{ ID string }
				Data         struct {
					ID, IssueID, TeamID, UpdatedAt string
					Team                           struct{ ID, Key, Name string }
				}
			}
			require.NoError(t, json.Unmarshal(body, &raw))
			events, _, err := new(Hook).Parse(body)
			require.NoError(t, err)
			if raw.Type == "Project" || raw.Type == "IssueLabel" {
				require.Empty(t, events)
				return
			}
			require.Len(t, events, 1)
			e := events[0]
			require.Equal(t, raw.Actor.ID, e.Actor)
			switch raw.Type {
			case "Issue":
				require.Equal(t, raw.Data.ID, e.ID)
				require.Equal(t, ticket.Container{ID: raw.Data.TeamID, Key: raw.Data.Team.Key, Name: raw.Data.Team.Name}, e.Container)
				require.False(t, e.Created.IsZero())
				require.Equal(t, raw.Action == "remove", e.Kind == ticket.DeleteEvent)
			case "Comment":
				require.Equal(t, raw.Data.IssueID, e.ID)
				require.Equal(t, raw.Data.ID, e.Comment)
				require.Equal(t, ticket.CommentEvent, e.Kind)
			case "Attachment":
				require.Equal(t, raw.Data.IssueID, e.ID)
				require.Equal(t, ticket.LinkEvent, e.Kind)
			default:
				t.Fatalf("type %q is not expected", raw.Type)
			}
			if raw.Action == "remove" {
				require.Empty(t, e.Version, "a deletion is never an echo of a known version")
			} else {
				require.Equal(t, raw.Data.UpdatedAt, e.Version)
			}
		})
	}
}

// Whatever arrives, Parse neither panics nor names what is no issue.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "hooks", "*.json"))
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(body)
	}
	for _, seed := range []string{`{"data":{"id":1e400,"issue":null}}`, `{"type":"Comment","data":{"issueId":"/"}}`, `null`, `[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, ignored, err := new(Hook).Parse(body)
		if err != nil {
			require.Empty(t, events)
			return
		}
		require.True(t, json.Valid(body))
		require.True(t, len(events) > 0 || ignored != "")
		for _, e := range events {
			require.Regexp(t, plainID, e.ID)
			require.NotEmpty(t, e.Kind)
			require.True(t, e.Kind == ticket.CommentEvent || e.Comment == "")
			require.True(t, e.Kind == ticket.TicketEvent || e.Kind == ticket.CommentEvent || e.Version == "")
		}
	})
}
